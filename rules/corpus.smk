"""Stage 8: the corpus's content feature and scaling, and its dump in the layouts of others."""

EXPORTS = []
if config["dump"]["pickles"]:
    EXPORTS += expand(
        f"{DUMP}_{{split}}_{{kind}}.pickle", split=SPLITS, kind=("fl", "au", "gaze")
    )
if config["dump"]["text"]:
    EXPORTS += expand(f"{DUMP}_{{split}}_text", split=SPLITS)


checkpoint choose_feature:
    """What the content branch is to hear, and why."""
    input:
        segments=TABLES["segments"],
    output:
        f"{R}/corpus/content_feature.json",
    log:
        f"{R}/logs/choose_feature.log",
    benchmark:
        f"{R}/benchmarks/choose_feature.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(500),
        runtime=10,
    params:
        requested=IMPORT["feature"] if IMPORT["prefix"] else config["content_feature"],
        checkpoint_given=bool(AUTOVC_GIVEN or PUBLISHED),
        code=code("choose_feature"),
    script:
        "../workflow_scripts/choose_feature.py"


rule scaling:
    """Mean and standard deviation of a content feature over the training split."""
    input:
        lambda wildcards: arrays_of("train", wildcards.feature),
    output:
        f"{R}/scaling/{config['corpus']['name']}_{{feature}}.npz",
    log:
        f"{R}/logs/scaling/{{feature}}.log",
    benchmark:
        f"{R}/benchmarks/scaling/{{feature}}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    params:
        code=code("scaling"),
    script:
        "../workflow_scripts/scaling.py"


rule pickles:
    """One split's pickles, in the layout that the published training code reads."""
    input:
        lambda wildcards: arrays_of(wildcards.split, content_feature()),
    output:
        fl=f"{DUMP}_{{split}}_fl.pickle",
        au=f"{DUMP}_{{split}}_au.pickle",
        gaze=f"{DUMP}_{{split}}_gaze.pickle",
    log:
        f"{R}/logs/pickles/{{split}}.log",
    benchmark:
        f"{R}/benchmarks/pickles/{{split}}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
    params:
        feature=lambda wildcards: content_feature(),
        code=code("pickles"),
    script:
        "../workflow_scripts/pickles.py"


rule landmark_text:
    """One split's registered landmarks as text: a file a segment, a row a frame."""
    input:
        arrays_of("{split}"),
    output:
        directory(f"{DUMP}_{{split}}_text"),
    log:
        f"{R}/logs/landmark_text/{{split}}.log",
    benchmark:
        f"{R}/benchmarks/landmark_text/{{split}}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    params:
        code=code("landmark_text"),
    script:
        "../workflow_scripts/landmark_text.py"
