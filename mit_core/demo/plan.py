"""Which clips the demo corpus holds: known before anything is made."""

import csv
from dataclasses import dataclass
from pathlib import Path

from mit_core.corpus.catalogue import SPLITS
from mit_core.errors import UserError

SENTENCES = Path(__file__).with_name("sentences.tsv")
EVERYBODY = "all"  # in the speaker column: a sentence that each speaker says
PORTRAIT, CARTOON = "astronaut", "cartoon"
HELD_OUT, RECORDED = "held_out_sentence", "recorded_voice"
"""Names of the portraits and of the two speeches that the demo animates."""


@dataclass(frozen=True)
class DemoClip:
    """One sentence by one speaker.

    Attributes:
        id: ``{speaker}_{sentence}``, a file name's stem.
        speaker: one of the names in ``sentences.tsv``.
        split: train, val or test; a sentence is in one split for all who say it.
        text: what is said.
    """

    id: str
    speaker: str
    split: str
    text: str


def plan(clips_per_speaker: int | None = None) -> list[DemoClip]:
    """All clips of the demo corpus, speaker by speaker, in the order of ``sentences.tsv``.

    Args:
        clips_per_speaker: keep only so many of each speaker, at least one of each split.

    Raises:
        UserError: ``clips_per_speaker`` is below the number of splits.
    """
    if clips_per_speaker is not None and clips_per_speaker < len(SPLITS):
        raise UserError(
            f"clips_per_speaker is {clips_per_speaker}, but each speaker needs at least one clip "
            f"for each of {', '.join(SPLITS)}: give {len(SPLITS)} or more."
        )
    clips: list[DemoClip] = []
    for speaker in speaker_names():
        own = [
            DemoClip(f"{speaker}_{row['id']}", speaker, row["split"], row["text"])
            for row in _rows()
            if row["speaker"] in (speaker, EVERYBODY)
        ]
        clips += own if clips_per_speaker is None else _fewer(own, clips_per_speaker)
    return clips


def speaker_names() -> list[str]:
    """The speakers, in the order of ``sentences.tsv``."""
    return list(dict.fromkeys(row["speaker"] for row in _rows() if row["speaker"] != EVERYBODY))


def held_out_clip() -> DemoClip:
    """The clip whose speech the demo animates: the first speaker's first test sentence."""
    return next(clip for clip in plan() if clip.split == "test")


def _fewer(clips: list[DemoClip], count: int) -> list[DemoClip]:
    """``count`` of the clips in their order, one of each held-out split among them."""
    held_out = [next(clip for clip in clips if clip.split == split) for split in SPLITS[1:]]
    others = [clip for clip in clips if clip not in held_out]
    kept = others[: count - len(held_out)] + held_out
    return [clip for clip in clips if clip in kept]


def _rows() -> list[dict[str, str]]:
    with SENTENCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
