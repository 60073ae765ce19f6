"""Names of the files that the stages leave in an item's folder."""

VIDEO = "video.mp4"  # normalise: 25 fps, upright
AUDIO = "audio.wav"  # normalise: mono 16 kHz
BOXES = "boxes.npz"  # segment: face boxes (T, 4), by segment id
REGISTERED = "registered.npz"  # register: landmarks, quaternions, translations, face, scale
SPEECH = "speech.npz"  # speech: mel, F0, embedding
FEATURE = "feature.npy"  # feature: (T, 80)
