"""Stage 11: one page that tells how the corpus, the training and the results went."""


rule evaluate_animations:
    """The rendered videos, detected again: is the mouth on the screen the predicted one?"""
    input:
        videos=VIDEOS,
        landmarks=[f"{R}/animations/landmarks/{name}.npz" for name in SPOKEN],
    output:
        f"{R}/evaluation/animations.tsv",
    log:
        f"{R}/logs/evaluate_animations.log",
    benchmark:
        f"{R}/benchmarks/evaluate_animations.tsv"
    conda:
        "../envs/faces.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=120,
        gpu=detector_gpus(),
    params:
        settings=DETECTOR,
        device=config["device"],
        code=code("evaluate_animations"),
    script:
        "../workflow_scripts/evaluate_animations.py"


rule report:
    input:
        manifest=rules.tabulate.output.manifest,
        funnel=rules.tabulate.output.funnel,
        quarantine=rules.tabulate.output.quarantine,
        segments=rules.tabulate.output.segments,
        history=rules.train_content.output.history,
        content=rules.evaluate_content.output[0],
        evaluation=[
            rules.evaluate_animations.output[0],
            DEMO_EVALUATION,
        ],
        videos=VIDEOS,
    output:
        f"{R}/report.html",
    log:
        f"{R}/logs/report.log",
    benchmark:
        f"{R}/benchmarks/report.tsv"
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=30,
    params:
        settings=config["report"],
        run=RUN,
        summary={"content feature": config["content_feature"]},
        code=code("report"),
    script:
        "../workflow_scripts/report.py"
