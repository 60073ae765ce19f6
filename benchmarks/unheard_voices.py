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
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd

from benchmarks.amount import amount
from mit_core.corpus.dump import open_split
from mit_core.corpus.lags import lags_of, segments_of
from mit_core.corpus.sync import moved_frames
from mit_core.evaluation.content import base_faces_of, measure_predictor
from mit_core.models.checkpoint import load_content
from mit_core.sequences import Sequences, joined
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
SEEDS = amount((0, 1), (0,))
STEPS = amount(ContentSettings().steps, 20)


def compare(splits: list[Sequences], variants: list[str], folder: Path) -> pd.DataFrame:
    """Train every variant with every seed; a row a held-out clip.

    All are measured against footage whose lags are corrected.

    Returns:
        Columns variant, seed, speaker, known (whether training heard the speaker), opening_r,
        mouth_distance, and opening_r of the same clip hearing another's audio.
    """
    filmed = joined([(split, range(len(split))) for split in splits])
    aligned = _aligned(filmed)
    known = max(set(filmed.speakers), key=filmed.speakers.count)
    others = sorted(set(filmed.speakers) - {known})
    tables = []
    for seed in SEEDS:
        unheard = set(others[seed % 2 :: 2])
        own = [i for i, speaker in enumerate(filmed.speakers) if speaker == known]
        held = {i for i in range(len(filmed)) if filmed.speakers[i] in unheard} | set(own[::4])
        test = joined([(aligned, sorted(held))])
        nothing = joined([(aligned, ())])
        for variant in variants:
            footage = filmed if variant == NOT_ALIGNED else aligned
            heard = joined([(footage, [i for i in range(len(footage)) if i not in held])])
            settings = replace(VARIANTS[variant], seed=seed, steps=STEPS, validate_every=10_000)
            with Path(os.devnull).open("w") as bar:
                run = train_content(heard, nothing, folder / f"{variant}{seed}", settings, bar=bar)
            tables.append(_measured(run.last, test, known, {"variant": variant, "seed": seed}))
    return pd.concat(tables)


def _measured(checkpoint: Path, test: Sequences, known: str, row: dict) -> pd.DataFrame:
    model = load_content(checkpoint)
    bases = base_faces_of(model, test)

    def content(features: np.ndarray, base: np.ndarray, closed: np.ndarray) -> np.ndarray:
        return model.predict(features, base)

    true, false = (
        measure_predictor("content", content, test, bases, mismatched=mismatched)
        for mismatched in (False, True)
    )
    measured = true[["speaker", "opening_r", "mouth_distance"]]
    return measured.assign(
        known=true["speaker"] == known, mismatched_r=false["opening_r"].to_numpy(), **row
    )


def _aligned(clips: Sequences) -> Sequences:
    lags, landmarks = lags_of(segments_of(clips)), clips.landmarks.copy()
    for index, name in enumerate(clips.names):
        span, lag = clips.span(index), lags.get(name)
        if lag:
            landmarks[span] = landmarks[span][moved_frames(span.stop - span.start, lag.applied)]
    return replace(clips, landmarks=landmarks)


def main() -> None:
    logging.disable(logging.INFO)
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    splits = [open_split(folder) for folder in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        table = compare(splits, list(VARIANTS), Path(folder))
    speakers = table.groupby(["variant", "seed", "known", "speaker"], sort=False).mean()
    means = speakers.groupby(["variant", "seed", "known"], sort=False).mean()
    print(means.unstack("known").round(4).to_string())


if __name__ == "__main__":
    main()
