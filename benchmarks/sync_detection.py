"""Clips out of sync and clips with another's sound: how many are found, how many good ones suffer.

    python -m benchmarks.sync_detection TABLE.tsv RESULTS...

The rates are printed, and written to TABLE.tsv. Each RESULTS is a results folder whose target
``prepare`` was made from good footage. One in seven of its clips is spoilt, by moving the sound or
by another clip's sound in its place, and the corpus judged as the workflow does, with lags
corrected before. Clips are also halved, and those of a speaker joined, to tell what length does.
Percent of the clips.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from benchmarks.amount import amount
from mit_core.corpus.lags import Segment, lags_of, read_segments
from mit_core.corpus.synchrony import DUBBED, OUT_OF_SYNC, find_synchrony
from mit_core.files import written_whole
from mit_core.sequences import FEATURE_HZ

GOOD, SAME, OTHER = "as filmed", "sound of the same speaker", "sound of another speaker"
SHIFTS = (80, 160, 240, 320, 480, 640)
"""Milliseconds, half of the clips early and half late."""
DAMAGES: tuple[int | str, ...] = (*SHIFTS, SAME, OTHER)
SHARE, DRAWS = 0.15, amount(12, 1)
FEWEST = 8
"""Clips of a corpus that can be judged."""
_RIGHT = 2
"""Frames (32 ms) that a lag may be off."""
_LONG_ENOUGH = 0.8
"""Share of a clip that another's sound must fill."""


@dataclass(frozen=True)
class Clip:
    """A clip in memory: log-mel (T, 80), registered landmarks (T, 204)."""

    name: str
    speaker: str
    mel: np.ndarray
    landmarks: np.ndarray

    @property
    def frames(self) -> int:
        return len(self.mel)

    def segment(self) -> Segment:
        seconds = self.frames / FEATURE_HZ
        return Segment(
            self.name, self.name, self.speaker, seconds, lambda: (self.mel, self.landmarks)
        )


@dataclass(frozen=True)
class Spoilt:
    """A clip that was spoilt, how, and the lag in frames that it now has."""

    clip: Clip
    damage: str
    lag: int


def clips_of(results: Path) -> list[Clip]:
    """Every segment of a results folder, as a clip of its own."""
    clips = []
    for segment in read_segments(sorted((results / "shards").glob("*/speech.json"))):
        mel, landmarks = segment.read()
        length = min(len(mel), len(landmarks))
        clips.append(Clip(segment.name, segment.speaker, mel[:length], landmarks[:length]))
    return clips


