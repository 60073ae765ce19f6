"""From a folder of talking videos to a talking portrait.

Targets: prepare, train_autovc, train_content, train_speaker, train_refinement, train_translation,
train_detector, animate, evaluate, ablation, unheard, report, demo, all.
Every knob is in config.yaml.
"""

from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")


configfile: workflow.current_basedir.join("config.yaml").get_path_or_uri(secret_free=True)


include: "rules/common.smk"
include: "rules/inputs.smk"
include: "rules/runs.smk"
include: "rules/drawing.smk"
include: "rules/demo.smk"
include: "rules/media.smk"
include: "rules/faces.smk"
include: "rules/speech.smk"
include: "rules/imports.smk" if IMPORT["prefix"] else "rules/tables.smk"
include: "rules/corpus.smk"
include: "rules/autovc.smk"
include: "rules/content.smk"
include: "rules/speaker.smk"
include: "rules/pictures.smk"
include: "rules/detector.smk"
include: "rules/unheard.smk"
include: "rules/published.smk"
include: "rules/animate.smk"
include: "rules/measures.smk"
include: "rules/evaluate.smk"
include: "rules/making.smk"
include: "rules/report.smk"


rule all:
    default_target: True
    input:
        rules.report.output,
        EXPORTS,


rule prepare:
    """Everything that training reads: tables, scaling, arrays and pickles."""
    input:
        TABLES.values(),
        [arrays_of(split) for split in SPLITS],
        lambda wildcards: scaling_of(content_feature()),
        EXPORTS,


rule animate:
    """Every portrait speaking every speech."""
    input:
        VIDEOS,


rule demo:
    """The whole way on the demo's synthetic corpus."""
    input:
        demo_only(rules.report.output),
