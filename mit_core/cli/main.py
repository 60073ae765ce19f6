"""``mit``: which command is meant, and how it ends."""

import argparse
import json
import math
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, redirect_stdout
from typing import Any, TextIO

from mit_core import __version__
from mit_core.cli import animate, doctor, inspect, preview, studio
from mit_core.cli.answer import Answer
from mit_core.cli.arguments import Parser, UsageError
from mit_core.errors import UserError

FAILED, MISUSED, INTERRUPTED, TERMINATED = 1, 2, 130, 143
"""Statuses of the process; the last two are a shell's: 128 and the signal's number."""

_COMMANDS = (animate, preview, inspect, doctor, studio)


def program() -> int:
    """Run as a process: told to end, it tidies up first."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    # mediapipe and ffmpeg's reader talk on the terminal; before their import or not at all
    os.environ.setdefault("GLOG_minloglevel", "2")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return main()


def main(argv: Sequence[str] | None = None) -> int:
    """Do what a command line says.

    Args:
        argv: the words after ``mit``; those of this process by default.

    Returns:
        The status to end with: 0 where all went well, 1 where something failed, 2 for a command
        line that makes no sense, 130 after Ctrl-C.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    as_json, debug = "--json" in words, "--debug" in words
    try:
        args = _parser().parse_args(words)
        answer = _done(args)
    except UsageError as error:
        return _ended(str(error), MISUSED, as_json, debug)
    except UserError as error:
        return _ended(str(error), FAILED, as_json, debug)
    except KeyboardInterrupt:
        said = "Stopped before it was done; what was finished is kept, the rest left no file."
        return _ended(said, INTERRUPTED, as_json, False)
    except SystemExit as ended:  # --help and --version
        return ended.code if isinstance(ended.code, int) else 0
    except Exception as error:
        said = f"{type(error).__name__}: {error}. This is a fault of the program"
        hint = "" if debug else "; the same command with --debug shows where"
        return _ended(f"{' '.join(said.split())}{hint}.", FAILED, as_json, debug)
    _print([_document(answer.data)] if as_json else answer.lines)
    return answer.status


def _done(args: argparse.Namespace) -> Answer:
    """A command's answer; whatever else is printed on the way goes to standard error."""
    with warnings.catch_warnings():
        if not args.debug:
            warnings.simplefilter("ignore")
        with redirect_stdout(sys.stderr) if args.json else nullcontext():
            answer: Answer = args.run(args)
    return answer


def _parser() -> Parser:
    parser = Parser(
        prog="mit",
        description="Talking heads: a portrait and a recording become a video.",
        epilog="example:\n  mit animate me.jpg speech.wav -o me.mp4",
    )
    parser.add_argument("--version", action="version", version=f"mit {__version__}")
    commands: Any = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in _COMMANDS:
        module.add(commands)
    return parser


def _ended(said: str, status: int, as_json: bool, debug: bool) -> int:
    """Say on standard error what went wrong, and to machines as a document too."""
    if debug:
        traceback.print_exc()
    _print([f"Error: {said}" if status != INTERRUPTED else said], sys.stderr)
    if as_json:
        _print([json.dumps({"error": said, "status": status}, ensure_ascii=False)])
    return status


def _document(data: Any) -> str:
    """JSON, which knows no NaN."""
    return json.dumps(_plain(data), ensure_ascii=False, allow_nan=False, default=str)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _print(lines: Sequence[str], to: TextIO | None = None) -> None:
    stream = to or sys.stdout
    try:
        for line in lines:
            # names of files may hold bytes that are no text
            print(line.encode("utf-8", "backslashreplace").decode(), file=stream)
        stream.flush()
    except BrokenPipeError:  # whoever read has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
