"""The losses, against the published numbers and against hand-made cases."""

import copy
import json

import numpy as np
import pytest
import torch
from test_content_model import rules_of

from mit_core.faces.scheme import JAW
from mit_core.models.checkpoint import FeatureScaling
from mit_core.models.content import ContentBranch
from mit_core.models.windows import WINDOW, windows
from mit_core.training.losses import content_loss, laplacian, mouth_mse
from mit_core.training.published import published_step


@pytest.fixture(scope="module")
def published(reference):
    """Network, windows, face and truth of the published training numbers."""
    rules = rules_of(reference)
    standard = np.loadtxt(reference / "constants" / "STD_FACE_LANDMARKS.txt").reshape(1, 204)
    truth = standard + rules.inp("trainfl", (64, 204), 0.05, 0.0, "B")
    heard = rules.inp("trainau", (64, 18, 80), 2.0, 0.0, "B")
    numbers = np.load(reference / "training" / "content_train.npz")
    return (
        lambda: rules.fill_state(ContentBranch(), "B"),
        torch.from_numpy(heard.astype(np.float32)),
        torch.from_numpy(numbers["face_id"]),
        torch.from_numpy(truth.astype(np.float32)),
        json.loads((reference / "training" / "losses.json").read_text()),
        numbers,
    )


@pytest.mark.parametrize("lip", [0, 1])
@pytest.mark.parametrize("lap", [0, 1])
@pytest.mark.parametrize("motion", [0, 1])
def test_content_loss_equals_the_published_one(published, lip, lap, motion):
    make, heard, face, truth, losses, _ = published
    with torch.inference_mode():
        loss = content_loss(
            make().eval()(heard, face) + face,
            truth,
            lip_weights=bool(lip),
            with_laplacian=bool(lap),
            with_velocity=bool(motion),
        )
    expected = losses[f"content_eval_lip{lip}_lap{lap}_motion{motion}"]
    assert loss.item() == pytest.approx(expected, abs=1e-5)


def test_five_published_steps_give_the_published_losses(published):
    make, heard, face, truth, losses, numbers = published
    model = make()
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-4)
    steps = [published_step(model, optimiser, heard, face, truth) for _ in range(4)]
    with torch.no_grad():
        fifth = copy.deepcopy(model).train()(heard, face).numpy()
    steps.append(published_step(model, optimiser, heard, face, truth))
    expected = losses["content_train_adam_lr1e-4_dropout0_losses"]
    assert steps[0] == pytest.approx(expected[0], abs=1e-5)
    np.testing.assert_allclose(steps, expected, rtol=2e-3)
    np.testing.assert_allclose(steps, numbers["losses"], rtol=2e-3)
    # The displacement that the fifth step's loss is of. Adam's first steps go by signs, so where a
    # gradient is nearly 0 rounding decides: on the whole the numbers agree, not each to the last.
    wrong = np.square(fifth - numbers["pred_after5"]).mean() / numbers["pred_after5"].var()
    assert wrong < 1e-3
    for key, value in model.state_dict().items():
        if key in losses["content_after5_bn_tracked"]:
            assert value.item() == losses["content_after5_bn_tracked"][key]
        else:
            total = value.double().abs().sum().item()
            assert total == pytest.approx(losses["content_after5_sum_abs"][key], rel=2e-3), key


def test_windows_and_standardisation_are_the_published_data_sets(reference):
    rules, numbers = rules_of(reference), np.load(reference / "training" / "windows.npz")
    landmarks = rules.inp("fl0", (50, 204), 0.2, 0.0, "B")
    features = rules.inp("au0", (50, 80), 0.2, 0.6, "B")
    constants = reference / "constants" / "MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt"
    mean, std = np.loadtxt(constants, dtype=np.float32).reshape(2, 80)
    heard = windows(FeatureScaling(mean, std)(features), predict_frame=0)
    count = int(numbers["n_windows"])
    assert count == int(numbers["n_frames"]) - WINDOW
    np.testing.assert_allclose(heard[0], numbers["aus_win0"], atol=1e-5)
    np.testing.assert_allclose(heard[count - 1], numbers["aus_last"], atol=1e-5)
    # window t belongs to landmark frame t, as it does here
    np.testing.assert_allclose(landmarks[:count], numbers["fls_first"], atol=1e-6)


def test_laplacian_is_blind_to_where_a_face_is():
    face = torch.randn(2, 204, dtype=torch.float64)
    moved = (face.view(2, 68, 3) + torch.tensor([1.0, -2, 3])).view(2, 204)
    torch.testing.assert_close(laplacian(face), laplacian(moved))


def test_laplacian_sees_a_point_out_of_line():
    face = torch.zeros(1, 68, 3)
    face[0, list(JAW), 0] = torch.arange(17.0)
    face[0, 8, 1] = 1
    bent = laplacian(face.view(1, 204))[0, :17, 1]
    assert bent.nonzero().ravel().tolist() == [7, 8, 9]


def test_mouth_counts_more_and_the_gap_counts_beside():
    truth = torch.zeros(1, 68, 3)
    brow, lips, gap = truth.clone(), truth.clone(), truth.clone()
    brow[0, 20, 1] = 1
    lips[0, 50, 1] = 1
    gap[0, 66, 1] = 1
    loss = [
        mouth_mse(wrong.view(1, 204), truth.view(1, 204), 3.0).item() for wrong in (brow, lips, gap)
    ]
    assert loss[1] == pytest.approx(3 * loss[0])
    assert loss[2] == pytest.approx(loss[1] + 1 / 9)
