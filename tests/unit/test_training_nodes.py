"""Two nodes, both on this machine: what they learn together is what one learns alone."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from line_recipe import LineRecipe, weights

from mit_core.errors import UserError
from mit_core.training.hardware import Hardware
from mit_core.training.loop import train
from mit_core.training.loop_settings import LoopSettings
from mit_core.training.nodes import on_all_nodes

STEPS = LoopSettings(steps=40, validate_every=5, checkpoint_every=8, seed=3)
HERE = Path(__file__).parent
TWO = {"nodes": 2, "devices": 1}

# What srun does on two nodes: the command once on each, signals passed on.
LAUNCHER = """
import signal, subprocess, sys
nodes = [subprocess.Popen(sys.argv[1:]) for _ in range(2)]
signal.signal(signal.SIGTERM, lambda *_: [node.terminate() for node in nodes])
sys.exit(max(abs(node.wait()) for node in nodes))
"""

SCRIPT = """
import json, sys, time
from pathlib import Path
import torch
from line_recipe import LineRecipe
from mit_core.logs import logged
from mit_core.training.hardware import Hardware
from mit_core.training.loop import train
from mit_core.training.loop_settings import LoopSettings
from mit_core.training.nodes import on_all_nodes

launcher, pause = sys.argv[1], float(sys.argv[2])
torch.set_num_threads(1)
with logged("log/fit.log"):
    on_all_nodes({"nodes": 2, "devices": 1}, launcher)
    settings = LoopSettings(steps=40, validate_every=5, checkpoint_every=8, seed=3)
    build = lambda fabric: LineRecipe(fabric, shared=True, before_step=lambda _: time.sleep(pause))
    result = train(build, "run", settings, hardware=Hardware(nodes=2))
    with open("published", "a") as file:
        file.write(json.dumps([result.steps, dict(result.measures)]))
"""


def start(folder: Path, pause: float = 0.0, **options: Any) -> "subprocess.Popen[bytes]":
    (folder / "launch.py").write_text(LAUNCHER)
    (folder / "script.py").write_text(SCRIPT)
    launcher = f"{sys.executable} {folder}/launch.py"
    paths = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    return subprocess.Popen(
        [sys.executable, "script.py", launcher, str(pause)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        **options,
    )


@pytest.mark.timeout(300)
def test_two_nodes_do_what_one_process_does_with_all_of_the_batch(tmp_path: Path) -> None:
    assert start(tmp_path).wait() == 0
    alone = train(lambda fabric: LineRecipe(fabric, shared=True), tmp_path / "alone", STEPS)
    # one process alone goes on after the training
    steps, measures = json.loads((tmp_path / "published").read_text())
    assert steps == 40 and measures == pytest.approx(dict(alone.measures), abs=1e-5)
    assert weights(tmp_path / "run" / "last.pt") == pytest.approx(weights(alone.last), abs=1e-5)
    assert {path.name for path in (tmp_path / "log").iterdir()} == {"fit.log", "fit.1.log"}


@pytest.mark.timeout(120)
def test_a_failure_on_a_node_is_the_jobs(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the run's folder is to be")
    failed = start(tmp_path, stderr=subprocess.PIPE)
    said = failed.communicate()[1].decode()
    assert failed.returncode == 1 and "The training on 2 nodes failed" in said
    # the first process's trace, and what torchrun said of it, are both in the log
    log = (tmp_path / "log" / "fit.log").read_text()
    assert "FileExistsError" in log and "\0" not in log


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_stopped_training_keeps_its_state_on_all_nodes(tmp_path: Path) -> None:
    cut = start(tmp_path, pause=0.3)
    while not (tmp_path / "run" / "state.pt").exists():
        assert cut.poll() is None
        time.sleep(0.1)
    cut.send_signal(signal.SIGTERM)
    assert cut.wait() == 143
    assert not (tmp_path / "published").exists()
    assert start(tmp_path).wait() == 0
    alone = train(lambda fabric: LineRecipe(fabric, shared=True), tmp_path / "alone", STEPS)
    assert weights(tmp_path / "run" / "last.pt") == pytest.approx(weights(alone.last), abs=1e-5)


def test_a_launcher_that_is_not_there_is_named() -> None:
    with pytest.raises(UserError, match=r"training.launcher is 'no-such-command"):
        on_all_nodes(TWO, "no-such-command -n {nodes}")
    on_all_nodes({"nodes": 1, "devices": 4}, "no-such-command")  # nobody to start


def test_several_nodes_want_to_be_started(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"training.nodes is 2"):
        train(LineRecipe, tmp_path, STEPS, hardware=Hardware(nodes=2))
