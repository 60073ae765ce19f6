"""What MkDocs is told besides: pages that lie beside docs/ are pages of the site, too."""

import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ("RESULTS.md", "THIRD_PARTY.md", "benchmarks/latest.md", "LICENSE", "config.yaml")
BESIDE += ("notebooks/quick_demo.ipynb",)
_LINK = re.compile(r"(\]\()((?:\.\./|docs/)[^)\s#]+)")

# Pages that a command makes, and that a checkout may lack: title and file, and where they stand.
MADE = {"Inside": [("Reliability", "reliability.md")]}


def on_config(config: Any) -> Any:
    """Pages that a command makes are in the navigation once they are there."""
    for entry in config.nav:
        for section, pages in MADE.items():
            if section in entry:
                there = [(t, f) for t, f in pages if (ROOT / "docs" / f).is_file()]
                entry[section] += [{title: file} for title, file in there]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages beside docs/."""
    for name in BESIDE:
        files.append(File.generated(config, name, abs_src_path=str(ROOT / name)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Links that lead out of docs/, or into it, lead to the same pages of the site."""
    here = PurePosixPath(page.file.src_uri)
    beside = str(here) in BESIDE

    def moved(link: re.Match[str]) -> str:
        target = link[2]
        if beside and target.startswith("docs/"):
            return link[1] + "../" * len(here.parent.parts) + target.removeprefix("docs/")
        outside = target.removeprefix("../")
        return link[1] + outside if not beside and outside in BESIDE else link[0]

    return _LINK.sub(moved, markdown)
