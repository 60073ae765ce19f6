"""Another Snakefile takes this workflow as a module, and runs its rules beside its own."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

from mit_core.media.image import write_image

ROOT = Path(__file__).resolve().parents[2]
TAKEN = """
configfile: "own.yaml"

module mit:
    snakefile: "{snakefile}"
    config: config["mit"]

use rule * from mit as mit_*

rule mine:
    default_target: True
    input: rules.mit_demo_media.output.portrait
    output: "bytes.txt"
    shell: "wc -c < {{input}} > {{output}}"
"""


def snakemake(
    folder: Path, settings: dict, *arguments: str, root: Path = ROOT, taken: str = ""
) -> str:
    """Run a Snakefile of our own in a folder of its own; what it says, with its exit status."""
    folder.mkdir(exist_ok=True)
    (folder / "Snakefile").write_text(taken or TAKEN.format(snakefile=root / "Snakefile"))
    (folder / "own.yaml").write_text(yaml.safe_dump({"mit": settings, "of": "others"}))
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return f"status {done.returncode}\n{done.stdout}{done.stderr}"


def test_a_few_keys_configure_it_and_its_rules_run_beside_others(tmp_path: Path) -> None:
    settings = {"results": "theirs", "demo": {"clips_per_speaker": 3}}
    said = snakemake(tmp_path, settings)
    assert said.startswith("status 0\n"), said
    portrait = tmp_path / "theirs" / "demo_media" / "astronaut.png"
    assert int((tmp_path / "bytes.txt").read_text()) == portrait.stat().st_size
    assert "Nothing to be done" in snakemake(tmp_path, settings)
    # the other workflow's own files are all that lies beside the module's results
    assert {path.name for path in tmp_path.iterdir()} == {
        *("Snakefile", "own.yaml", ".snakemake", "bytes.txt", "theirs")
    }


def test_the_documents_example_is_planned_as_it_stands(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "module.md").read_text(encoding="utf-8")
    (snakefile,) = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
    (settings,) = re.findall(r"^```yaml\n(.*?)^```", page, re.M | re.S)
    (tmp_path / "footage" / "ann").mkdir(parents=True)
    for name in ("footage/ann/talk.mp4", "speech.wav"):
        (tmp_path / name).write_bytes(b"not looked into yet")
    write_image(tmp_path / "me.jpg", np.zeros((9, 9, 3), np.uint8))
    given = yaml.safe_load(settings)["mit"]
    taken = snakefile.replace("makeittalk/Snakefile", str(ROOT / "Snakefile"))
    said = snakemake(tmp_path, given, "--dry-run", "--", "mine", "mit_report", taken=taken)
    assert said.startswith("status 0\n"), said
    table = said.split("Job stats:")[1].split("total")[0]
    jobs = {line.split()[0]: line.split()[1] for line in table.splitlines()[3:] if line.split()}
    assert jobs.pop("mine") == jobs["mit_render"] == jobs["mit_report"] == "1"
    assert all(name.startswith("mit_") for name in jobs)
    assert "talking/animations/me--speech.mp4" in said
    assert "localrules directive" not in said


@pytest.mark.survives("Bad configuration: a key that is not known")
def test_a_wrong_key_is_named(tmp_path: Path) -> None:
    said = snakemake(tmp_path, {"corpus": {"shard": 2}}, "--dry-run")
    assert not said.startswith("status 0\n")
    assert "corpus.shard: unknown key; did you mean corpus.shards?" in said


def test_rules_without_the_library_say_so(tmp_path: Path) -> None:
    """As where a module is given by address: Snakemake fetches the rules alone."""
    root = tmp_path / "rules alone"
    root.mkdir()
    for part in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / part, root / part)
    shutil.copytree(ROOT / "rules", root / "rules")
    said = snakemake(tmp_path / "theirs", {}, "--dry-run", root=root)
    assert not said.startswith("status 0\n")
    assert "clone the whole repository" in said


def test_what_the_catalogue_reads() -> None:
    told = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text("utf-8"))["usage"]
    assert set(told) == {"mandatory-flags", "software-stack-deployment", "report"}
    assert told["mandatory-flags"]["flags"] == ""
    deployed = told["software-stack-deployment"]
    assert deployed["conda"] is bool(list((ROOT / "envs").glob("*.yaml")))
    rules = "".join(path.read_text("utf-8") for path in (ROOT / "rules").glob("*.smk"))
    assert deployed["apptainer"] is deployed["apptainer+conda"] is ("container:" in rules)
    assert told["report"] is ("report(" in rules)
    readme = (ROOT / "README.md").read_text("utf-8").lower()
    assert "snakemake" in readme and "workflow" in readme
