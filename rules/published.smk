"""Published checkpoints, made into a run of their own; the rest of the workflow is the same."""

if PUBLISHED and not config["published"]["constants"]:
    raise WorkflowError(
        "published.constants is missing: give the folder of the published code's constants "
        "(STD_FACE_LANDMARKS.txt, MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt, obama_emb.txt)."
    )

if PUBLISHED and (AUTOVC_GIVEN or config["autovc"]["target"]):
    raise WorkflowError(
        "published.checkpoints brings its own AutoVC and target voice: set autovc.checkpoint and "
        "autovc.target to null, or published.checkpoints to null."
    )

if PUBLISHED and content_feature() == "mel":
    raise WorkflowError(
        "The published checkpoints hear speech as AutoVC converts it, not the mel itself: set "
        "content_feature to auto and import_dump.prefix to null, or published.checkpoints to null."
    )

PUBLISHED_FILES = {
    "checkpoints": (
        "ckpt_content_branch.pth",
        "ckpt_speaker_branch.pth",
        "ckpt_autovc.pth",
    ),
    "constants": (
        "STD_FACE_LANDMARKS.txt",
        "MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt",
        "obama_emb.txt",
    ),
}


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
