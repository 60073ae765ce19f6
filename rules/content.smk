"""Stage 9: training and measuring the content branch."""


rule train_content:
    """Speech to landmarks, learned from the corpus."""
    input:
        train=arrays_of("train"),
        val=arrays_of("val"),
        scaling=rules.scaling.output[0],
        initial=config["train_content"]["initial"] or [],
    output:
        checkpoint=f"{CONTENT}/best.pt",
        history=f"{CONTENT}/history.csv",
        settings=f"{CONTENT}/settings.json",
    log:
        f"{R}/logs/train_content/{RUN}.log",
    benchmark:
        f"{R}/benchmarks/train_content/{RUN}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 4
    resources:
        mem_mb=more_memory(4000),
        runtime=720,
        gpu=gpus(),
    params:
        settings=config["train_content"],
        device=config["device"],
        code=code("train_content"),
    script:
        "../workflow_scripts/train_content.py"


rule evaluate_content:
    """Held-out measures beside mean face, ridge and mismatched audio."""
    input:
        train=arrays_of("train"),
        val=arrays_of("val"),
        test=arrays_of("test"),
        checkpoint=rules.train_content.output.checkpoint,
    output:
        f"{R}/evaluation/content/{RUN}.tsv",
    log:
        f"{R}/logs/evaluate_content/{RUN}.log",
    benchmark:
        f"{R}/benchmarks/evaluate_content/{RUN}.tsv"
    conda:
        "../envs/train.yaml"
    threads: 2
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
    params:
        splits=SPLITS,
        code=code("evaluate_content"),
    script:
        "../workflow_scripts/evaluate_content.py"
