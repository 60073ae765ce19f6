"""SyncNet's layers, its cepstra and the scores by it; its published weights are not at hand."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mit_core.errors import UserError
from mit_core.evaluation import lip_sync as module
from mit_core.evaluation.lip_sync import FURTHEST, LipJudge, face_crop, lip_sync
from mit_core.faces.standard_face import standard_face
from mit_core.models.syncnet import EMBEDDING, SyncNet, load_syncnet
from mit_core.speech.mfcc import mfcc

# python_speech_features 0.6, mfcc(x, 16000), frames 4 and 8 of the tones below; made by:
# [f.round(4).tolist() for f in mfcc(x, 16000)[[4, 8]]]
CEPSTRA = {
    4: [
        *(20.3229, 13.8572, -19.9847, 30.9544, -46.0074, -43.097, 2.4584),
        *(-28.988, -19.0339, 41.6236, 6.3921, 7.275, 32.371),
    ],
    8: [
        *(20.0944, 6.2141, -7.8338, 22.1277, -40.0203, -45.5755, 5.8668),
        *(-29.1408, -16.3808, 38.3253, 7.1273, 3.602, 29.8092),
    ],
}


def tones():
    time = np.arange(1600) / 16000
    samples = np.rint(
        8000 * np.sin(2 * np.pi * 440 * time) + 2000 * np.sin(2 * np.pi * 3000 * time)
    )
    return samples / 32768


@pytest.fixture(scope="module")
def network():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return SyncNet().eval()


def test_cepstra_are_those_that_it_was_trained_on():
    made = mfcc(tones())
    assert made.shape == (9, 13)  # the last frame is filled with silence
    for frame, expected in CEPSTRA.items():
        np.testing.assert_allclose(made[frame], expected, atol=2e-3)


@given(st.integers(1, 3000))
def test_a_frame_of_cepstra_each_ten_milliseconds(samples):
    made = mfcc(np.zeros(samples))
    assert len(made) == max(1, 1 + int(np.ceil((samples - 400) / 160)))
    assert np.isfinite(made).all()


def test_layers_are_named_and_sized_as_in_the_published_file(network):
    weights = network.state_dict()
    roots = {key.split(".")[0] for key in weights}
    assert roots == {"netcnnaud", "netfcaud", "netcnnlip", "netfclip"}
    convolutions = ("0", "4", "8", "11", "14", "18")
    for half in ("netcnnaud", "netcnnlip"):
        sizes = [weights[f"{half}.{layer}.weight"].ndim for layer in convolutions]
        assert sizes == [4 if half == "netcnnaud" else 5] * 6
        assert all(f"{half}.{int(layer) + 1}.running_var" in weights for layer in convolutions)
    assert weights["netcnnaud.18.weight"].shape == (512, 256, 5, 4)
    assert weights["netcnnlip.0.weight"].shape == (96, 3, 5, 7, 7)
    assert weights["netcnnlip.18.weight"].shape == (512, 256, 1, 6, 6)
    assert weights["netfclip.3.weight"].shape == (1024, 512)
    trained = [key for key in weights if not key.endswith("num_batches_tracked")]
    assert sum(weights[key].numel() for key in trained if "running" not in key) == 13_631_616


def test_both_halves_end_in_one_space(network):
    with torch.inference_mode():
        heard = network.hear(torch.zeros(2, 1, 13, 20))
        seen = network.see(torch.zeros(1, 3, 5, 224, 224))
    assert heard.shape == (2, EMBEDDING) and seen.shape == (1, EMBEDDING)


def test_weights_come_from_a_file(network, tmp_path):
    path = tmp_path / "syncnet_v2.model"
    # the published file is older than batch normalisation's count of batches
    weights = {k: v for k, v in network.state_dict().items() if "num_batches" not in k}
    torch.save(weights, path)
    loaded = load_syncnet(path)
    assert not loaded.training
    example = torch.randn(1, 1, 13, 20, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        torch.testing.assert_close(loaded.hear(example), network.hear(example))
    del weights["netcnnlip.0.weight"]
    torch.save(weights, path)
    with pytest.raises(UserError, match=r"syncnet_v2\.model holds no SyncNet weights"):
        load_syncnet(path)
    with pytest.raises(UserError, match=r"absent\.model"):
        load_syncnet(tmp_path / "absent.model")
    torch.save({"weights": 3}, path)
    with pytest.raises(UserError, match=r"syncnet_v2\.model"):
        load_syncnet(path)


@settings(max_examples=30)
@given(st.integers(-FURTHEST, FURTHEST), st.integers(0, 99))
def test_a_known_offset_is_found(offset, seed):
    rng = np.random.default_rng(seed)
    long = rng.standard_normal((120, 32))
    lips, sound = long[20:100], long[20 - offset : 100 - offset]
    scores = lip_sync(lips, sound)
    assert scores.offset == offset
    # beyond the clip's end there is no sound to be near to
    outside = np.linalg.norm(long[20:100], axis=1)
    gone = outside[-offset:] if offset > 0 else outside[:-offset] if offset else np.zeros(0)
    assert scores.lse_d == pytest.approx(gone.sum() / 80, abs=1e-4)
    assert scores.lse_c > 1


def test_lips_that_follow_nothing_have_no_confidence():
    rng = np.random.default_rng(0)
    scores = lip_sync(np.zeros((80, 32)), np.repeat(rng.standard_normal((1, 32)), 80, axis=0))
    assert scores.lse_c < 0.25 * scores.lse_d
    near = lip_sync(rng.standard_normal((80, 32)), rng.standard_normal((80, 32)))
    assert near.lse_c < 1 < near.lse_d
    nothing = lip_sync(np.zeros((0, 32)), np.zeros((0, 32)))
    assert np.isnan([nothing.lse_c, nothing.lse_d]).all()


def test_the_distances_are_torchs(network):
    rng = np.random.default_rng(0)
    lips, sound = (torch.from_numpy(rng.standard_normal((40, 16))) for _ in range(2))
    padded = torch.nn.functional.pad(sound, (0, 0, FURTHEST, FURTHEST))
    means = torch.stack(
        [
            torch.nn.functional.pairwise_distance(lips, padded[shift : shift + 40]).mean()
            for shift in range(2 * FURTHEST + 1)
        ]
    )
    scores = lip_sync(lips.numpy(), sound.numpy())
    assert scores.lse_d == pytest.approx(means.min().item())
    assert scores.lse_c == pytest.approx((means.median() - means.min()).item())


def test_the_crop_reaches_below_the_chin():
    points = np.repeat((100 * standard_face() + (300, 300, 0))[None], 5, axis=0)
    low, high = points[0, :, :2].min(axis=0), points[0, :, :2].max(axis=0)
    crop = face_crop(points)
    middle = crop.x - 0.5 + crop.side / 2
    assert middle == pytest.approx((low[0] + high[0]) / 2)
    above = low[1] - (crop.y - 0.5)
    below = crop.y - 0.5 + crop.side - high[1]
    height = high[1] - low[1]
    assert 0.1 * height < above < 0.2 * height
    assert below == pytest.approx(0.8 * crop.side / 2.8)


class Telling(SyncNet):
    """Embeds a window by the mean of what it is shown, so that a test can tell which it was."""

    def hear(self, mfcc):
        assert mfcc.shape[1:] == (1, 13, 20)
        return mfcc[:, 0, :1, 0].repeat(1, EMBEDDING)

    def see(self, faces):
        assert faces.shape[1:] == (3, 5, 224, 224)
        return faces.mean(dim=(3, 4))[:, :, 0].repeat(1, EMBEDDING // 3 + 1)[:, :EMBEDDING]


def test_windows_are_cut_as_published(monkeypatch):
    monkeypatch.setattr(module, "mfcc", lambda sound: np.tile(np.arange(99)[:, None], (1, 13)))
    judge = LipJudge(Telling())
    heard = judge.hear(np.zeros(16000), 25)
    assert heard[:, 0].tolist() == [4.0 * k for k in range(20)]
    assert len(judge.hear(np.zeros(640 * 9), 25)) == 4  # the sound ends earlier
    assert len(judge.hear(np.zeros(640 * 3), 3)) == 0
    frames = np.zeros((25, 64, 64, 3), np.uint8)
    frames[..., 0] = 10 * np.arange(25)[:, None, None]  # red
    points = np.repeat((10 * standard_face() + (32, 32, 0))[None], 25, axis=0)
    seen = judge.see(frames, points)
    assert seen.shape == (20, EMBEDDING)
    # blue, green, red, in grey levels
    np.testing.assert_allclose(seen[:, :3], [[0, 0, 10 * k] for k in range(20)], atol=1e-3)


def test_nobody_sees_a_moment(network):
    judge = LipJudge(network)
    points = np.repeat((10 * standard_face() + (32, 32, 0))[None], 4, axis=0)
    seen = judge.see(np.zeros((4, 64, 64, 3), np.uint8), points)
    scores = lip_sync(seen, judge.hear(np.zeros(640 * 4), 4))
    assert np.isnan([scores.lse_c, scores.lse_d]).all()
