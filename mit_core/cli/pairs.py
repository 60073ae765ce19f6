"""Which portrait says what, and where the video goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mit_core.corpus.catalogue import (
    AUDIO_SUFFIXES,
    IMAGE_SUFFIXES,
    VIDEO_SUFFIXES,
    list_media,
    slug,
)
from mit_core.errors import UserError
from mit_core.faces.puppet_beside import is_part_of_puppet, puppet_beside
from mit_core.faces.table_beside import table_beside
from mit_core.media.containers import CONTAINERS
from mit_core.speaking.outputs import container_of, refuse_input

_SPOKEN = {*AUDIO_SUFFIXES, *VIDEO_SUFFIXES}


@dataclass(frozen=True)
class Pair:
    """A portrait, what it is to say, and the video of it."""

    portrait: Path
    speech: Path
    video: Path

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.portrait.name} says {self.speech.name}"


def list_pairs(
    portrait: str, speech: str, output: str, container: str | None, also: Iterable[str] = ()
) -> list[Pair]:
    """Every portrait with every speech, those of one speech together.

    Args:
        portrait: picture, or a folder of pictures.
        speech: recording, or a folder of recordings.
        output: the video; where several are made, or where it is a folder or a new name without an
            ending, the folder for them, in which each is named ``{portrait}--{speech}``.
        container: of the videos in a folder; mp4 by None.
        also: other files that are read, and must not be written to.

    Raises:
        UserError: a path is not there or holds nothing that fits, or ``output`` does not suit.
    """
    pictures = _files(portrait, "PORTRAIT", "picture")
    sounds = _files(speech, "SPEECH", "recording")
    several = Path(portrait).is_dir() or Path(speech).is_dir()
    if several or Path(output).is_dir() or _names_folder(output):
        folder = _folder(output)
        pairs = [
            Pair(Path(picture), Path(sound), folder / f"{face}--{said}.{container or 'mp4'}")
            for said, sound in sounds.items()
            for face, picture in pictures.items()
        ]
    else:
        if container not in (None, container_of(output)):
            raise UserError(f"{output} is no .{container}: leave --container out, or rename it.")
        pairs = [Pair(Path(portrait), Path(speech), Path(output))]
    inputs = [Path(each) for each in (*pictures.values(), *sounds.values(), *also)]
    beside = [
        file
        for picture in pictures.values()
        for file in (table_beside(picture), *puppet_beside(picture).values())
    ]
    for pair in pairs:
        if pair.video.exists():
            refuse_input(pair.video, *inputs, *beside)
    return pairs


def _files(given: str, argument: str, what: str) -> dict[str, str]:
    path = Path(given)
    if not path.exists():
        raise UserError(f"{argument}: {given} does not exist: give a {what} or a folder of them.")
    if not path.is_dir():
        return {slug(path.stem): given}
    if what == "picture":
        return list_media(given, IMAGE_SUFFIXES, argument, skip=is_part_of_puppet)
    return list_media(given, _SPOKEN, argument)


def _names_folder(output: str) -> bool:
    """A name without any dot, of nothing that is there."""
    return "." not in Path(output).name and not Path(output).exists()


def _folder(output: str) -> Path:
    folder = Path(output)
    if folder.suffix.lower().lstrip(".") in CONTAINERS or (folder.exists() and not folder.is_dir()):
        raise UserError(
            f"{output} is one file, and several videos are to be made: give a folder for them."
        )
    return folder
