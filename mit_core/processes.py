"""Which of the processes that torchrun started this one is."""

import os


def among_several() -> bool:
    """Whether torchrun started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def rank() -> int:
    """The number of this process among those of all nodes; 0 where torchrun did not start it."""
    return int(os.environ["RANK"]) if among_several() else 0
