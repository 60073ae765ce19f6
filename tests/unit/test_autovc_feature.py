"""AutoVC as a content feature: named by its converter, worked again with another one."""

from pathlib import Path

import numpy as np
import pytest
from autovc_makers import checkpoint, unit

from mit_core.corpus.layout import FEATURE, SPEECH
from mit_core.corpus.shards import Item, read_index, write_index
from mit_core.corpus.stages.autovc import autovc_shard
from mit_core.errors import UserError
from mit_core.speech.analysis import SpeechSettings
from mit_core.speech.content_feature import open_content_feature
from mit_core.speech.driving import write_driving_speech
from mit_core.speech.features import SpeechFeatures, load_speech, save_speech


def speech(frames: int = 50) -> SpeechFeatures:
    rng = np.random.default_rng(frames)
    return SpeechFeatures(
        mel=rng.uniform(0, 1, (frames, 80)).astype(np.float32),
        f0_log=np.full(frames, 5.0),
        f0_classes=rng.integers(0, 257, frames).astype(np.int16),
        f0_range="low",
        f0_median_hz=120.0,
        embedding=unit(rng),
        speech=np.ones(frames // 3, bool),
        n_samples=(frames - 1) * 256,
    )


@pytest.fixture
def taken(tmp_path: Path) -> Path:
    """The speech stage's index of a shard of two segments."""
    items = []
    for name, frames in (("a", 50), ("b", 70)):
        folder = tmp_path / "shards" / "0000" / "speech" / name
        save_speech(folder / SPEECH, speech(frames))
        data = {"speech": str(folder.relative_to(tmp_path))}
        items.append(Item(name, name, "ann", "", seconds=1.0, key=name, data=data))
    index = tmp_path / "shards" / "0000" / "speech.json"
    write_index(index, items)
    return index


def test_it_is_what_the_converter_says():
    spoken, converter = speech(), checkpoint()
    feature = open_content_feature("autovc", converter)(spoken)
    assert feature.shape == (50, 80)
    assert feature.dtype == np.float32
    np.testing.assert_array_equal(
        feature, converter.convert(spoken.mel, spoken.f0_classes, spoken.embedding)
    )


def test_without_a_converter_the_way_to_one_is_told():
    with pytest.raises(UserError, match="train_autovc"):
        open_content_feature("autovc")


def test_a_shard_is_converted_and_says_by_what(taken, tmp_path):
    converter, index = checkpoint(), taken.with_name("autovc.json")
    autovc_shard(taken, index, converter=converter, code="")
    for item, frames in zip(read_index(index), (50, 70), strict=True):
        assert item.data["feature_maker"] == converter.digest
        feature = np.load(tmp_path / item.data["feature"] / FEATURE)
        whole = load_speech(tmp_path / item.data["speech"] / SPEECH)
        assert feature.shape == (frames, 80)
        np.testing.assert_array_equal(
            feature, converter.convert(whole.mel, whole.f0_classes, whole.embedding)
        )


def test_only_another_converter_works_a_shard_again(taken, tmp_path, monkeypatch):
    index = taken.with_name("autovc.json")
    autovc_shard(taken, index, converter=checkpoint(), code="")
    files = [tmp_path / item.data["feature"] / FEATURE for item in read_index(index)]
    before = [file.stat().st_mtime_ns for file in files]
    autovc_shard(taken, index, converter=checkpoint(settings={}), code="")
    assert before == [file.stat().st_mtime_ns for file in files]
    keys = [item.key for item in read_index(index)]
    autovc_shard(taken, index, converter=checkpoint().aimed_at("앤 O'Hara"), code="")
    assert all(a != b.key for a, b in zip(keys, read_index(index), strict=True))


def test_driving_speech_is_converted_too(tmp_path):
    audio = np.random.default_rng(0).standard_normal(16000).astype(np.float32) * 0.1
    converter = checkpoint()
    write_driving_speech(
        audio,
        tmp_path / "s.npz",
        tmp_path / "f.npy",
        settings=SpeechSettings(),
        content_feature="autovc",
        converter=converter,
    )
    saved, feature = load_speech(tmp_path / "s.npz"), np.load(tmp_path / "f.npy")
    expected = converter.convert(saved.mel, saved.f0_classes, saved.embedding)
    np.testing.assert_array_equal(feature, expected)
    assert not np.allclose(feature, saved.mel, atol=0.05)
