"""``mit inspect``: what a file or folder is."""

import argparse
from typing import Any

from mit_core.cli.answer import Answer
from mit_core.cli.arguments import add_command


def add(commands: Any) -> None:
    """Register the command."""
    parser = add_command(
        commands,
        "inspect",
        run,
        help="say what files and folders are",
        description="Say what files and folders are: media (with a verdict), checkpoints, dumps,\n"
        "pickles, tables, configurations, results. Nothing is changed, and no code of\n"
        "a file runs.",
        example="mit inspect talk.mp4 results/demo/models/content/default/best.pt my.yaml",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", help="a file or folder")


def run(args: argparse.Namespace) -> Answer:
    """Describe each."""
    from mit_core.inspection.look import inspect_path

    lines, found, status = [], [], 0
    for path in args.files:
        finding = inspect_path(path)
        if finding.good or len(finding.words) > 1:
            lines.append(f"{path}: {finding.kind}")
            lines += [f"  {sentence}" for sentence in finding.words]
        else:
            lines += finding.words
        found.append(
            {
                "file": path,
                "kind": finding.kind,
                "usable": finding.good,
                "words": list(finding.words),
                "facts": finding.facts,
            }
        )
        status = status or int(not finding.good)
    return Answer(lines, {"files": found}, status)
