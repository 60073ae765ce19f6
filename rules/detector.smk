"""Training a landmark detector on the corpus's own landmarks and on hand-marked drawings."""

DRAWINGS = config["train_detector"]["drawings"]
DETECTOR_FOOTAGE = config["train_detector"]["footage"]

try:
    MARKED = (
        catalogue.list_media(
            DRAWINGS,
            catalogue.IMAGE_SUFFIXES,
            "train_detector.drawings",
            skip=lambda picture: not table_beside(picture).is_file(),
        )
        if DRAWINGS
        else {}
    )
except UserError as error:
    raise WorkflowError(str(error)) from None


rule fit_detector:
    """A network of the AdaptiveWing kind that finds 68 landmarks."""
    input:
        segments=TABLES["segments"] if DETECTOR_FOOTAGE else [],
        footage=footage_files() if DETECTOR_FOOTAGE else [],
        drawings=declared(
            *MARKED.values(), *(str(table_beside(path)) for path in MARKED.values())
        ),
        given=files_of_training("train_detector"),
    output:
        checkpoint=f"{MODELS}/detector/{{run}}/best.pt",
        history=f"{MODELS}/detector/{{run}}/history.csv",
        settings=f"{MODELS}/detector/{{run}}/settings.json",
        run=f"{MODELS}/detector/{{run}}/run.json",
    log:
        f"{R}/logs/train_detector/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/train_detector/{{run}}.tsv"
    wildcard_constraints:
        run=runs_of("detector"),
    conda:
        "../envs/pictures.yaml"
    threads: training_threads
    resources:
        **training_nodes(),
        mem_mb=more_memory(4000),
        runtime=720,
        gpu=training_gpus(),
    params:
        drawings=list(MARKED.values()),
        settings=training_settings("train_detector", without=("footage", "drawings")),
        hardware=HARDWARE,
        code=code("train_detector"),
    script:
        "../workflow_scripts/train_detector.py"


rule train_detector:
    """The trained landmark detector."""
    input:
        f"{MODELS}/detector/{config['train_detector']['run']}/best.pt",
