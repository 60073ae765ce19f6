"""Tables of measures as files."""

from pathlib import Path

import pandas as pd

from mit_core.files import write_text


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write an evaluation table as TSV, whole or not at all."""
    write_text(path, table.to_csv(sep="\t", index=False, float_format="%.5f", na_rep="nan"))
