"""Published checkpoints, made into a run of their own; the rest of the workflow is the same."""

if PUBLISHED and not config["published"]["constants"]:
    raise WorkflowError(
        "published.constants is missing: give the folder of the published code's constants "
        "(STD_FACE_LANDMARKS.txt, MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt, obama_emb.txt)."
    )

PUBLISHED_FILES = (
    "ckpt_content_branch.pth",
    "ckpt_speaker_branch.pth",
    "ckpt_autovc.pth",
)


rule adopt_published:
    """The published weights and constants in our format."""
    input:
        [f"{PUBLISHED}/{name}" for name in PUBLISHED_FILES] if PUBLISHED else [],
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
