"""Faces: detectors, the 68-point scheme, tracks, registration and pose, mouth and eyes."""
