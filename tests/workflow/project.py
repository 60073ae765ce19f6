"""A copy of the project with footage of its own, so that a test may edit both."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from shell import type_command

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("Snakefile", "config.yaml", "rules", "envs", "workflow_scripts", "mit_core", "profiles")


class Project:
    """The project in ``folder``, run as a user runs it.

    Attributes:
        folder: where the copy is; results go to ``folder/out``.
        settings: what the user's own YAML says.
        given: the user's files before the first run, for a test to compare.
        cores: that snakemake is told of; None leaves them to the profile.
    """

    def __init__(self, folder: Path, settings: dict[str, Any]):
        self.folder = folder
        self.settings = {"results": "out", **settings}
        self.given: dict[Path, bytes] = {}
        self.cores: int | None = 2
        folder.mkdir(exist_ok=True)
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, folder / part, ignore=ignored)
            else:
                shutil.copy(source, folder / part)

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run snakemake; options come before ``--``, targets after."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=3600,
        )

    def command(self, *arguments: str) -> list[str]:
        """The command that runs snakemake with the settings as they are now."""
        (self.folder / "my.yaml").write_text(yaml.safe_dump(self.settings, allow_unicode=True))
        command = [sys.executable, "-m", "snakemake", "--configfile", "config.yaml", "my.yaml"]
        cores = [] if self.cores is None else ["--cores", str(self.cores)]
        return [*command, *cores, *arguments]

    def run(self, *arguments: str) -> None:
        """Run snakemake; fail with its output when it fails."""
        done = self.snakemake(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr

    def type(self, command: str, programs: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command as a document has it, by the configuration that lies in the folder.

        Args:
            programs: a folder of programs that are found before all others.
        """
        path = f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}".lstrip(":")
        return type_command(command, self.folder, os.environ | {"PATH": path}, 3600)

    def jobs(self, target: str = "all") -> dict[str, int]:
        """Rule -> jobs that a run would do now."""
        done = self.snakemake("--dry-run", "--", target)
        assert done.returncode == 0, done.stdout + done.stderr
        output = done.stdout + done.stderr
        if "Nothing to be done" in output:
            return {}
        table = output.split("Job stats:")[1].split("total")[0]
        return {name: int(n) for name, n in re.findall(r"^(\w+) +(\d+)$", table, re.M)}

    def table(self, name: str) -> pd.DataFrame:
        """A TSV of the results."""
        return pd.read_csv(self.folder / "out" / name, sep="\t", keep_default_na=False)


def with_values(text: str, values: dict[str, Any]) -> str:
    """A YAML with other values of keys that it has, all else as it was, with the comments.

    A key of several lines takes a mapping of what is below it.
    """

    def put(lines: list[str], depth: int, values: dict[str, Any]) -> list[str]:
        for key, value in values.items():
            indent = "  " * depth
            (at,) = (n for n, line in enumerate(lines) if line.startswith(f"{indent}{key}:"))
            if not isinstance(value, dict):
                lines[at] = f"{indent}{key}: {value}"
                continue
            deeper = re.compile(rf" {{{2 * depth + 1}}}|#|$|\s*#")
            end = at + 1
            while end < len(lines) and deeper.match(lines[end]):
                end += 1
            lines[at + 1 : end] = put(lines[at + 1 : end], depth + 1, value)
        return lines

    return "\n".join(put(text.splitlines(), 0, values)) + "\n"
