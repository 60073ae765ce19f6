"""The Adaptive Wing loss keeps its formula and has no steps."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mit_core.training.detector_losses import adaptive_wing, foreground_weights, heatmap_loss

OMEGA, THETA, EPSILON, ALPHA = 14.0, 0.5, 1.0, 2.1
TRUTHS = st.floats(0, 1)


def formula(y: float, p: float) -> float:
    d = abs(y - p)
    if d < THETA:
        return OMEGA * math.log(1 + (d / EPSILON) ** (ALPHA - y))
    ratio = THETA / EPSILON
    a = OMEGA / (1 + ratio ** (ALPHA - y)) * (ALPHA - y) * ratio ** (ALPHA - y - 1) / EPSILON
    c = THETA * a - OMEGA * math.log(1 + ratio ** (ALPHA - y))
    return a * d - c


def value_and_slope(y: float, p: float) -> tuple[float, float]:
    predicted = torch.tensor(p, dtype=torch.float64, requires_grad=True)
    loss = adaptive_wing(predicted, torch.tensor(y, dtype=torch.float64))
    loss.backward()
    return loss.item(), predicted.grad.item()


@given(TRUTHS, st.floats(-3, 3))
def test_loss_equals_its_formula(y, p):
    # below a distance of 1e-6 the loss is as at 1e-6
    assert value_and_slope(y, p)[0] == pytest.approx(formula(y, p), rel=1e-6, abs=1e-4)


@given(TRUTHS, st.sampled_from([-1, 1]))
def test_value_and_gradient_are_continuous_at_theta(y, side):
    step = 1e-7
    near, far = (value_and_slope(y, y + side * (THETA + each)) for each in (-step, step))
    assert far[0] == pytest.approx(near[0], abs=1e-4)
    assert far[1] == pytest.approx(near[1], rel=1e-4)
    assert abs(near[1]) > 1


@given(TRUTHS, st.floats(-2, 2))
def test_gradient_is_that_of_the_formula(y, p):
    d, step = abs(y - p), 1e-6
    if d < 1e-3 or abs(d - THETA) < 2 * step:
        return
    rise = (formula(y, p + step) - formula(y, p - step)) / (2 * step)
    assert value_and_slope(y, p)[1] == pytest.approx(rise, rel=1e-4, abs=1e-4)


def test_gradient_is_finite_where_the_truth_is_met():
    truth = torch.linspace(0, 1, 11)
    predicted = truth.clone().requires_grad_()
    adaptive_wing(predicted, truth).sum().backward()
    assert torch.isfinite(predicted.grad).all()


def test_weights_rise_on_the_peak_and_one_pixel_around():
    truth = torch.zeros(1, 2, 8, 8)
    truth[0, 0, 3, 4] = 1.0
    truth[0, 1, 0, 0] = 0.2  # not above the threshold
    weights = foreground_weights(truth)
    assert (weights[0, 0, 2:5, 3:6] == 11).all()
    assert (weights == 11).sum() == 9 and (weights == 1).sum() == weights.numel() - 9


def test_a_missed_peak_costs_more_than_an_invented_one():
    truth = torch.zeros(1, 1, 16, 16)
    truth[0, 0, 8, 8] = 1.0
    nothing = torch.zeros_like(truth)
    invented = truth.clone()
    invented[0, 0, 2, 2] = 1.0
    assert heatmap_loss(nothing, truth) > 2 * heatmap_loss(invented, truth) > 0
    assert heatmap_loss(truth, truth) < 1e-4
