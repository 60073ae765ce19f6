"""How the report prints tables of measures: numbers alike, intervals, spreads, probabilities."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_makers import report, write_table

from mit_core.report.sections import measures
from mit_core.report.tables import decimals_of, format_interval, format_p, format_seconds


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["0.0257123", ".0161", ""], ["0.0257", "0.0161", "–"]),
        (["33", "1200"], ["33", "1,200"]),
        (["2.31", "0.5", "11.2"], ["2.31", "0.50", "11.20"]),
        (["nan", "-0.5"], ["–", "-0.500"]),
        (["0", "0.0"], ["0", "0"]),
    ],
)
def test_columns_of_numbers_are_formatted_alike(cells: list[str], shown: list[str]) -> None:
    decimals = decimals_of(cells)
    assert [format_interval([cell], decimals) for cell in cells] == shown


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=1))
def test_formatting_keeps_three_digits_of_the_largest(values: list[float]) -> None:
    decimals = decimals_of(map(repr, values))
    cells = [format_interval([repr(value)], decimals) for value in values]
    shown = [float(cell.replace(",", "")) for cell in cells]
    tolerance = 0.005 * max(abs(value) for value in values)
    assert all(abs(a - b) <= tolerance for a, b in zip(values, shown, strict=True))


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        *[("0.0004", "< 0.001"), ("0", "< 0.001"), ("0.001", "0.001"), ("0.0312", "0.031")],
        *[("0.2", "0.20"), ("1", "1.00"), ("", "–"), ("nan", "–")],
    ],
)
def test_probabilities_are_printed_as_in_papers(p: str, shown: str) -> None:
    assert format_p(p) == shown


def test_an_interval_stands_in_its_measures_cell(tmp_path: Path) -> None:
    table = write_table(
        tmp_path / "measures.tsv",
        "model r r_low r_high clips clips_low d d_high",
        [
            {"model": "content", "r": 0.88, "r_low": 0.861, "r_high": 0.9, "clips": 9},
            {"model": "ridge", "r": 0.79, "r_low": "nan", "r_high": "", "d": 2, "d_high": 3},
        ],
    )
    page, _ = report(tmp_path, evaluation={"measures": table})
    assert page.cells[:5] == ["content", "0.880 [0.861, 0.900]", "9", "", "–"]
    assert page.cells[6:] == ["ridge", "0.790", "–", "", "2", "3"]
    # an end without the other, or without its measure, stays a column
    assert "r low" not in page.words and "clips low" in page.words and "d high" in page.words


def test_where_each_row_is_another_measure_its_numbers_are_alike(tmp_path: Path) -> None:
    columns = "measure clips ours theirs difference difference_low difference_high p"
    table = write_table(
        tmp_path / "comparison.tsv",
        columns,
        [
            dict(zip(columns.split(), row, strict=True))
            for row in (
                ("mouth_distance", 9, 0.0137, 0.0184, -0.0047, -0.0061, -0.0032, 0.00012),
                ("psnr", 9, 31.9, 30.2, 1.7, 1.1, 2.3, 0.25),
            )
        ],
    )
    page, _ = report(tmp_path, evaluation={"comparison": table})
    assert page.cells == [
        *["mouth distance", "9", "0.0137", "0.0184", "-0.0047 [-0.0061, -0.0032]", "< 0.001"],
        *["psnr", "9", "31.9", "30.2", "1.7 [1.1, 2.3]", "0.25"],
    ]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(4, "4.0 s"), (150, "2.5 min"), (12_600, "3.5 h"), (float("nan"), "–")],
)
def test_durations_are_told_in_a_fitting_unit(seconds: float, shown: str) -> None:
    assert format_seconds(seconds) == shown


def test_a_spread_stands_beside_its_measure(tmp_path: Path) -> None:
    path = tmp_path / "unheard.tsv"
    path.write_text(
        "group\tr\tr_spread\tspeakers\ngrid\t0.729\t0.0058\t8\nelsewhere\t0.43\tnan\t20\n"
    )
    table = measures("unheard", path).table
    assert table.header == ["group", "r", "speakers"]
    assert table.rows == [["grid", "0.729 ± 0.006", "8"], ["elsewhere", "0.430", "20"]]
