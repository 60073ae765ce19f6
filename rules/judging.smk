"""Stage 8: what the corpus as a whole tells of each clip: its lag, and whether it belongs."""


rule lags:
    """Clips whose sound is clearly early or late beside the rest of the corpus."""
    input:
        indices("speech"),
    output:
        f"{R}/corpus/lags.tsv",
    log:
        f"{R}/logs/lags.log",
    benchmark:
        f"{R}/benchmarks/lags.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=60,
    params:
        code=code("lags"),
    script:
        "../workflow_scripts/lags.py"


LAGS = rules.lags.output[0] if config["corpus"]["correct_lags"] else []


rule check_sync:
    """Clips whose lips and sound are out of time, or do not belong together."""
    input:
        indices=indices("speech"),
        lags=LAGS,
    output:
        f"{R}/corpus/sync.tsv",
    log:
        f"{R}/logs/check_sync.log",
    benchmark:
        f"{R}/benchmarks/check_sync.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=240,
    params:
        code=code("check_sync"),
    script:
        "../workflow_scripts/check_sync.py"


SYNC = rules.check_sync.output[0] if config["corpus"]["check_sync"] else []


rule landmark_quality:
    """How good the landmarks of each segment are."""
    input:
        indices("speech"),
    output:
        f"{R}/corpus/landmark_quality.tsv",
    log:
        f"{R}/logs/landmark_quality.log",
    benchmark:
        f"{R}/benchmarks/landmark_quality.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(500),
        runtime=60,
    params:
        code=code("landmark_quality"),
    script:
        "../workflow_scripts/landmark_quality.py"
