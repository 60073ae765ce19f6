"""The content branch equals the published one, and predicts every frame from its own window."""

import importlib.util
import json
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.models.checkpoint import (
    ContentCheckpoint,
    FeatureScaling,
    load_content,
    load_weights,
)
from mit_core.models.content import ContentBranch, ContentDims, predict_displacement
from mit_core.models.windows import WINDOW, windows


def rules_of(reference) -> ModuleType:
    spec = importlib.util.spec_from_file_location("rules", reference / "rules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def small_branch(seed: int = 0) -> ContentBranch:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = ContentBranch(ContentDims(features=4, prior=8, code=6, hidden=8))
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm1d):  # else the statistics do nothing
                module.running_mean.normal_()
                module.running_var.uniform_(0.5, 2)
    return model.eval()


def checkpoint(**changes) -> ContentCheckpoint:
    rng = np.random.default_rng(0)
    values = {
        "model": small_branch(),
        "scaling": FeatureScaling(np.full(4, 0.5, np.float32), np.full(4, 2.0, np.float32)),
        "predict_frame": 12,
        "base": "speaker_mean",
        "mean_face": rng.standard_normal(204).astype(np.float32),
        "rest_face": rng.standard_normal(204).astype(np.float32),
        "speaker_faces": {"앤 O'Hara": np.ones(204, np.float32)},
        "feature": "autovc:0123",
        "settings": {"steps": 3, "initial": None},
        "measures": {"mouth_distance": 0.1},
    }
    return ContentCheckpoint(**(values | changes))


def test_state_dict_is_the_published_one(reference):
    manifest = json.loads((reference / "manifests" / "content.json").read_text())
    (entries,) = [
        value for value in manifest.values() if isinstance(value, list) and "key" in value[0]
    ]
    state = ContentBranch().state_dict()
    assert [(entry["key"], tuple(entry["shape"])) for entry in entries] == [
        (key, tuple(value.shape)) for key, value in state.items()
    ]


def test_output_equals_the_published_networks(reference):
    model = rules_of(reference).fill_state(ContentBranch(), "B").eval()
    numbers = np.load(reference / "models" / "content_B_n24.npz")
    assert sum(v.double().sum().item() for v in model.state_dict().values()) == pytest.approx(
        float(numbers["meta_state_sum"])
    )
    with torch.inference_mode():
        displacement = model(
            torch.from_numpy(numbers["in_au"]), torch.from_numpy(numbers["in_face_id"])
        )
    np.testing.assert_allclose(displacement, numbers["out_fl_pred"], atol=1e-5, rtol=1e-4)


@given(length=st.integers(1, 60), predict_frame=st.integers(0, WINDOW - 1))
def test_every_frame_has_a_window_around_it(length, predict_frame):
    features = np.arange(length, dtype=np.float32)[:, None]
    cut = windows(features, predict_frame)
    assert cut.shape == (length, WINDOW, 1)
    np.testing.assert_array_equal(cut[:, predict_frame], features)
    expected = np.arange(length)[:, None] + np.arange(WINDOW) - predict_frame
    np.testing.assert_array_equal(cut[..., 0], np.clip(expected, 0, length - 1))


def test_window_must_hold_the_predicted_frame():
    with pytest.raises(ValueError, match="18"):
        windows(np.zeros((3, 1)), 18)


@settings(deadline=None, max_examples=20)
@given(length=st.integers(0, 50), predict_frame=st.integers(0, WINDOW - 1))
def test_a_clip_is_predicted_window_by_window(length, predict_frame):
    model, rng = small_branch(), np.random.default_rng(length)
    features = rng.standard_normal((length, 4)).astype(np.float32)
    face = rng.standard_normal(204).astype(np.float32)
    predicted = predict_displacement(model, features, face, predict_frame)
    assert predicted.shape == (length, 204)
    if length:
        with torch.inference_mode():
            each = model(
                torch.from_numpy(windows(features, predict_frame).copy()),
                torch.from_numpy(face[None]),
            )
        np.testing.assert_allclose(predicted, each, atol=1e-6)


