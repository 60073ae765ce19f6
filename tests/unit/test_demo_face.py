"""The demo's moving face: contacts that touch, a head that moves as a rigid body, styles apart."""

import numpy as np
import pytest

from mit_core.clocks import VIDEO_HZ
from mit_core.demo.articulation import Articulation
from mit_core.demo.face import Expression, Face
from mit_core.demo.motion import move
from mit_core.demo.performance import perform
from mit_core.demo.plan import plan
from mit_core.demo.portrait import actor, demo_portrait
from mit_core.demo.speakers import SPEAKERS
from mit_core.media.image import read_image

STEADY = [27, 28, 29, 30, 33, 36, 39, 42, 45]
UPPER, LOWER = [61, 62, 63], [67, 66, 65]
TIMES = np.arange(0, 60, 1 / VIDEO_HZ)


@pytest.fixture(scope="module")
def face():
    return Face(actor(256).landmarks)


def mouth(frames=1, **values):
    names = ("jaw", "width", "protrusion", "lower", "upper", "lips_closed", "lip_on_teeth")
    return Articulation(**{name: np.full(frames, values.get(name, 0.0)) for name in names})


def still(frames=1, lids=0.0, turn=(0.0, 0.0, 0.0)):
    return Expression(
        np.full(frames, lids), np.zeros(frames), np.tile(turn, (frames, 1)), np.zeros((frames, 2))
    )


def gap(points):
    return np.linalg.norm(points[:, UPPER] - points[:, LOWER], axis=-1).mean(1)


def test_at_rest_the_smile_is_closed_and_narrower(face):
    portrait = actor(256).landmarks
    rest = face.landmarks(mouth(), still())[0]
    assert gap(portrait[None])[0] > 0.1 * face.scale
    assert gap(rest[None])[0] < 1e-3
    assert rest[54, 0] - rest[48, 0] < 0.95 * (portrait[54, 0] - portrait[48, 0])


@pytest.mark.parametrize("jaw", [0.1, 0.5, 1.0])
def test_closed_lips_touch_however_open_the_jaw(face, jaw):
    points = face.landmarks(mouth(jaw=jaw, lower=0.4, upper=0.3, lips_closed=1.0), still())
    assert gap(points)[0] < 1e-3 * face.scale
    half = face.landmarks(mouth(jaw=jaw, lower=0.4, upper=0.3, lips_closed=0.5), still())
    assert gap(half)[0] > 0.01 * face.scale


def test_the_lip_reaches_the_teeth_in_f(face):
    parted = face.landmarks(mouth(jaw=0.4, upper=0.35), still())
    tucked = face.landmarks(mouth(jaw=0.4, upper=0.35, lip_on_teeth=1.0), still())
    assert gap(tucked[..., :2])[0] < 0.45 * gap(parted[..., :2])[0]
    assert np.all(tucked[0, LOWER, 2] < parted[0, LOWER, 2])


def test_the_jaw_takes_the_chin_and_leaves_the_skull(face):
    shut = face.landmarks(mouth(jaw=0.0), still())[0]
    wide = face.landmarks(mouth(jaw=1.0), still())[0]
    drop = (wide[:, 1] - shut[:, 1]) / face.scale
    assert 0.1 < drop[8] < 0.2  # 9 to 18 mm of a face whose eyes are 9 cm apart
    assert np.all(np.diff(drop[3:9]) > 0)  # the cheek's edge follows the more, the lower it is
    assert np.abs(drop[STEADY]).max() < 1e-6
    assert wide[8, 2] < shut[8, 2]  # about a hinge: down and back


def test_rounding_narrows_and_protrudes(face):
    spread = face.landmarks(mouth(width=1.0), still())[0]
    rounded = face.landmarks(mouth(width=-1.0, protrusion=1.0), still())[0]
    width = [points[54, 0] - points[48, 0] for points in (rounded, spread)]
    assert width[0] < 0.7 * width[1]
    assert rounded[51, 2] > spread[51, 2]


