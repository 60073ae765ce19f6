"""The configuration: what it says when wrong, and that it says the same everywhere."""

import copy
import importlib
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from mit_core.config import check_config
from mit_core.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "rules" / "config.schema.yaml"
CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
# Section -> where its settings live, and keys of the section that are not settings
SECTIONS = {
    "intake": ("mit_core.media.intake", "Settings", set()),
    "normalise": ("mit_core.media.normalise", "Settings", set()),
    "segment": ("mit_core.corpus.segmentation", "SegmentSettings", set()),
    "landmarks": ("mit_core.faces.landmarks", "LandmarkSettings", {"detector", "weights"}),
    "register": ("mit_core.faces.registration", "Settings", set()),
    "speech": ("mit_core.speech.analysis", "SpeechSettings", set()),
    "train_autovc": ("mit_core.training.autovc_settings", "AutoVCSettings", {"run"}),
    "train_content": ("mit_core.training.content_settings", "ContentSettings", {"run"}),
    "train_speaker": ("mit_core.training.speaker_settings", "SpeakerSettings", set()),
    "train_refinement": ("mit_core.training.translation_settings", "RefinementSettings", {"run"}),
    "train_translation": ("mit_core.training.translation_settings", "TranslationSettings", {"run"}),
    "train_detector": (
        "mit_core.training.detector_settings",
        "DetectorSettings",
        {"run", "footage", "drawings"},
    ),
    "animate": (
        "mit_core.animation.animate",
        "Settings",
        {"portraits", "speech", "drawings_detector"},
    ),
    "render": ("mit_core.rendering.film", "Settings", {"checkpoint"}),
    "report": ("mit_core.report.page", "ReportSettings", set()),
}


def test_the_shipped_configuration_is_right() -> None:
    check_config(CONFIG, SCHEMA)


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_defaults_and_schema_agree_with_the_library(section: str) -> None:
    module, name, others = SECTIONS[section]
    settings = getattr(importlib.import_module(module), name)
    defaults = {field.name: field.default for field in fields(settings)}
    if section == "train_autovc":  # the target is the converter's, trained here or given
        assert defaults.pop("target") == CONFIG["autovc"]["target"]
    if section == "animate":  # the workflow has always trained the branch that learns it
        defaults["head_motion"] = "learned"
    given = {key: value for key, value in CONFIG[section].items() if key not in others}
    if "widths" in given:  # YAML has no tuples
        given["widths"] = tuple(given["widths"])
    assert given == defaults
    properties = yaml.safe_load(SCHEMA.read_text())["properties"][section]
    assert properties["additionalProperties"] is False
    assert set(properties["properties"]) == set(CONFIG[section])


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("corpus", "shards"), 0, ["corpus.shards", "minimum of 1"]),
        (("corpus", "shrads"), 4, ["corpus.shrads: unknown key", "shards"]),
        (("train_content", "steps"), "many", ["train_content.steps", "'many'", "integer"]),
        (("animate", "portraits"), 3, ["animate.portraits: 3 is not a path"]),
        (("device",), "gpu", ["device", "gpu"]),
        (("content_feature",), "mels", ["content_feature", "mels"]),
    ],
)
def test_a_wrong_value_is_named_with_what_it_may_be(path, value, words) -> None:
    config = copy.deepcopy(CONFIG)
    section = config
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = value
    with pytest.raises(UserError) as error:
        check_config(config, SCHEMA)
    assert all(word in str(error.value) for word in words)
    assert "config.yaml" in str(error.value)


def test_every_wrong_value_is_told_at_once() -> None:
    config = copy.deepcopy(CONFIG)
    config["device"] = "tpu"
    config["corpus"]["shards"] = -1
    with pytest.raises(UserError, match=r"(?s)corpus\.shards.*device"):
        check_config(config, SCHEMA)
