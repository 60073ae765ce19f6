"""Stages 1 and 2: what the inputs are, and all of them in one form."""


def shard_files(wildcards):
    """The shard's input files. A missing one is a verdict of intake, not an error of the DAG."""
    files = [
        file for clip in SHARDS[wildcards.shard] for file in (clip.video, clip.audio) if file
    ]
    made = config["corpus"]["videos"] == DEMO
    return [file for file in files if made or Path(file).is_file()]


rule intake:
    """Hash, streams and verdict of each input."""
    input:
        shard_files,
    output:
        index=f"{R}/shards/{{shard}}/intake.json",
    params:
        results=R,
        clips=lambda wildcards: [clip.as_dict() for clip in SHARDS[wildcards.shard]],
        settings=config["intake"],
        code=code("intake"),
    log:
        f"{R}/logs/intake/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/intake/{{shard}}.tsv"
    conda:
        "../envs/media.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    script:
        "../workflow_scripts/intake.py"


rule normalise:
    """25 fps upright video and 16 kHz mono sound, in sync."""
    input:
        index=rules.intake.output.index,
    output:
        index=f"{R}/shards/{{shard}}/normalise.json",
    params:
        results=R,
        settings=config["normalise"],
        code=code("normalise"),
    log:
        f"{R}/logs/normalise/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/normalise/{{shard}}.tsv"
    conda:
        "../envs/media.yaml"
    resources:
        mem_mb=more_memory(1500),
        runtime=240,
    script:
        "../workflow_scripts/normalise.py"
