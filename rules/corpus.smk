"""Stage 8: the corpus's tables, its scaling, and its dump as arrays and pickles."""

EXPORTS = []
if config["dump"]["pickles"]:
    EXPORTS += expand(
        f"{DUMP}_{{split}}_{{kind}}.pickle", split=SPLITS, kind=("fl", "au", "gaze")
    )
if config["dump"]["text"]:
    EXPORTS += expand(f"{DUMP}_{{split}}_text", split=SPLITS)


rule splits:
    """Who trains and who is held out; known before any network hears a segment."""
    input:
        indices("speech"),
    output:
        f"{R}/corpus/splits.tsv",
    log:
        f"{R}/logs/splits.log",
    benchmark:
        f"{R}/benchmarks/splits.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=30,
    params:
        split=config["corpus"]["split"],
        code=code("splits"),
    script:
        "../workflow_scripts/splits.py"


rule tabulate:
    """A row an input clip, a segment, a rejection and a stage."""
    input:
        splits=rules.splits.output[0],
        indices=[index for stage in layout.STAGES for index in indices(stage)],
    output:
        manifest=f"{R}/corpus/manifest.tsv",
        segments=f"{R}/corpus/segments.tsv",
        quarantine=f"{R}/corpus/quarantine.tsv",
        funnel=f"{R}/corpus/funnel.tsv",
    log:
        f"{R}/logs/tabulate.log",
    benchmark:
        f"{R}/benchmarks/tabulate.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=30,
    params:
        code=code("tabulate"),
    script:
        "../workflow_scripts/tabulate.py"


rule dump:
    """The arrays that training reads, memory-mapped; a folder a split."""
    input:
        indices=indices("speech"),
        segments=rules.tabulate.output.segments,
    output:
        train=arrays_of("train"),
        val=arrays_of("val"),
        test=arrays_of("test"),
    log:
        f"{R}/logs/dump.log",
    benchmark:
        f"{R}/benchmarks/dump.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=120,
    params:
        splits=SPLITS,
        code=code("dump"),
    script:
        "../workflow_scripts/dump.py"


checkpoint choose_feature:
    """What the content branch is to hear, and why."""
    input:
        segments=rules.tabulate.output.segments,
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
