"""Tracking and landmark runs, with faces whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mit_core.errors import ClipError
from mit_core.faces.boxes import FoundFace, area, overlap, square_crop
from mit_core.faces.detectors import Detection
from mit_core.faces.landmarks import LandmarkSettings, extract_landmarks, runs_of
from mit_core.faces.standard_face import standard_face
from mit_core.faces.tracks import FaceTracker, Track


def painted(number: int) -> np.ndarray:
    """A picture that carries its own frame number."""
    frame = np.full((60, 80, 3), 90, dtype=np.uint8)
    frame[0, 0] = number % 256, number // 256, 0
    return frame


def number_of(frame: np.ndarray) -> int:
    return int(frame[0, 0, 0]) + 256 * int(frame[0, 0, 1])


def track_all(truth, n_frames, step=5, frame_at=painted):
    looked = []

    def find(frame):
        looked.append(number_of(frame))
        return [FoundFace(box, score) for box, score in truth(number_of(frame))]

    tracker = FaceTracker(find, step=step)
    for number in range(n_frames):
        tracker.see(frame_at(number))
    return tracker.finish(), looked


@given(
    first=st.integers(0, 60),
    length=st.integers(1, 80),
    after=st.integers(0, 30),
    step=st.integers(1, 7),
)
def test_a_track_begins_and_ends_on_the_right_frame(first, length, after, step):
    def truth(number):
        here = first <= number < first + length
        return [((10.0 + number / 10, 10.0, 40.0 + number / 10, 40.0), 0.9)] if here else []

    tracks, _ = track_all(truth, first + length + after, step)
    # a face that is gone before the next search and was not there at the last may be missed
    if length > step:
        assert [(track.start, track.end) for track in tracks] == [(first, first + length)]
        frames = np.arange(first, first + length)
        np.testing.assert_allclose(tracks[0].boxes_at(frames)[:, 0], 10 + frames / 10, atol=1e-9)


def test_quiet_footage_is_searched_at_every_step_alone():
    _, looked = track_all(lambda number: [((10.0, 10.0, 40.0, 40.0), 0.9)], 101)
    assert looked == list(range(0, 101, 5))


def test_two_faces_keep_their_tracks():
    def truth(number):
        left = ((2.0 + number / 20, 10.0, 22.0 + number / 20, 30.0), 0.9)
        right = ((45.0, 10.0, 70.0, 35.0), 0.9)
        return [left, right] if number % 2 else [right, left]

    tracks, _ = track_all(truth, 60)
    assert len(tracks) == 2
    for track in tracks:
        assert np.ptp(np.array(track.boxes)[:, 0]) < 4
        assert (track.start, track.end) == (0, 60)


def test_a_short_loss_is_bridged_and_weak_scores_are_overlooked():
    def truth(number):
        face = ((10.0, 10.0, 40.0, 40.0), 0.9)
        ghost = ((50.0, 40.0, 60.0, 50.0), 0.4)
        return [ghost] if 20 <= number < 28 else [face, ghost]

    tracks, _ = track_all(truth, 60)
    assert [(track.start, track.end) for track in tracks] == [(0, 60)]
    tracks, _ = track_all(lambda n: [] if 20 <= n < 45 else truth(0), 60)
    assert [(track.start, track.end) for track in tracks] == [(0, 20), (45, 60)]


def test_motion_tells_a_still_from_a_moving_face():
    def moving(number):
        frame = painted(number)
        frame[12:38, 12:38] = 90 + 60 * (number // 5 % 2)
        return frame

    face = [((10.0, 10.0, 40.0, 40.0), 0.9)]
    still, _ = track_all(lambda number: face, 40)
    lively, _ = track_all(lambda number: face, 40, frame_at=moving)
    assert np.nanmax(still[0].motion) == 0
    assert np.nanpercentile(lively[0].motion, 50) > 30


def test_part_of_a_track():
    track = Track([0, 5, 10], [(0.0, 0.0, 1.0, 1.0)] * 3, [float("nan"), 1.0, 2.0])
    part = track.within(3, 10)
    assert part is not None and part.frames == [5] and part.motion == [1.0]
    assert track.within(6, 9) is None


def test_boxes_overlap_by_their_shared_part():
    assert overlap((0, 0, 2, 2), (1, 1, 3, 3)) == pytest.approx(1 / 7)
    assert overlap((0, 0, 1, 1), (2, 2, 3, 3)) == 0
    assert area((3, 3, 1, 5)) == 0


@given(x=st.floats(-30, 90), y=st.floats(-30, 70), side=st.floats(5, 300), margin=st.floats(1, 3))
def test_points_go_into_a_crop_and_back(x, y, side, margin):
    image = np.zeros((60, 80, 3), dtype=np.uint8)
    crop = square_crop(image, (x, y, x + side, y + side / 2), margin, largest=128)
    assert crop.image.shape[0] == crop.image.shape[1] <= 128 or crop.scale == 1
    inner = crop.to_crop((x, y, x + side, y + side / 2))
    corners = np.array([(*inner[:2], 1.0), (*inner[2:], 2.0)], dtype=np.float32)
    back = crop.to_picture(corners)
    np.testing.assert_allclose(back[0, :2], (x, y), atol=1e-3)
    np.testing.assert_allclose(back[1, :2], (x + side, y + side / 2), atol=1e-3)
    np.testing.assert_allclose(back[:, 2], np.array([1, 2]) * crop.scale, rtol=1e-5)


def test_a_crop_shows_what_is_there_and_black_beyond():
    image = np.zeros((60, 80, 3), dtype=np.uint8)
    image[:10, :10] = 200
    crop = square_crop(image, (-5, -5, 5, 5), margin=2.0)
    assert crop.image.shape == (20, 20, 3)
    assert (crop.image[10:, 10:] == 200).all() and crop.image[:10].max() == 0


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.integers(0, 6), st.integers(1, 20))
def test_runs_are_filled_cut_and_complete(found, max_gap, min_frames):
    frames = len(found)
    truth = np.arange(frames, dtype=np.float32)[:, None, None] * np.ones((1, 68, 3), np.float32)
    seen = np.array(found)
    points = np.where(seen[:, None, None], truth, -99).astype(np.float32)
    settings = LandmarkSettings(max_gap, 0.5, min_frames)
    runs = runs_of(points, seen.astype(np.float32), settings)
    covered = np.zeros(frames, dtype=int)
    for run in runs:
        span = slice(run.start, run.start + len(run.points))
        covered[span] += 1
        assert len(run.points) >= min_frames
        np.testing.assert_allclose(run.points, truth[span], atol=1e-4)
        np.testing.assert_array_equal(run.interpolated, ~seen[span])
        assert seen[span][0] and seen[span][-1]
        gaps = "".join("x" if here else "-" for here in seen[span]).split("x")
        assert max(map(len, gaps)) <= max_gap
    assert covered.max(initial=0) <= 1
    if seen.all() and frames >= min_frames:
        assert covered.all()


class _Scripted:
    """Finds the standard face in the box with the confidences it was given."""

    def __init__(self, confidences):
        self._left = list(confidences)

    def detect(self, image, box=None):
        confidence = self._left.pop(0)
        if confidence is None:
            return None
        return Detection(
            (standard_face() * 20 + (box[0], box[1], 0)).astype(np.float32), confidence
        )

    def close(self):
        pass


def test_unsure_frames_are_filled_from_their_neighbours():
    confidences = [0.9] * 10 + [None, 0.2, None] + [0.9] * 10
    boxes = np.arange(23.0)[:, None] * np.ones(4)
    frames = (painted(number) for number in range(23))
    (run,) = extract_landmarks(frames, boxes, _Scripted(confidences))
    assert run.interpolated.sum() == 3 and len(run.points) == 23
    np.testing.assert_allclose(run.points[:, 0, 0], boxes[:, 0] - 16, atol=1e-3)
    assert run.confidence[11] == 0


def test_a_face_that_is_never_read_is_a_verdict():
    frames = [painted(number) for number in range(20)]
    with pytest.raises(ClipError, match="0 of 20 frames") as caught:
        extract_landmarks(frames, np.zeros((20, 4)), _Scripted([None] * 20))
    assert caught.value.verdict == "no_landmarks"


def test_frames_and_boxes_must_agree():
    with pytest.raises(ValueError, match="zip"):
        extract_landmarks([painted(0)], np.zeros((2, 4)), _Scripted([0.9, 0.9]))
