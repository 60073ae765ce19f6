"""Stage 8: the corpus's tables, and its dump as arrays that training reads."""


include: "judging.smk"


rule splits:
    """Who trains and who is held out; known before any network hears a segment."""
    input:
        indices=indices("speech"),
        sync=SYNC,
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
        sync=SYNC,
        quality=rules.landmark_quality.output[0],
        indices=[index for stage in layout.STAGES for index in indices(stage)],
    output:
        **TABLES,
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
        segments=TABLES["segments"],
        lags=LAGS,
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


rule dump_autovc:
    """AutoVC's feature beside the arrays that training reads."""
    input:
        indices=indices("autovc"),
        arrays=[arrays_of(split)[0] for split in SPLITS],
    output:
        [feature_files(split, "autovc") for split in SPLITS],
    log:
        f"{R}/logs/dump_autovc.log",
    benchmark:
        f"{R}/benchmarks/dump_autovc.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=60,
    params:
        code=code("dump_autovc"),
    script:
        "../workflow_scripts/dump_autovc.py"
