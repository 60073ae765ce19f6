"""Trained networks of a results folder, used from Python: portrait and speech to a video."""

import warnings

# librosa's downloader, which downloads nothing here, asks for a notebook's own bars
warnings.filterwarnings("ignore", message="IProgress not found")
