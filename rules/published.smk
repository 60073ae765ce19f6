"""Published checkpoints, made into a run of their own; the rest of the workflow is the same."""

from mit_core.models.published_names import PUBLISHED_FILES


rule adopt_published:
    """The published weights and constants in our format."""
    input:
        [
            f"{config['published'][folder]}/{name}"
            for folder, names in PUBLISHED_FILES.items()
            for name in names
            if PUBLISHED
        ],
    output:
        content=f"{MODELS}/content/published/best.pt",
        speaker=f"{MODELS}/speaker/published/best.pt",
        autovc=f"{MODELS}/autovc/published/best.pt",
    log:
        f"{R}/logs/adopt_published.log",
    benchmark:
        f"{R}/benchmarks/adopt_published.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(2000),
        runtime=10,
    params:
        published=config["published"],
        code=code("adopt_published"),
    script:
        "../workflow_scripts/adopt_published.py"
