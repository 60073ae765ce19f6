"""``mit inspect``: what each file of the project is, and one sentence for those that are not."""

import json
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
import yaml
from autovc_makers import checkpoint as autovc_checkpoint
from drawn_puppets import write_puppet
from face_alignment.models import FAN
from media_clips import flash_and_beep
from network_makers import write_networks, write_portrait, write_speech
from test_imports import pickles, write_dump

from mit_core.animation.animation import Animation, save_animation
from mit_core.cli.main import main
from mit_core.corpus.tables import MANIFEST, SEGMENTS
from mit_core.inspection.look import inspect_path
from mit_core.media.audio import write_wav
from mit_core.models.autovc import AutoVC
from mit_core.models.awing import AwingDims, AwingNetwork
from mit_core.models.awing_checkpoint import AwingCheckpoint
from mit_core.models.content import ContentBranch
from mit_core.models.published import PUBLISHED, write_published
from mit_core.models.speaker_aware import SpeakerAware
from mit_core.models.syncnet import SyncNet

ROOT = Path(__file__).resolve().parents[2]
DAMAGED = "Damaged files given to commands"
STRANGERS = "Strangers' files: pickles and checkpoints that want to run code"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """One of everything, by what it should be said to be."""
    folder = tmp_path_factory.mktemp("files")
    results = write_networks(folder / "results", drawing=("refinement", "translation"))
    models = results / "models"
    autovc_checkpoint().save(models / "autovc" / "default" / "best.pt")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        detector = AwingNetwork(AwingDims(68, 1, 8)).eval()
        theirs = {"content": ContentBranch(), "speaker": SpeakerAware(), "autovc": AutoVC()}
        syncnet = SyncNet()
    AwingCheckpoint(detector, 64, 1.5).save(models / "detector" / "default" / "best.pt")
    published = {}
    for kind, network in theirs.items():
        published[kind] = folder / PUBLISHED[kind].name
        write_published(kind, network.state_dict(), published[kind])
    torch.save(syncnet.state_dict(), folder / "syncnet_v2.model")
    torch.save(FAN(4).state_dict(), folder / "3DFAN4-7835d9f11d.pth.tar")
    depth = {"epoch": 3, "state_dict": {"module.fc.weight": torch.zeros(68, 8)}}
    torch.save(depth, folder / "depth-2a464da4ea.pth.tar")
    vgg = {f"features.{number}.weight": torch.zeros(4, 4) for number in (0, 34)}
    torch.save(vgg, folder / "vgg19.pth")
    torch.save({"state_dict": AwingNetwork(AwingDims(98, 1, 8)).state_dict()}, folder / "WFLW.pth")
    write_dump(folder / "dump", (30, 20))
    pickled = pickles(folder / "corpus", folder / "dump", "train")
    points = np.zeros((50, 68, 3), np.float32)
    points[:, 45] = 1
    save_animation(folder / "a.npz", Animation(points, points[:, 0, 0], 25.0, points[0]))
    np.save(folder / "voice.npy", np.full(256, 1 / 16))
    (folder / "manifest.tsv").write_text(
        "\t".join(MANIFEST)
        + "\na\ta.mp4\t\tann\ttrain\t0000\t0\t64\t64\t25\t60\t16000\tok\t\t\n"
        + "b\tb.mp4\t\tbob\ttrain\t0000\t0\t64\t64\t25\t60\t16000\tno_face\tnobody\t\n"
    )
    row = dict.fromkeys(SEGMENTS, "") | {
        **{"segment": "a.000", "speaker": "ann", "split": "val", "seconds": "90"}
    }
    (folder / "segments.tsv").write_text("\t".join(row) + "\n" + "\t".join(row.values()) + "\n")
    (folder / "measures.tsv").write_text("predictor\tr\ncontent\t0.9\n")
    (folder / "my.yaml").write_text("results: mine\ntrain_content: {steps: 10}\n")
    puppet, _, _ = write_puppet(folder)
    still = flash_and_beep(folder / "talk.mp4", seconds=2.0)
    return {
        "video": still,
        "sound": write_speech(folder / "speech.wav"),
        "portrait": write_portrait(folder / "me.png"),
        "table of landmarks": folder / "me.landmarks.tsv",
        "puppet": puppet,
        "part of a puppet": folder / f"{puppet.stem}_face_open_mouth.txt",
        "content branch (speech to lips)": models / "content" / "default" / "best.pt",
        "speaker-aware branch (moves the head)": models / "speaker" / "default" / "best.pt",
        "AutoVC (voice conversion)": models / "autovc" / "default" / "best.pt",
        "refinement network (mends the warp)": models / "refinement" / "default" / "best.pt",
        "translation network (draws the face)": models / "translation" / "default" / "best.pt",
        "landmark detector": models / "detector" / "default" / "best.pt",
        "published content branch": published["content"],
        "published speaker-aware branch": published["speaker"],
        "published AutoVC generator": published["autovc"],
        "weights of SyncNet": folder / "syncnet_v2.model",
        "weights of AdaptiveWing detector of 98 landmarks": folder / "WFLW.pth",
        "weights of face-alignment's landmark network": folder / "3DFAN4-7835d9f11d.pth.tar",
        "weights of face-alignment's depth network": folder / "depth-2a464da4ea.pth.tar",
        "weights of VGG19": folder / "vgg19.pth",
        "run of a training: landmark detector": models / "detector" / "default",
        "a split's dump (what training reads)": folder / "dump" / "index.json",
        "pickle of landmarks (fl)": pickled["fl"],
        "pickle of speech features (au)": pickled["au"],
        "pickle of head poses": pickled["gaze"],
        "animation": folder / "a.npz",
        "embedding": folder / "voice.npy",
        "manifest: a row for each clip": folder / "manifest.tsv",
        "table of segments": folder / "segments.tsv",
        "table of measures": folder / "measures.tsv",
        "configuration": folder / "my.yaml",
        "results folder": results,
        "folder of media": folder / "media",
    }


