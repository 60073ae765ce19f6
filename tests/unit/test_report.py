"""The report: a page that is well formed, escapes what users wrote, and carries its videos."""

import base64
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from report_makers import report, write_table

from mit_core.errors import UserError
from mit_core.files import write_json
from mit_core.report.making import Making
from mit_core.report.page import ReportSettings
from mit_core.report.quality import landmarks

NASTY = '철수의 "영상" <script>alert(1)<b> & $x$.mp4'


@pytest.fixture
def full(tmp_path: Path) -> dict[str, Any]:
    """Rows and arguments of a run with something in every section."""
    history = write_table(
        tmp_path / "history.csv",
        "step train_loss val_loss learning_rate",
        [{"step": s, "train_loss": 1 / (s + 1), "learning_rate": 7} for s in range(2000)]
        + [{"step": 2000, "val_loss": 0.25}],
    )
    measures = write_table(
        tmp_path / "measures.tsv",
        "model clips mouth_distance",
        [
            {"model": "mean_face", "clips": 33, "mouth_distance": 0.025712},
            {"model": "content_mismatched", "clips": 33, "mouth_distance": ""},
        ],
    )
    video = tmp_path / "astronaut--hello.mp4"
    video.write_bytes(bytes(range(256)) * 4)
    return {
        "rows": {
            "manifest": [
                {"clip": "a", "video": f"/in/{NASTY}", "verdict": "no_audio"},
                {"clip": "b", "video": "/in/b.mp4", "verdict": "ok", "notes": "Cut at 2 s."},
            ],
            "funnel": [
                {
                    "stage": "intake",
                    "items_in": 2,
                    "items_out": 1,
                    "seconds_in": 240,
                    "seconds_out": 60,
                },
                {"stage": "cut_up", "items_in": 1, "items_out": 3},
            ],
            "quarantine": [
                {"stage": "intake", "item": "a", "clip": "a", "verdict": "no_audio", "seconds": 0},
                {
                    "stage": "segment",
                    "item": "b_1",
                    "clip": "b",
                    "verdict": "no_face",
                    "reason": 'No face in "<b>".',
                    "seconds": 3.25,
                },
            ],
            "segments": [
                {"clip": "b", "speaker": NASTY, "split": "train", "seconds": 90},
                {"clip": "b", "speaker": NASTY, "split": "test", "seconds": 30},
                {"clip": "c", "speaker": "anna", "split": "val", "seconds": 12},
            ],
        },
        "history": {"content/<base>": history},
        "evaluation": {"Held out & <far>": measures},
        "videos": [video],
        "summary": {"content feature": "mel <80>"},
    }


def test_every_section_shows_its_tables(tmp_path: Path, full: dict[str, Any]) -> None:
    page, _ = report(tmp_path, **full)
    cells = page.cells
    assert cells[cells.index("intake") :][:6] == ["intake", "2", "1", "4.0 min", "60.0 s", "25.0%"]
    assert cells[cells.index("cut up") :][:6] == ["cut up", "1", "3", "–", "–", "–"]
    left_out = cells[cells.index(NASTY) :][:10]
    assert left_out[:5] == [NASTY, "", "intake", "No audio.", "–"]
    assert left_out[5:] == ["b.mp4", "b_1", "segment", 'No face in "<b>".', "3.2 s"]
    assert "Cut at 2 s." in cells
    assert cells[-14:] == [
        *["anna", "1", "1", "0.0 s", "12.0 s", "0.0 s", "12.0 s"],
        *[NASTY, "1", "2", "90.0 s", "0.0 s", "30.0 s", "2.0 min"],
    ]
    assert cells[cells.index("mean face") :][:6] == [
        "mean face",
        "33",
        "0.0257",
        "content mismatched",
        "33",
        "–",
    ]
    assert "another clip" in page.words
    assert "loss, training" in cells
    assert "learning" not in page.words


def test_every_run_has_a_row_in_the_training_table(tmp_path: Path) -> None:
    runs = [
        {
            **{"kind": "content", "run": name, "feature": "autovc:0a1b", "hours": "0.5"},
            **{"parameters": "2000000", "seconds": "90", "steps": "600", "best_step": "500"},
            **{
                "measures": "train_loss=2; val_face_distance=0.01; val_correlation=0.9",
                "sha256": "f" * 64,
            },
        }
        for name in ("first", "second")
    ]
    page, _ = report(tmp_path, {"training": runs})
    for cell in ("first", "second", "autovc", "30.0 min", "2.00 M", "ffffffffff"):
        assert cell in page.cells
    assert "face distance 0.01, correlation 0.9" in page.cells
    assert "0a1b" not in page.words


