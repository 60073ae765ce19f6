"""Published puppets: read as they are, mended where files lack, moved without a fold."""

import numpy as np
import pytest
from drawn_faces import speak, turn
from drawn_puppets import HEIGHT, WIDTH, write_puppet

from mit_core.animation.portrait_face import face_of_portrait, to_image
from mit_core.errors import UserError
from mit_core.faces.portrait import portrait_landmarks
from mit_core.faces.puppet_beside import is_part_of_puppet, is_puppet, puppet_beside
from mit_core.faces.puppet_files import read_puppet
from mit_core.faces.puppet_writing import write_puppet as written_puppet
from mit_core.media.image import read_image
from mit_core.rendering.puppet import PuppetWarp, _areas


@pytest.mark.parametrize(("borders", "whole"), [(8, False), (12, False), (8, True)])
def test_files_are_read_whatever_points_their_triangles_use(tmp_path, borders, whole) -> None:
    path, opened, closed = write_puppet(tmp_path, borders, whole)
    puppet = read_puppet(path, WIDTH, HEIGHT)
    assert np.allclose(puppet.open, opened, atol=1e-3)
    assert np.allclose(puppet.closed, closed, atol=0.02)
    assert (len(puppet.used), len(puppet.rim)) == (68 if whole else 56, borders)
    covered = _areas(puppet.vertices(puppet.open)[puppet.triangles])
    assert abs(covered.sum()) == pytest.approx(np.abs(covered).sum())  # none is folded
    assert np.abs(covered).sum() == pytest.approx(WIDTH * HEIGHT, rel=1e-6)


def test_what_is_written_is_read_as_the_same_puppet(tmp_path) -> None:
    path, opened, _ = write_puppet(tmp_path)
    for file in puppet_beside(path).values():
        file.unlink()
    assert not is_puppet(path)
    files = written_puppet(path, opened, WIDTH, HEIGHT)
    assert is_puppet(path) and len(files) == 5 and set(puppet_beside(path).values()) == set(files)
    puppet = read_puppet(path, WIDTH, HEIGHT)
    assert np.allclose(puppet.open, opened, atol=1e-3)
    # what would be derived without the files
    gap = np.linalg.norm(puppet.closed[66] - puppet.closed[62])
    assert 0 < gap < 0.06 * np.linalg.norm(opened[66] - opened[62])
    covered = np.abs(_areas(puppet.vertices(puppet.open)[puppet.triangles])).sum()
    assert covered == pytest.approx(WIDTH * HEIGHT, rel=1e-6)
    frame = PuppetWarp(read_image(path), puppet).render(puppet.closed)
    assert frame.shape[:2] == (HEIGHT, WIDTH)
    with pytest.raises(UserError, match="outside of the 320x300"):
        written_puppet(path, opened + 200, WIDTH, HEIGHT)


@pytest.mark.parametrize(
    "lacking",
    [["scale_shift"], ["scale_shift", "face_open_mouth_norm"], ["delauney_tri"],
     ["face_close_mouth"]],
)  # fmt: skip
def test_what_files_lack_is_derived(tmp_path, lacking) -> None:
    path, _, closed = write_puppet(tmp_path)
    for name in lacking:
        (tmp_path / f"toon_{name}.txt").unlink()
    puppet = read_puppet(path, WIDTH, HEIGHT)
    if "face_close_mouth" in lacking:  # lips meet half way, where a jaw would have brought them
        gap = np.linalg.norm(puppet.closed[66] - puppet.closed[62])
        assert 0 < gap < 0.06 * np.linalg.norm(puppet.open[66] - puppet.open[62])
    else:
        assert np.abs(puppet.closed - closed).max() < 0.1
    covered = np.abs(_areas(puppet.vertices(puppet.open)[puppet.triangles])).sum()
    assert covered == pytest.approx(WIDTH * HEIGHT, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("face_open_mouth", "1 2 3\n" * 67, "68 rows"),
        ("face_open_mouth", "1 2 nan\n" * 68, "not finite"),
        ("face_open_mouth", "900 2 1\n" * 68, "outside of the 320x300"),
        ("face_close_mouth", "one two\n", "not a text file of numbers"),
        ("scale_shift", "0 1 2\n", "scale that is not 0"),
        ("delauney_tri", "0 1 2.5\n", "whole numbers"),
        ("delauney_tri", "0 1 90\n", "not the landmarks"),
    ],
)
def test_a_malformed_file_is_named_in_words(tmp_path, name, text, words) -> None:
    path, *_ = write_puppet(tmp_path)
    (tmp_path / f"toon_{name}.txt").write_text(text)
    with pytest.raises(UserError, match=f"(?s)toon_{name}.txt.*{words}"):
        read_puppet(path, WIDTH, HEIGHT)


