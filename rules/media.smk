"""Stages 1 and 2: what the inputs are, and all of them in one form."""


rule intake:
    """Hash, streams and verdict of each input."""
    input:
        lambda wildcards: made(*paths_of(wildcards.shard)),
    output:
        index=f"{R}/shards/{{shard}}/intake.json",
    log:
        f"{R}/logs/intake/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/intake/{{shard}}.tsv"
    conda:
        "../envs/media.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    params:
        clips=lambda wildcards: [clip.as_dict() for clip in SHARDS[wildcards.shard]],
        signature=lambda wildcards: signature(*paths_of(wildcards.shard)),
        settings=config["intake"],
        again=again("intake"),
        code=code("intake"),
    script:
        "../workflow_scripts/intake.py"


rule normalise:
    """25 fps upright video and 16 kHz mono sound, in sync."""
    input:
        index=rules.intake.output.index,
    output:
        index=f"{R}/shards/{{shard}}/normalise.json",
    log:
        f"{R}/logs/normalise/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/normalise/{{shard}}.tsv"
    conda:
        "../envs/media.yaml"
    resources:
        mem_mb=more_memory(1500),
        runtime=240,
    params:
        settings=config["normalise"],
        again=again("normalise"),
        code=code("normalise"),
    script:
        "../workflow_scripts/normalise.py"
