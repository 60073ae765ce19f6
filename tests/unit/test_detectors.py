"""Detectors on the public-domain astronaut, and on real footage where it is at hand."""

import subprocess
import sys

import cv2
import numpy as np
import pytest
import skimage.data

from mit_core.errors import UserError
from mit_core.faces.boxes import box_of, overlap
from mit_core.faces.detectors import DETECTORS, Detection, open_detector
from mit_core.faces.landmark_table import write_landmark_table
from mit_core.faces.landmarks import extract_landmarks
from mit_core.faces.mediapipe_backend import MediapipeFaces
from mit_core.faces.mouth import mouth_opening
from mit_core.faces.portrait import find_portrait_landmarks, portrait_landmarks
from mit_core.faces.pose import euler_degrees
from mit_core.faces.registration import outer_eye_distance, register
from mit_core.media.video import read_frames


@pytest.fixture(scope="module")
def astronaut() -> np.ndarray:
    return skimage.data.astronaut()


@pytest.fixture(scope="module")
def detector():
    opened = open_detector()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def landmarks(astronaut, detector) -> np.ndarray:
    found = detector.detect(astronaut)
    assert found is not None and found.confidence > 0.8
    return found.points


def test_landmarks_are_where_the_face_is(landmarks):
    assert landmarks.shape == (68, 3) and landmarks.dtype == np.float32
    x0, y0, x1, y1 = box_of(landmarks)
    assert 160 < x0 < x1 < 290 and 70 < y0 < y1 < 200
    assert landmarks[36, 0] < landmarks[45, 0], "the subject's right is the image's left"
    assert landmarks[8, 1] > landmarks[30, 1] > landmarks[27, 1]
    assert landmarks[30, 2] > landmarks[[36, 45]].max(axis=0)[2], "the nose is nearest"
    assert mouth_opening(landmarks) > 0.08, "she smiles with her teeth showing"
    assert np.abs(euler_degrees(register(landmarks[None]).quaternions)).max() < 20


def test_the_same_picture_gives_the_same_points(astronaut, detector, landmarks):
    detector.detect(astronaut[:, ::-1])
    np.testing.assert_array_equal(detector.detect(astronaut).points, landmarks)
    fresh = open_detector()
    np.testing.assert_array_equal(fresh.detect(astronaut).points, landmarks)
    fresh.close()


def test_a_small_face_is_found_by_its_box(astronaut, detector, landmarks):
    wide = np.full((1080, 1920, 3), 120, dtype=np.uint8)
    wide[300:556, 900:1156] = astronaut[::2, ::2]
    expected = landmarks[:, :2] / 2 + (900, 300)
    found = detector.detect(wide, box_of(expected))
    error = np.linalg.norm(found.points[:, :2] - expected, axis=1).mean()
    assert error < 0.08 * outer_eye_distance(expected), "a face 46 pixels wide"


def test_a_face_elsewhere_is_not_the_one_asked_for(astronaut, detector):
    assert detector.detect(astronaut, (0.0, 380.0, 90.0, 470.0)) is None
    assert detector.detect(np.full((200, 200, 3), 128, np.uint8)) is None


def test_faces_are_found_with_their_size_in_order(astronaut):
    pair = np.concatenate([astronaut, np.full_like(astronaut, 128)], axis=1)
    pair[100:448, 600:948] = cv2.resize(astronaut, (348, 348), interpolation=cv2.INTER_AREA)
    faces = MediapipeFaces()
    found = faces.find(pair)
    faces.close()
    assert len(found) == 2
    assert found[0].box[2] < 512 < found[1].box[0]
    assert min(face.score for face in found) > 0.7


def test_dlib_agrees_in_the_plane(astronaut, landmarks):
    found = open_detector("dlib").detect(astronaut, box_of(landmarks))
    assert not found.points[:, 2].any()
    inner = slice(17, 68)  # the jaw is another curve in each scheme
    apart = np.linalg.norm(found.points[inner, :2] - landmarks[inner, :2], axis=1)
    assert apart.mean() < 0.08 * outer_eye_distance(landmarks[:, :2])


