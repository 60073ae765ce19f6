"""The clocks that all rooms share: samples, video frames and feature frames start together at 0."""

SAMPLE_RATE = 16_000
"""Hz, of all sound inside."""
HOP = 256
"""Samples between feature frames: 16 ms."""
FEATURE_HZ = SAMPLE_RATE / HOP
"""62.5 feature frames a second; frame i is centred on sample 256 i."""
SAMPLES_PER_VIDEO_FRAME = 640
"""Samples while a frame of normalised footage is shown: 40 ms."""
VIDEO_HZ = SAMPLE_RATE / SAMPLES_PER_VIDEO_FRAME
"""25 frames a second, of normalised footage."""


def frame_count(n_samples: int) -> int:
    """Feature frames of ``n_samples`` at 16 kHz: floor(n / 256) + 1."""
    return n_samples // HOP + 1


def feature_frames(video_frames: int) -> int:
    """Feature frames of a stretch of ``video_frames`` at 25 fps."""
    return frame_count(video_frames * SAMPLES_PER_VIDEO_FRAME)