def test_says_that_the_videos_are_synthetic(tmp_path: Path) -> None:
    page, _ = report(tmp_path)
    assert "videos on this page are synthetic" in page.words


def test_escapes_what_users_wrote(tmp_path: Path, full: dict[str, Any]) -> None:
    page, text = report(tmp_path, **full)
    assert page.attributes("script") == []
    assert "<script" not in text
    assert "mel <80>" in page.words
    assert "content/<base>" in page.words
    assert "Held out & <far>" in page.words


def test_charts_are_xml_in_the_colours_of_the_page(tmp_path: Path, full: dict[str, Any]) -> None:
    page, text = report(tmp_path, **full)
    charts = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    assert len(charts) == 4  # funnel twice, loss, speakers
    for chart in charts:
        root = ElementTree.fromstring(chart)
        assert root.get("aria-label")
        assert not re.findall(r"#0[1-6]0[1-6]0[1-6]", chart), "a placeholder colour was left"
        assert "DejaVu" not in chart
        assert "mathdefault" not in chart
    names = {attrs["aria-label"] for attrs in page.attributes("svg")}
    assert any("from 1 to 0.0005" in (name or "") for name in names)
    assert all(f"var(--series-{i})" in text for i in (1, 2, 3))


def test_a_long_history_is_thinned(tmp_path: Path) -> None:
    rows = [{"step": s, "train_loss": 1 + s % 2} for s in range(50_000)]
    history = write_table(tmp_path / "history.csv", "step train_loss", rows)
    _, text = report(tmp_path, history={"run": history})
    assert len(text) < 100_000


def test_negative_values_are_drawn_on_a_linear_scale(tmp_path: Path) -> None:
    rows = [{"step": s, "val_r": s / 10 - 0.2} for s in range(10)]
    history = write_table(tmp_path / "history.csv", "step val_r", rows)
    page, _ = report(tmp_path, history={"run": history})
    assert len(page.attributes("svg")) == 1
    assert any("−0.2" in word for word in page.words.split())


@pytest.mark.parametrize(
    ("columns", "curves"),
    [
        ("step train_loss val_loss", ["loss, training", "loss, validation"]),
        ("step seconds loss val_loss lr", ["loss, training", "loss, validation"]),
        ("step val_far", ["far, validation"]),
        ("step seconds lr", []),
    ],
)
def test_training_and_validation_are_told_apart(
    tmp_path: Path, columns: str, curves: list[str]
) -> None:
    row = dict.fromkeys(columns.split(), 1)
    history = write_table(tmp_path / "history.csv", columns, [row])
    page, _ = report(tmp_path, history={"run": history})
    assert [cell for cell in page.cells if "ing" in cell or "tion" in cell] == curves


def test_empty_tables_are_said_to_be_empty(tmp_path: Path) -> None:
    history = write_table(tmp_path / "history.csv", "step train_loss")
    measures = write_table(tmp_path / "measures.tsv", "model r")
    page, _ = report(tmp_path, history={"run": history}, evaluation={"table": measures})
    for sentence in (
        "No video was rendered",
        "No clip has gone through yet",
        "Nothing was left out",
        "no history yet",
        "No measures",
        "No usable segment yet",
    ):
        assert sentence in page.words
    assert page.attributes("svg") == []
    assert page.attributes("table") == []


def test_embeds_videos_up_to_the_limit_and_links_the_rest(tmp_path: Path) -> None:
    clips = tmp_path / "animations"
    clips.mkdir()
    videos = [clips / "a--one.mp4", clips / "a--two & 50% 둘?.mp4", clips / "a--three.mp4"]
    for video, size in zip(videos, (700, 400, 300), strict=True):
        video.write_bytes(b"v" * size)
    page, text = report(tmp_path, videos=videos, settings=ReportSettings(embed_mb=0.001))
    sources = [attrs["src"] or "" for attrs in page.attributes("video")]
    assert [source.startswith("data:video/mp4;base64,") for source in sources] == [
        True,
        False,
        True,
    ]
    assert base64.b64decode(sources[0].partition(",")[2]) == videos[0].read_bytes()
    assert tmp_path / unquote(sources[1]) == videos[1]
    assert not re.search(r"[\s?<>\"]", sources[1])
    assert "1 of 3" in page.words
    assert "two & 50% 둘?" in page.words
    assert str(tmp_path) not in text
    assert all("controls" in attrs for attrs in page.attributes("video"))


