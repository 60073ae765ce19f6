"""Draw held-out clips with each predictor's face, and measure them."""

from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from mit_core.corpus.dump import open_split
from mit_core.corpus.footage import open_footage
from mit_core.corpus.lags import read_shifts
from mit_core.devices import device_here
from mit_core.evaluation.jury import Jury
from mit_core.evaluation.lip_sync import LipJudge
from mit_core.evaluation.talkers import open_talkers
from mit_core.evaluation.talking import TalkSettings, write_talking
from mit_core.faces.detectors import open_detector
from mit_core.faces.registration import Settings
from mit_core.logs import logged
from mit_core.models.syncnet import load_syncnet
from mit_core.models.translation_checkpoint import load_translation

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    given, output, params = snakemake.input, snakemake.output, snakemake.params
    device = device_here(snakemake.config["device"])
    cv2.setNumThreads(1)  # clips are worked on side by side
    splits = {
        split: open_split(Path(given[split][0]).parent, params.feature) for split in params.splits
    }
    test = splits["test"]
    lips = LipJudge(load_syncnet(given.syncnet), device) if given.syncnet else None
    write_talking(
        open_footage(given.segments, Path(given.footage[0]).parents[1], "test"),
        open_talkers(given.content, **splits) if len(test) else {},
        test.names,
        Jury(
            open_detector(params.detector["detector"], device, params.detector["weights"]),
            lips,
        ),
        TalkSettings(
            **params.settings,
            renderer=params.renderer,
            network=load_translation(given.drawing[0]) if given.drawing else None,
            registration=Settings(**params.registration),
            later=read_shifts(Path(given.lags)) if given.lags else {},
            device=device,
        ),
        table=Path(output.table),
        clips=Path(output.clips),
        index=Path(output.index),
        videos=Path(output.videos),
        threads=snakemake.threads,
    )
