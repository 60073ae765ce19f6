"""Training and measuring the content branch."""


rule fit_content:
    """Speech to landmarks, learned from the corpus."""
    input:
        train=lambda wildcards: arrays_of("train", feature_of(wildcards.run)),
        val=lambda wildcards: arrays_of("val", feature_of(wildcards.run)),
        scaling=lambda wildcards: scaling_of(feature_of(wildcards.run)),
        initial=config["train_content"]["initial"] or [],
    output:
        checkpoint=f"{MODELS}/content/{{run}}/best.pt",
        history=f"{MODELS}/content/{{run}}/history.csv",
        settings=f"{MODELS}/content/{{run}}/settings.json",
        run=f"{MODELS}/content/{{run}}/run.json",
    log:
        f"{R}/logs/train_content/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/train_content/{{run}}.tsv"
    wildcard_constraints:
        run=runs_of("content"),
    conda:
        "../envs/train.yaml"
    threads: training_threads
    resources:
        **training_nodes(),
        mem_mb=more_memory(4000),
        runtime=720,
        gpu=training_gpus(),
    params:
        feature=lambda wildcards: feature_of(wildcards.run),
        # of an ablation: each clip with the sound of another
        another=lambda wildcards: wildcards.run == DEAF_RUN,
        settings=training_settings("train_content"),
        hardware=HARDWARE,
        code=code("train_content"),
    script:
        "../workflow_scripts/train_content.py"


rule evaluate_content:
    """Held-out measures beside plain predictors and mismatched audio; content against ridge."""
    input:
        train=lambda wildcards: arrays_of("train", feature_of(wildcards.run)),
        val=lambda wildcards: arrays_of("val", feature_of(wildcards.run)),
        test=lambda wildcards: arrays_of("test", feature_of(wildcards.run)),
        checkpoint=f"{MODELS}/content/{{run}}/best.pt",
    output:
        table=report(f"{R}/evaluation/content/{{run}}.tsv", **MEASURES),
        clips=f"{R}/evaluation/content_clips/{{run}}.tsv",
        paired=report(f"{R}/evaluation/against_ridge/{{run}}.tsv", **MEASURES),
    log:
        f"{R}/logs/evaluate_content/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/evaluate_content/{{run}}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 2
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
    params:
        feature=lambda wildcards: feature_of(wildcards.run),
        splits=SPLITS,
        code=code("evaluate_content"),
    script:
        "../workflow_scripts/evaluate_content.py"


rule train_content:
    """The trained content branch."""
    input:
        f"{MODELS}/content/{config['train_content']['run']}/best.pt",
