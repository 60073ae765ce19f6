"""Speeds, as ratios taken in one run: ``python -m benchmarks``."""
