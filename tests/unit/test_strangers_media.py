"""Portraits and recordings of strangers, whatever their headers say."""

import itertools
import subprocess

import pytest
from fuzz.make_seeds import SEEDS
from fuzz.media_seeds import wav

from mit_core.errors import ClipError, UserError
from mit_core.media.audio import read_audio
from mit_core.media.image import read_image

PICTURES = "Strangers' files: portraits and recordings with hostile headers"


@pytest.mark.survives(PICTURES)
def test_a_picture_is_never_handed_to_a_program(tmp_path, monkeypatch):
    """PIL reads PostScript by Ghostscript, whatever the file is called."""
    path = tmp_path / "me.png"
    program = "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    path.write_text(program)
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda *a, **_: started.append(a))
    monkeypatch.setattr(subprocess, "check_call", lambda *a, **_: started.append(a))
    with pytest.raises(UserError, match=r"me\.png is not a picture"):
        read_image(path)
    assert not started


@pytest.mark.survives(PICTURES)
def test_broken_notes_beside_a_picture_do_not_cost_it(tmp_path, survival):
    names = ("no_turn", "far_turn")
    survival.tried(len(names))
    for name in names:
        path = tmp_path / f"{name}.jpg"
        path.write_bytes((SEEDS / "picture" / name).read_bytes())
        assert read_image(path).shape in ((2, 4, 3), (4, 2, 3))
    turned = tmp_path / "turned.jpg"
    turned.write_bytes((SEEDS / "picture" / "good_turned").read_bytes())
    assert read_image(turned).shape == (4, 2, 3)


@pytest.mark.survives(PICTURES)
@pytest.mark.parametrize(
    ("rate", "channels", "bits"),
    [*itertools.product((0, 1, 16_000, 2**32 - 1), (0, 1, 33, 65_535), (0, 16, 65_535))],
)
def test_any_wav_header_ends_in_sound_or_in_words(tmp_path, rate, channels, bits):
    path = tmp_path / "a.wav"
    path.write_bytes(wav(rate, channels, bits))
    try:
        assert read_audio(path).ndim == 1
        assert (rate, bits) == (16_000, 16)
    except ClipError as error:
        assert "a.wav" in error.reason
