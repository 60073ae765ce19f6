"""Each rule's conda environment holds what its script imports, at the lock's versions."""

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml

from mit_core.provenance import library_files

ROOT = Path(__file__).resolve().parents[2]
# Distributions whose import name is another
DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "dlib": "dlib-bin",
    "espeakng_loader": "espeakng-loader",
    "face_alignment": "face-alignment",
    "face_recognition_models": "face-recognition-models",
    "ffmpeg": "ffmpeg-python",
    "imageio_ffmpeg": "imageio-ffmpeg",
    "pkg_resources": "setuptools",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lines: list[str]) -> dict[str, str]:
    found = (re.match(r"([\w.\-]+)==([^\s;]+)", line.strip()) for line in lines)
    return {normal(pin[1]): pin[2] for pin in found if pin}


LOCK = pins((ROOT / "requirements.lock").read_text().splitlines())
ENVIRONMENTS = sorted((ROOT / "envs").glob("*.yaml"))


def environment(path: Path) -> dict[str, str]:
    dependencies = yaml.safe_load(path.read_text())["dependencies"]
    return pins(next(entry["pip"] for entry in dependencies if isinstance(entry, dict)))


def rules() -> dict[str, str]:
    """Script -> environment, as the rule files pair them."""
    pairs = {}
    for file in (ROOT / "rules").glob("*.smk"):
        found = re.findall(r"envs/(\w+)\.yaml.*?workflow_scripts/(\w+)\.py", file.read_text(), re.S)
        pairs.update({script: env for env, script in found})
    return pairs


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_pins_are_the_locks(path: Path) -> None:
    wrong = {name: v for name, v in environment(path).items() if LOCK.get(name) != v}
    assert not wrong


def test_every_script_belongs_to_a_rule() -> None:
    assert set(rules()) == {path.stem for path in (ROOT / "workflow_scripts").glob("*.py")}


@pytest.mark.parametrize(("script", "env"), sorted(rules().items()))
def test_environment_holds_what_the_script_imports(script: str, env: str) -> None:
    imported: set[str] = set()
    for file in library_files(ROOT / "workflow_scripts" / f"{script}.py"):
        if file.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.split(".")[0])
    needed = {
        normal(DISTRIBUTIONS.get(name, name))
        for name in imported
        if name not in sys.stdlib_module_names and name != "mit_core"
    }
    assert needed <= set(environment(ROOT / "envs" / f"{env}.yaml"))
