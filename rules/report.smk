"""Stage 11: one page that tells how the corpus, the training and the results went."""


rule report:
    input:
        manifest=rules.tabulate.output.manifest,
        funnel=rules.tabulate.output.funnel,
        quarantine=rules.tabulate.output.quarantine,
        segments=rules.tabulate.output.segments,
        history=rules.train_content.output.history,
        evaluation=[rules.evaluate_content.output[0], DEMO_EVALUATION],
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
        run=config["train_content"]["run"],
        summary={"content feature": config["content_feature"]},
        code=code("report"),
    script:
        "../workflow_scripts/report.py"
