"""Training and measuring the speaker-aware branch: how each speaker moves the head."""


rule fit_speaker:
    """A speaker's manner, learned on top of what the content branch predicts."""
    input:
        train=lambda wildcards: arrays_of("train", feature_of(wildcards.run)),
        val=lambda wildcards: arrays_of("val", feature_of(wildcards.run)),
        content=f"{MODELS}/content/{{run}}/best.pt",
        initial=config["train_speaker"]["initial"] or [],
    output:
        checkpoint=f"{MODELS}/speaker/{{run}}/best.pt",
        history=f"{MODELS}/speaker/{{run}}/history.csv",
        settings=f"{MODELS}/speaker/{{run}}/settings.json",
        run=f"{MODELS}/speaker/{{run}}/run.json",
    log:
        f"{R}/logs/train_speaker/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/train_speaker/{{run}}.tsv"
    wildcard_constraints:
        run=runs_of("speaker"),
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
        settings=training_settings("train_speaker"),
        hardware=HARDWARE,
        code=code("train_speaker"),
    script:
        "../workflow_scripts/train_speaker.py"


rule evaluate_speaker:
    """The same held-out sentences in each speaker's manner, beside that speaker's own motion."""
    input:
        train=lambda wildcards: arrays_of("train", feature_of(wildcards.run)),
        test=lambda wildcards: arrays_of("test", feature_of(wildcards.run)),
        speaker=f"{MODELS}/speaker/{{run}}/best.pt",
    output:
        report(f"{R}/evaluation/head_motion/{{run}}.tsv", **MEASURES),
    log:
        f"{R}/logs/evaluate_speaker/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/evaluate_speaker/{{run}}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
    params:
        feature=lambda wildcards: feature_of(wildcards.run),
        code=code("evaluate_speaker"),
    script:
        "../workflow_scripts/evaluate_speaker.py"


rule ablation:
    """Mel and AutoVC, without and with the speaker branch, and a network that learned to be deaf."""
    input:
        test=of_footage(
            [file for f in layout.FEATURES for file in arrays_of("test", f)],
            "The ablation compares two content features, and pickles hold one of them",
        ),
        content=[f"{MODELS}/content/{ablation_run(f)}/best.pt" for f in layout.FEATURES],
        speaker=[f"{MODELS}/speaker/{ablation_run(f)}/best.pt" for f in layout.FEATURES],
        deaf=f"{MODELS}/content/{DEAF_RUN}/best.pt",
    output:
        report(f"{R}/evaluation/ablation.tsv", **MEASURES),
    log:
        f"{R}/logs/ablation.log",
    benchmark:
        f"{R}/benchmarks/ablation.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
    params:
        features=layout.FEATURES,
        code=code("ablation"),
    script:
        "../workflow_scripts/ablation.py"


rule train_speaker:
    """The trained speaker-aware branch, with the content branch below it."""
    input:
        f"{MODELS}/speaker/{config['train_content']['run']}/best.pt",
