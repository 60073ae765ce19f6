"""Stage 6: what is heard in each segment."""


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
        again=again("speech"),
        code=code("speech"),
    script:
        "../workflow_scripts/speech.py"
