"""Networks used from Python: the same as the workflow's scripts, and clear words for mistakes."""

import logging
import os
import runpy
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
import yaml
from autovc_makers import checkpoint as autovc_checkpoint
from drawn_puppets import write_puppet
from network_makers import SPEAKERS, write_networks, write_portrait, write_speech

import mit_core
from mit_core.animation.animation import load_animation
from mit_core.demo.portrait import demo_portrait
from mit_core.errors import UserError
from mit_core.media.video import SYNTHETIC_COMMENT, count_frames, read_frames
from mit_core.speaking import head as speaking_head
from mit_core.speaking.film import Film
from mit_core.speaking.networks import find_networks

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
OUTPUTS = "Commands: outputs that are there already, or are the inputs themselves"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A results folder, a portrait and a recording."""
    folder = tmp_path_factory.mktemp("speaking")
    converter = autovc_checkpoint()
    results = write_networks(
        folder / "results", drawing=("refinement", "translation"), feature="mel"
    )
    heard = f"autovc:{converter.digest}"
    write_networks(results, run="converted", drawing=(), feature=heard)
    converter.save(results / "models" / "autovc" / "default" / "best.pt")
    demo_portrait(folder / "me.png")
    return SimpleNamespace(
        results=results,
        photo=folder / "me.png",
        portrait=write_portrait(folder / "marked.png"),
        speech=write_speech(folder / "speech.wav"),
    )


@pytest.fixture(scope="module")
def head(made):
    return mit_core.load(made.results)


@pytest.fixture(scope="module")
def face(head, made):
    return head.portrait(made.portrait)


@pytest.fixture(scope="module")
def heard(head, made):
    return head.speech(made.speech)


def script(name, log, **job):
    """Run one of the workflow's scripts as Snakemake does."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    given = {"config": CONFIG, "params": SimpleNamespace(), "log": [str(log)], **job}
    try:
        runpy.run_path(
            str(ROOT / "workflow_scripts" / f"{name}.py"),
            init_globals={"snakemake": SimpleNamespace(**given)},
        )
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.mark.parametrize("run", ["default", "converted"])
def test_landmarks_are_those_of_the_workflows_scripts(made, tmp_path, run):
    models = made.results / "models"
    files = {name: tmp_path / f"{name}.npz" for name in ("points", "speech", "moved")}
    feature, converter = tmp_path / "feature.npy", models / "autovc" / "default" / "best.pt"
    script(
        "portrait",
        tmp_path / "log",
        params=SimpleNamespace(
            image=str(made.photo), settings={"detector": "mediapipe", "weights": None}
        ),
        input=SimpleNamespace(drawings=[]),
        output=[str(files["points"])],
    )
    script(
        "driving_speech",
        tmp_path / "log",
        params=SimpleNamespace(
            audio=str(made.speech),
            settings=CONFIG["speech"],
            feature="mel" if run == "default" else "autovc",
        ),
        input=SimpleNamespace(converter=[] if run == "default" else str(converter)),
        output=SimpleNamespace(speech=str(files["speech"]), feature=str(feature)),
    )
    others = ("portraits", "speech", "drawings_detector")
    chosen = {key: value for key, value in CONFIG["animate"].items() if key not in others}
    chosen |= {"style": SPEAKERS[1], "amp_lip_y": 1.5, "seed": 3}
    script(
        "animate_landmarks",
        tmp_path / "log",
        params=SimpleNamespace(settings=chosen),
        input=SimpleNamespace(
            speech=str(files["speech"]),
            feature=str(feature),
            content=str(models / "content" / run / "best.pt"),
            portrait=str(files["points"]),
            speaker=str(models / "speaker" / run / "best.pt"),
        ),
        output=[str(files["moved"])],
    )
    expected = load_animation(files["moved"])
    head = mit_core.load(made.results, run)
    given = head.portrait(made.photo), head.speech(made.speech)
    got = head.move(*given, style=SPEAKERS[1], amp_lip_y=1.5, seed=3)
    # the portrait's table keeps six decimals
    np.testing.assert_allclose(got.landmarks, expected.landmarks, atol=1e-3)
    np.testing.assert_allclose(got.mouth_opening, expected.mouth_opening, atol=1e-5)
    np.testing.assert_allclose(got.portrait, expected.portrait, atol=1e-3)
    assert got.fps == expected.fps
    # it is these choices that did it
    plain = head.move(*given).landmarks
    assert np.abs(plain - expected.landmarks).max() > 0.1


def test_a_film_has_its_frames_its_sound_and_what_made_it(head, made, tmp_path):
    watched = []
    film = head.animate(
        *(made.portrait, made.speech, tmp_path / "talk.mp4"),
        watch=lambda *counts: watched.append(counts),
        renderer="refinement",
        fps=20,
    )
    assert film.path == tmp_path / "talk.mp4" and film.seconds == pytest.approx(1.2)
    assert count_frames(film.path) == 24
    assert watched == [(number, 24) for number in range(25)]
    with av.open(film.path) as file:
        assert file.streams.audio
        said = file.metadata["comment"]
    assert said.startswith(SYNTHETIC_COMMENT)
    assert all(f"{name} " in said for name in ("content", "speaker", "drawing"))


@pytest.mark.parametrize("ending", [".webm", ".MP4"])
def test_names_choose_the_container(head, face, heard, tmp_path, ending):
    moved = head.move(face, heard, fps=5)
    film = head.draw(face, heard, moved, tmp_path / f"talk{ending}", renderer="mesh_warp")
    assert count_frames(film.path) == 6
    kind = ending.lower().lstrip(".")
    shown = film._repr_html_()
    assert shown.startswith("<video") and f"data:video/{kind};base64," in shown


