"""What a run trains on: devices, precision, and the processes that share the work."""

import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import RawValue
from typing import Any, TypeVar

import numpy as np
import torch
from lightning_fabric import Fabric
from lightning_fabric.accelerators.cuda import num_cuda_devices
from lightning_fabric.plugins.environments import TorchElasticEnvironment
from lightning_fabric.strategies import DDPStrategy
from torch.multiprocessing import ProcessExitedException, ProcessRaisedException

from mit_core.devices import device_here
from mit_core.errors import UserError
from mit_core.processes import among_several

T = TypeVar("T")
logger = logging.getLogger(__name__)

PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")
_KINDS = ("cpu", "cuda", "mps")
_NEXT_STREAM = 1_000_003
"""Between the seeds of two processes; a large prime, so that neighbouring seeds stay apart."""


@dataclass(frozen=True)
class Hardware:
    """What to train on.

    Attributes:
        device: ``cpu``, ``cuda``, ``cuda:1`` ... or ``mps``.
        devices: how many of them share the work: each takes batches of its own, gradients are
            averaged, so the batch is so many times larger. On ``cpu`` these are processes.
        precision: ``32-true``, ``bf16-mixed``, or ``16-mixed`` (not on ``cpu``).
        nodes: machines with so many devices each (see ``nodes.on_all_nodes``).
    """

    device: str = "cpu"
    devices: int = 1
    precision: str = "32-true"
    nodes: int = 1

    def __str__(self) -> str:
        count = f" x {self.devices}" if self.devices > 1 else ""
        count += f" on {self.nodes} nodes" if self.nodes > 1 else ""
        return f"{self.device}{count}, {self.precision}"


def hardware_here(
    device: str, devices: int = 1, precision: str = "32-true", nodes: int = 1
) -> Hardware:
    """What to train on where this is asked for; a CPU in place of GPUs where there is none.

    As many processes then share the work, so that the batch stays as large.
    """
    usable = device_here(device)
    if usable == "cpu" and precision == "16-mixed":
        logger.warning("precision 16-mixed needs a GPU: bf16-mixed is used")
        precision = "bf16-mixed"
    return Hardware(usable, devices, precision, nodes)


def open_fabric(hardware: Hardware) -> Fabric:
    """A Fabric on this hardware; several devices are several forked processes.

    Raises:
        UserError: no such device or precision here.
    """
    kind, _, index = hardware.device.partition(":")
    if kind not in _KINDS or (index and not (kind == "cuda" and index.isdigit())):
        raise UserError(
            f"device is '{hardware.device}': give cpu, cuda, cuda:1 (and so on) or mps."
        )
    if hardware.precision not in PRECISIONS:
        raise UserError(
            f"precision is '{hardware.precision}': choose one of {', '.join(PRECISIONS)}."
        )
    if kind == "cpu" and hardware.precision == "16-mixed":
        raise UserError("precision 16-mixed needs a GPU: on the CPU choose 32-true or bf16-mixed.")
    if hardware.devices < 1 or (index and hardware.devices * hardware.nodes > 1):
        raise UserError(
            f"devices is {hardware.devices} with device '{hardware.device}': give 1 or more, and "
            "for several GPUs the device cuda without a number."
        )
    needed = max(hardware.devices, int(index or 0) + 1)
    if kind == "cuda" and num_cuda_devices() < needed:
        raise UserError(
            f"device '{hardware.device}' with devices {hardware.devices} needs {needed} GPU(s), "
            f"and {num_cuda_devices()} can be used here: set device to cpu, or ask for fewer."
        )
    if hardware.nodes > 1:
        if not among_several():
            raise UserError(
                f"training.nodes is {hardware.nodes}: nodes.on_all_nodes starts such a training."
            )
        return Fabric(
            accelerator=kind,
            devices=hardware.devices,
            num_nodes=hardware.nodes,
            precision=hardware.precision,  # type: ignore[arg-type]
            strategy=DDPStrategy(),
            plugins=[TorchElasticEnvironment()],
        )
    return Fabric(
        accelerator=kind,
        devices=[int(index)] if index else hardware.devices,
        precision=hardware.precision,  # type: ignore[arg-type]
        strategy=DDPStrategy(start_method="fork") if hardware.devices > 1 else "auto",
    )