def test_prediction_leaves_the_training_mode_as_it_was():
    model = small_branch().train()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    predict_displacement(model, np.ones((30, 4), np.float32), np.zeros(204), 12)
    assert model.training
    assert all(torch.equal(before[key], value) for key, value in model.state_dict().items())


def test_first_position_of_a_chunk_is_an_exact_window():
    model = small_branch()
    chunk, face = torch.randn(3, 34, 4), torch.randn(3, 204)
    with torch.inference_mode():
        along, exact = model.along(chunk, face), model(chunk[:, :WINDOW], face)
    assert along.shape == (3, 17, 204)
    torch.testing.assert_close(along[:, 0], exact)
    assert not torch.allclose(along[:, 16], exact)


def test_a_folded_scale_multiplies_the_output():
    model = small_branch()
    heard, face = torch.randn(5, WINDOW, 4), torch.randn(1, 204)
    with torch.inference_mode():
        before = model(heard, face)
        model.scale_output(0.015)
        torch.testing.assert_close(model(heard, face), 0.015 * before, atol=1e-7, rtol=1e-5)


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path):
    saved = checkpoint()
    saved.save(tmp_path / "best.pt")
    loaded = load_content(tmp_path / "best.pt")
    features = np.random.default_rng(1).standard_normal((40, 4)).astype(np.float32)
    np.testing.assert_array_equal(loaded.predict(features), saved.predict(features))
    assert loaded.speaker_faces.keys() == saved.speaker_faces.keys()
    for name in ("mean_face", "rest_face"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(saved, name))
    for name in ("predict_frame", "base", "feature", "settings", "measures"):
        assert getattr(loaded, name) == getattr(saved, name)


def test_a_checkpoint_refuses_features_of_another_width():
    with pytest.raises(ValueError, match=r"\(T, 4\)"):
        checkpoint().predict(np.zeros((10, 80), np.float32))


def test_scaling_by_utterance_ignores_gain_and_tilt():
    scaling = FeatureScaling(np.zeros(4, np.float32), np.ones(4, np.float32), by_utterance=True)
    features = np.random.default_rng(0).standard_normal((100, 4))
    np.testing.assert_allclose(scaling(features), scaling(features * 0.5 + [1, 2, 3, 4]), atol=1e-5)
    assert np.isfinite(scaling(np.ones((100, 4)))).all()


def test_published_checkpoints_fill_the_network(tmp_path):
    model = ContentBranch()
    path = tmp_path / "ckpt_content_branch.pth"
    optimiser = torch.optim.Adam(model.parameters())
    parallel = {f"module.{key}": value for key, value in model.state_dict().items()}
    torch.save({"model_g_face_id": parallel, "epoch": 3, "opt": optimiser}, path)
    other = ContentBranch()
    load_weights(other, path)
    assert all(
        torch.equal(value, other.state_dict()[key]) for key, value in model.state_dict().items()
    )
    with pytest.raises(UserError, match="start for training"):
        load_content(path)


class Stranger:
    """A class that no checkpoint should need."""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a checkpoint", "cannot be read"),
        (b"", "cannot be read"),
        ({"G": {}}, "model_g_face_id"),
        ({"model_g_face_id": {"fc.0.bias": torch.zeros(3)}}, "do not fit"),
        ({"model_g_face_id": Stranger()}, "more than tensors"),
        ([1, 2], "no named entries"),
        (None, "does not exist"),
    ],
)
def test_wrong_checkpoints_are_named(tmp_path, content, said):
    path = tmp_path / "weights.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        torch.save(content, path)
    with pytest.raises(UserError, match=said) as caught:
        load_weights(ContentBranch(), path)
    assert str(path) in str(caught.value)