@pytest.fixture(scope="module")
def said(files):
    media = files["folder of media"]
    media.mkdir()
    (media / "one.mp4").touch()
    return {kind: inspect_path(path) for kind, path in files.items()}


def test_everything_is_called_what_it_is(said):
    wrong = {kind: found for kind, found in said.items() if found.kind != kind or not found.good}
    assert not wrong
    assert all(found.words and found.words[0] for found in said.values())


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("video", ["64 x 48 pixels", "25 frames a second", "Verdict: it can be used"]),
        ("sound", ["16000 Hz, mono", "it can drive a portrait"]),
        ("portrait", ["128 x 128", "me.landmarks.tsv", "it can be brought to life"]),
        ("puppet", ["triangles", "brought to life"]),
        ("content branch (speech to lips)", ["hears the mel", "opening_r 0.5"]),
        ("speaker-aware branch (moves the head)", ["ada, bruno"]),
        ("AutoVC (voice conversion)", ["to that of ann"]),
        ("refinement network (mends the warp)", ["64 x 64"]),
        ("landmark detector", ["68 landmarks"]),
        ("published content branch", ["published.checkpoints", "2.0 million"]),
        ("weights of SyncNet", ["evaluate.syncnet"]),
        ("a split's dump (what training reads)", ["2 segments of 2 speakers", "50 frames"]),
        ("pickle of landmarks (fl)", ["2 clips, 50 frames of 204"]),
        ("pickle of speech features (au)", ["2 clips, 50 frames of 80"]),
        ("animation", ["50 frames", "2.00 s"]),
        ("manifest: a row for each clip", ["2 clips of 2 speakers, 2.0 min; 1 can", "1 no face"]),
        ("table of segments", ["1 segment of 1 speaker, 1.5 min in all: 1 val"]),
        ("configuration", ["results, train_content", "Every key and value is right"]),
        ("results folder", ["content default; speaker default", "mit animate"]),
    ],
)
def test_what_there_is_to_know_is_told(said, kind, words):
    told = " ".join(said[kind].words)
    assert all(each in told for each in words)


def test_files_without_a_telling_name_are_known_by_what_they_hold(files, tmp_path):
    for kind in ("video", "content branch (speech to lips)", "animation", "embedding"):
        nameless = tmp_path / "file"
        nameless.write_bytes(files[kind].read_bytes())
        assert inspect_path(nameless).kind == kind


def test_a_record_beside_a_checkpoint_is_told(files, tmp_path):
    best = tmp_path / "best.pt"
    best.write_bytes(files["landmark detector"].read_bytes())
    record = {"kind": "detector", "run": "mine", "clips": 12, "speakers": 1, "seconds": 90.0}
    record |= {"steps": 600, "best_step": 400, "device": "cpu"}
    (tmp_path / "run.json").write_text(json.dumps(record))
    told = " ".join(inspect_path(best).words)
    assert "run 'mine' on 12 clips of 1 speaker in 1.5 min, 600 steps, on cpu" in told
    assert inspect_path(tmp_path / "run.json").kind == "record of a training"


def test_a_training_that_has_not_ended_is_told(tmp_path):
    (tmp_path / "models" / "refinement" / "mine" / "work").mkdir(parents=True)
    found = inspect_path(tmp_path / "models" / "refinement" / "mine")
    assert not found.good and "has not ended" in found.words[0]


