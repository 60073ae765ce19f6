"""Stages 6 and 7: what is heard in each segment, and the feature that drives the content branch."""


rule speech:
    """Mel, F0 and speaker embedding."""
    input:
        index=rules.register.output.index,
    output:
        index=f"{R}/shards/{{shard}}/speech.json",
    log:
        f"{R}/logs/speech/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/speech/{{shard}}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=120,
    params:
        settings=config["speech"],
        code=code("speech"),
    script:
        "../workflow_scripts/speech.py"


rule feature:
    """The content feature of each segment."""
    input:
        index=rules.speech.output.index,
    output:
        index=f"{R}/shards/{{shard}}/feature.json",
    log:
        f"{R}/logs/feature/{{shard}}.log",
    benchmark:
        f"{R}/benchmarks/feature/{{shard}}.tsv"
    conda:
        "../envs/speech.yaml"
    resources:
        mem_mb=more_memory(1500),
        runtime=120,
    params:
        settings={"content_feature": config["content_feature"]},
        code=code("feature"),
    script:
        "../workflow_scripts/feature.py"
