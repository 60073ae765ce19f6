"""The report shows any name as text: hostile ones change nothing about the page's elements."""

import functools
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from report_makers import Page, report, write_table

from mit_core.report.graph_svg import rule_graph_svg
from mit_core.report.making import Making
from mit_core.report.page import ReportSettings

KIND = "Names that want to be markup: clips, speakers, reasons, files, settings"
FRAGMENTS = [
    *("<script>alert(1)</script>", "</script>", "<!--", "-->", "--&gt;", "<![CDATA[", "]]>"),
    *('"', "'", "`", "<", ">", "&", "&lt;", "&#60;script&#62;", "{{ 7 * 7 }}", "{% raw %}"),
    *('" onmouseover="alert(1)', "' autofocus onfocus='x", "javascript:alert(1)", "</td></table>"),
    *("<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "</style>", "</title>", "</pre>"),
    *("\u2028", "\u2029", "\u202e", "\u2066", "\ufeff", "\x00", "\x0b", "\x7f", "\x85", "\t"),
    *('id="x"', "url(#x)", 'href="#x"', "#010101", "$x$", "\\alpha", "앤", "é", "😀", "a b"),
]
ISOLATED = {
    *("bdi", "dt", "dd", "h3", "li", "p", "pre", "code", "option", "figcaption"),
    *("text", "tspan", "title"),
}
"""Elements that are a block, or isolate the direction of their text by themselves."""
NAMES = st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3).map("".join)


def page_of(folder: Path, name: str, **more: Any) -> tuple[Page, str]:
    """A report in which everything that a user may name has this name."""
    folder.mkdir(parents=True, exist_ok=True)
    history = write_table(
        folder / "history.csv",
        "step train_loss val_loss",
        [{"step": 1, "train_loss": 1, "val_loss": 2}, {"step": 2, "train_loss": 1, "val_loss": 1}],
    )
    measures = write_table(
        folder / "measures.tsv", "model error", [{"model": name, "error": 1}, {"model": "b"}]
    )
    talking = folder / "talking.json"
    talking.write_text(
        json.dumps(
            [{"title": name, "caption": name, "videos": [{"title": name, "file": "clip.mp4"}] * 2}]
        )
    )
    (folder / "clip.mp4").write_bytes(b"x")
    file = re.sub(r"[/\0]|--", "_", name)[:60]  # what no file is called, or says two names
    video = folder / "videos" / f"{file}.mp4"
    video.parent.mkdir(exist_ok=True)
    video.write_bytes(b"x")
    named = {"clip": name, "speaker": name}
    rows = {
        "manifest": [{**named, "video": f"/in/{name}", "verdict": "ok", "notes": name}],
        "funnel": [{"stage": name, "items_in": 1, "items_out": 1, "seconds_in": 9}],
        "quarantine": [
            {"stage": name, "item": "part", "clip": name, "verdict": name, "reason": name}
        ],
        "segments": [{**named, "segment": name, "split": "train", "seconds": 60}],
        "training": [{"kind": name, "run": name, "feature": name, "measures": f"val_{name}=1"}],
    }
    return report(
        folder,
        rows,
        history={name: history},
        evaluation={name: measures},
        videos=[video],
        talking=talking,
        summary={name: name},
        settings=ReportSettings(title=name, embed_mb=0),
        making=Making(
            rules={"rules": [[name, 1, name]], "edges": []},
            software={name: name},
            machine={name: name},
            digest=name,
            config={"results": name, name: [name]},
            defaults={},
        ),
        **more,
    )


def skeleton(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """The page's elements in their order, each with the names of its attributes."""
    return [(tag, tuple(sorted(attributes))) for tag, attributes in page.elements]


def scripts_of(text: str) -> list[str]:
    return re.findall(r"<script.*?</script>", text, flags=re.DOTALL)


@functools.cache
def harmless() -> tuple[Page, str]:
    with tempfile.TemporaryDirectory() as folder:
        return page_of(Path(folder), "anna")


@pytest.mark.survives(KIND)
def test_every_fragment_is_told_as_text(tmp_path, survival):
    survival.tried(len(FRAGMENTS))
    # all in one page: cells are told apart by their number
    names = [f"{i}{fragment}{i}" for i, fragment in enumerate(FRAGMENTS)]
    rows = [{"clip": n, "video": f"/in/{i}", "verdict": "x"} for i, n in enumerate(names)]
    left_out = [{"stage": n, "item": n, "clip": n, "verdict": "x", "reason": n} for n in names]
    page, _ = report(tmp_path, {"manifest": rows, "quarantine": left_out})
    for name in names:
        assert name in page.cells
    assert page.attributes("script") == [] and page.attributes("img") == []
    assert not [key for _, attrs in page.elements for key in attrs if key.startswith("on")]


@pytest.mark.survives(KIND)
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
# an invisible name is not drawn in a chart: a letter makes each one seen
@given(name=NAMES.map(lambda name: f"x{name}"))
@example(name="x\u2028")
@example(name='</script><script>"\u2028')
@example(name='"><img src=x onerror=alert(1)>')
@example(name='id="x" #010101')
def test_a_name_adds_no_element_and_no_attribute(tmp_path_factory, name):
    page, text = page_of(tmp_path_factory.mktemp("named"), name)
    assert skeleton(page) == skeleton(harmless()[0])
    assert scripts_of(text) == scripts_of(harmless()[1])
    for tag, attributes in page.elements:
        for key in ("href", "src"):
            value = attributes.get(key) or ""
            assert not re.match(r"\s*(javascript|vbscript):", value, re.IGNORECASE), (tag, value)


@pytest.mark.survives(KIND)
def test_charts_leave_names_as_they_are(tmp_path):
    name = 'id="x" url(#y) #010101'
    segments = [{"clip": "a", "speaker": name, "split": "train", "seconds": 60}]
    _, text = report(tmp_path, {"segments": segments})
    (chart,) = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    assert name in re.sub("&quot;", '"', re.sub(r"<[^>]*>", "", chart))


@pytest.mark.survives(KIND)
def test_names_that_turn_the_writing_turn_their_own_cell_alone(tmp_path):
    """A right-to-left override ends with the element that isolates it."""
    name = "\u202eevil\u202d.mp4"
    _, text = page_of(tmp_path, name)
    body = text[text.index("<main>") :]
    for match in re.finditer("\u202e", body):
        before = body[: match.start()]
        if before.rfind("<") > before.rfind(">"):
            continue  # within an attribute
        inside = re.findall(r"<(/?)(\w+)[^>]*>", before)[-1]
        assert inside[0] == "" and inside[1] in ISOLATED, inside


@pytest.mark.survives(KIND)
def test_rules_are_told_as_text():
    name = '<script>"x"</script>'
    drawn = rule_graph_svg({"rules": [[name, 2, name], ["b", 1, ""]], "edges": [[name, "b"]]})
    assert "<script" not in drawn and drawn.count("&lt;script&gt;") == 3
