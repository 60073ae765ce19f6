"""Detectors learn from footage and from a handful of drawings."""

import json

import numpy as np
import pytest
import torch
from drawn_faces import coordinate_picture, face_landmarks
from face_drawings import face_drawing
from hypothesis import given
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.faces.boxes import box_of
from mit_core.faces.detectors import open_detector
from mit_core.faces.landmark_table import write_landmark_table
from mit_core.faces.points import outer_eye_distance
from mit_core.faces.scheme import MIRRORED
from mit_core.media.image import write_image
from mit_core.models.awing import AwingDims, AwingNetwork
from mit_core.models.awing_checkpoint import AwingCheckpoint, load_awing
from mit_core.models.heatmaps import fine_peaks, quarter_peaks
from mit_core.training import loop
from mit_core.training.detector import train_detector
from mit_core.training.detector_augmentation import cut_face, recoloured
from mit_core.training.detector_settings import DetectorSettings
from mit_core.training.detector_targets import target_heatmaps
from mit_core.training.detector_validation import normalised_errors
from mit_core.training.footage import Footage
from mit_core.training.marked_faces import drawings_in, faces_of_drawings, faces_of_footage

SMALL = {"width": 16, "size": 64, "batch_size": 4}


def write_drawings(folder, numbers):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        image, points = face_drawing(number)
        write_image(folder / f"drawing {number:02}.png", image)
        write_landmark_table(folder / f"drawing {number:02}.landmarks.tsv", points)
    return drawings_in(folder)


@pytest.fixture(scope="module")
def drawings(tmp_path_factory):
    return write_drawings(tmp_path_factory.mktemp("drawings"), range(6))


def clips_of_drawings(monkeypatch, lengths):
    """Footage whose frames are drawings."""
    starts = np.cumsum([0, *lengths])
    made = [face_drawing(number) for number in range(starts[-1])]

    def frames(self, index, start=0, stop=None):
        first = starts[index]
        yield from (made[k][0] for k in range(first + start, first + stop))

    monkeypatch.setattr(Footage, "frames", frames)
    return Footage(
        videos=("",) * len(lengths),
        starts=(0,) * len(lengths),
        landmarks=np.stack([points for _, points in made]).astype(np.float32),
        offsets=starts.astype(np.int64),
        speakers=tuple("abc"[: len(lengths)]),
        names=tuple("xyz"[: len(lengths)]),
        digest="d",
    ), made


def test_mirror_pairs_are_the_other_side_of_the_face():
    assert [MIRRORED[each] for each in MIRRORED] == list(range(68))
    face = face_landmarks(200, 200)[:, :2]
    mirrored = face * (-1, 1) + (199, 0)
    apart = np.linalg.norm(mirrored[list(MIRRORED)] - face, axis=1) / outer_eye_distance(face)
    assert apart.max() < 0.1


@given(st.floats(6, 56), st.floats(6, 56))
def test_peaks_of_the_targets_are_where_the_points_are(x, y):
    points = np.tile([[[x, y]]], (1, 68, 1))
    truth = target_heatmaps(points, 64)
    assert truth.shape == (1, 69, 16, 16) and truth.min() >= 0 and truth.max() <= 1
    found, heights = fine_peaks(truth[:, :-1])
    np.testing.assert_allclose(found[0], points[0], atol=0.02)
    assert heights.min() > 0.8
    # the published way rounds to a quarter of the heatmap's pixels, and lies half a pixel off
    rough, _ = quarter_peaks(truth[:, :-1])
    assert np.abs(rough[0].numpy() - 0.5 - points[0]).max() <= 1.01


def test_published_peaks_are_the_published_arithmetic():
    heatmaps = torch.zeros(1, 1, 64, 64)
    heatmaps[0, 0, 20, 30], heatmaps[0, 0, 20, 31], heatmaps[0, 0, 19, 30] = 3.0, 2.0, 1.0
    found, heights = quarter_peaks(heatmaps)
    # counted from 1: (31 + 1/4 - 1/2) * 4 and (21 - 1/4 - 1/2) * 4
    assert found[0, 0].tolist() == [123.0, 81.0] and heights.item() == 3.0


def test_the_outline_is_a_ridge_through_the_points():
    face = face_landmarks(128, 128)[:, :2]
    outline = target_heatmaps(face[None], 128)[0, -1].numpy()
    places = np.rint((face - 1.5) / 4).astype(int)
    assert outline[places[:, 1], places[:, 0]].min() > 0.5
    assert outline[0, 0] < 0.01 and outline[16, 16 - 8] < 0.5


