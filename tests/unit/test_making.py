"""What a report says of how a run was made would make it again."""

import json
import re
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from snakemake.utils import update_config

from mit_core import software
from mit_core.machine import this_machine
from mit_core.report.making import as_yaml, differing

ROOT = Path(__file__).resolve().parents[2]
TEXTS = st.sampled_from(["a", "나: #", "1", "", "no", "x: [y]"])
PLAIN = st.none() | st.booleans() | st.integers(0, 3) | st.just(0.5) | TEXTS
VALUES = PLAIN | st.lists(PLAIN, max_size=2)
SETTINGS = st.fixed_dictionaries(
    {"a": VALUES, "b": VALUES, "part": st.fixed_dictionaries({"c": VALUES, "d": VALUES})}
)


@given(SETTINGS, SETTINGS)
def test_what_differs_laid_over_the_defaults_is_the_configuration(
    config: dict[str, Any], defaults: dict[str, Any]
) -> None:
    own = differing(config, defaults)
    again = json.loads(json.dumps(defaults))
    update_config(again, yaml.safe_load(as_yaml(own)))
    # as text, since True is 1 and 1 is 1.0 for Python
    assert json.dumps(again, sort_keys=True) == json.dumps(config, sort_keys=True)


@given(SETTINGS)
def test_the_defaults_differ_in_nothing(settings: dict[str, Any]) -> None:
    assert differing(settings, settings) == {}


def test_the_projects_own_settings_survive_yaml() -> None:
    settings = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    assert yaml.safe_load(as_yaml(settings)) == settings
    assert list(yaml.safe_load(as_yaml(settings))) == list(settings)


def test_the_projects_digest_is_of_its_code_alone(tmp_path: Path) -> None:
    def put(name: str, text: str) -> str:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        return software.project_digest(tmp_path)

    first = put("Snakefile", "rule all:")
    second = put("mit_core/a.py", "A = 1")
    assert first != second
    for other in ("config.yaml", "mit_core/__pycache__/a.pyc", "README.md", "results/report.html"):
        assert put(other, "text") == second
    moved = put("rules/b.smk", "rule b:")
    assert len({first, second, moved, put("rules/b.smk", "rule c:")}) == 4


def test_installed_versions_are_those_that_environments_pin() -> None:
    installed = software.installed(ROOT / "envs")
    pinned = software.pinned(ROOT / "envs")
    assert {"torch", "numpy", "mediapipe"} <= set(pinned) < set(installed)
    assert pinned.pop("Python") == "3.11" and installed.pop("Python").startswith("3.1")
    assert re.search(r"\d", installed.pop("ffmpeg"))
    without_build = {name: version.partition("+")[0] for name, version in installed.items()}
    assert without_build == pinned


def test_a_package_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("dependencies:\n  - pip:\n      - no-such-thing==1.0\n")
    assert software.installed(tmp_path)["no-such-thing"] == "not installed"
    assert software.pinned(tmp_path)["no-such-thing"] == "1.0"


def test_the_machine_is_told_in_words() -> None:
    machine = this_machine()
    assert int(machine["cores"]) >= 1
    assert all(machine.values())
