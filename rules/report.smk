"""Stage 11: one page that tells how the corpus, the training and the results went."""


rule evaluate_animations:
    """The rendered videos, detected again: is the mouth on the screen the predicted one?"""
    input:
        videos=VIDEOS,
        landmarks=[f"{R}/animations/landmarks/{name}.npz" for name in SPOKEN],
    output:
        report(f"{R}/evaluation/animations.tsv", **MEASURES),
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
        code=code_of_detection("evaluate_animations"),
    script:
        "../workflow_scripts/evaluate_animations.py"


rule training_table:
    """Every run that lies in the results, these and earlier ones: data, settings, time, measures."""
    input:
        lambda wildcards: [f"{MODELS}/{run}/run.json" for run in trained_runs()],
    output:
        f"{R}/models/training.tsv",
    log:
        f"{R}/logs/training_table.log",
    benchmark:
        f"{R}/benchmarks/training_table.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(500),
        runtime=10,
    params:
        # runs of other configurations, ablations among them, have their rows as well
        runs=lambda wildcards: known_runs(),
        code=code("training_table"),
    script:
        "../workflow_scripts/training_table.py"


rule report:
    """This page."""
    input:
        **TABLES,
        # asks what is heard, so that all rules behind the page are known when it is planned
        feature=lambda wildcards: content_feature() and rules.choose_feature.output[0],
        training=rules.training_table.output[0],
        history=lambda wildcards: [
            f"{MODELS}/{run}/history.csv" for run in trained_runs()
        ],
        evaluation=evaluations,
        samples=lambda wildcards: [
            f"{MODELS}/{drawing_run(network)}/samples.png"
            for network in trained_drawing()
        ],
        sheet=lambda wildcards: (
            rules.evaluate_rendering.output.picture
            if any("rendering.tsv" in table for table in evaluations(wildcards))
            else []
        ),
        videos=VIDEOS,
        # held-out clips to show side by side
        talking=talking_index(),
    output:
        report(f"{R}/report.html", caption="captions/page.rst", category="The page"),
    log:
        f"{R}/logs/report.log",
    benchmark:
        f"{R}/benchmarks/report.tsv"
    # only the process that plans the run knows all of its rules
    localrule: True
    conda:
        "../envs/report.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=30,
    params:
        settings=config["report"],
        # files that lie there, and no input: they shall not train runs of their own
        earlier=EARLIER_TABLES,
        signature=signature(*EARLIER_TABLES),
        rules=rules_behind_report,
        versions=versions,
        digest=software.project_digest(ROOT),
        config=config,
        defaults=DEFAULTS,
        code=code("report"),
    script:
        "../workflow_scripts/report.py"
