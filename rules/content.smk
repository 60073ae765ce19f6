"""Stage 9: training and measuring the content branch."""


def arrays_of(split):
    return [f"{DUMP}_{split}/index.json", *(f"{DUMP}_{split}/{array}.npy" for array in ARRAYS)]


rule train_content:
    """Speech to landmarks, learned from the corpus."""
    input:
        arrays_of("train"),
        arrays_of("val"),
        scaling=rules.scaling.output[0],
        initial=config["train_content"]["initial"] or [],
    output:
        checkpoint=f"{CONTENT}/best.pt",
        history=f"{CONTENT}/history.csv",
        settings=f"{CONTENT}/settings.json",
    params:
        work=f"{CONTENT}/work",
        train=f"{DUMP}_train",
        val=f"{DUMP}_val",
        settings=config["train_content"],
        device=config["device"],
        code=code("train_content"),
    log:
        f"{R}/logs/train_content.log",
    benchmark:
        f"{R}/benchmarks/train_content.tsv"
    conda:
        "../envs/train.yaml"
    threads: 4
    resources:
        mem_mb=more_memory(4000),
        runtime=720,
        gpu=gpus(),
    script:
        "../workflow_scripts/train_content.py"


rule evaluate_content:
    """Held-out measures beside mean face, ridge and mismatched audio."""
    input:
        [arrays_of(split) for split in SPLITS],
        checkpoint=rules.train_content.output.checkpoint,
    output:
        f"{R}/evaluation/content.tsv",
    params:
        folders={split: f"{DUMP}_{split}" for split in SPLITS},
        code=code("evaluate_content"),
    log:
        f"{R}/logs/evaluate_content.log",
    benchmark:
        f"{R}/benchmarks/evaluate_content.tsv"
    conda:
        "../envs/train.yaml"
    threads: 2
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
    script:
        "../workflow_scripts/evaluate_content.py"
