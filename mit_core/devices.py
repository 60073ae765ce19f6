"""Which device networks run on here."""

import logging

import torch

logger = logging.getLogger(__name__)


def device_here(asked: str) -> str:
    """The device to use where ``asked`` is wanted.

    Args:
        asked: ``cpu``, ``cuda``, ``cuda:1`` ..., or ``auto``: a GPU where there is one.

    Returns:
        ``cpu`` where there is no GPU that torch can use, with a warning if one was asked for.
    """
    if asked == "cpu" or torch.cuda.is_available():
        return "cuda" if asked == "auto" else asked
    if asked != "auto":
        logger.warning("device is %s, and torch finds no GPU here: the CPU does the work", asked)
    return "cpu"
