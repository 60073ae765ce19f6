"""``mit preview``: landmarks drawn over a video or picture."""

import argparse
from pathlib import Path
from typing import Any

from mit_core.cli.answer import Answer
from mit_core.cli.arguments import add_command, add_detector, add_device
from mit_core.errors import UserError

_PICTURE = ".png"


def add(commands: Any) -> None:
    """Register the command."""
    parser = add_command(
        commands,
        "preview",
        run,
        help="draw the landmarks that are found over a video or picture",
        description="Draw the landmarks that are found over a video (then OUT is an .mp4, with "
        "its\nsound) or over a picture (then OUT is a .png).",
        example="mit preview talk.mp4 -o talk_landmarks.mp4",
    )
    parser.add_argument("media", metavar="VIDEO_OR_PICTURE")
    parser.add_argument(
        "-o", "--output", metavar="OUT", required=True, help="an .mp4, or a .png of a picture"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it is there already")
    add_device(parser)
    add_detector(parser)


def run(args: argparse.Namespace) -> Answer:
    """Draw them."""
    from mit_core.corpus.catalogue import IMAGE_SUFFIXES
    from mit_core.faces.detectors import open_detector
    from mit_core.preview.picture import preview_picture
    from mit_core.preview.video import preview_video
    from mit_core.speaking.outputs import refuse_input

    media, output = Path(args.media), Path(args.output)
    if not media.is_file():
        raise UserError(f"{media} is not there, or is no file: give a video or a picture.")
    still = media.suffix.lower() in IMAGE_SUFFIXES
    wanted = _PICTURE if still else ".mp4"
    if output.suffix.lower() != wanted:
        kind = "picture" if still else "video"
        raise UserError(f"{media} is a {kind}: let {output} end with {wanted}.")
    refuse_input(output, media)
    if output.exists() and not args.force:
        raise UserError(f"{output} is there already: give another name, or --force to replace it.")
    detector = open_detector(args.detector, args.device, args.weights)
    try:
        if still:
            preview_picture(media, output, detector)
            return Answer([f"{output}: the landmarks of {media}"], {"output": str(output)})
        seen = preview_video(media, output, detector)
    finally:
        detector.close()
    words = f"{output}: a face on {seen.found} of {seen.frames} frames"
    data = {"output": str(output), "frames": seen.frames, "found": seen.found}
    return Answer([words], data)
