"""The networks, their checkpoints, and how each is evaluated exactly."""
