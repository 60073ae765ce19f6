"""Signals and several processes: what a stopped run keeps, and what processes agree on."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace

import pytest
import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.precision import MixedPrecision
from line_recipe import LineRecipe, weights
from sequence_makers import talking
from test_training_loop import QUICK, TRAIN, VAL, rows, same
from test_training_loop import weights as content_weights

from mit_core.errors import UserError
from mit_core.logs import logged
from mit_core.models.tensors import read_tensors
from mit_core.training import chunks
from mit_core.training.content import train_content
from mit_core.training.hardware import Hardware, clip_gradients
from mit_core.training.loop import train
from mit_core.training.loop_settings import LoopSettings

STEPS = LoopSettings(steps=40, validate_every=5, checkpoint_every=8, seed=3)
TWO = Hardware(devices=2)
FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def one_thread():
    """A forked process waits for ever for the threads that torch had before."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def whole(folder, hardware=Hardware()):  # noqa: B008
    return train(LineRecipe, folder, STEPS, hardware=hardware)


def stopped(folder, by, after, hardware=Hardware()):  # noqa: B008
    """Exit status of a process that trains and is sent a signal after so many steps."""
    taken = FORK.Value("i", -1)

    def slow(step):
        taken.value = max(taken.value, step)
        if step >= after:
            time.sleep(0.2)  # so that a busy machine sends the signal in time

    def build(fabric):
        if after == 0:
            taken.value = 0
            time.sleep(0.3)
        return LineRecipe(fabric, before_step=slow)

    def job():
        with logged(folder / "job.log"):
            train(build, folder, STEPS, hardware=hardware)

    process = FORK.Process(target=job)
    process.start()
    until = time.monotonic() + 60
    while taken.value < after and time.monotonic() < until:
        time.sleep(0.01)
    os.kill(process.pid, by)
    process.join(60)
    return process.exitcode


def saved_step(folder):
    return read_tensors(folder / "state.pt")["processes"][0]["recipe"]["steps"]


@pytest.mark.parametrize("hardware", [Hardware(), TWO], ids=["one", "two"])
def test_sigterm_finishes_the_step_and_the_run_goes_on_from_there(tmp_path, hardware):
    assert stopped(tmp_path / "cut", signal.SIGTERM, 11, hardware) == 143
    assert 12 <= saved_step(tmp_path / "cut") < 40
    unbroken = whole(tmp_path / "whole", hardware)
    cut = whole(tmp_path / "cut", hardware)
    assert (cut.steps, cut.best_step) == (40, unbroken.best_step)
    assert weights(cut.last) == weights(unbroken.last)
    assert weights(cut.best) == weights(unbroken.best)
    assert rows(cut.history) == rows(unbroken.history)


def test_sigterm_before_the_first_step_is_answered_after_it(tmp_path):
    assert stopped(tmp_path, signal.SIGTERM, 0, TWO) == 143
    assert 1 <= saved_step(tmp_path) < 40


def test_kill_9_loses_less_than_a_checkpoint_interval(tmp_path):
    assert stopped(tmp_path / "cut", signal.SIGKILL, 20) == -9
    assert saved_step(tmp_path / "cut") == 16
    unbroken, cut = whole(tmp_path / "whole"), whole(tmp_path / "cut")
    assert weights(cut.last) == weights(unbroken.last)
    assert rows(cut.history) == rows(unbroken.history)


def test_sigterm_means_again_what_it_did_before(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    whole(tmp_path)
    assert signal.getsignal(signal.SIGTERM) is before


def test_two_processes_do_what_one_does_with_all_of_the_batch(tmp_path):
    def shared(fabric):
        return LineRecipe(fabric, shared=True)

    one = train(shared, tmp_path / "one", STEPS)
    two = train(shared, tmp_path / "two", STEPS, hardware=TWO)
    assert weights(two.last) == pytest.approx(weights(one.last), abs=1e-5)
    assert two.measures == pytest.approx(dict(one.measures), abs=1e-5)


def test_processes_hold_the_same_weights_and_learn_from_other_batches(tmp_path):
    alone, both = whole(tmp_path / "one"), whole(tmp_path / "two", TWO)
    first, second = read_tensors(tmp_path / "two" / "state.pt")["processes"]
    key = "weights of this process"
    assert first["recipe"][key] == second["recipe"][key]
    assert first["recipe"]["rng"] != second["recipe"]["rng"]
    assert not torch.equal(first["random"]["cpu"], second["random"]["cpu"])
    assert weights(both.last) != weights(alone.last)


@pytest.mark.parametrize("recipe", ["chunks", "published"])
def test_the_content_branch_trains_in_two_processes(tmp_path, monkeypatch, recipe):
    monkeypatch.setattr(chunks, "_WINDOWS_AT_ONCE", 16)
    settings = replace(QUICK, recipe=recipe)
    result = train_content(TRAIN, VAL, tmp_path, settings, hardware=TWO)
    alone = train_content(TRAIN, VAL, tmp_path / "alone", settings)
    assert result.steps == 6 and len(rows(result.history)) == 3
    assert not same(content_weights(result.last), content_weights(alone.last))


@pytest.mark.parametrize("rank", [0, 1])
def test_an_error_of_any_process_is_the_runs(tmp_path, rank):
    def fails(fabric):
        def wrong(step):
            if step == 3 and fabric.global_rank == rank:
                raise UserError("the reason")

        return LineRecipe(fabric, before_step=wrong)

    with pytest.raises(UserError, match="the reason"):
        train(fails, tmp_path, STEPS, hardware=TWO)


@pytest.mark.parametrize(
    ("hardware", "said"),
    [
        (Hardware(device="gpu"), "device is 'gpu'"),
        (Hardware(device="cuda:x"), "device is 'cuda:x'"),
        (Hardware(precision="8"), "precision is '8'"),
        (Hardware(precision="16-mixed"), "needs a GPU"),
        (Hardware(devices=0), "devices is 0"),
        (Hardware(device="cuda:1", devices=2), "without a number"),
        (Hardware(device="cuda:63"), "set device to cpu"),
    ],
)
def test_wrong_hardware_is_named(tmp_path, hardware, said):
    with pytest.raises(UserError, match=said):
        whole(tmp_path, hardware)


def test_half_precision_learns_too(tmp_path):
    result = train_content(
        talking((120,)), VAL, tmp_path, QUICK, hardware=Hardware(precision="bf16-mixed")
    )
    plain = train_content(talking((120,)), VAL, tmp_path / "plain", QUICK)
    half, full = (float(rows(each.history)[0]["train_loss"]) for each in (result, plain))
    assert half == pytest.approx(full, rel=0.02) and half != full


def test_scaled_gradients_are_clipped_and_taken_at_their_own_size():
    """As with 16-mixed on a GPU, whose losses are scaled up so that gradients do not vanish."""
    scaler = torch.amp.GradScaler("cpu")
    precision = MixedPrecision("16-mixed", "cpu", scaler=scaler)
    fabric = Fabric(accelerator="cpu", devices=1, plugins=[precision])
    network = torch.nn.Linear(4, 1)
    before = network.weight.detach().clone()
    model, optimiser = fabric.setup(network, torch.optim.SGD(network.parameters(), lr=1.0))
    fabric.backward(0.1 * model(torch.ones(2, 4)).float().mean())
    clip_gradients(fabric, optimiser, network, 0.1)
    assert scaler.get_scale() > 1000
    optimiser.step()
    # five gradients of .1, shortened to a norm of .1
    torch.testing.assert_close(
        before - network.weight, torch.full((1, 4), 0.1 / 5**0.5), atol=1e-4, rtol=0
    )
