"""Every command of README and docs is run, in the order in which a reader may type them.

In a copy of the project whose config.yaml asks for little; commands are typed as they are written.
"""

import sys
import sysconfig
from pathlib import Path

import pytest
from documents import ROOT, documented
from reader import Reader, Run

DEMO, OWN = "make demo", "snakemake --configfile config.yaml my.yaml --cores 2 all"
PREPARED = "snakemake --configfile config.yaml my.yaml --cores 2 prepare"
RESULTS = "make results"
FILMS, REPORT = "results/demo/animations/*.mp4", "results/demo/report.html"
LAPTOP = "snakemake --cores 2 all"
KNOWN = "results/known/dump/corpus"

OTHERS = (
    f"python -m venv others && echo {sysconfig.get_path('purelib')} > "
    f"{sysconfig.get_path('purelib', vars={'base': 'others'})}/packages.pth"
)
"""An environment of the reader's own, which has this one's packages."""

RUNS = {
    # the tutorial
    "snakemake --configfile config.yaml my.yaml --cores 2 --dry-run all": Run(says="fit_content"),
    PREPARED: Run(makes=("my_results/corpus/manifest.tsv", "my_results/dump/*")),
    OWN: Run(makes=("my_results/animations/me--speech.mp4", "my_results/report.html")),
    "tensorboard --logdir my_results/models": Run(
        serves="http://127.0.0.1:6006/", ends=False, needs=(OWN,)
    ),
    # README's beginning
    DEMO: Run(makes=(FILMS,), says="report: results/demo/report.html"),
    "make studio": Run(serves="http://127.0.0.1:7860/", needs=(DEMO,)),
    # by command
    "mit animate me.jpg speech.wav -o me.mp4": Run(makes=("me.mp4",), needs=(DEMO,)),
    "mit animate portraits/ recordings/ -o videos/": Run(
        makes=("videos/me--speech.mp4",), needs=(DEMO,)
    ),
    "mit preview talk.mp4 -o seen.mp4": Run(makes=("seen.mp4",)),
    "mit inspect FILE ...": Run(
        given={"FILE ...": "talk.mp4 results/demo/models/content/default/best.pt"},
        says="content",
        needs=(DEMO,),
    ),
    "mit doctor": Run(says="ffmpeg"),
    "mit studio --results my_results --host 0.0.0.0": Run(
        serves="http://127.0.0.1:7860/", needs=(OWN,)
    ),
    **{
        name: Run(given={name: f"{name.removesuffix(' ...')} --help"}, says="(?i)usage|what it is")
        for name in (
            *("mit", "mit ...", "mit inspect", "mit preview", "mit studio", "python -m mit_core"),
            "snakemake",
        )
    },
    # the published repository's
    "snakemake --configfile config.yaml theirs.yaml --cores 2 animate": Run(
        makes=("theirs/animations/me--speech.mp4",)
    ),
    # laptop, GPU, cluster
    LAPTOP: Run(removed=(FILMS, REPORT), makes=(FILMS, REPORT), needs=(DEMO,)),
    "snakemake --workflow-profile profiles/gpu --cores 8 all": Run(
        removed=(FILMS, REPORT), makes=(FILMS, REPORT), needs=(LAPTOP,)
    ),
    "snakemake --workflow-profile profiles/cluster-generic all": Run(
        removed=(FILMS, REPORT),
        makes=(FILMS, REPORT, ".snakemake/pbs/asked"),
        needs=(LAPTOP,),
    ),
    "snakemake --report": Run(makes=("report.html",), needs=(LAPTOP,)),
    "snakemake --lint": Run(says="Congratulations"),
    # of the library
    "pip install -e .": Run(
        given={"pip": f"{OTHERS} && others/bin/python -m pip"},
        makes=("others/bin/mit",),
    ),
    'python -c "import torch; print(torch.cuda.is_available())"': Run(says="True|False"),
    # documents
    "make docs": Run(makes=("site/index.html",)),
    "make docs-pages": Run(makes=("docs/configuration.md", "docs/rules.md")),
    "make reliability": Run(
        makes=("docs/reliability.md",),
        environment={"PYTEST_ADDOPTS": "tests/unit/test_no_shell.py"},
    ),
    # figures
    RESULTS: Run(
        makes=("RESULTS.md", "results/many/evaluation/unheard.tsv", "results/known/seeds.tsv"),
        environment={"MIT_SHARED": "{folder}/real"},
        needs=(DEMO,),
    ),
    f"python -m benchmarks.known_speaker {KNOWN}": Run(says="ridge", needs=(RESULTS,)),
    "python -m benchmarks.unheard_voices results/many/dump/corpus_{train,val,test}": Run(
        says="frequency_shift", needs=(RESULTS,)
    ),
    "make bench": Run(says="mesh_warp"),
    "python -m benchmarks.scaling": Run(makes=("docs/scaling.md",)),
    "python -m benchmarks.on_device": Run(says="whole frames"),
    # tests that want what is not here say so
    "python -m pytest -s -m slow tests/workflow/test_{real_footage,several_speakers}.py": Run(
        says="skipped"
    ),
    "pytest tests/unit/test_gpu.py": Run(says="skipped|passed"),
}
PARTS = {f"python -m benchmarks {part}" for part in ("memory", "planning", "sharding", "speech")}
"""Parts of ``make bench``, which runs them all."""
BY_CI = {"make env", "make lint", "make test"}
ELSEWHERE = {
    "snakemake --workflow-profile profiles/slurm all": "test_clusters.py",
    "snakemake --sdm conda --cores 2 all": "test_conda.py",
}
"""What wants a fixture of another file, which types it."""


def test_every_command_of_the_documents_is_run() -> None:
    assert documented() == {*RUNS} | PARTS | BY_CI | {*ELSEWHERE}


def test_what_is_run_elsewhere_is() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert set(lines) >= BY_CI | {DEMO}
    for command, file in ELSEWHERE.items():
        assert command in (Path(__file__).parent / file).read_text(encoding="utf-8")
    assert "\nbench: $(READY)\n\t$(BIN)/python -m benchmarks\n" in (ROOT / "Makefile").read_text()
    benchmarks = (ROOT / "benchmarks" / "__main__.py").read_text(encoding="utf-8")
    assert all(f'"{command.split()[-1]}": (' in benchmarks for command in PARTS)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    if not Path(sys.prefix, ".ready").is_file():
        pytest.skip("make would make this environment anew: run the tests in that of make env")
    return Reader(tmp_path_factory.mktemp("reader") / "project")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("command", RUNS)
def test_command(reader: Reader, command: str) -> None:
    reader.run(command, RUNS)
