"""Speakers that training never heard: which options of the content branch help them.

    python -m benchmarks.unheard_voices DUMP...

DUMPs are split folders of one corpus of many speakers, one of whom has most of the footage. With
each seed another half of the other speakers is held out, and a quarter of the known speaker's
clips; every variant then trains on the rest.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from mit_core.corpus.dump import open_split
from mit_core.corpus.lags import lags_of, segments_of
from mit_core.corpus.sync import moved_frames
from mit_core.evaluation.content import measure_predictor
from mit_core.models.checkpoint import load_content
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces
from mit_core.training.content import train_content
from mit_core.training.content_settings import ContentSettings

DEFAULT = "default"
NOT_ALIGNED = "lags not corrected"
VARIANTS = {
    DEFAULT: ContentSettings(),
    NOT_ALIGNED: ContentSettings(),
    "frequency_shift .08": ContentSettings(frequency_shift=0.08),
    "frequency_shift .17": ContentSettings(frequency_shift=0.17),
    "by_utterance false": ContentSettings(by_utterance=False),
    "by_utterance false, gain_db 3": ContentSettings(by_utterance=False, gain_db=3.0),
    "base closed": ContentSettings(base="closed"),
}
SEEDS = (0, 1)


def compare(splits: list[Sequences], variants: list[str], folder: Path) -> pd.DataFrame:
    """Train every variant with every seed; a row a held-out clip.

    All are measured against footage whose lags are corrected.

    Returns:
        Columns variant, seed, speaker, known (whether training heard the speaker), opening_r,
        mouth_distance, and opening_r of the same clip hearing another's audio.
    """
    filmed = _joined([(split, range(len(split))) for split in splits])
    aligned = _aligned(filmed)
    known = max(set(filmed.speakers), key=filmed.speakers.count)
    others = sorted(set(filmed.speakers) - {known})
    rows = []
    for seed in SEEDS:
        unheard = set(others[seed % 2 :: 2])
        own = [i for i, speaker in enumerate(filmed.speakers) if speaker == known]
        held = {i for i in range(len(filmed)) if filmed.speakers[i] in unheard} | set(own[::4])
        test = _joined([(aligned, sorted(held))])
        nothing = _joined([(aligned, ())])
        for variant in variants:
            footage = filmed if variant == NOT_ALIGNED else aligned
            heard = _joined([(footage, [i for i in range(len(footage)) if i not in held])])
            settings = replace(VARIANTS[variant], seed=seed, validate_every=10_000)
            with Path(os.devnull).open("w") as bar:
                run = train_content(heard, nothing, folder / f"{variant}{seed}", settings, bar=bar)
            rows += _measured(run.last, test, known, {"variant": variant, "seed": seed})
    return pd.DataFrame(rows)


def _measured(checkpoint: Path, test: Sequences, known: str, row: dict) -> list[dict]:
    model = load_content(checkpoint)
    bases = base_faces(test, model.base, model.speaker_faces, model.rest_face - model.mean_face)
    true, false = (
        measure_predictor(model.predict, test, bases, mismatched=mismatched)
        for mismatched in (False, True)
    )
    return [
        {
            **row,
            "speaker": speaker,
            "known": speaker == known,
            "opening_r": clip.opening_r,
            "mouth_distance": clip.mouth_distance,
            "mismatched_r": other.opening_r,
        }
        for speaker, clip, other in zip(test.speakers, true, false, strict=True)
    ]


def _aligned(clips: Sequences) -> Sequences:
    lags, landmarks = lags_of(segments_of(clips)), clips.landmarks.copy()
    for index, name in enumerate(clips.names):
        span, lag = clips.span(index), lags.get(name)
        if lag:
            landmarks[span] = landmarks[span][moved_frames(span.stop - span.start, lag.applied)]
    return replace(clips, landmarks=landmarks)


def _joined(parts: list[tuple[Sequences, Collection[int]]]) -> Sequences:
    """The chosen sequences of all splits as one split, in memory."""
    chosen = [(split, index) for split, indices in parts for index in indices]
    spans = [split.span(index) for split, index in chosen]
    first = parts[0][0]

    def frames(name: str) -> np.ndarray:
        pieces = [getattr(s, name)[span] for (s, _), span in zip(chosen, spans, strict=True)]
        return np.concatenate([np.asarray(getattr(first, name)[:0]), *pieces])

    return replace(
        first,
        landmarks=frames("landmarks"),
        features=frames("features"),
        quaternions=frames("quaternions"),
        translations=frames("translations"),
        offsets=np.cumsum([0, *(span.stop - span.start for span in spans)]).astype(np.int64),
        faces=np.reshape([split.faces[index] for split, index in chosen], (-1, 204)),
        embeddings=np.reshape([split.embeddings[index] for split, index in chosen], (-1, 256)),
        speakers=tuple(split.speakers[index] for split, index in chosen),
        names=tuple(split.names[index] for split, index in chosen),
    )


def main() -> None:
    logging.disable(logging.INFO)
    splits = [open_split(folder) for folder in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        table = compare(splits, list(VARIANTS), Path(folder))
    speakers = table.groupby(["variant", "seed", "known", "speaker"], sort=False).mean()
    means = speakers.groupby(["variant", "seed", "known"], sort=False).mean()
    print(means.unstack("known").round(4).to_string())


if __name__ == "__main__":
    main()