def test_another_puppets_triangles_are_refused(tmp_path) -> None:
    path, *_ = write_puppet(tmp_path)
    file = tmp_path / "toon_delauney_tri.txt"
    triangles = np.loadtxt(file).astype(int)
    order = np.r_[np.random.default_rng(0).permutation(56), np.arange(56, 64)]
    np.savetxt(file, order[triangles], "%d")
    with pytest.raises(UserError, match="over one another"):
        read_puppet(path, WIDTH, HEIGHT)


def test_which_pictures_are_puppets(tmp_path) -> None:
    path, *_ = write_puppet(tmp_path)
    for name in ("toon_bg.png", "toon_anno.png", "other_bg.png"):
        (tmp_path / name).touch()
    assert puppet_beside(path)["background"].name == "toon_bg.png"
    assert [is_part_of_puppet(tmp_path / n) for n in ("toon_bg.png", "toon_anno.png")] == [True] * 2
    assert not is_part_of_puppet(tmp_path / "other_bg.png")
    assert not is_part_of_puppet(path)
    assert is_puppet(path)
    assert not puppet_beside(tmp_path / "other.png")
    (tmp_path / "toon.landmarks.tsv").touch()  # a person's own table goes first
    assert not is_puppet(path)


def test_speech_starts_from_the_closed_mouth(tmp_path) -> None:
    path, _, closed = write_puppet(tmp_path)

    points = portrait_landmarks(path, read_image(path))
    assert np.allclose(points[:, :2], closed, atol=0.02)
    assert not points[:, 2].any()


def test_render_shows_the_picture_at_its_own_points_and_closes_the_mouth(tmp_path) -> None:
    path, opened, closed = write_puppet(tmp_path)
    image = read_image(path)
    warp = PuppetWarp(image, read_puppet(path, WIDTH, HEIGHT))
    assert warp.size == (WIDTH, HEIGHT)
    same = warp.render(opened)
    assert np.abs(same.astype(int) - image).mean() < 0.6
    dark = [(f[..., 1] < 100).sum() for f in warp.frames([opened, speak(closed, 0.12), closed])]
    assert dark[0] > dark[1] > dark[2] > 10  # a shut mouth stays a line


def test_alpha_moves_with_the_puppet(tmp_path) -> None:
    path, opened, _ = write_puppet(tmp_path, alpha=True)
    image = read_image(path)
    warp = PuppetWarp(image, read_puppet(path, WIDTH, HEIGHT))
    frame = warp.render(opened + np.array([12, 0]))
    assert frame.shape == image.shape
    moved = np.argwhere(frame[..., 3] > 127)[:, 1].mean()
    assert moved == pytest.approx(np.argwhere(image[..., 3] > 127)[:, 1].mean() + 12, abs=1)


def test_nothing_folds_however_far_the_face_is_driven(tmp_path) -> None:
    path, _, closed = write_puppet(tmp_path)
    warp = PuppetWarp(read_image(path), read_puppet(path, WIDTH, HEIGHT))
    rng = np.random.default_rng(1)
    deep = np.column_stack([closed, np.zeros(68)])
    for _ in range(20):
        driven = turn(speak(deep, rng.uniform(-0.1, 0.6), blink=rng.uniform(0, 1)),
                      roll=rng.uniform(-15, 15))[:, :2]  # fmt: skip
        driven += rng.normal(0, 4, driven.shape)
        areas = _areas(warp._unfolded(warp._parted(driven))[warp._triangles])
        assert areas.min() >= 0


def test_a_drawing_with_its_nose_above_its_eyes_is_not_mirrored() -> None:
    points = np.zeros((68, 2))
    points[:17] = [[20 * k, 100 + 10 * min(k, 16 - k)] for k in range(17)]
    points[17:36] = [[160 + 3 * k, 5 + k] for k in range(19)]
    points[36:48] = [[80 + 15 * k, 60] for k in range(12)]
    points[48:] = [[100 + 6 * k, 150] for k in range(20)]
    portrait = face_of_portrait(points)
    assert portrait.quaternion[1] == portrait.quaternion[2] == 0
    assert abs(2 * np.degrees(np.arctan2(*portrait.quaternion[[3, 0]]))) < 25
    assert np.allclose(to_image(portrait.face[None], portrait)[0, :, :2], points, atol=0.2)


@pytest.mark.parametrize("name", ["bluehead.jpg", "color.jpg", "cuphead.png"])
def test_published_puppets_load_and_open_their_mouths(footage, name) -> None:
    path = footage / "portraits" / "cartoon" / name
    image = read_image(path)
    puppet = read_puppet(path, image.shape[1], image.shape[0])
    warp = PuppetWarp(image, puppet)
    assert np.abs(warp.render(puppet.open).astype(int) - image).mean() < 0.6
    shut = warp.render(puppet.closed)
    x0, y0, x1, y1 = (*puppet.open[60:].min(axis=0), *puppet.open[60:].max(axis=0))
    box = np.s_[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1]
    assert np.abs(shut[box].astype(int) - image[box]).mean() > 4
