"""A rendered file says that it is synthetic, and what made it; a word in its picture may, too."""

import hashlib
import re
from pathlib import Path

import av
import numpy as np
import pytest
from drawn_faces import coordinate_picture, face_landmarks

from mit_core.media.image import write_image
from mit_core.media.video import SYNTHETIC_COMMENT, read_frames
from mit_core.rendering.credits import credits_of
from mit_core.rendering.film import Settings, render_animation
from mit_core.rendering.mark import marked


def test_the_file_names_its_networks(tmp_path: Path) -> None:
    network = tmp_path / "best.pt"
    network.write_bytes(b"weights")
    words = credits_of({"content": network})
    digest = hashlib.sha256(b"weights").hexdigest()[:12]
    assert re.fullmatch(rf"mit-core [\d.a-z]+, content {digest}; \d{{4}}-\d\d-\d\d", words)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(("width", "height"), [(320, 240), (64, 512), (33, 47)])
def test_the_word_is_in_the_corner_and_nowhere_else(width: int, height: int, channels: int) -> None:
    frame = np.full((height, width, channels), 120, np.uint8)
    frame[..., 3:] = 0
    out = marked(frame, "synthetic")
    changed = np.argwhere((out != frame).any(axis=2))
    top, left = changed.min(axis=0)
    assert top >= height * 0.7 and changed.max() < max(width, height)
    assert left >= width * 0.04
    word = out[top:, left:, :3]
    # bright letters with a dark rim: read on any ground
    assert word.max() > 200 and word.min() < 60
    if channels == 4:
        assert out[..., 3].max() > 180 and out[0, 0, 3] == 0
    assert (frame[..., :3] == 120).all()  # the caller's own is left alone


def test_a_video_is_marked_where_that_is_asked_for(tmp_path: Path) -> None:
    picture, points = tmp_path / "face.png", face_landmarks(320, 320)
    write_image(picture, coordinate_picture(320, 320))
    plain, mark = (
        _film(picture, points, tmp_path / f"{name}.mp4", words)
        for name, words in (("plain", None), ("mark", "synthetic"))
    )
    difference = np.abs(plain.astype(int) - mark)
    height = plain.shape[0]
    assert difference[: height // 2].max() < 20 and difference[-height // 8 :].max() > 60
    with av.open(str(tmp_path / "mark.mp4")) as file:
        assert file.metadata["comment"] == f"{SYNTHETIC_COMMENT} mit-core 1"


def _film(picture: Path, points: np.ndarray, output: Path, words: str | None) -> np.ndarray:
    render_animation(
        *(picture, points, [points] * 3, 25, None, output),
        Settings(renderer="mesh_warp", mark=words),
        made_by="mit-core 1",
    )
    return next(iter(read_frames(output)))