def test_what_browsers_play_is_embedded(tmp_path: Path) -> None:
    videos = [tmp_path / f"a--one.{kind}" for kind in ("webm", "mov")]
    for video in videos:
        video.write_bytes(b"frames")
    page, _ = report(tmp_path, videos=videos)
    sources = [attrs["src"] or "" for attrs in page.attributes("video")]
    assert sources[0].startswith("data:video/webm;base64,") and sources[1] == "a--one.mov"
    assert "Open the file" in page.words


def test_pictures_stand_with_the_run_or_table_of_their_title(tmp_path: Path, full) -> None:
    samples, sheet = tmp_path / "samples.png", tmp_path / "sheet.jpg"
    samples.write_bytes(b"drawn by the network")
    sheet.write_bytes(b"every renderer")
    pictures = {"content/<base>": samples, "Held out & <far>": sheet, "neither": sheet}
    page, text = report(tmp_path, **full, pictures=pictures)
    sources = [attrs["src"] or "" for attrs in page.attributes("img")]
    assert [source.partition(",")[0] for source in sources] == [
        "data:image/png;base64",
        "data:image/jpeg;base64",
    ]
    assert base64.b64decode(sources[0].partition(",")[2]) == samples.read_bytes()
    assert text.index(sources[0]) < text.index('id="measures"') < text.index(sources[1])
    assert all(attrs["alt"] for attrs in page.attributes("img"))


def test_nothing_is_fetched_from_elsewhere(tmp_path: Path, full: dict[str, Any]) -> None:
    page, text = report(tmp_path, **full)
    for tag, attrs in page.elements:
        for key in ("src", "href", "xlink:href"):
            value = attrs.get(key)
            assert value is None or value.startswith(("data:", "#")), (tag, value)
    assert not re.findall(r"url\((?!#)", text)
    assert "1 of 1" not in page.words


def test_same_inputs_give_the_same_bytes(tmp_path: Path, full: dict[str, Any]) -> None:
    assert report(tmp_path, **full)[1] == report(tmp_path, **full)[1]


def test_long_tables_are_cut_and_counted(tmp_path: Path) -> None:
    rows = [{"stage": "intake", "item": f"c{i}", "verdict": "no_face"} for i in range(30)]
    settings = ReportSettings(max_rows=10)
    page, _ = report(tmp_path, {"quarantine": rows}, settings=settings)
    assert "c9" in page.cells
    assert "c10" not in page.cells
    assert "and 20 more rows" in page.words
    assert "no face: 30" in page.words


@pytest.mark.parametrize(
    ("name", "header", "told"),
    [("funnel", "stage items_in", "items_out"), ("history", "loss", "step")],
)
def test_a_missing_column_is_named(tmp_path: Path, name: str, header: str, told: str) -> None:
    if name == "history":
        table = write_table(tmp_path / "odd.csv", header)
        wrong: dict[str, Any] = {"history": {"run": table}}
    else:
        table = write_table(tmp_path / "odd.tsv", header)
        wrong = {name: table}
    with pytest.raises(UserError, match=told) as caught:
        report(tmp_path, **wrong)
    assert str(table) in str(caught.value)
    assert not (tmp_path / "report.html").exists()


def test_absent_files_are_named(tmp_path: Path) -> None:
    absent = [
        {"segments": tmp_path / "no.tsv"},
        {"videos": [tmp_path / "no.mp4"]},
        {"pictures": {"a": tmp_path / "no.png"}},
    ]
    for wrong in absent:
        with pytest.raises(UserError, match=r"no\.(tsv|mp4|png) does not exist"):
            report(tmp_path, **wrong)


def talking(folder: Path, groups: Any) -> Path:
    write_json(folder / "held_out" / "talking.json", groups)
    return folder / "held_out" / "talking.json"


