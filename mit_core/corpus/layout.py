"""Where things lie: ``{results}/shards/{shard}/{stage}.json`` and what a stage leaves per item."""

from pathlib import Path

STAGES = ("intake", "normalise", "segment", "landmarks", "register", "speech")
# Of a split's dump, in frames: landmarks to f0; a row a segment: faces, embeddings.
ARRAYS = ("landmarks", "quaternions", "translations", "mel", "f0", "faces", "embeddings")
# Of what the content branch may hear; a file each in the dump, mel among the arrays above.
FEATURES = ("mel", "autovc")

VIDEO = "video.mp4"  # normalise: 25 fps, upright
AUDIO = "audio.wav"  # normalise: mono 16 kHz
BOXES = "boxes.npz"  # segment: face boxes (T, 4), by segment id
REGISTERED = "registered.npz"  # register: landmarks, quaternions, translations, face, scale
SPEECH = "speech.npz"  # speech: mel, F0, embedding
FEATURE = "feature.npy"  # autovc: (T, 80)


def results_of(index: str | Path) -> Path:
    """The results folder, that items' folders are relative to, of a stage's index."""
    return Path(index).parents[2]
