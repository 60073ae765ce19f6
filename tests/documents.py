"""What the documents tell a reader to type.

A shell block is one fenced without a language.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```\s*$", re.M | re.S)
STARTS = (
    "make ",
    "snakemake ",
    ".venv/bin/",
    "python -",
    "pytest ",
    "mit ",
    "tensorboard ",
    "pip ",
)
SHOWN = {"text", "python", "yaml"}  # languages of blocks that are no commands


@dataclass
class Shell:
    """What a document tells a reader to type."""

    commands: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)  # that its heredocs write


def shell_of(path: Path) -> Shell:
    """The commands of a document, in shell blocks and in its sentences."""
    text = path.read_text(encoding="utf-8")
    found = Shell()
    for language, body in BLOCK.findall(text):
        if language:
            assert language in SHOWN, f"{path.name}: what is a block of {language}?"
            continue

        def keep(written: re.Match[str]) -> str:
            found.files[written[1]] = written[3]
            return ""

        body = re.sub(r"^cat > (\S+) <<'(\w+)'\n(.*?)^\2$", keep, body, flags=re.M | re.S)
        lines = re.sub(r"\\\n", " ", body).splitlines()
        found.commands += [line.strip() for line in lines if line.strip()]
    prose = BLOCK.sub("", text)
    spans = (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose))
    found.commands += [span for span in spans if span.startswith(STARTS)]
    return found


def plain(command: str) -> str:
    """A command without its comment and the path of the environment, to be compared."""
    return re.sub(r"\s+# .*$", "", " ".join(command.split())).removeprefix(".venv/bin/")


def documented() -> set[str]:
    """Every command of the documents, plain."""
    return {plain(command) for path in DOCUMENTS for command in shell_of(path).commands}
