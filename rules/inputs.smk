"""What the user brought: clips in their shards, portraits, speech."""

from mit_core.demo import plan as demo_plan
from mit_core.faces.puppet_beside import is_part_of_puppet, puppet_beside
from mit_core.faces.table_beside import table_beside
from mit_core.files import is_file

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
        PORTRAITS = {
            name: f"{R}/demo_media/{name}.png"
            for name in (demo_plan.PORTRAIT, demo_plan.CARTOON)
        }
    else:
        PORTRAITS = catalogue.list_media(
            config["animate"]["portraits"],
            catalogue.IMAGE_SUFFIXES,
            "animate.portraits",
            skip=is_part_of_puppet,
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
VIDEOS = [f"{R}/animations/{name}.{config['render']['container']}" for name in SPOKEN]


wildcard_constraints:
    shard=r"\d{4}",
    split="|".join(SPLITS),
    portrait="|".join(map(re.escape, PORTRAITS)),
    speech="|".join(map(re.escape, SPEECH)),


def of_footage(files, why):
    """The files, where there is footage; else an error that says why, when they are asked for."""
    if not IMPORT["prefix"]:
        return files

    def refuse(wildcards):
        raise WorkflowError(
            f"{why}; or set import_dump.prefix to null and give corpus.videos."
        )

    return refuse


def declared(*paths):
    """The users' files that can be input: Snakemake takes {…} in a name for a wildcard.

    Rules take the paths themselves from their parameters.
    """
    return [path for path in paths if path and not set("{}") & set(path)]


def made(*paths):
    """The files that the demo makes; those of users are no input of footage, pictures and speech.

    A file dated into the future, as by a camera's wrong clock, would fail the job that reads it, and
    one that goes away during the run all clips of its shard. `signature` tells that one changed.
    """
    return [path for path in paths if path and path.startswith(f"{R}/demo_")]


def signature(*paths):
    """Size and time of users' files: one replaced by an older file is noticed, whatever its name."""
    files = [Path(path) for path in paths if path and not path.startswith(f"{R}/demo_")]
    return [[f.stat().st_size, f.stat().st_mtime_ns] for f in files if is_file(f)]


def code_of_detection(script):
    """The digest of a rule that detects landmarks, and the state of its detector's file.

    Where the detector is a folder's or its package's, this is the digest alone. The file itself is
    no input, since it may be trained on what it found.
    """
    return " ".join([code(script), *map(str, signature(DETECTOR["weights"]))])


def paths_of(shard):
    """The users' files of a shard."""
    return [file for clip in SHARDS[shard] for file in (clip.video, clip.audio) if file]


def landmark_files(portrait):
    """The files beside a picture that tell its landmarks: a table, or those of a puppet."""
    picture = PORTRAITS[portrait]
    table = table_beside(picture)
    made = picture.startswith(f"{R}/demo_media/") and portrait == demo_plan.CARTOON
    if made or table.is_file():
        return [str(table)]
    return [str(path) for path in puppet_beside(picture).values()]


def portrait_files(portrait):
    """A picture, and what its owner put beside it."""
    return [PORTRAITS[portrait], *landmark_files(portrait)]


def indices(stage):
    """A stage's index of every shard."""
    return [f"{R}/shards/{shard}/{stage}.json" for shard in sorted(SHARDS)]
