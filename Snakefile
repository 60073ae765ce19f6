"""From a folder of talking videos to a talking portrait.

Targets: prepare, train_content, animate, report, demo, all. Every knob is in config.yaml.
"""

from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


configfile: str(Path(workflow.basedir) / "config.yaml")


include: "rules/common.smk"
include: "rules/inputs.smk"
include: "rules/demo.smk"
include: "rules/media.smk"
include: "rules/faces.smk"
include: "rules/speech.smk"
include: "rules/corpus.smk"
include: "rules/content.smk"
include: "rules/animate.smk"
include: "rules/report.smk"


localrules:
    all,
    prepare,
    animate,
    demo,


rule all:
    default_target: True
    input:
        rules.report.output,
        EXPORTS,


rule prepare:
    """Everything that training reads: tables, scaling, arrays and pickles."""
    input:
        rules.tabulate.output,
        rules.scaling.output,
        rules.dump.output,
        EXPORTS,


rule animate:
    """Every portrait speaking every speech."""
    input:
        VIDEOS,


rule demo:
    """The whole way on the demo's synthetic corpus."""
    input:
        demo_only(rules.report.output),