def test_clips_stand_side_by_side_under_one_bar(tmp_path: Path, full: dict[str, Any]) -> None:
    groups = [
        {
            "title": f"clip {NASTY}",
            "caption": "Nobody <i>saw</i> it.",
            "videos": [{"title": name, "file": f"{name[0]}.mp4"} for name in ("<truth>", "model")],
        },
        {"title": "empty", "videos": []},
        {"title": "late", "videos": [{"title": "late", "file": "late.mp4"}]},
    ]
    path = talking(tmp_path, groups)
    for name, size in (("<", 100), ("m", 200), ("late", 900)):
        (path.parent / f"{name}.mp4").write_bytes(b"v" * size)
    settings = ReportSettings(embed_mb=0.002)  # 1,024 bytes are the other video's
    page, text = report(tmp_path, **full, talking=path, settings=settings)
    videos = page.attributes("video")
    assert ["muted" in attrs for attrs in videos] == [False, False, True, False]
    # whoever runs no scripts has each video's own controls, and no bar
    assert all("controls" in attrs for attrs in videos)
    bars = [attrs for attrs in page.attributes("div") if attrs.get("class") == "bar"]
    assert len(bars) == 2 and all("hidden" in attrs for attrs in bars)
    assert videos[2]["src"] == "data:video/mp4;base64," + base64.b64encode(b"v" * 200).decode()
    assert videos[3]["src"] == "held_out/late.mp4" and "1 of 4" in page.words
    assert "Nobody <i>saw</i> it." in page.words and f"clip {NASTY}" in page.words
    assert len(page.attributes("script")) == 1 and text.count("<script") == 1
    assert "rendered clips" in page.words and page.attributes("button")


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        ({}, "no list of groups"),
        ([{"title": "a"}], "group 1: videos is missing"),
        (["a"], "group 1: videos is missing"),
        ([{"title": "a", "videos": []}, {"videos": []}], "group 2: title is missing"),
        ([{"title": "a", "videos": [{"title": "b"}]}], "group 1, videos: file is missing"),
        ([{"title": "a", "videos": [{"title": 1, "file": "b"}]}], "videos: title is missing"),
        ([{"title": "a", "caption": 3, "videos": []}], "group 1: caption"),
        ([{"title": "a", "videos": [{"title": "b", "file": "no.mp4"}]}], "no.mp4 does not exist"),
    ],
)
def test_groups_of_another_form_are_named(tmp_path: Path, groups: Any, told: str) -> None:
    with pytest.raises(UserError, match=told):
        report(tmp_path, talking=talking(tmp_path, groups))


def test_groups_that_are_absent_or_no_json_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"talking\.json does not exist"):
        report(tmp_path, talking=tmp_path / "talking.json")
    (tmp_path / "talking.json").write_text("{")
    with pytest.raises(UserError, match=r"talking\.json is no JSON"):
        report(tmp_path, talking=tmp_path / "talking.json")


def test_it_tells_how_it_was_made(tmp_path: Path) -> None:
    making = Making(
        rules={"rules": [["a_<b>", 3, "Does <this>."], ["report", 1, ""]], "edges": []},
        software={"torch": "2.13.0", "<odd>": "&"},
        machine={"cores": "2"},
        digest="0123abcd",
        config={"results": "out", "corpus": {"videos": "<my> 영상", "shards": 4}},
        defaults={"results": "results", "corpus": {"videos": "demo", "shards": 4}},
    )
    page, text = report(tmp_path, making=making)
    assert "results: out\ncorpus:\n  videos: <my> 영상\n" in page.words
    assert "shards: 4" in page.words.partition("All settings of this run")[2]
    assert "my.yaml --cores 2 report" in page.words and "0123abcd" in page.words
    (drawn,) = page.attributes("svg")
    assert drawn["class"] == "graph" and "Does <this>." in page.words and "×3" in page.words
    ElementTree.fromstring(re.findall(r"<svg.*?</svg>", text, re.S)[0])
    assert report(tmp_path, making=making)[1] == text


def test_a_run_with_the_default_settings_says_so(tmp_path: Path) -> None:
    config = {"results": "results"}
    page, _ = report(tmp_path, making=Making(config=config, defaults=config))
    assert "config.yaml as it comes" in page.words and "my.yaml" not in page.words


def test_sections_that_nothing_is_known_of_are_left_out(tmp_path: Path) -> None:
    page, _ = report(tmp_path)
    ids = {attrs["id"] for attrs in page.attributes("section")}
    assert not {"beside", "rules", "making", "again"} & ids


def test_landmark_quality_names_the_worst_segment(tmp_path: Path) -> None:
    table = tmp_path / "segments.tsv"
    header = "segment detected_frames frames confidence jitter turned face_pixels"
    lines = [f"s{i:02d} 50 50 0.9 0.{i:02d} {0.3 if i == 7 else 0} 100" for i in range(1, 41)]
    lines[2] = "s03 40 50 0.9 0.03 0 8"
    table.write_text("\n".join(line.replace(" ", "\t") for line in [header, *lines]) + "\n")
    rows = {row[0].split(",")[0]: row[1:] for row in landmarks(table).table.rows}
    assert rows["jitter"] == ["0.20", "0.38", "0.40", "s40"]
    assert rows["frames with a face"] == ["100", "100", "80", "s03"]
    assert rows["size of the face"] == ["100", "100", "8", "s03"]
    assert rows["frames turned aside by more than 30 degrees"] == ["0", "0", "30", "s07"]
    table.write_text("segment\tclip\nx\tx\n")  # of imported pickles
    assert landmarks(table).table.rows == []
