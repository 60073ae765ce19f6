"""Measures against held-out footage, and the plain predictors that a network must beat."""