def launch(hardware: Hardware, work: Callable[[Fabric, Callable[[], bool]], T]) -> T:
    """Do the work in as many processes as there are devices; returns what the first one returns.

    Of several nodes' processes all others end here.

    Args:
        hardware: what to work on.
        work: given the process's Fabric, and a function that tells whether SIGTERM has come.

    Raises:
        UserError: as the work raises it, in whichever process.
    """
    fabric = open_fabric(hardware)
    # Processes inherit both the flag and who answers the signal, so it does not matter which of
    # them gets it, nor when.
    asked = RawValue("b", 0)

    def ask() -> None:
        asked.value = 1

    def asked_to_stop() -> bool:
        return bool(asked.value)

    if hardware.nodes > 1:
        with on_sigterm(ask), limited_threads(max(1, torch.get_num_threads() // hardware.devices)):
            done = fabric.launch(lambda fabric: work(fabric, asked_to_stop))
        if fabric.global_rank:  # the first process goes on alone
            raise SystemExit(0)
        return done
    if hardware.devices == 1:
        with on_sigterm(ask):
            return fabric.launch(lambda fabric: work(fabric, asked_to_stop))
    said = multiprocessing.get_context("fork").SimpleQueue()

    def one_of_several(fabric: Fabric) -> T:
        # A forked process inherits torch's thread pool without its threads and waits for them for
        # ever, unless it works alone.
        torch.set_num_threads(1)
        try:
            return work(fabric, asked_to_stop)
        except UserError as error:
            said.put(str(error))
            raise

    with on_sigterm(ask):
        try:
            return fabric.launch(one_of_several)
        except (ProcessRaisedException, ProcessExitedException) as error:
            if said.empty():
                raise
            raise UserError(said.get()) from error


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Let torch use this many CPU threads inside the block."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def on_sigterm(action: Callable[[], None]) -> Iterator[None]:
    """Answer SIGTERM by ``action`` inside the block; without effect outside the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: action())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def clip_gradients(fabric: Fabric, optimiser: Any, network: torch.nn.Module, most: float) -> None:
    """Shorten a network's gradients to a norm, whatever precision scaled them.

    Args:
        optimiser: as ``fabric.setup`` gave it. Who scales knows the one inside, and would take the
            scale off that one's gradients again.
        network: whose gradients they are.
        most: norm.
    """
    fabric.strategy.precision.unscale_gradients(optimiser.optimizer)
    torch.nn.utils.clip_grad_norm_(network.parameters(), most)


def batch_generator(fabric: Fabric, seed: int) -> np.random.Generator:
    """The random stream that a process draws its batches from: of its own, so that two processes
    do not learn from the same batch twice."""
    rank = fabric.global_rank
    return np.random.default_rng([seed, _NEXT_STREAM, rank] if rank else seed)


def seed_torch(fabric: Fabric, seed: int) -> None:
    """Seed torch's global generator, which dropout draws from; each process otherwise."""
    torch.manual_seed(seed + _NEXT_STREAM * fabric.global_rank)


def averaged(fabric: Fabric, values: Mapping[str, float]) -> dict[str, float]:
    """Means over all processes; every process must ask for the same names."""
    if fabric.world_size == 1:
        return dict(values)
    ours = torch.tensor(list(values.values()), dtype=torch.float32, device=fabric.device)
    means = fabric.all_reduce(ours, reduce_op="mean")
    assert isinstance(means, torch.Tensor)
    return dict(zip(values, means.tolist(), strict=True))


def gathered(fabric: Fabric, value: dict[str, Any]) -> list[dict[str, Any]]:
    """The values of all processes, in the order of their ranks."""
    if fabric.world_size == 1:
        return [value]
    everyone: list[Any] = [None] * fabric.world_size
    torch.distributed.all_gather_object(everyone, value)
    return everyone
