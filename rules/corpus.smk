"""Stage 8: the corpus's tables, its scaling, and its dump as arrays and pickles."""

ARRAYS = ("landmarks", "features", "quaternions", "translations", "faces", "embeddings")
STAGES = ("intake", "normalise", "segment", "landmarks", "register", "speech", "feature")
PICKLES = (
    expand(f"{DUMP}_{{split}}_{{kind}}.pickle", split=SPLITS, kind=("fl", "au", "gaze"))
    if config["dump"]["pickles"]
    else []
)


rule tabulate:
    """A row an input clip, a segment, a rejection and a stage."""
    input:
        [indices(stage) for stage in STAGES],
    output:
        manifest=f"{R}/corpus/manifest.tsv",
        segments=f"{R}/corpus/segments.tsv",
        quarantine=f"{R}/corpus/quarantine.tsv",
        funnel=f"{R}/corpus/funnel.tsv",
    params:
        split=config["corpus"]["split"],
        code=code("tabulate"),
    log:
        f"{R}/logs/tabulate.log",
    benchmark:
        f"{R}/benchmarks/tabulate.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=30,
    script:
        "../workflow_scripts/tabulate.py"


rule scaling:
    """Mean and standard deviation of the feature over the training split."""
    input:
        indices=indices("feature"),
        segments=rules.tabulate.output.segments,
    output:
        f"{R}/scaling/{config['corpus']['name']}.npz",
    params:
        results=R,
        code=code("scaling"),
    log:
        f"{R}/logs/scaling.log",
    benchmark:
        f"{R}/benchmarks/scaling.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    script:
        "../workflow_scripts/scaling.py"


rule dump:
    """The arrays that training reads, memory-mapped."""
    input:
        indices=indices("feature"),
        segments=rules.tabulate.output.segments,
    output:
        expand(f"{DUMP}_{{split}}/index.json", split=SPLITS),
        expand(f"{DUMP}_{{split}}/{{array}}.npy", split=SPLITS, array=ARRAYS),
    params:
        results=R,
        folders={split: f"{DUMP}_{split}" for split in SPLITS},
        code=code("dump"),
    log:
        f"{R}/logs/dump.log",
    benchmark:
        f"{R}/benchmarks/dump.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=120,
    script:
        "../workflow_scripts/dump.py"


rule pickles:
    """One split's pickles, in the layout that the published training code reads."""
    input:
        f"{DUMP}_{{split}}/index.json",
        expand(f"{DUMP}_{{{{split}}}}/{{array}}.npy", array=ARRAYS),
    output:
        fl=f"{DUMP}_{{split}}_fl.pickle",
        au=f"{DUMP}_{{split}}_au.pickle",
        gaze=f"{DUMP}_{{split}}_gaze.pickle",
    params:
        folder=f"{DUMP}_{{split}}",
        code=code("pickles"),
    log:
        f"{R}/logs/pickles/{{split}}.log",
    benchmark:
        f"{R}/benchmarks/pickles/{{split}}.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(4000),
        runtime=120,
    script:
        "../workflow_scripts/pickles.py"
