"""Pickles of the published code in place of footage."""

import glob


rule import_dump:
    """The arrays that training reads, and the corpus's tables, from pickles."""
    input:
        pickles=declared(
            *sorted(glob.glob(f"{glob.escape(IMPORT['prefix'])}_*_*.pickle"))
        ),
        speakers=IMPORT["speakers"] or [],
        converter=autovc_checkpoint() if AUTOVC_GIVEN or PUBLISHED else [],
    output:
        [arrays_of(split, IMPORT["feature"]) for split in SPLITS],
        **TABLES,
    log:
        f"{R}/logs/import_dump.log",
    benchmark:
        f"{R}/benchmarks/import_dump.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(4000),
        runtime=60,
    params:
        settings=IMPORT,
        folders={split: f"{DUMP}_{split}" for split in SPLITS},
        code=code("import_dump"),
    script:
        "../workflow_scripts/import_dump.py"
