"""The documents say what the code does: pages made from it are up to date, links lead somewhere."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from docs.tools import moving
from docs.tools.__main__ import PAGES
from docs.tools.moving import write_moving
from mit_core.corpus import segmentation, shards, synchrony
from mit_core.errors import UserError
from mit_core.media.video import VideoWriter, read_frames

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "latest.md"]
)
FENCE = re.compile(r"^(```+).*?^\1\s*$", re.M | re.S)
CODE = re.compile(r"`[^`\n]*`")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES)
def test_pages_made_from_the_code_are_up_to_date(page: str) -> None:
    said = f"{page} is not what the code says: run make docs-pages"
    assert (ROOT / page).read_text(encoding="utf-8") == PAGES[page](), said


# verdicts and messages


def verdicts_given() -> Iterator[tuple[str, ast.expr]]:
    """Where a verdict is given in the library: file and line, and the expression."""
    # class -> place of the verdict among its arguments
    places = {"ClipError": 0, "Product": 3, "Dropped": 2, "_rejected": 1}
    for path in sorted((ROOT / "mit_core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if (place := places.get(node.func.id)) is None:
                continue
            named = [k.value for k in node.keywords if k.arg == "verdict"]
            for value in named or node.args[place : place + 1]:
                yield f"{name(path)}:{node.lineno}", value


def all_verdicts() -> set[str]:
    # those that are given by name, or by rule
    found = {*segmentation._REASONS, *synchrony.REJECTED, shards.FAILED, shards.CHANGED}
    for place, value in verdicts_given():
        if isinstance(value, ast.Constant):
            found.add(value.value)
        else:  # one of those by name, or one that was given elsewhere and is handed on
            source = ast.unparse(value)
            assert "verdict" in source or source == "FAILED", f"{place}: which verdict is {source}?"
    return found - {shards.OK}


def test_every_verdict_is_explained() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    section = page.split("\n## Verdicts\n")[1].split("\n## ")[0]
    told = re.findall(r"^\| `(\w+)` \| \S.* \| \S.* \|$", section, re.M)
    assert len(told) == len(set(told))
    assert set(told) == all_verdicts()
    assert len(told) > 20


def test_messages_are_quoted_as_the_code_says_them() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    quoted = [
        message
        for table in page.split("\n| message | what to do |\n")[1:]
        for message in re.findall(r"^\| `([^`]+)` \|", table.split("\n\n")[0], re.M)
    ]
    assert len(quoted) > 20
    sources = [*(ROOT / "mit_core").rglob("*.py"), *(ROOT / "rules").glob("*.smk")]
    said = "\n".join(
        re.sub(r'"\s*\n\s*f?"', "", path.read_text(encoding="utf-8")) for path in sources
    )
    assert [message for message in quoted if message not in said] == []


# links


def links(path: Path) -> list[str]:
    """Targets of a document's links and pictures, code left out."""
    text = CODE.sub("", FENCE.sub("", path.read_text(encoding="utf-8")))
    inline = re.findall(r"\]\(\s*<?([^)\s>]+)", text)
    html = re.findall(r'(?:href|src)="([^"]+)"', text)
    return inline + html + re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, re.M)


def anchors(path: Path) -> set[str]:
    """Anchors of a document's headings, as GitHub makes them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    found: dict[str, int] = {}
    made = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#{1,6} +(.+?)\s*#*$", text, re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        made.add(f"{slug}-{found[slug]}" if slug in found else slug)
        found[slug] = found.get(slug, 0) + 1
    return made


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    wrong = []
    for link in links(document):
        address = urlsplit(link)
        if address.scheme:
            if address.scheme != "https" or "." not in address.netloc:
                wrong.append(f"{link}: no https address")
            continue
        target = document if not address.path else (document.parent / address.path).resolve()
        if not target.is_relative_to(ROOT) or not target.exists():
            wrong.append(f"{link}: there is no such file")
        elif address.fragment and address.fragment not in anchors(target):
            wrong.append(f"{link}: there is no such heading")
    assert wrong == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A b, c\n[x](y.md#z) `[no](code.md)`\n```\n[no](fence.md)\n```\n# A b, c\n")
    assert links(page) == ["y.md#z"]
    assert anchors(page) == {"a-b-c", "a-b-c-1"}


# the site


def test_the_site_builds_and_fetches_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    pages = sorted(tmp_path.rglob("*.html"))
    assert {page.stem for page in pages} >= {path.stem for path in (ROOT / "docs").glob("*.md")}
    tags = "script|img|iframe|source|video|link"
    loaded = re.compile(rf"<(?:{tags})\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//[^\"' >]+")
    for page in pages:
        assert loaded.findall(page.read_text(encoding="utf-8")) == [], page
    for sheet in tmp_path.rglob("*.css"):
        fetched = r"@import|url\([\"']?(?:https?:)?//"
        assert not re.search(fetched, sheet.read_text(encoding="utf-8")), sheet
    assert not list(tmp_path.rglob("*.py"))


# README's picture


def filmed(folder: Path, name: str, seconds: float) -> None:
    """A video of noise, which no format can make small."""
    frames = np.random.default_rng(0).integers(0, 255, (round(25 * seconds), 120, 160, 3))
    with VideoWriter(folder / name, 25, 160, 120, crf=18, synthetic=True) as writer:
        for frame in frames.astype(np.uint8):
            writer.write(frame)


def test_the_moving_picture_says_that_it_is_synthetic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filmed(tmp_path, "astronaut--speech.mp4", 1)
    filmed(tmp_path, "somebody--speech.mp4", 0.2)
    output = tmp_path / "picture.webp"
    write_moving(tmp_path, output)
    with Image.open(output) as picture:
        assert picture.n_frames == 13 and picture.size == (160, 120)
        picture.seek(12)
        last = np.asarray(picture.convert("RGB")).astype(int)
        assert picture.info["duration"] == 80 and picture.info["loop"] == 0
    plain = np.stack(list(read_frames(tmp_path / "astronaut--speech.mp4")))[24].astype(int)
    changed = np.abs(last - plain).mean(axis=2)
    # the word's corner is another, the picture's other corner is not
    assert changed[-12:, -60:].mean() > 2 * changed[:12, :60].mean()

    monkeypatch.setattr(moving, "LARGEST", 1000)
    with pytest.raises(UserError, match="make it shorter"):
        write_moving(tmp_path, tmp_path / "other.webp")
    assert {path.name for path in tmp_path.glob("*.webp")} == {"picture.webp"}
    with pytest.raises(UserError, match="make demo"):
        write_moving(tmp_path / "nowhere", output)


def test_readmes_picture_is_small_and_moves() -> None:
    with Image.open(ROOT / "docs" / "pictures" / "talking.webp") as picture:
        assert picture.n_frames > 25
    assert (ROOT / "docs" / "pictures" / "talking.webp").stat().st_size <= moving.LARGEST
