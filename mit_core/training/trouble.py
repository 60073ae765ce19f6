"""What goes wrong while training, in words that say what to change."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mit_core.errors import UserError

_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
"""What torch says, in a plain RuntimeError, where the CPU's or an accelerator's memory ends."""
_NOT_A_NUMBER = "non-finite"
"""What gradient clipping says of gradients that are no numbers."""


@contextmanager
def explained(title: str) -> Iterator[None]:
    """Turn exhausted memory and gradients that are no numbers into errors for a person.

    Raises:
        UserError: names the run and the knobs to change.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        said = str(error)
        if isinstance(error, MemoryError | torch.OutOfMemoryError) or any(
            words in said for words in _NO_MEMORY
        ):
            raise UserError(
                f"Training ran out of memory ({title}: {_first_line(said)}). Make batch_size "
                "smaller, choose a smaller size of the network, set precision to bf16-mixed on a "
                "GPU, or train on a device with more memory."
            ) from error
        if _NOT_A_NUMBER in said:
            raise not_a_number(title, "its gradients hold values that are no numbers") from error
        raise


def not_a_number(title: str, what: str) -> UserError:
    """The error of a run whose numbers left the numbers."""
    return UserError(
        f"Training went wrong ({title}): {what}. Lower learning_rate, set precision to 32-true, "
        "and check the features and landmarks for wrong values."
    )


def _first_line(said: str) -> str:
    return (said.splitlines() or ["no more memory"])[0][:200]
