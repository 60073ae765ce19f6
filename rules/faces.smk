"""Stages 3 to 5: where one face speaks, its 68 points, and the points in face space."""


rule segment:
    """Stretches of one tracked, speaking face; what is dropped, and why."""
    input:
        index=rules.normalise.output.index,
    output:
        index=f"{R}/shards/{{shard}}/segment.json",
    log:
        f"{R}/logs/segment/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/segment/{{shard}}.tsv"
    conda:
        "../envs/faces.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=240,
    params:
        settings=config["segment"],
        again=again("segment"),
        code=code("segment"),
    script:
        "../workflow_scripts/segment.py"


rule landmarks:
    """68 points in 3-D on every frame."""
    input:
        index=rules.segment.output.index,
    output:
        index=f"{R}/shards/{{shard}}/landmarks.json",
    log:
        f"{R}/logs/landmarks/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/landmarks/{{shard}}.tsv"
    conda:
        "../envs/faces.yaml"
    resources:
        mem_mb=more_memory(3000),
        runtime=480,
        gpu=detector_gpus(),
    params:
        settings=config["landmarks"],
        again=again("landmarks"),
        code=code_of_detection("landmarks"),
    script:
        "../workflow_scripts/landmarks.py"


rule register:
    """Landmarks in face space at 62.5 Hz, with the head's pose."""
    input:
        index=rules.landmarks.output.index,
    output:
        index=f"{R}/shards/{{shard}}/register.json",
    log:
        f"{R}/logs/register/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/register/{{shard}}.tsv"
    conda:
        "../envs/faces.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    params:
        settings=config["register"],
        again=again("register"),
        code=code("register"),
    script:
        "../workflow_scripts/register.py"
