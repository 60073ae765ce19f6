"""Loads and checks the configuration; names what the rules share."""

import copy
import os
import re
import sys

# The folder of this checkout, wherever a Snakefile lies that takes this one as a module.
ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent
# Rules run in environments of their own: what they import of the library is this checkout's.
sys.path.insert(0, str(ROOT))
os.environ.update(PYTHONPATH=str(ROOT))
# Snakemake tells torch and numpy how many cores a job has; OpenCV would take all of them in each.
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config

if not (ROOT / "mit_core").is_dir():
    raise WorkflowError(
        f"The library mit_core is not beside the rules ({ROOT}): clone the whole repository, and "
        "give the path of its Snakefile to the module statement."
    )

from mit_core.configuration.check import check_all, check_voices
from mit_core.configuration.given_files import DEMO
from mit_core.corpus import catalogue, layout
from mit_core.corpus.choice import choose_feature
from mit_core.corpus.shards import FAILED
from mit_core.corpus.tries import read_tries, try_again
from mit_core.errors import UserError
from mit_core.files import read_json
from mit_core.holding import hold
from mit_core.jobs import announce_run
from mit_core.machine import gpu_names
from mit_core.provenance import library_digest
from mit_core.report.closing import closing_words
from mit_core.tidying import tidy

SCRIPTS = ROOT / "workflow_scripts"
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
SPLITS = catalogue.SPLITS

# A module's configuration is handed to it, and configfile passed over: it may be a few keys.
complete = copy.deepcopy(DEFAULTS)
update_config(complete, config)
config.update(complete)


def ensure(check, *arguments):
    """Ends the run before any job where a check of the configuration finds faults."""
    if workflow.is_main_process:  # a job reads this anew, while files come and go
        try:
            check(*arguments)
        except UserError as error:
            raise WorkflowError(str(error)) from None


ensure(
    check_all,
    config,
    ROOT / "rules" / "config.schema.yaml",
    # those of a workflow that takes this one as a module are its own
    workflow.configfiles if ROOT == Path(workflow.basedir) else [],
)

R = config["results"].rstrip("/")
announce_run(R)
TRIES = read_tries(R)
DUMP = f"{R}/dump/{config['corpus']['name']}"
IMPORT = config["import_dump"]
IS_DEMO = config["corpus"]["videos"] == DEMO and not IMPORT["prefix"]
TABLES = {
    name: f"{R}/corpus/{name}.tsv"
    for name in ("manifest", "segments", "quarantine", "funnel")
}
# How Snakemake's own --report shows tables of measures.
MEASURES = {"caption": "captions/measures.rst", "category": "Measures"}
GPUS_HERE = gpu_names()
DETECTOR = {key: config["landmarks"][key] for key in ("detector", "weights")}


def code(script):
    """Digest of a rule's script and of the library files it uses: editing one reruns the rule."""
    return library_digest(SCRIPTS / f"{script}.py")


def again(stage):
    """How often a shard's stage was to be tried once more: another number, another try."""
    return lambda wildcards: TRIES.get(f"{wildcards.shard}/{stage}", 0)


def more_memory(megabytes):
    """Memory that grows with each attempt, for `--retries`."""
    return lambda wildcards, attempt: megabytes * attempt


def gpus():
    """GPUs that a job of a network asks for."""
    asked = config["device"]
    return int(bool(GPUS_HERE) if asked == "auto" else asked != "cpu")


def detector_gpus(network=None):
    """GPUs that a job of the landmark detector asks for, where it can use one."""
    networks = ("face_alignment", "adaptive_wing")
    return gpus() if network or config["landmarks"]["detector"] in networks else 0


def arrays_of(split, feature="mel"):
    """The files of one split's dump, the index first, with those of its content feature."""
    folder = f"{DUMP}_{split}"
    files = [
        f"{folder}/index.json",
        *(f"{folder}/{name}.npy" for name in layout.ARRAYS),
    ]
    return files if feature == "mel" else files + feature_files(split, feature)


def feature_files(split, feature):
    """What a content feature adds to a split's dump; the mel is there from the start."""
    return [f"{DUMP}_{split}/{feature}.{suffix}" for suffix in ("npy", "json")]


def demo_only(files):
    """The files, where the demo's corpus is configured; else an error when they are asked for."""
    if IS_DEMO:
        return files

    def refuse(wildcards):
        raise WorkflowError(
            "The target demo uses its own corpus, but corpus.videos is "
            f"{config['corpus']['videos']!r} or pickles are imported; use the target all or report for your own footage."
        )

    return refuse


# The results folder, kept as long as this process lives: a name in a hook would be the hook's own.
HELD = []


onstart:
    try:
        HELD.append(hold(R, tell=logger.warning))
        if HELD[-1]:
            tidy(R)
    except UserError as error:
        raise WorkflowError(str(error)) from None
    if (
        config["device"].startswith("cuda")
        and workflow.local_exec
        and not GPUS_HERE
    ):
        logger.warning(
            f"device is {config['device']}, and this machine has no GPU: networks run on the CPU."
        )


onsuccess:
    unfinished = try_again(R, SHARDS)
    if said := closing_words(R, unfinished=unfinished):
        print(said, file=sys.stderr)
    # an unexpected error is one of the workflow's, so the run has not succeeded
    if any(item.verdict == FAILED for item in unfinished):
        sys.exit(1)


onerror:
    unfinished = try_again(R, SHARDS)
    print(closing_words(R, failed=True, unfinished=unfinished), file=sys.stderr)
