"""Values that cannot be meant together, and files that are not there: told before any job."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reliability import Survival
from schema_values import CONFIG, SCHEMA, SCHEMA_FILE, Key, changed

from mit_core.configuration.check import check_all, check_voices
from mit_core.configuration.contradictions import contradictions
from mit_core.configuration.given_files import WRITTEN, missing_files
from mit_core.configuration.schema import faults_of
from mit_core.errors import UserError
from mit_core.media.image import write_image

CONTRADICTION = "Bad configuration: values that contradict each other"
MISSING = "Bad configuration: files that are not there or cannot serve"
RESULTS = "Bad configuration: results among the user's own files"


def keyed(values: dict[str, Any]) -> dict[Key, Any]:
    return {tuple(key.split(".")): value for key, value in values.items()}


def told(values: dict[str, Any]) -> str:
    """What is said of a configuration whose every value is right by itself."""
    config = changed(keyed(values))
    assert faults_of(config, SCHEMA) == []
    with pytest.raises(UserError, match="wrong in one place; ") as error:
        check_all(config, SCHEMA_FILE)
    return str(error.value)


def right(values: dict[str, Any]) -> None:
    check_all(changed(keyed(values)), SCHEMA_FILE)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where relative paths begin; a folder of videos, a picture, a sound and a network."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "videos").mkdir()
    for name in ("videos/a.mp4", "me.wav", "network.pt", "voice.npy"):
        (tmp_path / name).touch()
    write_image(tmp_path / "me.png", np.zeros((9, 9, 3), np.uint8))
    return tmp_path


def published(folder: Path) -> dict[str, Any]:
    """Keys of the published files, which are put there empty."""
    for name in (
        *("ckpt_content_branch.pth", "ckpt_speaker_branch.pth", "ckpt_autovc.pth"),
        *("STD_FACE_LANDMARKS.txt", "MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt", "obama_emb.txt"),
    ):
        (folder / name).touch()
    return {"published.checkpoints": str(folder), "published.constants": str(folder)}


def pickles(folder: Path) -> dict[str, Any]:
    """Keys of imported pickles, which are put there empty."""
    for kind in ("fl", "au"):
        (folder / f"x_train_{kind}.pickle").touch()
    return {"import_dump.prefix": str(folder / "x")}


@pytest.mark.survives(CONTRADICTION)
@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"segment.min_seconds": 5, "segment.max_seconds": 3},
            ["segment.min_seconds is 5 and segment.max_seconds 3", "make min_seconds the smaller"],
        ),
        (
            {"segment.min_seconds": 0.2, "segment.max_seconds": 0.4},
            ["landmarks.min_frames is 12", "no segment has more than 10 frames"],
        ),
        (
            {"segment.min_face_pixels": 720, "normalise.max_side": 720},
            ["segment.min_face_pixels is 720", "normalise.max_side"],
        ),
        (
            {"register.smoothing_window": 3},
            ["register.smoothing_order is 3", "register.smoothing_window 3"],
        ),
        (
            {"train_speaker.steps": 0},
            ["train_speaker.steps is 0 and train_speaker.minutes null", "training.budget"],
        ),
        (
            {"train_refinement.size": 100},
            ["train_refinement.size is 100: give a multiple of 16", "train_refinement.widths"],
        ),
        (
            {"train_translation.widths": [8] * 6, "train_translation.size": 160},
            ["train_translation.size is 160: give a multiple of 64"],
        ),
        (
            {"train_refinement.perceptual": "vgg19"},
            ["train_refinement.perceptual is vgg19", "train_refinement.perceptual_weights"],
        ),
        (
            {"train_detector.initial": "results/models/detector/default/best.pt"},
            ["train_detector.initial", "give the new run another name (train_detector.run)"],
        ),
        (
            {"train_speaker.initial": "results/models/speaker/default/best.pt"},
            ["train_speaker.initial", "another name (train_content.run)"],
        ),
        (
            {"device": "cuda:1", "training.devices": 2},
            ["device is cuda:1, one GPU, but training.devices is 2", "cuda without a number"],
        ),
        (
            {"training.launcher": "srun --nodes={node}"},
            ["training.launcher: 'srun --nodes={node}' is no command ('node')", "{nodes}"],
        ),
        ({"training.launcher": "srun {nodes[0]}"}, ["training.launcher", "not subscriptable"]),
        ({"training.launcher": "srun 'a"}, ["training.launcher", "No closing quotation"]),
        ({"training.launcher": "  "}, ["training.launcher: give the command"]),
        (
            {"train_detector.footage": False},
            ["train_detector.footage is false and train_detector.drawings null"],
        ),
        (
            {"render.renderer": "mesh_warp", "render.checkpoint": "network.pt"},
            ["render.renderer is mesh_warp", "render.checkpoint is given: set it to null"],
        ),
    ],
)
def test_a_contradiction_is_told_with_both_keys(
    values: dict[str, Any], words: list[str], home: Path
) -> None:
    said = told(values)
    assert all(word in said for word in words), said


@pytest.mark.survives(CONTRADICTION)
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"published.constants": None}, ["published.constants is missing", "obama_emb.txt"]),
        ({"published.checkpoints": None}, ["published.checkpoints is missing"]),
        ({"autovc.checkpoint": "network.pt"}, ["brings its own AutoVC", "autovc.checkpoint"]),
        ({"autovc.target": "ann"}, ["brings its own AutoVC", "autovc.target to null"]),
        ({"content_feature": "mel"}, ["published.checkpoints hear", "content_feature to auto"]),
    ],
)
def test_published_checkpoints_go_with_some_keys_only(
    values: dict[str, Any], words: list[str], home: Path
) -> None:
    both = published(home)
    right(both)
    said = told(both | values)
    assert all(word in said for word in words), said


@pytest.mark.survives(CONTRADICTION)
def test_pickles_go_with_what_they_hold(home: Path, survival: Survival) -> None:
    given_pickles = pickles(home)
    right(given_pickles)
    said = told(given_pickles | {"content_feature": "mel"})
    assert "content_feature is mel, but the pickles hold autovc (import_dump.feature)" in said
    mel = given_pickles | {"import_dump.feature": "mel"}
    right(mel | {"content_feature": "mel"})
    assert "import_dump.prefix to null" in told(mel | published(home))
    # the run would write over the very pickles that it reads
    own = home / "results" / "dump"
    own.mkdir(parents=True)
    for kind in ("fl", "au"):
        (own / f"corpus_train_{kind}.pickle").touch()
    said = told({"import_dump.prefix": "results/dump/corpus"})
    assert "import_dump.prefix is results/dump/corpus, where this run would write" in said
    right({"import_dump.prefix": "results/dump/corpus", "results": "other"})
    right({"import_dump.prefix": "results/dump/corpus", "corpus.name": "other"})
    survival.tried(3)


def test_what_is_sensible_is_not_refused(home: Path) -> None:
    (home / "me.landmarks.tsv").touch()
    for values in (
        {"register.smoothing_window": 1},  # no smoothing, whatever the order
        {"train_content.steps": 0, "train_content.minutes": 3},
        {"train_content.steps": 0, "training.budget": "2000 steps"},
        {"train_refinement.perceptual": "none"},  # its weight is then nothing's
        {"evaluate.clips": 0},
        {"intake.min_seconds": 10, "segment.max_seconds": 5},  # long clips, cut into short parts
        {"training.nodes": 2, "training.launcher": "srun"},  # in an allocation of so many nodes
        {"training.precision": "16-mixed", "device": "cpu"},  # bf16-mixed is used
        {"device": "cuda:1"},
        {"corpus.videos": "videos", "results": "videos/results"},
        {"corpus.videos": "videos", "results": str(home)},
        {"train_detector.footage": False, "train_detector.drawings": ["me.png", "."]},
        {"autovc.target": "ann", "animate.style": "voice.npy"},
        {"render.background": "#00ff7F"},
        {"render.background": "me.png"},
        {"landmarks.weights": "nowhere"},  # mediapipe has its own
    ):
        right(values)


@given(st.text(max_size=40))
def test_any_launcher_is_a_command_or_told(launcher: str) -> None:
    said = contradictions(changed({("training", "launcher"): launcher}))
    try:
        launcher.format(nodes=1, threads=1)
    except Exception:
        assert said and said[0].startswith("training.launcher: ")


@pytest.mark.survives(MISSING)
@pytest.mark.parametrize(
    "key",
    [
        "corpus.videos",
        "import_dump.speakers",
        "autovc.checkpoint",
        "train_autovc.initial",
        "train_content.initial",
        "train_speaker.initial",
        "train_refinement.initial",
        "train_refinement.perceptual_weights",
        "train_translation.initial",
        "train_translation.perceptual_weights",
        "train_detector.initial",
        "train_detector.drawings",
        "animate.portraits",
        "animate.speech",
        "animate.drawings_detector",
        "render.checkpoint",
        "render.background",
        "evaluate.syncnet",
        "import_dump.prefix",
        "published.constants",
        "published.checkpoints",
    ],
)
def test_each_file_that_is_not_there_is_named(key: str, home: Path, survival: Survival) -> None:
    others = published(home) if key.startswith("published.") else {}
    for path in ("nowhere/at all.x", str(home / "none"), "me.png/below"):
        said = told(others | {key: path})
        assert f"\n  {key}: " in said and path in said, said
    for path in ("\u0000", "a\nb", "x" * 5000):
        said = told(others | {key: path})
        assert f"\n  {key}: " in said and said.count("\n") == 1 and len(said) < 1000, said
    said = told(others | {key: "~/a.x"})
    assert f"\n  {key}: " in said
    assert key == "import_dump.prefix" or key == "render.background" or str(Path.home()) in said
    survival.tried(7)


@pytest.mark.survives(MISSING)
def test_all_that_is_missing_is_told_at_once(home: Path) -> None:
    config = changed(
        keyed(
            {
                "corpus.videos": ["videos", "gone"],
                "animate.portraits": ["me.png", "you.png", "he.png"],
                "animate.speech": "me.wav",
                "train_content.initial": "None",
                "render.checkpoint": "videos",
            }
        )
    )
    assert sorted(missing_files(config)) == [
        f"animate.portraits: he.png does not exist in {home}; give a file, a folder, or a list of "
        "both.",
        f"animate.portraits: you.png does not exist in {home}; give a file, a folder, or a list of "
        "both.",
        f"corpus.videos: gone does not exist in {home}; give a file, a folder, or a list of both.",
        "render.checkpoint: videos is a folder; give the file in it.",
        "train_content.initial: 'None' is text; for none write null, without quotation marks.",
    ]


@pytest.mark.survives(MISSING)
@pytest.mark.parametrize("key", ["animate.portraits", "render.background"])
def test_a_file_that_is_no_picture_is_told_before_anything_runs(key: str, home: Path) -> None:
    (home / "letter.png").write_text("Dear all")
    assert f"\n  {key}: letter.png is not a picture" in told({key: "letter.png"})
    assert f"\n  {key}: me.wav is not a picture" in told({key: "me.wav"})


def test_one_broken_file_in_a_folder_of_portraits_stops_nothing(home: Path) -> None:
    (home / "faces").mkdir()
    (home / "faces/letter.png").write_text("Dear all")
    right({"animate.portraits": "faces"})


@pytest.mark.survives(MISSING)
def test_a_detector_wants_its_own_weights(
    home: Path, survival: Survival, monkeypatch: pytest.MonkeyPatch
) -> None:
    wing = {"landmarks.detector": "adaptive_wing"}
    assert "landmarks.weights" in told(wing)
    assert "landmarks.weights" in told(wing | {"landmarks.weights": "videos"})
    assert "landmarks.weights: gone.pt does not" in told(wing | {"landmarks.weights": "gone.pt"})
    right(wing | {"landmarks.weights": "network.pt"})
    monkeypatch.setenv("TORCH_HOME", str(home / "torch"))
    for detector, names in (
        ("face_alignment", ["3DFAN4-7835d9f11d.pth.tar", "depth-2a464da4ea.pth.tar"]),
        ("dlib", ["shape_predictor_68_face_landmarks.dat", "mmod_human_face_detector.dat"]),
    ):
        given_weights = {"landmarks.detector": detector, "landmarks.weights": "videos"}
        said = told(given_weights)
        assert "landmarks.weights: videos holds no " in said
        assert all(name in said for name in names)
        assert "landmarks.weights: network.pt" in told(
            given_weights | {"landmarks.weights": "network.pt"}
        )
        for name in names:
            (home / "videos" / name).touch()
        right(given_weights)
    # where torch itself keeps what its packages fetch
    assert "hub/checkpoints does not exist" in told({"landmarks.detector": "face_alignment"})
    (home / "torch" / "hub").mkdir(parents=True)
    (home / "torch" / "hub" / "checkpoints").symlink_to(home / "videos")
    right({"landmarks.detector": "face_alignment"})
    right({"landmarks.detector": "dlib"})
    survival.tried(8)


@pytest.mark.survives(MISSING)
def test_drawings_want_their_landmarks_beside_them(home: Path, survival: Survival) -> None:
    said = told({"train_detector.drawings": "me.png"})
    assert "me.png has no landmarks beside it; put its 68 points in me.landmarks.tsv" in said
    said = told({"train_detector.drawings": str(home)})
    assert f"{home} holds no picture with its landmarks beside it" in said
    survival.tried(2)


@pytest.mark.survives(MISSING)
def test_a_published_folder_that_is_not_whole_is_told(home: Path) -> None:
    both = published(home)
    (home / "ckpt_autovc.pth").unlink()
    assert f"published.checkpoints: {home} holds no ckpt_autovc.pth" in told(both)


def test_a_network_that_this_run_may_make_need_not_be_there(home: Path) -> None:
    right({"animate.drawings_detector": "results/models/detector/default/best.pt"})
    right({"autovc.checkpoint": "results/models/autovc/default/best.pt"})
    assert "render.checkpoint: other/models/" in told(
        {"render.checkpoint": "other/models/refinement/default/best.pt"}
    )


@pytest.mark.survives("Bad configuration: a voice that nobody has")
@pytest.mark.parametrize("key", ["autovc.target", "animate.style"])
def test_a_voice_is_a_speaker_or_a_file(key: str, home: Path, survival: Survival) -> None:
    def check(voice: str, *speakers: str, **more: Any) -> None:
        check_voices(changed(keyed({key: voice, **more})), speakers)

    check("ann", "ann", "ben")
    check("voice.npy", "ann", "ben")
    check("ann")  # who speaks is not known
    for voice in ("anna", "gone.npy", "videos"):
        with pytest.raises(UserError, match=rf"{key}: '{voice}' is neither a speaker .*ann, ben"):
            check(voice, "ann", "ben")
    with pytest.raises(UserError, match=rf"{key}: 'gone.txt' is neither"):
        check("gone.txt")
    survival.tried(4)
    if key == "autovc.target":  # the checkpoint knows its own
        check("zoe", "ann", **{"autovc.checkpoint": "network.pt"})
    else:
        with pytest.raises(UserError, match="the published checkpoints know no speaker"):
            check("ann", "ann", **published(home))


@pytest.mark.survives(RESULTS)
def test_results_have_a_place_of_their_own(home: Path, survival: Survival) -> None:
    survival.watch(home)
    (home / "corpus").mkdir()
    for values, words in (
        ({"results": "me.png"}, "results: me.png is a file"),
        ({"results": "me.png/out"}, "results: me.png is a file"),
        ({"results": "/"}, "results: / is the whole disk"),
        ({"results": "~/out"}, "results: ~/out begins with ~"),
        ({"results": "videos", "corpus.videos": "videos"}, "is the folder of corpus.videos"),
        ({"results": "x/../videos/", "animate.speech": "videos"}, "the folder of animate.speech"),
        ({"results": ".", "corpus.videos": "corpus"}, "corpus.videos: corpus lies in corpus"),
    ):
        assert words in told(values)
    survival.tried(7)


def test_all_folders_that_rules_write_are_known() -> None:
    texts = [path.read_text() for path in (SCHEMA_FILE.parent).glob("*.smk")]
    written = {name for text in texts for name in re.findall(r"\{R\}/(\w+)/", text)}
    written |= {name for text in texts for name in re.findall(r'f"\{R\}/(\w+)"', text)}
    assert {name for name in written if not name.startswith("demo_")} == set(WRITTEN)


def test_settings_that_a_section_lacks_contradict_nothing() -> None:
    config = changed({})
    for section, keys in SCHEMA["properties"].items():
        if "required" in keys:
            config[section] = {key: CONFIG[section][key] for key in keys["required"]}
        elif keys.get("type") == "object":
            config[section] = {}
    assert contradictions(config) == [] and missing_files(config) == []
