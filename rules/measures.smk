"""Which tables of measures a configuration fills."""

EVALUATE = config["evaluate"]
TALKING = f"{R}/evaluation/talking"


def talking_index():
    """Which clips of talking heads the report shows; pickles hold no pictures to compare with."""
    return [] if IMPORT["prefix"] else f"{TALKING}/index.json"


def evaluations(wildcards):
    """Tables of measures that the report shows, in their order."""
    tables = [f"content/{RUN}", f"against_ridge/{RUN}"]
    tables += ["talking"] if talking_index() else []
    # a published branch knows no speaker whose motion could be compared
    tables += [f"head_motion/{RUN}"] if LEARNED_HEAD and not PUBLISHED else []
    if trains_autovc():
        tables += [f"autovc/{config['train_autovc']['run']}"]
    drawn = drawing_checkpoints() or earlier_drawing()
    tables += ["rendering"] if drawn and not IMPORT["prefix"] else []
    tables += ["animations"]
    return [f"{R}/evaluation/{table}.tsv" for table in tables] + DEMO_EVALUATION
