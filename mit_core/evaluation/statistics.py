"""How sure a mean over clips is, and whether one predictor is better than another."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

_CONFIDENCE = 0.95
_RESAMPLES = 9999
"""Of the bootstrap and of the permutation test, whose least p is then 1e-4."""
_FEWEST = 3
"""Clips of which an interval or a test says anything."""


def mean_interval(values: npt.ArrayLike) -> tuple[float, float]:
    """95 % interval of a mean over clips: percentile bootstrap (Efron 1979), of a fixed seed.

    Args:
        values: one a clip; those that are no numbers are left out.

    Returns:
        Its lower and upper end; nan of fewer than three clips.
    """
    known = _finite(np.asarray(values, np.float64))
    if len(known) < _FEWEST:
        return float("nan"), float("nan")
    if np.ptp(known) == 0:
        return float(known[0]), float(known[0])
    found = stats.bootstrap(
        (known,),
        np.mean,
        confidence_level=_CONFIDENCE,
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)


def paired_p(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Two-sided p of the paired permutation test of equal means (Fisher 1935), of a fixed seed.

    Args:
        one, other: values of the same clips; a clip that is no number in either is left out.

    Returns:
        1e-4 to 1; nan of fewer than three clips.
    """
    differences = _finite(np.asarray(one, np.float64) - np.asarray(other, np.float64))
    if len(differences) < _FEWEST:
        return float("nan")
    if not differences.any():
        return 1.0
    found = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=_RESAMPLES,
        rng=np.random.default_rng(0),
        vectorized=True,
    )
    return float(found.pvalue)


def summarise(
    clips: pd.DataFrame, by: str, measures: Sequence[str], intervals: Sequence[str] = ()
) -> pd.DataFrame:
    """Means over clips, a row a group.

    Args:
        clips: a row a clip and group, with a column for each measure.
        by: the column of groups.
        measures: columns that are averaged, clips that cannot tell left out.
        intervals: those of them that get ``<measure>_low`` and ``<measure>_high`` beside them.

    Returns:
        Columns ``by``, the measures and their intervals, and ``clips``, how many; groups in the
        order of their first row.
    """
    rows = []
    for name, own in clips.groupby(by, sort=False):
        row: dict[str, object] = {by: name}
        for measure in measures:
            known = _finite(own[measure].to_numpy(np.float64))
            row[measure] = float(known.mean()) if len(known) else float("nan")
            if measure in intervals:
                row[f"{measure}_low"], row[f"{measure}_high"] = mean_interval(known)
        rows.append({**row, "clips": len(own)})
    ends = [f"{m}{end}" for m in measures for end in _ends(m in intervals)]
    return pd.DataFrame(rows, columns=[by, *ends, "clips"])


def compare_paired(
    clips: pd.DataFrame, by: str, one: str, other: str, measures: Sequence[str]
) -> pd.DataFrame:
    """One group against another on the same clips.

    Args:
        clips: a row a clip and group; column ``clip`` names the clip.
        by: the column of groups.
        one, other: two of them.
        measures: columns that are compared.

    Returns:
        A row a measure: ``measure``; the means of both over the clips where both can tell, in
        columns named after them; ``difference``, the first less the second, with
        ``difference_low`` and ``difference_high``; ``p`` of ``paired_p``; ``clips``.
    """
    table = clips.set_index("clip")
    first, second = (table[table[by] == name] for name in (one, other))
    rows = []
    for measure in measures:
        both = pd.concat([first[measure], second[measure]], axis=1, join="inner").to_numpy()
        both = both[np.isfinite(both).all(axis=1)].astype(np.float64)
        apart = both[:, 0] - both[:, 1]
        low, high = mean_interval(apart)
        means = both.mean(axis=0) if len(both) else np.full(2, np.nan)
        rows.append(
            {
                "measure": measure,
                one: means[0],
                other: means[1],
                "difference": means[0] - means[1],
                "difference_low": low,
                "difference_high": high,
                "p": paired_p(both[:, 0], both[:, 1]),
                "clips": len(both),
            }
        )
    columns = ("measure", one, other, "difference", "difference_low", "difference_high", "p")
    return pd.DataFrame(rows, columns=[*columns, "clips"])


def _ends(interval: bool) -> tuple[str, ...]:
    return ("", "_low", "_high") if interval else ("",)


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return values[np.isfinite(values)]
