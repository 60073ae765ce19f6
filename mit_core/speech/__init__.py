"""What is heard: mel, F0, who speaks, and what the content branch hears."""
