"""Arguments that several commands share, and mistakes in them told in one sentence."""

import argparse
import re
from collections.abc import Callable
from typing import Any, NoReturn

from mit_core.cli.answer import Answer

RESULTS = "results/demo"


class UsageError(Exception):
    """A command line that makes no sense; ``str(error)`` says why, and where help is."""


class Parser(argparse.ArgumentParser):
    """One that raises a ``UsageError`` in place of ending the process."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("allow_abbrev", False)
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(**kwargs)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}; '{self.prog} --help' shows what it takes.")


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], Answer], **texts: str
) -> Parser:
    """A command with the options that all have.

    Args:
        commands: what ``add_subparsers`` returned.
        name: of the command.
        run: does it.
        texts: ``help`` (a line), ``description`` and ``example``.
    """
    example = texts.pop("example")
    parser: Parser = commands.add_parser(name, epilog=f"example:\n  {example}", **texts)
    parser.set_defaults(run=run)
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON document on standard output, for other programs",
    )
    parser.add_argument(
        "--debug", action="store_true", help="show where in the program an error came from"
    )
    return parser


def add_results(parser: Parser) -> None:
    """Where the trained networks are."""
    parser.add_argument(
        "--results",
        default=RESULTS,
        metavar="FOLDER",
        help="the results folder that holds the trained networks (default: %(default)s)",
    )


def add_device(parser: Parser) -> None:
    """Where networks run."""
    parser.add_argument(
        "--device",
        type=_device,
        default="auto",
        help="auto (a GPU where there is one), cpu, cuda or cuda:1 ... (default: %(default)s)",
    )


def add_detector(parser: Parser) -> None:
    """What finds landmarks."""
    parser.add_argument(
        "--detector",
        default="mediapipe",
        choices=("mediapipe", "face_alignment", "dlib", "adaptive_wing"),
        help="what finds the landmarks of a face (default: %(default)s)",
    )
    parser.add_argument(
        "--weights",
        metavar="PATH",
        help="the detector's weights: a folder; of adaptive_wing the file",
    )


def at_least(least: int) -> Callable[[str], int]:
    """A whole number from ``least`` on."""

    def whole(text: str) -> int:
        if not re.fullmatch(r"-?\d+", text) or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} on")
        return int(text)

    return whole


def _device(text: str) -> str:
    if not re.fullmatch(r"auto|cpu|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is none of auto, cpu, cuda, cuda:1 ...")
    return text
