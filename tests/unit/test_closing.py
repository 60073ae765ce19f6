"""The last lines of a run say what came of it and where to look."""

from pathlib import Path

from mit_core.corpus.shards import Item
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


def test_what_is_to_be_tried_again_is_counted_by_clips(tmp_path: Path) -> None:
    def item(name: str, verdict: str) -> Item:
        return Item(id=name, clip=name[0], speaker="s", split="", verdict=verdict)

    again = [item("a.000", "failed"), item("a.001", "failed"), item("b", "failed")]
    again += [item("c", "changed")]
    first, second = closing_words(results(tmp_path), unfinished=again).splitlines()[-2:]
    assert first.startswith("2 clips failed by an unexpected error (a, b): ")
    assert f"{tmp_path}/corpus/quarantine.tsv" in first and f"{tmp_path}/logs" in first
    assert "Run the same command again" in first
    assert second.startswith("1 clips were changed while the run was reading them (c)")
