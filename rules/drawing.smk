"""Which network draws which portrait, and what it learns from."""

from mit_core.models.published_names import TRANSLATION

RENDER = config["render"]
# Networks that draw the face; the first is the better one.
DRAWING_NETWORKS = ("refinement", "translation")


wildcard_constraints:
    network="|".join(DRAWING_NETWORKS),


def drawing_run(network):
    """Folder of a run that draws: the network's kind and the run's name."""
    return f"{network}/{config[f'train_{network}']['run']}"


def published_translation():
    """The published translation network, where it lies with the other published files."""
    path = Path(PUBLISHED or "") / TRANSLATION
    return str(path) if PUBLISHED and path.is_file() else ""


def given_drawing():
    """A network that draws and is not trained here; "" where there is none."""
    if RENDER["checkpoint"]:
        return RENDER["checkpoint"]
    if RENDER["renderer"] in ("auto", "translation"):
        return published_translation()
    return ""


def trained_drawing():
    """Networks that draw and are trained here; the demo trains both."""
    chosen = RENDER["renderer"]
    if given_drawing() or chosen == "mesh_warp":
        return []
    if chosen in DRAWING_NETWORKS:
        return [chosen]
    # Pickles hold no pictures, and who brings published networks may have brought no footage.
    if IMPORT["prefix"] or PUBLISHED:
        return []
    return list(DRAWING_NETWORKS if IS_DEMO else DRAWING_NETWORKS[:1])


def drawing_checkpoint(portrait):
    """The network that draws a portrait; [] where it is warped.

    Puppets always are. Left to itself, so is a picture whose landmarks its owner gave: it is a
    drawing that no detector reads, and the networks have seen photographs.
    """
    beside = landmark_files(portrait)
    puppet = str(table_beside(PORTRAITS[portrait])) not in beside
    if beside and (puppet or RENDER["renderer"] == "auto"):
        return []
    if given_drawing():
        return given_drawing()
    networks = trained_drawing()
    return f"{MODELS}/{drawing_run(networks[0])}/best.pt" if networks else []


def drawing_checkpoints():
    """The networks of this configuration that are measured beside the warp."""
    if given_drawing():
        return [given_drawing()]
    return [f"{MODELS}/{drawing_run(network)}/best.pt" for network in trained_drawing()]


def earlier_drawing():
    """Networks of the other kind that lie there, to be measured as well and not trained again."""
    if given_drawing():
        return []
    others = [
        network for network in DRAWING_NETWORKS if network not in trained_drawing()
    ]
    paths = [Path(MODELS) / drawing_run(network) for network in others]
    return [str(path / "best.pt") for path in paths if path / "run.json" in RECORDS]


def background_picture():
    """The picture behind portraits with transparency, where a file gives it."""
    background = RENDER["background"] or ""
    return background if Path(background).is_file() else []


def footage_files():
    """What networks that make pictures need of the corpus: videos and where the face is in them."""
    return of_footage(
        indices("normalise") + indices("landmarks"),
        "Pickles hold no pictures to learn from: set render.renderer to mesh_warp, and for "
        "train_detector its footage to false",
    )


def files_of_training(section):
    """Files that a training's settings name."""
    settings = config[section]
    keys = ("initial", "perceptual_weights")
    return [settings[key] for key in keys if settings.get(key)]
