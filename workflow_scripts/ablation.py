"""Compare features, without and with the speaker branch, on the same held-out clips."""

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from mit_core.corpus.dump import open_split
from mit_core.evaluation.posed import evaluate_posed
from mit_core.evaluation.tables import write_table
from mit_core.logs import logged

if TYPE_CHECKING:
    from snakemake.script import snakemake

with logged(snakemake.log[0]):
    given, rows = snakemake.input, []
    folder = Path(given.test[0]).parent
    for feature, content, speaker in zip(
        snakemake.params.features, given.content, given.speaker, strict=True
    ):
        test = open_split(folder, feature)
        for branch in (None, Path(speaker)):
            name = feature if branch is None else f"{feature} + speaker"
            rows.append({"networks": name, **evaluate_posed(Path(content), branch, test)})
    heard = evaluate_posed(Path(given.deaf), None, open_split(folder, "mel"))
    rows.append({"networks": "mel, others' sound in training", **heard})
    write_table(pd.DataFrame(rows), snakemake.output[0])
