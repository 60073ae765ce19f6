"""Trained networks of a results folder, used from Python: portrait and speech to a video."""
