"""Contours, skin, pose, sketch, film, and the rendered mouth detected again."""

import numpy as np
import pytest
from drawn_faces import coordinate_picture, face_landmarks, speak, turn
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from mit_core.errors import UserError
from mit_core.media.audio import write_wav
from mit_core.media.image import write_image
from mit_core.media.video import read_frames
from mit_core.rendering import contours, film
from mit_core.rendering.head_pose import HeadPose
from mit_core.rendering.renderer import open_renderer
from mit_core.rendering.sketch import draw_sketch
from mit_core.rendering.skin import spread


@given(
    st.sampled_from([contours.UPPER_INNER, contours.LOWER_OUTER, contours.JAW]), st.integers(1, 6)
)
def test_spline_passes_through_its_points_and_keeps_lines(run, steps):
    matrix = contours.spline_matrix(run, steps)
    assert matrix.sum(axis=1) == pytest.approx(np.ones(len(matrix)))
    assert (matrix[::steps] == np.eye(68)[list(run)]).all()
    line = np.zeros((68, 2))
    line[list(run)] = np.outer(np.arange(len(run)), [3.0, -1.0]) + 7
    even = np.linspace(line[run[0]], line[run[-1]], len(matrix))
    assert matrix @ line == pytest.approx(even)


def test_skin_moves_as_one_where_nothing_holds_it_and_not_across_a_cut():
    x, y = np.meshgrid(np.linspace(0, 1, 13), np.linspace(0, 1, 13))
    grid = np.column_stack([x.ravel(), y.ravel()])
    grid = grid[np.argsort(np.abs(grid[:, 1] - 0.5), kind="stable")]  # the middle row first
    triangles = Delaunay(grid).simplices
    free = np.zeros(len(grid), bool)
    rows = np.ones((13, 1))
    together = spread(grid, triangles, rows, free, 0.3)
    assert together == pytest.approx(np.ones_like(together))
    # cut below the middle row: what lies below no longer hears of it
    below = grid[:, 1] > 0.5 + 1e-9
    whole = triangles[~(below[triangles].any(axis=1) & ~below[triangles].all(axis=1))]
    held = below & (grid[:, 1] > 0.99)
    parted = spread(grid, whole, rows, held, 0.3)
    assert parted[below] == pytest.approx(np.zeros((below.sum(), 1)), abs=1e-9)
    assert parted[~below] == pytest.approx(np.ones(((~below).sum(), 1)))


@given(st.floats(-15, 15), st.floats(-12, 12), st.floats(-15, 15), st.floats(-20, 20))
def test_pose_of_a_turned_head_tells_where_its_hair_goes(yaw, pitch, roll, shift):
    points = face_landmarks(300, 300)
    crown = points[27] + np.array([0, -60.0, -50.0])
    turned = turn(np.vstack([points, crown]), yaw, pitch, roll) + shift
    pose = HeadPose(points)
    fitted = pose.fit(turned[:68])
    moved = pose.basis(crown[None]) @ fitted
    assert moved[0] == pytest.approx((turned[68] - crown)[:2], abs=2.5)


def test_speech_and_blinks_do_not_turn_the_head():
    points = face_landmarks(300, 300)
    assert HeadPose(points).fit(speak(points, 0.3, 0.8, 1.0)) == pytest.approx(np.zeros((4, 2)))


@pytest.mark.parametrize(
    "name, allowed", [("vis68", 0), ("vis68_offframe", 1), ("vis74", 0), ("vis98", 0)]
)
def test_sketch_equals_the_published_one(reference, name, allowed):
    # Off the frame OpenCV's versions clip thick lines a pixel apart.
    published = np.load(reference / "drawing" / f"{name}.npz")
    drawn = draw_sketch(published["points_int"].astype(np.float32))
    different = (drawn[..., ::-1] != published["image_bgr"]).any(axis=2)
    assert different.sum() <= allowed
    assert (drawn != 255).any()


def test_sketch_of_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="68, 74 or 98"):
        draw_sketch(np.zeros((70, 2)))


def test_film_has_every_frame_and_the_sound(tmp_path):
    image = coordinate_picture(121, 150)
    alpha = np.full((150, 121, 1), 255, np.uint8)
    alpha[:, :10] = 0
    write_image(tmp_path / "그림 1.png", np.dstack([image, alpha]))
    audio = 0.1 * np.sin(np.arange(6400) / 5).astype(np.float32)
    write_wav(tmp_path / "a.wav", audio, 16000)
    points = face_landmarks(121, 150)
    frames = [speak(points, 0.2 * k / 9) for k in range(10)]
    count = film.render_animation(
        tmp_path / "그림 1.png", points, iter(frames), 25, tmp_path / "a.wav", tmp_path / "o.mp4"
    )
    shown = list(read_frames(tmp_path / "o.mp4"))
    assert count == len(shown) == 10
    assert shown[0].shape == (150, 122, 3)  # H.264 takes even sizes
    assert shown[0][:, :8].mean() > 245  # white where the portrait was transparent
    assert np.abs(shown[0].astype(int) - shown[9]).max() > 40


def test_film_settings_and_renderer_names_are_checked():
    with pytest.raises(UserError, match=r"render\.crf"):
        film.Settings(crf=99)
    with pytest.raises(UserError, match="#rrggbb"):
        film.Settings(background="white")
    with pytest.raises(UserError, match=r"render\.container.*webm"):
        film.Settings(container="avi")
    with pytest.raises(UserError, match="mesh_warp"):
        open_renderer("magic", coordinate_picture(99, 99), face_landmarks(99, 99))


def test_rendered_mouth_detected_again_follows_the_driven_one():
    from mit_core.demo.portrait import actor
    from mit_core.faces.detectors import open_detector
    from mit_core.faces.mouth import mouth_opening

    portrait = actor(256)
    warp = open_renderer("mesh_warp", portrait.image, portrait.landmarks)
    rng = np.random.default_rng(3)
    openings = np.convolve(rng.uniform(-0.15, 0.2, 34), np.ones(3) / 3, "valid")
    driven = np.array(
        [
            turn(speak(portrait.landmarks, o), 4 * np.sin(k / 5), 2 * np.sin(k / 3))
            for k, o in enumerate(openings.clip(-0.09))
        ]
    )
    detector = open_detector("mediapipe")
    try:
        found = [detector.detect(warp.render(points)) for points in driven]
    finally:
        detector.close()
    assert all(found)
    seen = mouth_opening(np.array([detection.points for detection in found]))
    wanted = mouth_opening(driven)
    assert np.corrcoef(wanted, seen)[0, 1] >= 0.95
    for lag in (-1, 1):
        assert np.corrcoef(np.roll(wanted, lag)[1:-1], seen[1:-1])[0, 1] < 0.95
