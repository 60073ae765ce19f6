"""RESULTS.md says what the tables say."""

import sys

from benchmarks.results import main, section, table
from mit_core.report.sections import TRAINING_COLUMNS


def test_intervals_and_spreads_stand_beside_their_measure(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text(
        "predictor\topening_r\topening_r_low\topening_r_high\tmouth\tmouth_spread\tclips\n"
        "mean_face\t0\t0\t0\t0.0249\t0\t37\n"
        "content|x\t0.88\t0.86\t0.9\t0.0153\t0.0001\t37\n"
    )
    head, rule, *rows = [line for line in table(path) if line]
    assert head == "| predictor | opening r | mouth | clips |"
    assert rule == "|---|---|---|---|"
    assert rows[1].startswith("| content/x | 0.88")
    assert "[0.86" in rows[1] and "0.0153 ± 0.0001" in rows[1] and rows[1].endswith("| 37 |")


def test_an_interval_that_nobody_knows_is_left_out(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("predictor\tr\tr_low\tr_high\na\t0.5\tnan\tnan\nb\t0.6\t0.5\t0.7\n")
    rows = list(table(path))
    assert "[" not in rows[2] and "[0.5" in rows[3]


def test_a_folder_is_told_by_the_tables_that_it_has(tmp_path):
    measures = tmp_path / "evaluation"
    measures.mkdir()
    (measures / "rendering.tsv").write_text("renderer\tssim\nmesh_warp\t0.919\n")
    (tmp_path / "models").mkdir()
    run = dict.fromkeys(TRAINING_COLUMNS, "1") | {"kind": "content", "run": "default"}
    run |= {"measures": "train_loss=0.4; val_mouth_distance=0.0153"}
    (tmp_path / "models/training.tsv").write_text("\t".join(run) + "\n" + "\t".join(run.values()))
    text = "\n".join(section("Somebody", tmp_path, tmp_path))
    assert text.startswith("## Somebody") and "### Training" in text
    assert "| content | default |" in text and "mouth distance 0.0153" in text
    assert "Renderers, driven by true landmarks" in text and "| mesh warp | 0.919 |" in text
    assert "unheard" not in text and not (tmp_path / "docs").exists()


def test_what_is_told_of_folders_that_are_not_given_stays(tmp_path, monkeypatch):
    """Who lacks the real footage measures the demo anew, and drops nothing."""
    page = tmp_path / "RESULTS.md"
    for name, figure in (("demo", "0.91"), ("known", "0.94"), ("demo", "0.92")):
        evaluation = tmp_path / name / "evaluation"
        evaluation.mkdir(parents=True, exist_ok=True)
        (evaluation / "rendering.tsv").write_text(f"renderer\tssim\nmesh_warp\t{figure}\n")
        title = "Demo" if name == "demo" else name
        monkeypatch.setattr(sys, "argv", ["", str(page), f"{title}={tmp_path / name}"])
        main()
    text = page.read_text()
    assert "0.91" not in text and text.count("\n## ") == 2
    assert text.index("## Demo") < text.index("0.92") < text.index("## One real speaker")
    assert text.index("## One real speaker") < text.index("0.94")
