import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mit_core.rendering.crop import FaceCrop


def gradient(width: int, height: int) -> np.ndarray:
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    return np.dstack([x, y, 0 * x]).astype(np.uint8)


@given(st.floats(40, 90), st.floats(40, 90), st.floats(20, 80), st.sampled_from([32, 64, 128]))
def test_a_crop_shows_each_point_where_it_says(x, y, side, size):
    crop = FaceCrop(x, y, side)
    cut = crop.cut(gradient(250, 200), size).astype(float)
    points = np.array([[x + 0.3 * side, y + 0.3 * side], [x + 0.7 * side, y + 0.5 * side]])
    for point, (column, row) in zip(points, crop.to_crop(points, size), strict=True):
        seen = cut[round(row), round(column), :2]
        assert np.abs(seen - point).max() < 0.5 * side / size + 1.1


def test_a_crop_of_whole_pixels_is_the_picture_itself():
    image = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    assert np.array_equal(FaceCrop(10, 20, 64).cut(image, 64), image[20:84, 10:74])


def test_a_face_at_the_rim_is_mirrored_there():
    image = gradient(100, 100)
    cut = FaceCrop(-10, -10, 60).cut(image, 60)
    assert cut.shape == (60, 60, 3)
    assert np.array_equal(cut[10:, 10:], image[:50, :50])
    assert cut[10, 9, 0] == 1


def test_the_square_holds_the_face_with_room():
    points = np.random.default_rng(1).uniform([50, 80], [150, 200], (68, 2))
    crop = FaceCrop.around(points)
    inside = crop.to_crop(points, 100)
    assert inside.min() > 5
    assert inside.max() < 95
    assert crop.side == pytest.approx(1.4 * np.ptp(points, axis=0).max())
