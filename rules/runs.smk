"""Which networks a configuration trains, and on what."""

from mit_core.configuration.contradictions import TRAINED_BY

PUBLISHED = config["published"]["checkpoints"]
AUTOVC_GIVEN = config["autovc"]["checkpoint"]
# The run that animates and is reported; a published set of checkpoints is one more run.
RUN = "published" if PUBLISHED else config["train_content"]["run"]
MODELS = f"{R}/models"
# What lay there before this call of snakemake.
RECORDS = list(Path(MODELS).glob("*/*/run.json"))
LEARNED_HEAD = config["animate"]["head_motion"] == "learned"
# Not the device: what was trained on a GPU need not be trained again on a CPU.
HARDWARE = {key: config["training"][key] for key in ("devices", "precision", "nodes")}
# Of a job on a cluster, whose cores are not the cores of who submits it.
CLUSTER_THREADS = 4


ensure(check_voices, config, {clip.speaker for clip in CLIPS})


wildcard_constraints:
    # The folders "published" and "given" are made from files of others, not by training; what is
    # in them is measured like any run.
    run=r"(?!(?:published|given)/)[A-Za-z0-9_.-]+",
    feature="|".join(layout.FEATURES),


def runs_of(kind):
    """What {run} may be where networks of a kind are trained: this configuration's names.

    Other runs lie in the results as files like any: a new run may start from one, or use one, and
    it is not trained again by settings that are not its own.
    """
    names = {config[TRAINED_BY[kind]]["run"]}
    if kind in ("content", "speaker"):
        names |= set(ABLATION)
    if kind == "content":
        names |= {DEAF_RUN}
    known = "|".join(re.escape(name) for name in sorted(names - {"published", "given"}))
    return f"(?:{known})" if known else "(?!)"


def training_settings(section, without=(), **more):
    """A recipe's own settings, and the budget that all recipes share."""
    others = {"run", *without}
    settings = {
        key: value for key, value in config[section].items() if key not in others
    }
    settings |= more
    return {"recipe": settings, "budget": config["training"]["budget"]}


def speech_to_learn(split):
    """What AutoVC learns from."""
    return of_footage(
        arrays_of(split),
        "AutoVC cannot be trained on pickles, which hold no pitch: give the one that made them as "
        "autovc.checkpoint",
    )


def training_threads(wildcards):
    """Half of the cores, so that two networks train side by side as fast as one after another."""
    if workflow.remote_exec or not workflow.local_exec:
        return CLUSTER_THREADS
    # a look at the workflow, such as --report, may be given no number of cores
    return max(1, (workflow.resource_settings.cores or 1) // 2)


def voices_to_leave_out(wildcards):
    """All that is learned from and measured by leaving speakers out in turn."""
    folds, speakers = config["evaluate"]["unheard"]["folds"], {c.speaker for c in CLIPS}
    if CLIPS and folds > len(speakers):
        raise WorkflowError(
            f"evaluate.unheard.folds is {folds}, but the footage has {len(speakers)} speaker(s) to "
            "leave out: give fewer folds, or footage of more speakers."
        )
    feature = content_feature()
    return [file for split in SPLITS for file in arrays_of(split, feature)]


def training_gpus():
    """GPUs that one training job asks for; on several nodes it asks for them by node."""
    training = config["training"]
    return gpus() * training["devices"] if training["nodes"] == 1 else 0


def training_nodes():
    """What a training that is shared asks a SLURM for: devices beside each other, or nodes.

    A training on several nodes is one task a node, which its script starts.
    """
    nodes, devices = config["training"]["nodes"], config["training"]["devices"]
    if nodes == 1:
        return {"nodes": 1} if devices > 1 else {}
    asked = {"nodes": nodes, "tasks": nodes, "mpi": "srun"}
    return asked | ({"gres": f"gpu:{devices}", "tasks_per_gpu": 0} if gpus() else {})


def content_feature():
    """The chosen feature; settled before anything runs, unless the corpus's hours decide it."""
    if IMPORT["prefix"]:
        return IMPORT["feature"]
    speakers = len({clip.speaker for clip in CLIPS})
    given = bool(AUTOVC_GIVEN or PUBLISHED)
    low, high = (
        choose_feature(config["content_feature"], given, speakers, hours)[0]
        for hours in (0, float("inf"))
    )
    if low == high:
        return low
    return read_json(checkpoints.choose_feature.get().output[0])["feature"]


def ablation_run(feature):
    """The run that learns from a feature, whatever the configured run learns from."""
    return f"{config['train_content']['run']}-{feature}"


ABLATION = {ablation_run(feature): feature for feature in layout.FEATURES}
# Learns from the mel of other clips: no measure may call it good.
DEAF_RUN = f"{config['train_content']['run']}-deaf"


def feature_of(run):
    """The content feature that a run's networks hear."""
    return {**ABLATION, DEAF_RUN: "mel"}.get(run) or content_feature()


def trained_runs():
    """Folders of the runs that this configuration trains: a network's kind and the run's name."""
    runs = []
    if not PUBLISHED:
        runs += [f"content/{RUN}"]
        runs += [f"speaker/{RUN}"] if LEARNED_HEAD else []
    if trains_autovc():
        runs += [f"autovc/{config['train_autovc']['run']}"]
    return runs + [drawing_run(network) for network in trained_drawing()]


def known_runs():
    """Folders of all runs that lie in the results or are trained now, sorted."""
    lying = [f"{path.parent.parent.name}/{path.parent.name}" for path in RECORDS]
    return sorted({*lying, *trained_runs()})


def trains_autovc():
    """AutoVC is trained where it is heard and none is given; the demo trains every network."""
    if PUBLISHED or AUTOVC_GIVEN or IMPORT["prefix"]:
        return False
    return IS_DEMO or content_feature() == "autovc"


def scaling_of(feature):
    """The file of a feature's mean and standard deviation."""
    return f"{R}/scaling/{config['corpus']['name']}_{feature}.npz"


def autovc_checkpoint():
    """The AutoVC that converts: published, given, or trained here."""
    trained = config["train_autovc"]["run"]
    run = "published" if PUBLISHED else "given" if AUTOVC_GIVEN else trained
    return f"{MODELS}/autovc/{run}/best.pt"


def target_file():
    """The target speaker's embedding, where a file gives it."""
    target = config["autovc"]["target"]
    return [target] if target and Path(target).suffix in (".npy", ".txt") else []


def speaker_checkpoint():
    """The speaker-aware branch, where the head is to move as it learned."""
    return f"{MODELS}/speaker/{RUN}/best.pt" if LEARNED_HEAD else []


def style_file():
    """The embedding of whose manner the head moves in, where a file gives it."""
    style = config["animate"]["style"]
    return [style] if style and Path(style).suffix in (".npy", ".txt") else []
