"""The last lines of a run say what came of it and where to look."""

from pathlib import Path

from mit_core.report.closing import closing_words


def results(folder: Path) -> Path:
    (folder / "corpus").mkdir()
    (folder / "corpus/manifest.tsv").write_text(
        "clip\tverdict\na\tok\nb\tok\nc\tno_face\nd\tno_face\ne\ttoo_short\n"
    )
    (folder / "corpus/quarantine.tsv").write_text("stage\titem\n" + "intake\tx\n" * 3)
    (folder / "animations").mkdir()
    (folder / "animations/me--hello.mp4").touch()
    (folder / "animations/portraits").mkdir()
    (folder / "report.html").touch()
    return folder


def test_all_is_counted(tmp_path: Path) -> None:
    words = closing_words(results(tmp_path)).splitlines()
    assert words[0] == "2 of 5 clips accepted; the others: 2 no_face, 1 too_short"
    assert words[1].startswith("3 clips or parts") and words[1].endswith("quarantine.tsv")
    assert words[2].startswith("videos: 1, in") and words[3].endswith("report.html")


def test_a_failure_is_told_last(tmp_path: Path) -> None:
    words = closing_words(results(tmp_path), failed=True)
    assert "report.html" not in words and words.splitlines()[-1].startswith("Something failed")


def test_of_nothing_nothing_is_told(tmp_path: Path) -> None:
    assert closing_words(tmp_path) == ""


def test_a_table_that_cannot_be_read_spoils_no_run(tmp_path: Path) -> None:
    """As after ``--touch``, or where somebody edited it."""
    folder = results(tmp_path)
    (folder / "corpus/manifest.tsv").write_text("")
    (folder / "corpus/quarantine.tsv").write_bytes(b"\xff\xfe")
    words = closing_words(folder)
    assert words.startswith("videos: 1") and "report.html" in words