def test_lids_meet(face):
    shut = face.landmarks(mouth(), still(lids=1.0))[0]
    for upper, lower in ((37, 41), (38, 40), (43, 47), (44, 46)):
        assert np.linalg.norm(shut[upper] - shut[lower]) < 1e-3 * face.scale


def test_head_motion_is_rigid(face):
    turned = face.landmarks(mouth(), still(turn=(8.0, -12.0, 5.0)))[0]
    rest = face.landmarks(mouth(), still())[0]

    def distances(points):
        return np.linalg.norm(points[:, None] - points[None], axis=-1)

    assert np.allclose(distances(turned), distances(rest), atol=1e-3)


def test_signs_of_the_turns(face):
    rest = face.landmarks(mouth(), still())[0]
    nods, turns_right, tilts = (
        face.landmarks(mouth(), still(turn=10.0 * axis))[0] for axis in np.eye(3)
    )

    def nose(points, axis):
        return points[30, axis] - points[[36, 45], axis].mean()

    assert nose(nods, 1) > nose(rest, 1)
    assert nose(turns_right, 0) > nose(rest, 0)
    # clockwise: the eye on the picture's right sinks below the other
    assert tilts[45, 1] - tilts[36, 1] > rest[45, 1] - rest[36, 1]


def turns(name):
    return move(SPEAKERS[name].style, TIMES, TIMES[::12], np.random.default_rng(3)).turn


def centroid(curve):
    power = np.abs(np.fft.rfft(curve - curve.mean())) ** 2
    return float((np.fft.rfftfreq(len(curve), 1 / VIDEO_HZ) * power).sum() / power.sum())


def test_each_speaker_moves_in_an_own_way():
    chief = {name: int(turns(name).std(0).argmax()) for name in SPEAKERS}
    assert chief == {"ada": 0, "bruno": 1, "cora": 2}
    speed = {name: centroid(turns(name)[:, axis]) for name, axis in chief.items()}
    assert speed["ada"] > 1.5 * speed["bruno"]
    assert speed["cora"] > 1.5 * speed["bruno"]
    width = {name: turns(name)[:, axis].std() for name, axis in chief.items()}
    assert width["bruno"] > 1.5 * max(width["ada"], width["cora"])


def test_motion_is_smooth_and_blinks_are_whole():
    for name, speaker in SPEAKERS.items():
        motion = move(speaker.style, TIMES, [], np.random.default_rng(0))
        assert np.abs(np.diff(motion.turn, axis=0)).max() < 2.5, name  # degrees a frame
        lids = motion.lids
        assert lids.min() == 0
        assert lids.max() > 0.9
        blinks = np.sum((lids[1:] > 0.5) & (lids[:-1] <= 0.5))
        assert 60 / speaker.style.blink_every / 2 < blinks < 60 / speaker.style.blink_every * 2


def test_a_performance_depends_on_its_clip_alone(face):
    clips = plan(3)
    alone = perform(clips[2], face)
    after = [perform(clip, face) for clip in clips[1:3]][-1]
    assert np.array_equal(alone.audio, after.audio)
    assert np.array_equal(alone.landmarks, after.landmarks)
    assert len(alone.audio) * VIDEO_HZ == len(alone.landmarks) * alone.sample_rate
    assert alone.phonemes[-1].end < len(alone.landmarks) / VIDEO_HZ


def test_faces_of_all_speakers_stay_in_the_picture(face):
    for name in SPEAKERS:
        clip = next(clip for clip in plan() if clip.speaker == name)
        points = perform(clip, face).landmarks
        assert points[..., :2].min() > 5
        assert points[..., :2].max() < 251


def test_the_demo_portrait_is_a_picture_of_decent_size(tmp_path):
    demo_portrait(tmp_path / "portrait.png")
    assert read_image(tmp_path / "portrait.png").shape == (320, 320, 3)
