"""The demo's own footage, openly synthetic: made once, then treated as any user's."""

DEMO_BATCHES = {}
if IS_DEMO:
    for number, clip in enumerate(demo_plan.plan(config["demo"]["clips_per_speaker"])):
        DEMO_BATCHES.setdefault(f"{number % config['demo']['batches']:02d}", []).append(
            clip
        )
    DEMO_EVALUATION = [f"{R}/evaluation/demo_detection.tsv"]
else:
    DEMO_EVALUATION = []


# Output names come from the plan, so each batch is a rule of its own.
for BATCH, MEMBERS in DEMO_BATCHES.items():

    rule:
        name:
            f"demo_footage_{BATCH}"
        output:
            videos=[f"{R}/demo_corpus/{clip.id}.mp4" for clip in MEMBERS],
            truth=[f"{R}/demo_truth/{clip.id}.npz" for clip in MEMBERS],
        log:
            f"{R}/logs/demo_footage/{BATCH}.log",
        benchmark:
            f"{R}/benchmarks/demo_footage/{BATCH}.tsv"
        conda:
            "../envs/demo.yaml"
        resources:
            mem_mb=more_memory(1500),
            runtime=60,
        params:
            clips=[vars(clip) for clip in MEMBERS],
            settings=config["demo"]["footage"],
            code=code("demo_footage"),
        script:
            "../workflow_scripts/demo_footage.py"


rule demo_media:
    """A portrait, a cartoon, a held-out sentence and a recorded human voice."""
    output:
        portrait=f"{R}/demo_media/{demo_plan.PORTRAIT}.png",
        cartoon=f"{R}/demo_media/{demo_plan.CARTOON}.png",
        cartoon_landmarks=f"{R}/demo_media/{demo_plan.CARTOON}.landmarks.tsv",
        held_out=f"{R}/demo_media/{demo_plan.HELD_OUT}.wav",
        recorded=f"{R}/demo_media/{demo_plan.RECORDED}.wav",
    log:
        f"{R}/logs/demo_media.log",
    benchmark:
        f"{R}/benchmarks/demo_media.tsv"
    conda:
        "../envs/demo.yaml"
    resources:
        mem_mb=more_memory(1500),
        runtime=10,
    params:
        code=code("demo_media"),
    script:
        "../workflow_scripts/demo_media.py"


rule demo_detection:
    """How far the detected landmarks are from the demo's true ones."""
    input:
        indices=lambda wildcards: indices("landmarks"),
        truth=[
            f"{R}/demo_truth/{c.id}.npz"
            for batch in DEMO_BATCHES.values()
            for c in batch
        ],
    output:
        report(f"{R}/evaluation/demo_detection.tsv", **MEASURES),
    log:
        f"{R}/logs/demo_detection.log",
    benchmark:
        f"{R}/benchmarks/demo_detection.tsv"
    conda:
        "../envs/train.yaml"
    resources:
        mem_mb=more_memory(1000),
        runtime=10,
    params:
        code=code("demo_detection"),
    script:
        "../workflow_scripts/demo_detection.py"