def test_what_browsers_do_not_play_is_named(tmp_path):
    (tmp_path / "a & b.mov").write_bytes(b"film")
    shown = Film(tmp_path / "a & b.mov", 1.0)._repr_html_()
    assert "a &amp; b.mov" in shown and "<video" not in shown


def test_a_drawing_is_warped_by_itself_and_drawn_where_that_is_asked(head, made, heard, tmp_path):
    marked, photo = head.portrait(made.portrait), made.photo
    assert head._drawing(marked.path, "auto", None) is None
    assert head._drawing(photo, "auto", None) == head.networks.drawing["refinement"]
    assert head._drawing(photo, "translation", None) == head.networks.drawing["translation"]
    assert head._drawing(photo, "mesh_warp", tmp_path) is None
    assert head._drawing(photo, "auto", tmp_path) == tmp_path
    puppet, _, _ = write_puppet(tmp_path)
    assert head._drawing(puppet, "refinement", tmp_path) is None


def test_a_network_that_lies_elsewhere_draws(head, made, face, heard, tmp_path):
    elsewhere = tmp_path / "mine.pt"
    elsewhere.write_bytes(head.networks.drawing["translation"].read_bytes())
    moved = head.move(face, heard, fps=3)
    mine, warped = (
        next(iter(read_frames(head.draw(face, heard, moved, tmp_path / name, **choice).path)))
        for name, choice in (
            ("mine.mp4", {"renderer": "translation", "checkpoint": elsewhere}),
            ("warp.mp4", {"renderer": "mesh_warp"}),
        )
    )
    assert np.abs(mine.astype(int) - warped).max() > 30


def test_landmarks_beside_a_picture_need_no_detector(made, tmp_path, monkeypatch):
    def nobody(*_):
        raise AssertionError("a detector was opened")

    monkeypatch.setattr(speaking_head, "open_detector", nobody)
    head = mit_core.load(made.results)
    assert head.portrait(made.portrait).points.shape == (68, 3)
    puppet, _, _ = write_puppet(tmp_path)
    assert head.portrait(puppet).size == (320, 300)


@pytest.mark.survives(OUTPUTS)
def test_an_input_is_never_written_to(head, made, face, heard, tmp_path, survival):
    talk = tmp_path / "talk.mp4"
    head.animate(made.portrait, made.speech, talk, renderer="mesh_warp", fps=5)
    alias = tmp_path / "alias.mp4"
    alias.symlink_to(talk)
    twin = tmp_path / "twin.mp4"
    os.link(talk, twin)
    outputs = [talk, tmp_path / "." / "talk.mp4", alias, twin]
    survival.tried(len(outputs))
    survival.watch(tmp_path)
    for output in outputs:
        with pytest.raises(UserError, match="never written to"):
            head.animate(made.portrait, talk, output)
    assert alias.is_symlink()


def test_choices_that_do_not_fit_are_refused_before_anything_is_read(head, made, tmp_path):
    for choice, words in (
        ({"styel": "ada"}, "styel is no choice of animate"),
        ({"style": "zoe"}, "ada, bruno"),
        ({"renderer": "oil"}, "auto, mesh_warp, refinement, translation"),
        ({"crf": 90}, "crf is 90"),
        ({"blinks": "often"}, "natural, published, none"),
        ({"background": "blue"}, "background"),
    ):
        with pytest.raises(UserError, match=words):
            head.check(**choice)
    head.check(style="ada", renderer="translation", amp_lip_y=2.0, mark="synthetic", f0_range="low")
    with pytest.raises(UserError, match=r"\.mp4 or \.mov or \.webm"):
        head.animate(tmp_path / "no.png", made.speech, tmp_path / "talk.avi")


def test_a_manner_without_its_network_is_an_error_and_not_passed_over(made, heard, face, tmp_path):
    head = mit_core.load(write_networks(tmp_path, speaker=False, drawing=()))
    assert head.styles == [] and head.renderers == ["auto", "mesh_warp"]
    assert head.move(face, heard).landmarks.shape[1:] == (68, 3)
    with pytest.raises(UserError, match="speaker-aware branch"):
        head.move(face, heard, style="ada")
    with pytest.raises(UserError, match="speaker-aware branch"):
        head.check(style="ada")
    with pytest.raises(UserError, match="refinement"):
        head.check(renderer="refinement")
    head.check(head_motion="natural")


def test_the_voice_converter_that_was_heard_through_must_be_there(made, tmp_path):
    results = write_networks(tmp_path, drawing=(), feature="autovc:0123456789abcdef")
    autovc_checkpoint(seed=4).save(results / "models" / "autovc" / "other" / "best.pt")
    with pytest.raises(UserError, match="AutoVC that is not among the results"):
        mit_core.load(results).speech(made.speech)


def test_runs_of_an_ablation_are_not_taken_by_themselves(tmp_path):
    write_networks(tmp_path, run="mine", drawing=())
    for number, name in enumerate(("mine-mel", "mine-deaf")):
        write_networks(tmp_path, run=name, drawing=())
        later = tmp_path / "models" / "content" / name / "best.pt"
        os.utime(later, ns=(2**62, 2**62 + number))
    assert find_networks(tmp_path).content.parent.name == "mine"
    assert find_networks(tmp_path, "mine-mel").content.parent.name == "mine-mel"


def test_where_nothing_was_trained_the_next_step_is_told(tmp_path):
    with pytest.raises(UserError, match="make demo"):
        mit_core.load(tmp_path)
    write_networks(tmp_path, drawing=())
    with pytest.raises(UserError, match="it has: default"):
        mit_core.load(tmp_path, "other")
