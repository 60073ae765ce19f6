"""Held-out clips drawn again by every predictor, and all tables of measures at once."""


rule evaluate_talking:
    """Truth, prediction and baselines as talking heads, beside the recording."""
    input:
        train=lambda wildcards: arrays_of("train", feature_of(RUN)),
        val=lambda wildcards: arrays_of("val", feature_of(RUN)),
        test=lambda wildcards: arrays_of("test", feature_of(RUN)),
        segments=TABLES["segments"],
        footage=footage_files(),
        lags=f"{R}/corpus/lags.tsv" if config["corpus"]["correct_lags"] else [],
        content=f"{MODELS}/content/{RUN}/best.pt",
        drawing=drawing_checkpoints()[:1],
        syncnet=EVALUATE["syncnet"] or [],
    output:
        table=report(f"{TALKING}.tsv", **MEASURES),
        clips=f"{TALKING}/clips.tsv",
        index=f"{TALKING}/index.json",
        videos=directory(f"{TALKING}/videos"),
    log:
        f"{R}/logs/evaluate_talking.log",
    benchmark:
        f"{R}/benchmarks/evaluate_talking.tsv"
    conda:
        "../envs/evaluate.yaml"
    threads: training_threads
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
        gpu=gpus(),
    params:
        feature=lambda wildcards: feature_of(RUN),
        splits=SPLITS,
        settings={key: EVALUATE[key] for key in ("clips", "videos")},
        renderer=RENDER["renderer"],
        registration=config["register"],
        detector=DETECTOR,
        code=code_of_detection("evaluate_talking"),
    script:
        "../workflow_scripts/evaluate_talking.py"


rule evaluate:
    """Every table of measures on held-out clips."""
    input:
        evaluations,
