"""Voices that training never heard: the content branch learned anew, speakers left out in turn."""


rule cross_validate:
    """Every fold and seed trains a content branch and fits ridge on the same clips."""
    input:
        voices_to_leave_out,
    output:
        table=report(f"{R}/evaluation/unheard.tsv", **MEASURES),
        clips=f"{R}/evaluation/unheard/clips.tsv",
    log:
        f"{R}/logs/cross_validate.log",
    benchmark:
        f"{R}/benchmarks/cross_validate.tsv"
    conda:
        "../envs/train.yaml"
    threads: training_threads
    resources:
        mem_mb=more_memory(4000),
        runtime=1440,
    params:
        folders=[str(Path(arrays_of(split)[0]).parent) for split in SPLITS],
        feature=lambda wildcards: content_feature(),
        # a training of its own for each fold: kept until all are through
        runs=f"{R}/evaluation/unheard/runs",
        settings=training_settings("train_content", without=("initial",)),
        folds=config["evaluate"]["unheard"]["folds"],
        seeds=config["evaluate"]["unheard"]["seeds"],
        code=code("cross_validate"),
    script:
        "../workflow_scripts/cross_validate.py"


rule unheard:
    """How voices come out that training never heard."""
    input:
        rules.cross_validate.output.table,
