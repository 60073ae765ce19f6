"""What a machine has of what the project needs, and how to get what is missing."""
