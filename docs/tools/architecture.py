"""docs/architecture.md and its picture: the rooms of the library, and the rules that use them."""

import ast
import re
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

from docs.tools.smk import ROOT, read_rules
from mit_core.report.graph_svg import rule_graph_svg
from mit_core.report.rule_graph import Job, rules_of

PACKAGE = ROOT / "mit_core"
_STYLE = """
rect.ground { fill: #fff; stroke: none; }
rect { fill: #f4f6f8; stroke: #b9c2cb; }
text { font: 12px ui-monospace, "Liberation Mono", monospace; fill: #1d2733; text-anchor: middle; }
text.heading { font: bold 15px system-ui, sans-serif; text-anchor: start; }
.times { fill: #66727f; }
.lines { fill: none; stroke: #8a96a3; stroke-opacity: .7; }
@media (prefers-color-scheme: dark) {
  rect.ground { fill: #14181d; }
  rect { fill: #20262d; stroke: #46515c; }
  text { fill: #e6eaee; }
}
"""
_MARGIN = 16.0  # px around the picture, and between heading and graph
_HEADING = 34.0  # px that a heading takes


def rooms() -> dict[str, str]:
    """Room of the library -> what it is for, by its docstring, sorted."""
    found = {}
    for init in sorted(PACKAGE.glob("*/__init__.py")):
        found[init.parent.name] = ast.get_docstring(ast.parse(init.read_text("utf-8"))) or ""
    return found


def room_imports() -> list[Job]:
    """Each room, with the rooms that it imports from at any place."""
    names = set(rooms())
    jobs = []
    for room, purpose in rooms().items():
        text = "".join(path.read_text("utf-8") for path in sorted((PACKAGE / room).rglob("*.py")))
        used = set(re.findall(r"^\s*from mit_core\.(\w+)", text, re.M)) & names - {room}
        jobs.append(Job(room, purpose, tuple(sorted(used))))
    return jobs


def demo_rules() -> list[Job]:
    """The rules that `make demo` runs, with the rules whose files they take."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
        # footage as one job, and a shard as one: only the rules matter
        (Path(folder) / "small.yaml").write_text("demo: {batches: 1}\n", "utf-8")
        command += ["--configfile", "small.yaml", "--rulegraph", "--", "all"]
        dot = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    names = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)"', dot, re.M))
    before: dict[str, list[str]] = {name: [] for name in names.values()}
    for start, end in re.findall(r"^\s*(\d+) -> (\d+)", dot, re.M):
        before[names[end]].append(names[start])
    purposes = {rule.name: rule.purpose for rule in read_rules()}
    return [
        Job(name, purposes.get(name, ""), tuple(sorted(before[name])))
        for name in sorted(before)
        if name != "all"
    ]


def architecture_svg() -> str:
    """One picture: which room of the library stands on which, and which rule follows which."""
    graphs = [
        ("mit_core: a room stands on the rooms that it imports from", room_imports()),
        ("rules of make demo: each takes files of those above it", demo_rules()),
    ]
    y, width, parts = _MARGIN, 0.0, []
    for heading, jobs in graphs:
        svg = rule_graph_svg(rules_of(jobs))
        size = re.search(r'width="(\d+)" height="(\d+)"', svg)
        assert size is not None
        placed = svg.replace("<svg ", f'<svg x="{_MARGIN:g}" y="{y + _HEADING:g}" ', 1)
        parts.append(
            f'<text class="heading" x="{_MARGIN:g}" y="{y + 18:g}">{escape(heading)}</text>{placed}'
        )
        y += _HEADING + float(size[2]) + _MARGIN
        width = max(width, float(size[1]) + 2 * _MARGIN)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y:.0f}" '
        f'width="{width:.0f}" height="{y:.0f}" role="img" aria-label="Rooms of the library, and '
        f'rules of the workflow."><style>{_STYLE}</style>'
        f'<rect class="ground" width="100%" height="100%"/>{"".join(parts)}</svg>\n'
    )


_PAGE = """# Architecture

Written from the code by `make docs-pages`; the picture too.

![Rooms of the library, and rules of the workflow.](pictures/architecture.svg)

## Where what stands

| | |
|---|---|
| `Snakefile`, `rules/` | the DAG, one file a stage; [every rule](rules.md) |
| `config.yaml`, `rules/config.schema.yaml` | [every key](configuration.md), and what it may be |
| `workflow_scripts/` | one thin script a rule: it calls one function of the library |
| `mit_core/` | the library; it knows nothing of Snakemake, and is [usable by itself](python.md) |
| `envs/`, `profiles/` | conda environments (the lock's pins); laptop, GPU, SLURM, others |
| `tests/`, `benchmarks/` | what must hold, and what was measured |

## The rooms of mit_core

{rooms}

{mutual}Importing a room needs the packages of that room alone, since rules run in environments of
their own; `import mit_core` loads none of them.

## How it holds together

- **Shards, not a job a clip.** A job that imports torch takes seconds before it works. Clips are
  dealt into shards by a hash of their name, so that a new clip touches one shard; inside a shard a
  clip whose content and settings are unchanged is not worked again.
- **One index a stage.** `shards/{{shard}}/{{stage}}.json` lists what came out of a stage: items
  that go on, and items that end there with a verdict and a reason. Tables are gathered from these.
- **A bad clip ends, a run goes on.** `ClipError` is a verdict about one clip; `UserError` is what a
  person must put right, and ends the run with a sentence that names file or key. See
  [troubleshooting](troubleshooting.md).
- **Code is an input.** Each rule has the digest of its script and of the library files that the
  script imports, so that an edit reruns what it touches.
- **Whole or not at all.** Files are written under another name and renamed. Training writes
  checkpoints, and a run that goes on from one ends as one that was never stopped.
- **Strangers' files are data.** Pickles are read by an unpickler that knows arrays and plain
  containers alone, checkpoints by torch's `weights_only`.
"""


def architecture_page() -> str:
    """The page."""
    told = "\n".join(f"| `{room}` | {purpose} |" for room, purpose in rooms().items())
    return _PAGE.format(rooms=f"| | |\n|---|---|\n{told}", mutual=_mutual())


def _mutual() -> str:
    """Which rooms import from each other: a picture of layers can show one way only."""
    used = {job.rule: set(job.after) for job in room_imports()}
    pairs = sorted((a, b) for a in used for b in used[a] if a < b and a in used[b])
    told = " and ".join(f"`{a}` and `{b}`" for a, b in pairs)
    return (
        f"{told} import from each other (no file does); the picture shows one way.\n\n"
        if told
        else ""
    )
