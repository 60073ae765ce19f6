"""The demo's videos as any user's footage: whole, in sync, found by the detector, told apart."""

import av
import numpy as np
import pytest

from mit_core.demo.footage import Settings, demo_speech, make_footage
from mit_core.demo.plan import plan
from mit_core.demo.recording import recorded_speech
from mit_core.faces.detectors import open_detector
from mit_core.media.audio import read_audio
from mit_core.media.probe import probe
from mit_core.media.video import read_frames

# Outer-eye distance = 1. In trials detection came to .018 to .020 of it.
MOST_ERROR = 0.03
LEAST_MOUTH_R = 0.9


@pytest.fixture(scope="module")
def clip():
    return min(plan(), key=lambda clip: len(clip.text))


@pytest.fixture(scope="module")
def made(clip, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    make_footage([clip], folder, folder / "truth", Settings())
    truth = np.load(folder / "truth" / f"{clip.id}.npz")
    return folder / f"{clip.id}.mp4", {name: truth[name] for name in truth.files}


def test_video_and_truth_agree(made):
    video, truth = made
    info = probe(video)
    assert (info.video.width, info.video.height, info.video.fps) == (256, 256, 25)
    assert info.video.n_frames == len(truth["landmarks"]) == len(truth["turn"])
    assert len(read_audio(video, 16000)) == pytest.approx(len(truth["landmarks"]) * 640, abs=2)


def test_the_sound_is_where_the_phonemes_are(made):
    video, truth = made
    audio = read_audio(video, 16000)
    first = truth["start"][truth["ipa"] != ""][0]
    last = truth["end"][truth["ipa"] != ""][-1]
    loud = np.flatnonzero(np.abs(audio) > 0.05) / 16000
    assert loud[0] == pytest.approx(first, abs=0.06)
    assert loud[-1] == pytest.approx(last, abs=0.15)


def test_it_says_that_it_is_synthetic(made):
    with av.open(str(made[0])) as container:
        assert "synthetic" in container.metadata["comment"].lower()


def test_made_again_it_is_the_same(made, clip, tmp_path):
    make_footage([clip], tmp_path, tmp_path, Settings())
    assert (tmp_path / f"{clip.id}.mp4").read_bytes() == made[0].read_bytes()


def test_the_detector_finds_the_true_landmarks(made):
    video, truth = made
    detector = open_detector("mediapipe")
    try:
        found = [detector.detect(frame) for frame in read_frames(video)]
    finally:
        detector.close()
    assert all(detection is not None for detection in found)
    points = np.array([detection.points for detection in found])[..., :2]
    true = truth["landmarks"][..., :2]
    eyes = np.linalg.norm(true[:, 36] - true[:, 45], axis=-1)
    error = np.linalg.norm(points - true, axis=-1).mean(1) / eyes
    assert error.mean() < MOST_ERROR

    def gap(landmarks):
        return np.linalg.norm(landmarks[:, [61, 62, 63]] - landmarks[:, [67, 66, 65]], axis=-1)

    openings = [(gap(p).mean(1) / eyes) for p in (points, true)]
    assert np.corrcoef(*openings)[0, 1] > LEAST_MOUTH_R
    closed = openings[1] < 0.005
    assert closed.sum() > 10
    assert openings[0][closed].mean() < 0.5 * openings[0][~closed].mean()


def test_speech_to_animate(tmp_path):
    demo_speech(tmp_path / "held out.wav")
    recorded_speech(tmp_path / "recorded.wav")
    for name in ("held out.wav", "recorded.wav"):
        audio = read_audio(tmp_path / name, 16000)
        assert 3 < len(audio) / 16000 < 10
        assert np.abs(audio).max() > 0.1