def halved(clips: Sequence[Clip]) -> list[Clip]:
    """Each clip's first and second half, as clips."""
    return [
        Clip(f"{c.name}/{part}", c.speaker, c.mel[span], c.landmarks[span])
        for c in clips
        for part, span in enumerate((slice(0, c.frames // 2), slice(c.frames // 2, None)))
    ]


def joined(clips: Sequence[Clip], count: int) -> list[Clip]:
    """So many clips of a speaker after one another as one; what is left over is not used."""
    made = []
    for speaker in sorted({clip.speaker for clip in clips}):
        own = [clip for clip in clips if clip.speaker == speaker]
        for first in range(0, len(own) - count + 1, count):
            its = own[first : first + count]
            mel, landmarks = (np.concatenate([getattr(c, k) for c in its]) for k in _ARRAYS)
            made.append(Clip(its[0].name, speaker, mel, landmarks))
    return made


_ARRAYS = ("mel", "landmarks")


def heard_late(clip: Clip, frames: int) -> Clip:
    """The clip, heard so many frames later than it is seen; both are cut to what is left."""
    size = clip.frames - abs(frames)
    seen, heard = max(0, frames), max(0, -frames)
    return replace(
        clip, mel=clip.mel[heard : heard + size], landmarks=clip.landmarks[seen : seen + size]
    )


def dubbed(
    clip: Clip, clips: Sequence[Clip], rng: np.random.Generator, *, same: bool
) -> Clip | None:
    """The clip with another's sound; None where no other is long enough."""
    others = [
        other
        for other in clips
        if other.name != clip.name
        and (other.speaker == clip.speaker) == same
        and other.frames >= _LONG_ENOUGH * clip.frames
    ]
    if not others:
        return None
    other = others[rng.integers(len(others))]
    size = min(clip.frames, other.frames)
    return replace(clip, mel=other.mel[:size], landmarks=clip.landmarks[:size])


def judged(clips: Sequence[Clip], spoilt: dict[str, Spoilt]) -> Iterator[dict]:
    """A row a clip: what was done to it, what was found.

    Args:
        spoilt: by name.
    """
    corpus = [spoilt[clip.name].clip if clip.name in spoilt else clip for clip in clips]
    segments = [clip.segment() for clip in corpus]
    shifts = {name: lag.applied for name, lag in lags_of(segments).items()}
    found = find_synchrony(segments, shifts)
    for clip in corpus:
        lag = spoilt[clip.name].lag if clip.name in spoilt else 0
        finding = found.get(clip.name)
        verdict = finding.verdict if finding else "unclear"
        moved = shifts.get(clip.name, 0)
        yield {
            "clip": clip.name,
            "speaker": clip.speaker,
            "seconds": clip.frames / FEATURE_HZ,
            "damage": spoilt[clip.name].damage if clip.name in spoilt else GOOD,
            "left out": verdict in (OUT_OF_SYNC, DUBBED),
            OUT_OF_SYNC: verdict == OUT_OF_SYNC,
            DUBBED: verdict == DUBBED,
            "lag found": finding is not None and abs(finding.offset - lag) <= _RIGHT,
            "moved": moved != 0,
            "moved right": moved != 0 and abs(moved - lag) <= _RIGHT,
            "belonging": finding.belonging if finding else float("nan"),
        }


def measure(clips: Sequence[Clip]) -> pd.DataFrame:
    """The corpus as it is, and with some of it spoilt, in several draws."""
    rows = list(judged(clips, {}))
    for draw in range(DRAWS):
        rng = np.random.default_rng(draw)
        chosen = rng.permutation(len(clips))[: max(1, int(SHARE * len(clips)))]
        made = [
            _spoilt(clips[index], clips, DAMAGES[(place + draw) % len(DAMAGES)], rng)
            for place, index in enumerate(chosen)
        ]
        rows += judged(clips, {one.clip.name: one for one in made if one is not None})
    return pd.DataFrame(rows)


def _spoilt(
    clip: Clip, clips: Sequence[Clip], damage: int | str, rng: np.random.Generator
) -> Spoilt | None:
    """None where the clip is too short, or nobody else speaks."""
    if isinstance(damage, str):
        other = dubbed(clip, clips, rng, same=damage == SAME)
        return None if other is None else Spoilt(other, damage, 0)
    frames = round(damage / 1000 * FEATURE_HZ) * (1 if rng.random() < 0.5 else -1)
    if clip.frames <= 2 * abs(frames):
        return None
    return Spoilt(heard_late(clip, frames), f"{damage} ms", frames)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Shares in percent, a row a damage and a length."""
    lengths = pd.cut(
        table["seconds"],
        (0, 2, 4, 8, 16, 99),
        labels=("< 2 s", "2-4 s", "4-8 s", "8-16 s", "> 16 s"),
    )
    grouped = table.groupby(["corpus", lengths, "damage"], sort=False, observed=True)
    shares = grouped[["left out", OUT_OF_SYNC, DUBBED, "lag found", "moved", "moved right"]]
    result = (100 * shares.mean()).round(1)
    result.insert(0, "clips", grouped.size())
    order = {name: place for place, name in enumerate([GOOD, *(f"{s} ms" for s in SHIFTS)])}
    return result.sort_index(level="damage", key=lambda names: names.map(order)).sort_index(
        level=["corpus", "seconds"], sort_remaining=False, kind="stable"
    )


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    tables = []
    for folder in map(Path, sys.argv[2:]):
        clips = clips_of(folder)
        versions = {"": clips, " halved": halved(clips)}
        versions |= {f" joined by {n}": joined(clips, n) for n in (2, 4)}
        for version, its in versions.items():
            if len(its) < FEWEST:
                continue
            table = measure(its)
            voices = len({clip.speaker for clip in its})
            table.insert(0, "corpus", f"{voices} speaker{'s'[: voices > 1]}{version}")
            tables.append(table)
            print(summary(table).to_string(), flush=True)
    if not tables:
        sys.exit(f"No results folder holds {FEWEST} clips: prepare more footage.")
    whole = summary(pd.concat(tables))
    print(whole.to_string())
    with written_whole(sys.argv[1]) as part:
        whole.reset_index().to_csv(part, sep="\t", index=False, float_format="%.1f")


if __name__ == "__main__":
    main()
