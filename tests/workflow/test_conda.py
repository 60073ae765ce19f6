"""Each rule's environment, made by Snakemake from envs/, imports what the rule's script imports."""

import os
import re
import shutil
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from project import ROOT, Project
from published_files import speaking_project

from mit_core.provenance import library_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]


@pytest.fixture(scope="module")
def conda(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a ``conda`` for PATH: the machine's own, or one that makes do without channels.

    The stand-in solves and links by py-rattler, from a channel that holds this machine's Python.
    """
    if own := shutil.which("conda"):
        yield Path(own).parent
        return
    bed = Path(os.environ.get("MIT_SHARED", ROOT.parent / "shared")) / "conda"
    if not bed.is_dir():
        pytest.skip(f"there is no conda here, nor a stand-in for it at {bed}")
    folder = tmp_path_factory.mktemp("conda")
    shutil.copytree(bed, folder, dirs_exist_ok=True)
    venv.create(folder / "solver", with_pip=True)
    python = folder / "solver" / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "py-rattler", "pyyaml"]
    subprocess.run(install, check=True)
    channel = folder / "channels" / "conda-forge"
    subprocess.run([python, folder / "localchannel.py", channel], check=True, cwd=folder)
    start = folder / "base" / "bin"
    # it runs by the python3 that PATH finds first
    (start / "python3").write_text(f'#!/bin/sh\nexec {python} "$@"\n')
    (start / "python3").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONDA_CHANNEL_ALIAS", f"file://{folder}/channels")
        yield start


def scripts_of(environment: str) -> list[Path]:
    """The scripts of the rules that name an environment."""
    found = []
    for rules in sorted((ROOT / "rules").glob("*.smk")):
        for block in re.split(r"^(?:rule|checkpoint) ", rules.read_text(), flags=re.M)[1:]:
            name = re.search(r"workflow_scripts/(\w+\.py)", block)
            if name and f"envs/{environment}.yaml" in block:
                found.append(ROOT / "workflow_scripts" / name[1])
    return found


def test_every_environment_imports_what_its_rules_import(conda: Path, tmp_path: Path) -> None:
    project = Project(tmp_path / "project", {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(conda), prepend=os.pathsep)
        project.run(
            *("--sdm", "conda", "--conda-create-envs-only", "--"),
            *("all", "ablation", "unheard", "train_detector", "train_translation"),
        )
    made = {
        folder.with_suffix(".yaml").read_text(): folder
        for folder in (project.folder / ".snakemake" / "conda").iterdir()
        if folder.is_dir()
    }
    for file in sorted((ROOT / "envs").glob("*.yaml")):
        python = made[file.read_text()] / "bin" / "python"
        scripts = scripts_of(file.stem)
        assert scripts, f"no rule takes {file}"
        modules = {
            ".".join(part.relative_to(ROOT).with_suffix("").parts)
            for script in scripts
            for part in library_files(script)
            if part.suffix == ".py" and part.is_relative_to(ROOT / "mit_core")
        }
        code = f"import sys, importlib; sys.path.insert(0, {str(ROOT)!r})\n" + "\n".join(
            f"importlib.import_module({name!r})" for name in sorted(modules)
        )
        done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True)
        assert done.returncode == 0, f"{file.name}: {done.stderr}"
        pins = yaml.safe_load(file.read_text())["dependencies"][-1]["pip"]
        listed = (
            subprocess.run(
                [python, "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True
            )
            .stdout.lower()
            .replace("_", "-")
        )
        assert all(pin.lower().replace("_", "-").split("+")[0] in listed for pin in pins)


def test_readmes_command_for_conda(conda: Path, tmp_path: Path) -> None:
    mine = speaking_project(tmp_path)
    done = mine.type("snakemake --sdm conda --cores 2 all", programs=str(conda))
    assert done.returncode == 0, done.stdout
    assert list(mine.folder.glob("results/animations/*.mp4"))
