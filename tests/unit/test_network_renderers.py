"""Renderers that draw with a network: seams, detail, order, streaming."""

import cv2
import numpy as np
import pytest
import torch
from drawn_faces import face_landmarks, speak

from mit_core.errors import UserError
from mit_core.models.translation_checkpoint import TranslationCheckpoint, make_network
from mit_core.rendering import networked
from mit_core.rendering.crop import FaceCrop
from mit_core.rendering.paste import CropPaste
from mit_core.rendering.renderer import open_renderer
from mit_core.rendering.sketch import draw_sketch
from mit_core.rendering.warp import MeshWarp

SIZE = 64
SMALL = {"translation": (4, 4, 8, 8, 8, 8), "refinement": (8, 8, 16)}


def checkpoint(kind: str, changing: bool = True, points: int = 68) -> TranslationCheckpoint:
    """A small network of that kind; a refinement that is not ``changing`` adds nothing."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network = make_network(kind, SMALL[kind]).eval()
        if kind == "refinement" and changing:
            torch.nn.init.normal_(network.last.weight, std=0.3)
    return TranslationCheckpoint(kind, network, SIZE, 1.6, points)


def noise(width: int, height: int, channels: int = 3) -> np.ndarray:
    """A picture of the finest detail, smooth enough for a face's colours to be taken from it."""
    picture = np.random.default_rng(0).integers(60, 200, (height, width, channels), np.uint8)
    picture[..., 3:] = 255
    return picture


def speaking(points: np.ndarray, count: int) -> list[np.ndarray]:
    return [speak(points, 0.1 * (1 + np.sin(k))) for k in range(count)]


def test_a_refinement_that_adds_nothing_is_the_warp_at_any_size():
    image, points = noise(400, 300), face_landmarks(400, 300)
    warp = MeshWarp(image, points)
    refined = open_renderer("refinement", image, points, checkpoint("refinement", False))
    for moved in speaking(points, 2):
        assert np.array_equal(refined.render(moved), warp.render(moved))


def test_a_refinement_changes_the_face_and_leaves_fine_detail_and_surroundings():
    image, points = noise(500, 400), face_landmarks(500, 400)
    moved = speak(points, 0.1)
    warped = MeshWarp(image, points).render(moved).astype(float)
    frame = open_renderer("auto", image, points, checkpoint("refinement")).render(moved)
    change = frame.astype(float) - warped
    crop = FaceCrop.around(points, 1.6)
    x, y = int(crop.x), int(crop.y)
    assert np.abs(change[200, 220:280]).max() > 5
    assert not change[:, : x - 1].any()
    assert not change[:, x + int(crop.side) + 2 :].any()
    assert y < 0 or not change[: y - 1].any()
    # what is added is as smooth as its pixels are large: it cannot blur the portrait
    inside = (slice(180, 300), slice(200, 300))
    fine = [cv2.Laplacian(a[inside], cv2.CV_64F).std() for a in (change, warped)]
    assert fine[0] < 0.2 * fine[1]


