"""The demo's own footage, openly synthetic: made once, then treated as any user's."""

DEMO_CLIPS = (
    demo_plan.plan(f"{R}/demo_corpus") if config["corpus"]["videos"] == DEMO else []
)
DEMO_EVALUATION = (
    [f"{R}/evaluation/demo_detection.tsv"] if config["corpus"]["videos"] == DEMO else []
)
