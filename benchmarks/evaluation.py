"""How long all measures of a trained run take.

    python -m benchmarks.evaluation my.yaml...

What is missing is made first (trainings, videos); then every table of measures is made anew, timed.
"""

import csv
import subprocess
import sys
import time
from pathlib import Path

import yaml

CORES = 2
RULES = (
    *("evaluate_content", "evaluate_talking", "evaluate_rendering", "evaluate_speaker"),
    "evaluate_animations",
)


def evaluate(configs: list[str], *options: str) -> None:
    """Make the target ``evaluate``."""
    command = [sys.executable, "-m", "snakemake", "--quiet", "all", "--cores", str(CORES)]
    files = ["--configfile", "config.yaml", *configs]
    subprocess.run([*command, *files, *options, "--", "evaluate"], check=True)


def held_out(configs: list[str]) -> int:
    """Clips of the test split."""
    results = "results"
    for config in configs:
        results = yaml.safe_load(Path(config).read_text(encoding="utf-8")).get("results", results)
    with (Path(results) / "corpus/segments.tsv").open(encoding="utf-8", newline="") as file:
        return sum(row["split"] == "test" for row in csv.DictReader(file, delimiter="\t"))


def main() -> None:
    configs = sys.argv[1:]
    evaluate(configs)
    started = time.perf_counter()
    evaluate(configs, "--forcerun", *RULES)
    seconds = time.perf_counter() - started
    print(f"All measures of {held_out(configs)} held-out clips: {seconds:.0f} s on {CORES} cores")


if __name__ == "__main__":
    main()
