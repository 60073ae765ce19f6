"""Every reader meets the law of ``fuzz.targets``: with its seeds, and with new inputs."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from fuzz.checkpoints import hostile_values, small_checkpoints
from fuzz.targets import TARGETS, survives

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "tests" / "fuzz" / "seeds"
RUNS, SECONDS = 1500, 30
"""New inputs for each reader, and when a slow machine stops before."""
KIND = "Strangers' files: any bytes, to every reader of the project's own formats"


def test_there_are_seeds_for_every_target():
    assert {folder.name for folder in SEEDS.iterdir()} == {*TARGETS}
    assert sum(file.stat().st_size for file in SEEDS.rglob("*") if file.is_file()) < 400_000


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Networks of a few numbers: more threads only wait for one another."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.survives(KIND)
@pytest.mark.usefixtures("one_thread")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TARGETS)
def test_seeds_end_in_values_or_in_words(tmp_path, survival, name):
    seeds = sorted((SEEDS / name).iterdir())
    survival.tried(len(seeds))
    good = [seed.name for seed in seeds if seed.name.startswith("good")]
    refused = {}
    for seed in seeds:
        folder = tmp_path / seed.name
        folder.mkdir()
        try:
            refused[seed.name] = survives(name, seed.read_bytes(), folder)
        except Exception as error:
            raise AssertionError(f"{name}: {seed.name}") from error
    # the targets do read what is whole
    assert all(refused[seed] is None for seed in good), [refused[seed] for seed in good]


@pytest.mark.slow
@pytest.mark.survives(KIND)
@pytest.mark.usefixtures("one_thread")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", range(len(small_checkpoints())))
def test_any_entry_of_a_checkpoint_may_be_anything(tmp_path, survival, kind):
    """Every entry, and some within entries, replaced by every hostile value in turn."""
    content = small_checkpoints()[kind]
    places = [
        (where, within)
        for where, name in enumerate(sorted(content))
        for within in range(1 + min(_WITHIN, len(_inside(content[name]))))
    ]
    values = range(len(hostile_values()))
    for number, ((where, within), which) in enumerate(itertools.product(places, values)):
        folder = tmp_path / str(number)
        folder.mkdir()
        survives("checkpoint_entries", bytes([kind, where, within, which]), folder)
        shutil.rmtree(folder)
    survival.tried(len(places) * len(values))


def _inside(entry: object) -> dict:
    return entry if isinstance(entry, dict) else {}


_WITHIN = 4
"""Entries of an entry that are replaced: those of a network are alike."""


@pytest.mark.slow
@pytest.mark.survives(KIND)
@pytest.mark.parametrize("name", TARGETS)
def test_new_inputs_end_in_values_or_in_words(tmp_path, survival, name):
    pytest.importorskip("atheris", reason="fuzzing needs atheris, which is for Linux on x86_64")
    # the same inputs each time, so that no commit is refused for what another one wrote; "-m
    # tests.fuzz" by itself draws new ones
    options = (
        "-seed=1",
        f"-runs={RUNS}",
        f"-max_total_time={SECONDS}",
        f"-artifact_prefix={tmp_path}/",
        "-print_final_stats=1",
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", name, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    runs = int(done.stderr.partition("stat::number_of_executed_units:")[2].split()[0])
    assert runs > len(list((SEEDS / name).iterdir()))
    survival.tried(runs)