def test_clips_get_their_verdict(tmp_path):
    silent = tmp_path / "silent.wav"
    write_wav(silent, np.zeros(16000))
    clip = flash_and_beep(tmp_path / "clip.mp4", "-an", seconds=2.0)
    found = inspect_path(clip)
    assert not found.good and found.facts["verdict"] == "no_audio"
    assert any("no sound track" in words for words in found.words)
    # a sound beside it is its own
    write_speech(tmp_path / "clip.wav", 2.0)
    assert inspect_path(clip).good
    assert not inspect_path(silent).good


def test_a_picture_without_a_face_is_told(tmp_path):
    from mit_core.media.image import write_image

    write_image(tmp_path / "wall.png", np.full((64, 64, 3), 90, np.uint8))
    found = inspect_path(tmp_path / "wall.png")
    assert not found.good and "no face was found" in found.words[0]


def test_a_wrong_configuration_is_named_key_by_key(tmp_path):
    (tmp_path / "my.yaml").write_text("train_content: {stesp: 10}\n")
    found = inspect_path(tmp_path / "my.yaml")
    assert not found.good and "stesp" in found.words[0] and "steps" in found.words[0]
    default = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    (tmp_path / "whole.yaml").write_text(yaml.safe_dump(default | {"device": "tpu"}))
    assert "device" in inspect_path(tmp_path / "whole.yaml").words[0]


def test_the_command_tells_all_and_fails_for_any(files, tmp_path, capsys):
    (tmp_path / "odd.xyz").write_text("something")
    good = [str(files["sound"]), str(files["animation"])]
    assert main(["inspect", *good]) == 0
    out = capsys.readouterr().out
    assert f"{good[0]}: sound\n  It lasts 1.20 s" in out
    assert main(["inspect", *good, str(tmp_path / "odd.xyz"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["files"]
    assert [each["usable"] for each in told] == [True, True, False]
    assert told[0]["facts"]["seconds"] == 1.2


@pytest.mark.survives(DAMAGED)
def test_damaged_files_are_one_sentence(files, tmp_path, capsys, survival):
    rng = np.random.default_rng(0)
    several = ("video", "sound", "portrait", "table of landmarks", "animation", "embedding")
    several += ("pickle of landmarks (fl)", "pickle of head poses", "landmark detector")
    several += ("configuration", "manifest: a row for each clip")
    paths = []
    for kind in several:
        source = files[kind]
        whole = source.read_bytes()
        spoilt = bytearray(whole)
        for place in rng.integers(0, len(spoilt), 20):
            spoilt[place] = int(rng.integers(0, 256))
        cases = {"cut": whole[: len(whole) // 3], "noise": rng.bytes(300), "spoilt": bytes(spoilt)}
        for name, data in ({"empty": b""} | cases).items():
            path = tmp_path / f"{name} {source.name}"
            path.write_bytes(data)
            paths.append(path)
    survival.tried(len(paths))
    survival.watch(tmp_path)
    found = {path: inspect_path(path) for path in paths}
    for path, finding in found.items():
        if path.name.startswith(("empty", "noise")):
            assert not finding.good, path
        if not finding.good:
            assert path.name in " ".join(finding.words), path
    assert main(["inspect", *map(str, paths)]) == 1
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    empty = [line for line in out.splitlines() if "empty (0 bytes)" in line]
    assert len(empty) == len(several)


@pytest.mark.survives(DAMAGED)
@pytest.mark.parametrize("missing", ["mel.npy", "landmarks.npy", "faces.npy"])
def test_a_dump_that_lacks_a_part_is_told(tmp_path, missing):
    write_dump(tmp_path / "dump", (9,))
    (tmp_path / "dump" / missing).unlink()
    found = inspect_path(tmp_path / "dump" / "index.json")
    assert not found.good and f"{missing} is missing" in found.words[0]
    assert len(found.words) == 1


class Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.survives(STRANGERS)
@pytest.mark.parametrize("name", ["x.pickle", "x.pt", "x.npy", "x.npz", "nameless"])
def test_no_code_of_a_file_runs(tmp_path, name):
    touched, path = tmp_path / "touched", tmp_path / name
    if name == "x.npz":
        np.savez(path, a=np.array([Touch(touched)], dtype=object))
    elif name == "x.npy":
        np.save(path, np.array([Touch(touched)], dtype=object))
    elif name == "x.pt":
        torch.save({"model": Touch(touched)}, path)
    else:
        path.write_bytes(pickle.dumps({"model": Touch(touched)}))
    found = inspect_path(path)
    assert not found.good and str(path) in found.words[0]
    assert not touched.exists()