@pytest.mark.slow
def test_dlib_finds_the_face_by_itself(astronaut, landmarks):
    detector = open_detector("dlib")
    found = detector.detect(astronaut)
    assert overlap(box_of(found.points), box_of(landmarks)) > 0.6
    assert detector.detect(np.zeros((200, 200, 3), np.uint8)) is None


def test_an_unknown_detector_is_named():
    with pytest.raises(UserError, match="'sfd'") as caught:
        open_detector("sfd")
    assert all(name in str(caught.value) for name in DETECTORS)


def test_missing_weights_are_asked_for_and_not_fetched(tmp_path):
    with pytest.raises(UserError, match="never downloaded") as caught:
        open_detector("face_alignment", weights=tmp_path)
    assert "3DFAN4-7835d9f11d.pth.tar" in str(caught.value) and str(tmp_path) in str(caught.value)
    with pytest.raises(UserError, match="shape_predictor_68"):
        open_detector("dlib", weights=tmp_path)
    (tmp_path / "3DFAN4-7835d9f11d.pth.tar").write_bytes(b"no weights")
    (tmp_path / "depth-2a464da4ea.pth.tar").write_bytes(b"no weights")
    with pytest.raises(UserError, match="not a weight file"):
        open_detector("face_alignment", weights=tmp_path)


def test_nothing_is_printed_by_the_native_code():
    script = (
        "import skimage.data, mit_core.faces.detectors as d; o = d.open_detector();"
        "assert o.detect(skimage.data.astronaut()) is not None; o.close()"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "" and done.stdout == ""


class _Blind:
    def detect(self, image, box=None) -> Detection | None:
        return None

    def close(self) -> None:
        pass


def test_a_portrait_with_alpha_is_seen_over_white(astronaut, detector, landmarks):
    opaque = np.full((512, 512, 1), 255, dtype=np.uint8)
    seen = find_portrait_landmarks(np.concatenate([astronaut, opaque], axis=2), "a.png", detector)
    np.testing.assert_array_equal(seen, landmarks)


def test_a_drawing_without_a_face_is_given_landmarks_by_file(tmp_path, astronaut, landmarks):
    portrait = tmp_path / "my drawing.png"
    with pytest.raises(UserError, match=r"my drawing\.landmarks\.tsv") as caught:
        portrait_landmarks(portrait, astronaut, _Blind())
    assert str(portrait) in str(caught.value)
    write_landmark_table(tmp_path / "my drawing.landmarks.tsv", landmarks)
    given = portrait_landmarks(portrait, astronaut, _Blind())
    np.testing.assert_allclose(given, landmarks, atol=1e-4)
    write_landmark_table(tmp_path / "my drawing.landmarks.tsv", landmarks * 100)
    with pytest.raises(UserError, match="outside of the 512x512 picture"):
        portrait_landmarks(portrait, astronaut, _Blind())


@pytest.mark.parametrize("clip", ["grid_s1/bbaz6p.mpg", "grid_s1/swiu4n.mpg"])
def test_grid_is_read_on_every_frame(footage, detector, clip):
    frames = list(read_frames(footage / clip))
    faces = MediapipeFaces()
    box = faces.find(frames[0])[0].box
    faces.close()
    (run,) = extract_landmarks(frames, np.tile(box, (len(frames), 1)), detector)
    assert len(run.points) == len(frames) == 75
    assert not run.interpolated.any() and run.confidence.min() > 0.8
    opening = mouth_opening(register(run.points).landmarks)
    assert opening.min() < 0.04 and opening.max() > 0.12, "a sentence opens and closes the mouth"


def test_portraits_and_paintings_are_found(footage, detector):
    from mit_core.media.image import read_image

    for name in ("monalisa2.jpg", "mulan.jpg", "statue1.jpg", "johncartoon.jpg"):
        image = read_image(footage / "portraits" / name)
        points = find_portrait_landmarks(image, name, detector)
        x0, y0, x1, y1 = box_of(points)
        assert x1 - x0 > 80 and y1 - y0 > 80 and 0 < x0 < 128 < x1 < 256, name
