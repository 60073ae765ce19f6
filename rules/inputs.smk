"""What the user brought: clips in their shards, portraits, speech."""

from mit_core.demo import plan as demo_plan
from mit_core.faces.table_beside import table_beside

try:
    if IMPORT["prefix"]:
        CLIPS = []
    elif IS_DEMO:
        CLIPS = [
            catalogue.Clip(
                clip.id, f"{R}/demo_corpus/{clip.id}.mp4", "", clip.speaker, clip.split
            )
            for clip in demo_plan.plan(config["demo"]["clips_per_speaker"])
        ]
    else:
        CLIPS = catalogue.list_clips(
            config["corpus"]["videos"], config["corpus"]["speakers"], R
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

SPOKEN = [f"{p}--{s}" for p in PORTRAITS for s in SPEECH]
VIDEOS = [f"{R}/animations/{name}.mp4" for name in SPOKEN]


wildcard_constraints:
    shard=r"\d{4}",
    split="|".join(SPLITS),
    portrait="|".join(map(re.escape, PORTRAITS)),
    speech="|".join(map(re.escape, SPEECH)),


def declared(*paths):
    """The users' files that can be input: Snakemake takes {…} in a name for a wildcard.

    Rules take the paths themselves from their parameters.
    """
    return [path for path in paths if path and not set("{}") & set(path)]


def signature(*paths):
    """Size and time of users' files: one replaced by an older file is noticed, whatever its name."""
    files = [Path(path) for path in paths if path and not path.startswith(f"{R}/demo_")]
    return [[f.stat().st_size, f.stat().st_mtime_ns] for f in files if f.is_file()]


def paths_of(shard):
    """The users' files of a shard."""
    return [file for clip in SHARDS[shard] for file in (clip.video, clip.audio) if file]


def shard_files(wildcards):
    """The shard's input files. A missing one is a verdict of intake, not an error of the DAG."""
    made = IS_DEMO
    files = declared(*paths_of(wildcards.shard))
    return [file for file in files if made or Path(file).is_file()]


def landmark_table(wildcards):
    """The table of landmarks beside a picture, where its owner put one."""
    table = table_beside(PORTRAITS[wildcards.portrait])
    return declared(str(table)) if table.is_file() else []


def indices(stage):
    """A stage's index of every shard."""
    return [f"{R}/shards/{shard}/{stage}.json" for shard in sorted(SHARDS)]
