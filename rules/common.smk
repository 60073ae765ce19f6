"""Loads and checks the configuration; names what the rules share."""

import os
import re
import sys

# Rules run in environments of their own: what they import of the library is this checkout's.
sys.path.insert(0, workflow.basedir)
os.environ.update(PYTHONPATH=str(workflow.basedir))

from snakemake.exceptions import WorkflowError

from mit_core.config import check_config
from mit_core.corpus import catalogue
from mit_core.demo import plan as demo_plan
from mit_core.errors import UserError
from mit_core.provenance import library_digest

SCRIPTS = Path(workflow.basedir) / "workflow_scripts"
SPLITS = catalogue.SPLITS
DEMO = "demo"


def code(script):
    """Digest of a rule's script and of the library files it uses: editing one reruns the rule."""
    return library_digest(SCRIPTS / f"{script}.py")


def declared(*paths):
    """The users' files that can be declared as input: Snakemake takes {…} in a name for a wildcard.

    Rules take the paths themselves from their parameters; `undeclared` makes them rerun.
    """
    return [path for path in paths if path and not set("{}") & set(path)]


def undeclared(*paths):
    """Size and time of the files that `declared` leaves out, as a parameter that changes with them."""
    left = [Path(path) for path in paths if path and path not in declared(path)]
    return [[f.stat().st_size, f.stat().st_mtime_ns] for f in left if f.is_file()]


def more_memory(megabytes):
    """Memory that grows with each attempt, for `--retries`."""
    return lambda wildcards, attempt: megabytes * attempt


def gpus():
    """GPUs that a job of a network asks for."""
    return 0 if config["device"] == "cpu" else 1


try:
    check_config(config, Path(workflow.basedir) / "rules" / "config.schema.yaml")
    R = config["results"].rstrip("/")
    if config["corpus"]["videos"] == DEMO:
        CLIPS = [
            catalogue.Clip(
                clip.id, f"{R}/demo_corpus/{clip.id}.mp4", "", clip.speaker, clip.split
            )
            for clip in demo_plan.plan(config["demo"]["clips_per_speaker"])
        ]
    else:
        CLIPS = catalogue.list_clips(
            config["corpus"]["videos"], config["corpus"]["speakers"]
        )
    if config["animate"]["portraits"] == DEMO:
        PORTRAITS = {demo_plan.PORTRAIT: f"{R}/demo_media/{demo_plan.PORTRAIT}.png"}
    else:
        PORTRAITS = catalogue.list_media(
            config["animate"]["portraits"],
            catalogue.IMAGE_SUFFIXES,
            "animate.portraits",
        )
    if config["animate"]["speech"] == DEMO:
        SPEECH = {
            name: f"{R}/demo_media/{name}.wav"
            for name in (demo_plan.HELD_OUT, demo_plan.RECORDED)
        }
    else:
        SPEECH = catalogue.list_media(
            config["animate"]["speech"],
            {*catalogue.AUDIO_SUFFIXES, *catalogue.VIDEO_SUFFIXES},
            "animate.speech",
        )
except UserError as error:
    raise WorkflowError(str(error)) from None

SHARDS = {}
for clip in CLIPS:
    name = catalogue.shard_of(clip.id, config["corpus"]["shards"])
    SHARDS.setdefault(name, []).append(clip)

DUMP = f"{R}/dump/{config['corpus']['name']}"
CONTENT = f"{R}/models/content/{config['train_content']['run']}"
SPOKEN = [f"{p}--{s}" for p in PORTRAITS for s in SPEECH]
VIDEOS = [f"{R}/animations/{name}.mp4" for name in SPOKEN]


wildcard_constraints:
    shard=r"\d{4}",
    split="|".join(SPLITS),
    portrait="|".join(map(re.escape, PORTRAITS)),
    speech="|".join(map(re.escape, SPEECH)),


def indices(stage):
    """A stage's index of every shard."""
    return [f"{R}/shards/{shard}/{stage}.json" for shard in sorted(SHARDS)]


def arrays_of(split):
    """The files of one split's dump, the index first."""
    arrays = (
        "landmarks",
        "features",
        "quaternions",
        "translations",
        "faces",
        "embeddings",
    )
    return [
        f"{DUMP}_{split}/index.json",
        *(f"{DUMP}_{split}/{name}.npy" for name in arrays),
    ]


def shard_files(wildcards):
    """The shard's input files. A missing one is a verdict of intake, not an error of the DAG."""
    made = config["corpus"]["videos"] == DEMO
    files = declared(*paths_of(wildcards.shard))
    return [file for file in files if made or Path(file).is_file()]


def paths_of(shard):
    return [file for clip in SHARDS[shard] for file in (clip.video, clip.audio) if file]


def landmark_table(wildcards):
    """The table of landmarks beside a picture, where its owner put one."""
    picture = Path(PORTRAITS[wildcards.portrait])
    table = picture.with_name(f"{picture.stem}.landmarks.tsv")
    return declared(str(table)) if table.is_file() else []


def demo_only(files):
    """The files, where the demo's corpus is configured; else an error when they are asked for."""
    if config["corpus"]["videos"] == DEMO:
        return files

    def refuse(wildcards):
        raise WorkflowError(
            "The target demo uses its own corpus, but corpus.videos is "
            f"{config['corpus']['videos']!r}; use the target all or report for your own footage."
        )

    return refuse