@given(st.integers(0, 10**6))
def test_a_moved_face_keeps_its_points(seed):
    # red and green tell where a pixel came from
    picture = coordinate_picture(200, 200)
    face = face_drawing(3)[1][:, :2]
    shown, moved = cut_face(picture, face, 128, 1.5, np.random.default_rng(seed))
    inside = ((moved > 2) & (moved < 125)).all(axis=1)
    assert inside.mean() > 0.5
    pixels = np.rint(moved[inside]).astype(int)
    seen = shown[pixels[:, 1], pixels[:, 0]].astype(float)
    # mirrored faces have their points' names exchanged, else they would lie on the other side
    jaw = moved[16] - moved[0]
    turn = np.cross(jaw, moved[8] - moved[0])
    assert turn > 0, "the chin lies below the jaw's ends, seen from its first to its last point"
    expected = [face[inside], face[list(MIRRORED)][inside]]
    assert min(np.abs(seen[:, :2] - each).max() for each in expected) < 3


def test_a_face_is_mirrored_half_of_the_time():
    picture, face = coordinate_picture(200, 200), face_drawing(3)[1][:, :2]
    rights = []
    for seed in range(40):
        shown, moved = cut_face(picture, face, 128, 1.2, np.random.default_rng(seed))
        x, y = np.rint(moved[36]).astype(int)
        rights.append(abs(float(shown[y, x, 0]) - face[36, 0]) < 4)
    assert 8 < sum(rights) < 32


def test_recoloured_pictures_are_pictures():
    image, _ = face_drawing(1)
    rng = np.random.default_rng(0)
    for drawn_look in (0.0, 1.0):
        for _ in range(8):
            changed = recoloured(image, drawn_look, rng)
            assert changed.shape == image.shape and changed.dtype == np.uint8
            assert changed.std() > 5


def test_faces_are_cut_with_their_points(monkeypatch, drawings):
    footage, made = clips_of_drawings(monkeypatch, (5, 4))
    faces = faces_of_footage(footage, 3, 160)
    assert len(faces) == 3 and faces.crops.shape == (3, 160, 160, 3)
    assert faces.speakers == ("a", "a", "b") and faces.hours == footage.hours
    for number, crop, points in zip((0, 4, 8), faces.crops, faces.points, strict=True):
        image, whole = made[number]
        ratio = np.ptp(points[:, 0]) / np.ptp(whole[:, 0])
        assert np.ptp(points, axis=0).max() == pytest.approx(160 / 2.4, rel=0.03)
        at, there = np.rint(points[33]).astype(int), np.rint(whole[33, :2]).astype(int)
        near = crop[at[1] - 2 : at[1] + 3, at[0] - 2 : at[0] + 3].mean()
        size = max(round(2 / ratio), 1)
        patch = image[there[1] - size : there[1] + size + 1, there[0] - size : there[0] + size + 1]
        assert near == pytest.approx(patch.mean(), abs=30)
    drawn = faces_of_drawings(drawings, 96)
    assert drawn.speakers[0] == "drawing 00" and drawn.digest != faces.digest
    assert len(drawn + drawn) == 12 and len(drawn.only([2])) == 1


