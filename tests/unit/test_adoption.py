"""Published checkpoints, made into this project's, compute what the published networks do."""

import importlib.util
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from mit_core.animation.animate import Settings, animate
from mit_core.animation.published import published_face, published_manner, published_portrait
from mit_core.errors import UserError
from mit_core.faces.standard_face import standard_face
from mit_core.models.adoption import adopt_autovc, adopt_published
from mit_core.models.autovc import AutoVC
from mit_core.models.autovc_checkpoint import load_autovc
from mit_core.models.checkpoint import load_content
from mit_core.models.content import ContentBranch
from mit_core.models.published import PUBLISHED, read_published, write_published
from mit_core.models.speaker_aware import SpeakerAware
from mit_core.models.speaker_checkpoint import load_speaker
from mit_core.models.windows import WINDOW
from mit_core.speech.features import SpeechFeatures

NETWORKS = {"content": ContentBranch, "speaker": SpeakerAware, "autovc": AutoVC}


@pytest.fixture(scope="module")
def rules(reference):
    spec = importlib.util.spec_from_file_location("rules", reference / "rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def adopted(reference, rules, tmp_path_factory):
    """Published files with weights by rule, and what became of them."""
    folder = tmp_path_factory.mktemp("published")
    for kind, network in NETWORKS.items():
        weights = rules.fill_state(network(), "B").state_dict()
        if kind == "speaker":
            weights["comb_mlp.0.weight"] = torch.zeros(3, 3)
        write_published(kind, weights, folder / PUBLISHED[kind].name)
    ours = {kind: folder / "ours" / f"{kind}.pt" for kind in NETWORKS}
    adopt_published(folder, reference / "constants", **ours)
    return folder, ours


def test_the_content_branch_computes_the_published_displacement(reference, adopted):
    checkpoint = load_content(adopted[1]["content"])
    numbers = np.load(reference / "models" / "content_B_n24.npz")
    scaling, face = checkpoint.scaling, numbers["in_face_id"][0]
    for window, expected in zip(numbers["in_au"][:3], numbers["out_fl_pred"], strict=False):
        features = window * scaling.std + scaling.mean
        # the published networks predict the first frame of their window
        predicted = checkpoint.predict(features, face)[0]
        np.testing.assert_allclose(predicted, expected, atol=2e-5, rtol=1e-4)
    assert checkpoint.base == "closed"
    assert checkpoint.feature == f"autovc:{load_autovc(adopted[1]['autovc']).digest}"


def test_the_speaker_branch_computes_the_published_displacement(reference, adopted):
    checkpoint = load_speaker(adopted[1]["speaker"])
    assert checkpoint.feature == load_content(adopted[1]["content"]).feature
    rng = np.random.default_rng(0)
    features = rng.uniform(0, 1, (60, 80)).astype(np.float32)
    embedding = rng.uniform(0, 0.1, 256).astype(np.float32)
    moved = checkpoint.predict(features, embedding)
    # the published inference: windows from the first frame on, no noise, attention over all
    standard = (features - checkpoint.scaling.mean) / checkpoint.scaling.std
    padded = np.pad(standard, ((0, WINDOW - 1), (0, 0)), mode="edge")
    windows = np.stack([padded[i : i + WINDOW] for i in range(len(features))])
    with torch.inference_mode():
        expected = checkpoint.model(
            torch.from_numpy(windows), torch.from_numpy(3 * embedding[None])
        )
    np.testing.assert_allclose(moved, expected, atol=3e-5, rtol=1e-4)
    np.testing.assert_array_equal(moved, checkpoint.predict(features, embedding, seed=9))


def test_autovc_converts_raw_mel_to_the_published_voice(reference, rules, adopted):
    checkpoint = load_autovc(adopted[1]["autovc"])
    numbers = np.load(reference / "models" / "autovc_B_t64.npz")
    frames = np.arange(64)
    classes = (7 * frames**2 + 3 * frames) % 257
    mel = rules.inp("x", (1, 64, 80), 0.3, 0.5, "B")[0].astype(np.float32)
    source, target = (
        rules.inp(name, (1, 256), 0.1, 0.0, "B")[0].astype(np.float32)
        for name in ("c_org", "c_trg")
    )
    said = checkpoint.convert(mel, classes, source, target)
    np.testing.assert_allclose(
        said, numbers["out_mel_postnet"].reshape(64, 80), atol=5e-4, rtol=1e-4
    )
    obama = np.loadtxt(reference / "constants" / "obama_emb.txt")
    np.testing.assert_allclose(checkpoint.target, obama, atol=1e-7)


def test_ours_are_readable_as_published_files(adopted):
    folder, ours = adopted
    for kind in NETWORKS:
        theirs = read_published(kind, folder / PUBLISHED[kind].name)
        again = read_published(kind, ours[kind])
        assert theirs.keys() == again.keys()
        assert all(torch.equal(theirs[key], again[key]) for key in theirs)


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_missing_or_mistaken_file_is_named_and_nothing_is_written(
    reference, adopted, tmp_path, kind
):
    folder = tmp_path / "checkpoints"
    shutil.copytree(adopted[0], folder, ignore=shutil.ignore_patterns("ours"))
    ours = {name: tmp_path / "ours" / f"{name}.pt" for name in NETWORKS}
    path = folder / PUBLISHED[kind].name
    path.unlink()
    with pytest.raises(UserError, match=PUBLISHED[kind].name):
        adopt_published(folder, reference / "constants", **ours)
    write_published(kind, torch.nn.Linear(2, 2).state_dict(), path)
    with pytest.raises(UserError, match=rf"{PUBLISHED[kind].name} do not fit"):
        adopt_published(folder, reference / "constants", **ours)
    assert not (tmp_path / "ours").exists()


def test_published_checkpoints_animate_as_the_published_inference(adopted):
    content, speaker = load_content(adopted[1]["content"]), load_speaker(adopted[1]["speaker"])
    rng = np.random.default_rng(1)
    feature = rng.uniform(0, 1, (126, 80)).astype(np.float32)
    embedding = rng.uniform(0, 0.1, 256).astype(np.float32)
    speech = SpeechFeatures(
        mel=feature,
        f0_log=np.zeros(126),
        f0_classes=np.zeros(126, np.int16),
        f0_range="low",
        f0_median_hz=120.0,
        embedding=embedding,
        speech=np.ones(50, bool),
        n_samples=32000,
    )
    points = standard_face()[:, :2] * 80 + 128
    how = Settings(fps=62.5, blinks="none", head_motion="learned", seed=3)
    made = animate(speech, feature, content, points, how, speaker)

    portrait = published_portrait(points, content.mean_face)
    lips = content.predict(feature, portrait.face)
    moved = speaker.predict(feature, embedding)
    face = published_face(lips, portrait.face, 2, 2, published_manner(moved, 0.5))
    centre = (points[0] + points[16]) / 2
    expected = face.reshape(-1, 68, 3)[:125, :, :2] / portrait.scale + centre
    np.testing.assert_allclose(made.landmarks[..., :2], expected, atol=1e-2)
    still = animate(speech, feature, content, points, replace(how, head_motion="none"))
    assert np.abs(made.landmarks - still.landmarks).max() > 1


def test_a_given_autovc_gets_its_target(tmp_path):
    network = AutoVC()
    write_published("autovc", network.state_dict(), tmp_path / "ckpt_autovc.pth")
    voice = np.linspace(0, 1, 256, dtype=np.float32)
    np.save(tmp_path / "voice.npy", voice)
    ours = tmp_path / "best.pt"
    with pytest.raises(UserError, match=r"autovc\.target is missing"):
        adopt_autovc(tmp_path / "ckpt_autovc.pth", None, ours)
    with pytest.raises(UserError, match=r"autovc\.target 'ann' is neither"):
        adopt_autovc(tmp_path / "ckpt_autovc.pth", "ann", ours)
    assert not ours.exists()
    adopt_autovc(tmp_path / "ckpt_autovc.pth", str(tmp_path / "voice.npy"), ours)
    np.testing.assert_array_equal(load_autovc(ours).target, voice)
    # our own files keep their target unless another is given
    adopt_autovc(ours, None, tmp_path / "kept.pt")
    assert load_autovc(tmp_path / "kept.pt").digest == load_autovc(ours).digest
    np.save(tmp_path / "other.npy", voice[::-1])
    adopt_autovc(ours, str(tmp_path / "other.npy"), tmp_path / "other.pt")
    assert load_autovc(tmp_path / "other.pt").digest != load_autovc(ours).digest
