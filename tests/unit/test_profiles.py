"""The profiles name rules that there are, and all that they should."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_every_rule_that_runs_a_network_goes_to_the_clusters_gpus() -> None:
    text = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))
    rules = re.findall(r"^(?:rule|checkpoint) (\w+):\n(.*?)(?=^\S|\Z)", text, re.M | re.S)
    on_gpus = {name for name, body in rules if re.search(r"gpu=(training_)?gpus\(\)", body)}
    profile = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())
    assert len(on_gpus) > 3
    assert set(profile["set-resources"]) == on_gpus