def test_checkpoint_is_kept_and_read_as_a_backend(tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = AwingNetwork(AwingDims(68, 1, 16)).eval()
    kept = AwingCheckpoint(model, 64, 1.4, settings={"a": 1})
    kept.save(tmp_path / "best.pt")
    known = load_awing(tmp_path / "best.pt")
    assert (known.size, known.margin, known.points, known.fine) == (64, 1.4, 68, True)
    image, points = face_drawing(0)
    crop = cut_face(image, points[:, :2], 64, 1.4)[0][None]
    np.testing.assert_array_equal(known.read(crop)[0], kept.read(crop)[0])
    # as published: bare, under state_dict, and with several GPUs' prefix
    for name, content in (
        ("bare.pth", model.state_dict()),
        ("wrapped.pth", {"state_dict": model.state_dict(), "epoch": 3}),
        ("gpus.pth", {"state_dict": {f"module.{k}": v for k, v in model.state_dict().items()}}),
    ):
        torch.save(content, tmp_path / name)
        foreign = load_awing(tmp_path / name)
        assert foreign.model.dims == model.dims and (foreign.size, foreign.fine) == (256, False)
    torch.save({"state_dict": {"x": torch.zeros(2)}}, tmp_path / "other.pth")
    with pytest.raises(UserError, match="WFLW_4HG"):
        load_awing(tmp_path / "other.pth")
    with pytest.raises(UserError, match="one file"):
        open_detector("adaptive_wing", weights=tmp_path)


def test_a_98_point_network_gives_68(tmp_path):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.save(AwingNetwork(AwingDims(98, 1, 16)).state_dict(), tmp_path / "w.pth")
    detector = open_detector("adaptive_wing", weights=tmp_path / "w.pth")
    found = detector.read(face_drawing(0)[0], (0.0, 0.0, 200.0, 200.0))
    assert found is None or found[0].shape == (98, 2)
    detection = detector.detect(np.full((64, 64, 3), 200, np.uint8))
    assert detection is None or detection.points.shape == (68, 3)
    detector.close()


def test_a_detector_learns_from_drawings_alone(tmp_path, drawings):
    settings = DetectorSettings(
        width=32, size=64, batch_size=4, steps=300, learning_rate=6e-3, validate_every=150
    )
    result = train_detector(None, None, drawings, tmp_path / "run", settings)
    history = (tmp_path / "run" / "history.csv").read_text().splitlines()
    assert "val_nme_drawings" in history[0] and len(history) == 3
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["kind"] == "detector" and record["clips"] == 5

    # drawings that were never shown, of the same hand; the same face put on each is .22 off
    detector = open_detector("adaptive_wing", weights=result.best)
    errors = []
    for image, points in map(face_drawing, range(70, 76)):
        found = detector.detect(image, box_of(points))
        assert not found.points[:, 2].any() and 0 < found.confidence <= 1
        errors.append(normalised_errors(found.points[:, :2], points[:, :2]))
    detector.close()
    assert np.mean(errors) < 0.17


def test_a_run_that_was_cut_off_ends_equal(tmp_path, drawings, monkeypatch):
    footage, _ = clips_of_drawings(monkeypatch, (4, 3))
    every = {"validate_every": 2, "checkpoint_every": 2, **SMALL}
    whole = train_detector(
        footage, footage, drawings[:2], tmp_path / "a", DetectorSettings(steps=4, **every)
    )
    asked = iter([False, False, True])
    original = loop.launch
    monkeypatch.setattr(
        loop, "launch", lambda on, run: original(on, lambda fabric, _: run(fabric, asked.__next__))
    )
    with pytest.raises(SystemExit):
        train_detector(
            footage, footage, drawings[:2], tmp_path / "b", DetectorSettings(steps=4, **every)
        )
    monkeypatch.setattr(loop, "launch", original)
    again = train_detector(
        footage, footage, drawings[:2], tmp_path / "b", DetectorSettings(steps=4, **every)
    )
    assert {"val_nme_footage", "val_nme_drawings_shown"} <= set(again.measures)
    measures = load_awing(again.best).measures
    assert set(measures) == {"nme_footage", "nme_drawings_shown", "score"}
    first, second = (load_awing(result.last).model.state_dict() for result in (whole, again))
    assert all(torch.equal(value, second[key]) for key, value in first.items())


def test_a_run_begins_with_its_initial_checkpoint(tmp_path, drawings):
    with torch.random.fork_rng():
        torch.manual_seed(5)
        model = AwingNetwork(AwingDims(68, 2, 16)).eval()
    AwingCheckpoint(model, 64, 1.2).save(tmp_path / "given.pt")
    settings = DetectorSettings(
        initial=str(tmp_path / "given.pt"), steps=1, learning_rate=1e-6, batch_size=2
    )
    result = train_detector(None, None, drawings[:3], tmp_path / "run", settings)
    made = load_awing(result.best)
    assert (made.size, made.margin, made.model.dims) == (64, 1.2, model.dims)
    for key, value in model.named_parameters():
        torch.testing.assert_close(made.model.get_parameter(key), value, atol=1e-4, rtol=0)


def test_wrong_inputs_are_named(tmp_path, drawings):
    with pytest.raises(UserError, match="nothing to train a detector on"):
        train_detector(None, None, [], tmp_path, DetectorSettings(**SMALL))
    with pytest.raises(UserError, match="multiple of 64"):
        DetectorSettings(size=100)
    with pytest.raises(UserError, match="hourglass"):
        DetectorSettings(width=40)
    torch.save(AwingNetwork(AwingDims(98, 1, 16)).state_dict(), tmp_path / "98.pth")
    with pytest.raises(UserError, match="98 landmarks"):
        settings = DetectorSettings(initial=str(tmp_path / "98.pth"), **SMALL)
        train_detector(None, None, drawings, tmp_path, settings)
    write_landmark_table(tmp_path / "one.landmarks.tsv", np.ones((68, 2)))
    write_image(tmp_path / "one.png", face_drawing(0)[0])
    with pytest.raises(UserError, match="all landmarks lie in one place"):
        faces_of_drawings([tmp_path / "one.png"], 64)
