"""``mit animate``: portraits and recordings to talking videos."""

import argparse
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from mit_core.cli.answer import Answer
from mit_core.cli.arguments import (
    Parser,
    add_command,
    add_detector,
    add_device,
    add_results,
    at_least,
)
from mit_core.errors import UserError

if TYPE_CHECKING:
    from mit_core.cli.pairs import Pair
    from mit_core.speaking.head import Portrait, Speech, TalkingHead

T = TypeVar("T")

MADE, KEPT, FAILED = "made", "kept", "failed"

# Options that are choices of the library, by their names there.
_CHOICES = (
    *("style", "seed", "fps", "amp_lip_x", "amp_lip_y", "amp_pos", "head_motion", "blinks"),
    *("postprocess", "rest_in_pauses", "renderer", "checkpoint", "mark", "background", "crf"),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one video; ``reason`` tells why it failed or was kept as it was."""

    portrait: str
    speech: str
    video: str
    status: str
    seconds: float = 0.0
    reason: str = ""


def add(commands: Any) -> None:
    """Register the command."""
    parser = add_command(
        commands,
        "animate",
        run,
        help="let portraits say recordings",
        description="Let a portrait say a recording. Either may be a folder: then each portrait\n"
        "says each recording, and OUT is a folder. What is there already is kept.",
        example="mit animate me.jpg speech.wav -o me.mp4\n"
        "  mit animate portraits/ recordings/ -o videos/ --style ada --mark synthetic",
    )
    parser.add_argument("portrait", metavar="PORTRAIT", help="a picture, or a folder of pictures")
    parser.add_argument(
        "speech", metavar="SPEECH", help="a sound or video file with speech, or a folder of them"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        help="the video (.mp4, .mov, .webm), or a folder: one that is there, or a new name without "
        "an ending",
    )
    parser.add_argument(
        "--force", action="store_true", help="make videos anew that are there already"
    )
    parser.add_argument(
        "--container", choices=("mp4", "mov", "webm"), help="of the videos in a folder"
    )
    add_results(parser)
    parser.add_argument(
        "--run",
        dest="run_name",
        metavar="NAME",
        help="which of several trained runs (default: the one named default, else the latest)",
    )
    add_device(parser)
    parser.add_argument(
        "--threads", type=at_least(1), help="cores that drawing uses (default: all there are)"
    )
    add_detector(parser)
    _add_moving(parser)
    _add_drawing(parser)


def _add_moving(parser: Parser) -> None:
    group = parser.add_argument_group("how it moves")
    group.add_argument(
        "--style",
        metavar="NAME",
        help="in whose manner the head moves: a training speaker's name, or the file of an "
        "embedding (default: the voice's own)",
    )
    group.add_argument("--seed", type=int, help="of blinks and head motion (default: 0)")
    group.add_argument("--fps", type=float, help="frames a second (default: 25)")
    for axis, way in (("y", "up and down"), ("x", "sideways")):
        group.add_argument(
            f"--amp-lip-{axis}", type=float, metavar="GAIN", help=f"of the mouth's motion {way}"
        )
    group.add_argument("--amp-pos", type=float, metavar="GAIN", help="of the head's motion")
    group.add_argument(
        "--head-motion",
        choices=("learned", "natural", "none"),
        help="as a trained branch moves it, gently by chance, or not at all (default: learned, "
        "where there is such a branch)",
    )
    group.add_argument(
        "--blinks",
        choices=("natural", "published", "none"),
        help="published ones are nearly regular and twice as frequent (default: natural)",
    )
    group.add_argument(
        "--postprocess",
        choices=("auto", "resting", "published"),
        help="what counts as closed lips: the trained speakers' rest, or a guess from each "
        "coordinate as MakeItTalk's (default: auto, what suits the networks)",
    )
    group.add_argument(
        "--no-rest-in-pauses",
        dest="rest_in_pauses",
        action="store_const",
        const=False,
        help="let the mouth move where nobody speaks",
    )


def _add_drawing(parser: Parser) -> None:
    group = parser.add_argument_group("how it is drawn")
    group.add_argument(
        "--renderer",
        choices=("auto", "mesh_warp", "refinement", "translation"),
        help="mesh_warp bends the picture, the others are trained networks (default: auto, the "
        "best there is for the portrait)",
    )
    group.add_argument(
        "--checkpoint", metavar="FILE", help="a network that draws, from elsewhere than the results"
    )
    group.add_argument(
        "--mark", metavar="WORDS", help='in the corner of every frame, such as "synthetic"'
    )
    group.add_argument(
        "--background", metavar="COLOUR", help='behind transparency: "#rrggbb" or a picture'
    )
    group.add_argument(
        "--crf", type=int, help="quality: 0 (lossless, large) to 51 (poor, small) (default: 18)"
    )


def run(args: argparse.Namespace) -> Answer:
    """Make the videos."""
    from mit_core.cli.pairs import list_pairs

    read = [each for each in (args.style, args.checkpoint, args.background, args.weights) if each]
    pairs = list_pairs(args.portrait, args.speech, args.output, args.container, read)
    if len(pairs) == 1 and pairs[0].video.exists() and not args.force:
        raise UserError(
            f"{pairs[0].video} is there already: give another name, or --force to replace it."
        )
    head = _open(args)
    given = {name: getattr(args, name) for name in _CHOICES}
    choices = {name: value for name, value in given.items() if value is not None}
    head.check(**choices)
    outcomes = list(_told(_made(head, pairs, choices, args), len(pairs)))
    if len(pairs) == 1 and outcomes[0].status == FAILED:
        raise UserError(outcomes[0].reason)
    return _answer(outcomes, args, head.device)


def _open(args: argparse.Namespace) -> "TalkingHead":
    import cv2
    import torch

    from mit_core.faces.detectors import open_detector
    from mit_core.machine import cores
    from mit_core.speaking.head import TalkingHead
    from mit_core.speaking.networks import find_networks

    threads = args.threads or cores()
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    networks = find_networks(args.results, args.run_name)
    # the default is opened by the first portrait that needs it
    other = (args.detector, args.weights) != ("mediapipe", None)
    detector = open_detector(args.detector, args.device, args.weights) if other else None
    return TalkingHead(networks, args.device, threads, detector)


def _made(
    head: "TalkingHead", pairs: list["Pair"], choices: dict[str, Any], args: argparse.Namespace
) -> Iterator[Outcome]:
    """Make one video after the other; what is wrong with one leaves the others alone."""
    inputs = _Inputs(head)
    for pair in pairs:
        outcome = Outcome(str(pair.portrait), str(pair.speech), str(pair.video), MADE)
        if pair.video.exists() and not args.force:
            yield replace(outcome, status=KEPT, reason="it is there already")
            continue
        try:
            face, heard = inputs.portrait(pair), inputs.speech(pair)
            seconds = _draw(head, pair, face, heard, choices)
        except UserError as error:
            yield replace(outcome, status=FAILED, reason=str(error))
        except Exception as error:
            if args.debug:
                traceback.print_exc()
            said = " ".join(f"{type(error).__name__}: {error}".split())
            reason = f"{pair.name}: {said}; --debug shows where in the program."
            yield replace(outcome, status=FAILED, reason=reason)
        else:
            yield replace(outcome, seconds=round(seconds, 3))


def _draw(
    head: "TalkingHead",
    pair: "Pair",
    face: "Portrait",
    heard: "Speech",
    choices: dict[str, Any],
) -> float:
    """Make one video, with a bar of its frames; returns its length in seconds."""
    from tqdm import tqdm

    from mit_core.speaking.head import by_section

    _, drawing, moving = by_section(choices)
    moved = head.move(face, heard, **moving)
    # on a terminal alone: a log keeps what is told of each video
    with tqdm(
        total=len(moved.landmarks), desc=pair.video.name, unit="frame", leave=False, disable=None
    ) as bar:

        def watch(done: int, _: int) -> None:
            bar.update(done - bar.n)

        film = head.draw(face, heard, moved, pair.video, watch, **drawing)
    return film.seconds


class _Inputs:
    """Portraits and speech, each read once, and each mistake found once."""

    def __init__(self, head: "TalkingHead"):
        self._head = head
        self._portraits: dict[str, Portrait | UserError] = {}
        self._speech: tuple[str, Speech | UserError] | None = None

    def portrait(self, pair: "Pair") -> "Portrait":
        path = str(pair.portrait)
        if path not in self._portraits:
            try:
                self._portraits[path] = self._head.portrait(path)
            except UserError as error:
                self._portraits[path] = error
        return _given(self._portraits[path])

    def speech(self, pair: "Pair") -> "Speech":
        """The last one is kept: pairs of one recording come together."""
        path = str(pair.speech)
        if self._speech is None or self._speech[0] != path:
            try:
                self._speech = path, self._head.speech(path)
            except UserError as error:
                self._speech = path, error
        return _given(self._speech[1])


def _given(value: T | UserError) -> T:
    if isinstance(value, UserError):
        raise value
    return value


def _told(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """Say on standard error what becomes of each of several videos."""
    from tqdm import tqdm

    if total == 1:
        yield from outcomes
        return
    with tqdm(total=total, unit="video", disable=None) as bar:
        for outcome in outcomes:
            why = f": {outcome.reason}" if outcome.reason else ""
            tqdm.write(f"{outcome.status} {outcome.video}{why}", file=sys.stderr)
            bar.update()
            yield outcome


def _answer(outcomes: list[Outcome], args: argparse.Namespace, device: str) -> Answer:
    from mit_core.inspection.finding import counted

    counts = Counter(outcome.status for outcome in outcomes)
    if len(outcomes) == 1:
        lines = [f"{outcomes[0].video}: {outcomes[0].seconds:.1f} s"]
    else:
        kept = f", {counts[KEPT]} kept as they were (--force makes them anew)"
        lines = [
            f"{counted(counts[MADE], 'video')} made in {args.output}"
            f"{kept if counts[KEPT] else ''}, {counts[FAILED]} failed"
            + ("; why is told above." if counts[FAILED] else ".")
        ]
    return Answer(
        lines,
        {
            "videos": [asdict(outcome) for outcome in outcomes],
            **{status: counts[status] for status in (MADE, KEPT, FAILED)},
            "device": device,
        },
        status=int(counts[FAILED] > 0),
    )
