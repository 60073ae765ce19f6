"""A network runs where it can."""

import logging

import pytest
import torch

from mit_core.devices import device_here
from mit_core.training.hardware import Hardware, hardware_here


@pytest.mark.parametrize(
    ("asked", "gpus", "used", "warned"),
    [
        ("cpu", True, "cpu", False),
        ("cpu", False, "cpu", False),
        ("auto", True, "cuda", False),
        ("auto", False, "cpu", False),
        ("cuda:1", True, "cuda:1", False),
        ("cuda", False, "cpu", True),
        ("cuda:1", False, "cpu", True),
    ],
)
def test_a_gpu_is_used_where_there_is_one(asked, gpus, used, warned, monkeypatch, caplog):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus)
    with caplog.at_level(logging.WARNING):
        assert device_here(asked) == used
    assert bool(caplog.records) == warned


def test_a_training_that_wanted_gpus_keeps_its_batch_on_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert hardware_here("cuda", 2, "16-mixed") == Hardware("cpu", 2, "bf16-mixed")
    assert hardware_here("cuda", 1, "32-true") == Hardware("cpu", 1, "32-true")