def test_a_translation_fades_into_the_warp_at_the_crops_rim():
    image, points = noise(260, 300), face_landmarks(260, 300, size=0.3)
    moved = speak(points, 0.1)
    warped = MeshWarp(image, points).render(moved)
    frame = open_renderer("translation", image, points, checkpoint("translation")).render(moved)
    crop = FaceCrop.around(points, 1.6)
    outside = np.ones((300, 260), bool)
    x0, y0 = round(crop.x), round(crop.y)
    side = round(crop.side)
    outside[y0 : y0 + side, x0 : x0 + side] = False
    assert np.abs(frame.astype(int) - warped)[outside].max() <= 1
    middle = (slice(y0 + side // 3, y0 + 2 * side // 3), slice(x0 + side // 3, x0 + 2 * side // 3))
    fine = [cv2.Laplacian(a[middle], cv2.CV_64F).std() for a in (frame, warped)]
    assert fine[0] < 0.2 * fine[1]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("kind", ["refinement", "translation"])
def test_frames_come_in_order_and_equal_single_ones(kind, threads):
    image, points = noise(130, 150), face_landmarks(130, 150)
    renderer = open_renderer(kind, image, points, checkpoint(kind), threads)
    moved = speaking(points, 7)
    frames = list(renderer.frames(iter(moved)))
    assert len(frames) == len(moved)
    for frame, single in zip(frames, moved, strict=True):
        assert np.abs(frame.astype(int) - renderer.render(single)).max() <= 1
    assert np.abs(frames[0].astype(int) - frames[1]).max() > 5


@pytest.mark.parametrize("threads", [1, 2])
def test_landmarks_are_asked_for_as_frames_are_taken(threads):
    image, points = noise(130, 150), face_landmarks(130, 150)
    renderer = open_renderer("refinement", image, points, checkpoint("refinement"), threads)
    asked = []

    def endless():
        while True:
            asked.append(1)
            yield points

    frames = renderer.frames(endless())
    for _ in range(10):
        next(frames)
    assert len(asked) <= 10 + threads + 1
    frames.close()


@pytest.mark.parametrize("kind", ["refinement", "translation"])
def test_alpha_is_kept_and_hidden_colours_stay(kind):
    image, points = noise(200, 200, 4), face_landmarks(200, 200)
    image[:, 80:90, 3] = 0
    frame = open_renderer(kind, image, points, checkpoint(kind)).render(points)
    warped = MeshWarp(image, points).render(points)
    assert frame.shape == (200, 200, 4)
    assert np.array_equal(frame[..., 3], warped[..., 3])
    hidden = warped[..., 3] == 0
    assert hidden.any()
    assert np.array_equal(frame[hidden], warped[hidden])


def test_a_network_of_74_points_sees_its_own_sketch(monkeypatch):
    image, points = noise(200, 200), face_landmarks(200, 200)
    seen = []

    def watched(landmarks, *size):
        seen.append(len(landmarks))
        return draw_sketch(landmarks, *size)

    monkeypatch.setattr(networked, "draw_sketch", watched)
    open_renderer("auto", image, points, checkpoint("translation", points=74)).render(points)
    assert seen == [74]


def test_a_face_at_the_pictures_rim_is_drawn():
    image, points = noise(300, 300), face_landmarks(300, 300, size=0.9)
    frame = open_renderer("refinement", image, points, checkpoint("refinement")).render(points)
    assert np.abs(frame.astype(int) - image)[150, :40].max() > 2


def test_a_picture_is_pasted_where_it_was_cut():
    ramp = np.dstack([np.tile(np.arange(240, dtype=np.uint8), (200, 1))] * 3)
    crop = FaceCrop(31.3, 22.7, 130.0)
    frame = ramp.copy()
    CropPaste(crop, SIZE, 240, 200).blend(frame, crop.cut(ramp, SIZE).astype(np.float32))
    assert np.abs(frame.astype(int) - ramp)[40:140, 50:145].max() <= 1


def test_what_does_not_fit_is_said():
    image, points = noise(130, 150), face_landmarks(130, 150)
    with pytest.raises(UserError, match="train_refinement"):
        open_renderer("refinement", image, points)
    with pytest.raises(UserError, match="is for translation"):
        open_renderer("refinement", image, points, checkpoint("translation"))
    with pytest.raises(UserError, match="98 points"):
        open_renderer("auto", image, points, checkpoint("translation", points=98))


def test_a_frame_shows_what_was_drawn_as_finely_as_it_was_drawn():
    size, crop = 64, FaceCrop(30.3, 21.7, 83.0)
    drawn = np.random.default_rng(0).normal(0, 20, (size, size, 3)).astype(np.float32)
    drawn = cv2.GaussianBlur(drawn, (0, 0), 0.7)
    frame = np.full((140, 150, 3), 128, np.uint8)
    CropPaste(crop, size, 150, 140).add(frame, drawn)
    inner = slice(8, -8)
    seen = (crop.cut(frame, size).astype(np.float32) - 128)[inner, inner]
    fine = [cv2.Laplacian(a, cv2.CV_32F).std() for a in (seen, drawn[inner, inner])]
    assert 0.9 < fine[0] / fine[1] < 1.1
    assert np.abs(seen - drawn[inner, inner]).mean() < 0.1 * np.abs(drawn).mean()
