"""Training and measuring what draws the face: refinement of the warp, image translation."""


rule fit_pictures:
    """Landmarks to pixels, learned from frames of the normalised videos."""
    input:
        segments=TABLES["segments"],
        footage=footage_files(),
        given=lambda wildcards: files_of_training(f"train_{wildcards.network}"),
    output:
        checkpoint=f"{MODELS}/{{network}}/{{run}}/best.pt",
        history=f"{MODELS}/{{network}}/{{run}}/history.csv",
        settings=f"{MODELS}/{{network}}/{{run}}/settings.json",
        run=f"{MODELS}/{{network}}/{{run}}/run.json",
        samples=f"{MODELS}/{{network}}/{{run}}/samples.png",
    log:
        f"{R}/logs/train_{{network}}/{{run}}.log",
    benchmark:
        f"{R}/benchmarks/train_{{network}}/{{run}}.tsv"
    wildcard_constraints:
        # the two networks' runs have names of their own
        network="|".join(f"{kind}(?=/{runs_of(kind)}/)" for kind in DRAWING_NETWORKS),
    conda:
        "../envs/pictures.yaml"
    threads: training_threads
    resources:
        **training_nodes(),
        mem_mb=more_memory(6000),
        runtime=1440,
        gpu=training_gpus(),
    params:
        settings=lambda wildcards: training_settings(f"train_{wildcards.network}"),
        hardware=HARDWARE,
        code=code("train_pictures"),
    script:
        "../workflow_scripts/train_pictures.py"


rule evaluate_rendering:
    """Held-out frames, drawn from their true landmarks by each renderer, beside the truth."""
    input:
        segments=TABLES["segments"],
        footage=footage_files(),
        checkpoints=drawing_checkpoints(),
    output:
        table=report(f"{R}/evaluation/rendering.tsv", **MEASURES),
        picture=f"{R}/evaluation/rendering.png",
        clips=f"{R}/evaluation/rendering/clips.tsv",
    log:
        f"{R}/logs/evaluate_rendering.log",
    benchmark:
        f"{R}/benchmarks/evaluate_rendering.tsv"
    conda:
        "../envs/pictures.yaml"
    threads: training_threads
    resources:
        mem_mb=more_memory(4000),
        runtime=240,
        gpu=gpus(),
    params:
        # files that lie there, and no input: a change of their settings shall not train them
        earlier=earlier_drawing(),
        signature=signature(*earlier_drawing()),
        code=code("evaluate_rendering"),
    script:
        "../workflow_scripts/evaluate_rendering.py"


rule train_refinement:
    """The trained network that mends the warped portrait."""
    input:
        f"{MODELS}/{drawing_run('refinement')}/best.pt",


rule train_translation:
    """The trained image translation."""
    input:
        f"{MODELS}/{drawing_run('translation')}/best.pt",
