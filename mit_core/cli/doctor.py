"""``mit doctor``: what this machine has of what the project needs."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mit_core.cli.answer import Answer
from mit_core.cli.arguments import add_command, add_results


def add(commands: Any) -> None:
    """Register the command."""
    parser = add_command(
        commands,
        "doctor",
        run,
        help="say what this machine has and lacks, and how to get it",
        description="Say what this machine has of what the project needs, what is missing and how "
        "to\nget it. Ends with status 0 if all is there that 'make demo' needs, else with 1.",
        example="mit doctor\n  mit doctor --config my.yaml --results my_results",
    )
    add_results(parser)
    parser.add_argument(
        "--config",
        nargs="+",
        default=[],
        metavar="FILE",
        help="configurations over config.yaml, whose weights are looked for",
    )


def run(args: argparse.Namespace) -> Answer:
    """Look for everything."""
    from mit_core.checkup.all_checks import all_checks
    from mit_core.checkup.check import FOUND, LACKING

    checks = all_checks(Path(args.results), args.config)
    lacking = [check.name for check in checks if check.state == LACKING]
    signs = {FOUND: "ok", LACKING: "MISSING"}
    width = max(len(check.name) for check in checks)
    lines = []
    for check in checks:
        lines.append(f"{signs.get(check.state, '-'):<7} {check.name:<{width}}  {check.words}")
        if check.remedy:
            lines.append(f"{'':<7} {'':<{width}}  > {check.remedy}")
    lines.append("")
    if lacking:
        lines.append(f"'make demo' cannot run yet; missing: {', '.join(lacking)}.")
    else:
        lines.append("All is there that 'make demo' needs.")
    data = {"ready": not lacking, "checks": [asdict(check) for check in checks]}
    return Answer(lines, data, int(bool(lacking)))
