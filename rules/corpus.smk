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


rule scaling:
    """Mean and standard deviation of the feature over the training split."""
    input:
        indices=indices("feature"),
        segments=rules.tabulate.output.segments,
    output:
        f"{R}/scaling/{config['corpus']['name']}.npz",
    log:
        f"{R}/logs/scaling.log",
    benchmark:
        f"{R}/benchmarks/scaling.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    params:
        code=code("scaling"),
    script:
        "../workflow_scripts/scaling.py"


rule dump:
    """The arrays that training reads, memory-mapped; a folder a split."""
    input:
        indices=indices("feature"),
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


rule pickles:
    """One split's pickles, in the layout that the published training code reads."""
    input:
        arrays_of("{split}"),
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
