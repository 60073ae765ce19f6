"""The configuration: what it says when wrong, and that it says the same everywhere."""

import copy
import importlib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from reliability import Survival
from schema_values import (
    BOUNDS,
    CONFIG,
    LEAVES,
    ROOT,
    SCHEMA,
    SCHEMA_FILE,
    SECTIONS_OF_KEYS,
    Key,
    beyond,
    changed,
    of_wrong_type,
    right,
)

from mit_core.configuration.check import check_all, check_config
from mit_core.configuration.contradictions import contradictions
from mit_core.configuration.schema import faults_of
from mit_core.configuration.yaml_files import swallowed
from mit_core.errors import UserError
from mit_core.training.loop_settings import LoopSettings, with_budget

UNKNOWN = "Bad configuration: a key that is not known"
WRONG = "Bad configuration: a value of a wrong type or out of range"
# What a sentence must say of a type that is wanted.
NOUNS = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
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
    check_config(CONFIG, SCHEMA_FILE)
    check_all(CONFIG, SCHEMA_FILE, [ROOT / "config.yaml"])


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
    properties = SCHEMA["properties"][section]
    assert properties["additionalProperties"] is False
    assert set(properties["properties"]) == set(CONFIG[section])


def fault(config: dict[str, Any]) -> str:
    """The one sentence on a configuration that is wrong in one place."""
    found = faults_of(config, SCHEMA)
    assert len(found) == 1, found
    assert "\n" not in found[0] and found[0][-1] in ".?"
    return found[0]


def says_what_may_be(sentence: str, leaf: dict[str, Any]) -> bool:
    """The sentence has the key's bounds, its words or what its type is called."""
    if "description" in leaf:
        return leaf["description"] in sentence
    if "enum" in leaf:
        return ", ".join(leaf["enum"]) in sentence
    bounds = [str(leaf[bound]) for bound in (*BOUNDS, "multipleOf") if bound in leaf]
    types = [leaf["type"]] if isinstance(leaf["type"], str) else leaf["type"]
    # a multiple is a whole number
    nouns = [] if "multipleOf" in leaf else [NOUNS[t] for t in types if t in NOUNS]
    return all(word in sentence for word in (*bounds, *nouns, *(t for t in types if t == "null")))


def faults(values: dict[Key, Any]) -> dict[str, str]:
    """Key -> its sentence, where the shipped configuration has other values."""
    found = faults_of(changed(values), SCHEMA)
    assert not any("\n" in sentence for sentence in found)
    return {sentence.partition(": ")[0]: sentence for sentence in found}


@pytest.mark.survives(WRONG)
def test_a_value_of_a_wrong_type_is_named_with_what_may_be(survival: Survival) -> None:
    """For every key, values of every type that it does not take; a value of each at once."""
    wrong = {key: of_wrong_type(leaf) for key, leaf in LEAVES.items()}
    rounds = max(map(len, wrong.values()))
    for number in range(rounds):
        values = {key: of_key[number % len(of_key)] for key, of_key in wrong.items()}
        said = faults(values)
        assert set(said) == set(map(".".join, LEAVES))
        for key, leaf in LEAVES.items():
            assert says_what_may_be(said[".".join(key)], leaf), said[".".join(key)]
    # a case is a key and a type, however many values of it are tried
    survival.tried(sum(len({type(value) for value in of_key}) for of_key in wrong.values()))


@pytest.mark.survives(WRONG)
def test_a_value_beyond_its_bounds_is_named_with_them(survival: Survival) -> None:
    """For every bound of every key."""
    tried = 0

    @settings(max_examples=20)
    @given(st.data())
    def check(bound: str, bounded: dict[Key, dict[str, Any]], data: st.DataObject) -> None:
        values = {key: data.draw(beyond(leaf, bound)) for key, leaf in bounded.items()}
        said = faults(values)
        assert set(said) == set(map(".".join, bounded))
        for key, leaf in bounded.items():
            sentence = said[".".join(key)]
            assert f": {values[key]} is " in sentence and str(leaf[bound]) in sentence
            assert says_what_may_be(sentence, leaf), sentence

    for bound in BOUNDS:
        bounded = {key: leaf for key, leaf in LEAVES.items() if bound in leaf}
        assert bounded
        check(bound, bounded)
        tried += len(bounded)
    survival.tried(tried)


@pytest.mark.survives(UNKNOWN)
def test_an_unknown_key_is_named_with_a_known_one(survival: Survival) -> None:
    """Every known key misspelt, in its own section and as a section; and any word at all."""
    misspelt = {(*key[:-1], f"{key[-1][:-1]}x{key[-1][-1]}"): key for key in LEAVES}
    said = faults(dict.fromkeys(misspelt, 1))
    assert set(said) == set(map(".".join, misspelt))
    for wrong, key in misspelt.items():
        assert said[".".join(wrong)].startswith(f"{'.'.join(wrong)}: unknown key; did you mean ")
        assert ".".join(key) in said[".".join(wrong)]
    tried = len(misspelt)

    @settings(max_examples=50)
    @given(st.sampled_from(SECTIONS_OF_KEYS), st.text(min_size=1, max_size=20))
    def check(section: Key, name: str) -> None:
        nonlocal tried
        if (*section, name) not in {*LEAVES, *SECTIONS_OF_KEYS}:
            assert "unknown key; " in fault(changed({(*section, name): 1}))
            tried += 1

    check()
    survival.tried(tried)


@settings(max_examples=20)
@given(st.data())
def test_all_values_that_the_schema_allows_are_right(data: st.DataObject) -> None:
    values = {key: data.draw(right(leaf)) for key, leaf in LEAVES.items()}
    assert faults_of(changed(values), SCHEMA) == []


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_what_settings_themselves_refuse_is_told_before_any_job(section: str) -> None:
    """No value passes the checks of the configuration and fails in a job's settings."""
    module, name, others = SECTIONS[section]
    make: Callable[..., Any] = getattr(importlib.import_module(module), name)

    @settings(max_examples=12)
    @given(st.data())
    def check(key: Key, data: st.DataObject) -> None:
        config = changed({key: data.draw(right(LEAVES[key]))})
        given_settings = {k: v for k, v in config[section].items() if k not in others}
        try:
            made = make(**given_settings)
            if hasattr(made, "loop"):
                made.loop()
        except UserError:
            told = contradictions(config)
            if key == ("render", "background"):  # is a file, which is looked for apart
                return
            assert any(".".join(key) in sentence for sentence in told), config[section]

    for key in LEAVES:
        if key[0] == section and key[1] not in others:
            check(key)


@given(st.floats(0, 1, exclude_min=True))
def test_the_number_that_text_was_meant_for_is_one_to_yaml(number: float) -> None:
    said = fault(changed({("train_content", "learning_rate"): f"{number:.6g}"}))
    assert yaml.safe_load(said.rpartition("write ")[2].rstrip(".")) == float(f"{number:.6g}")


@given(st.from_regex(LEAVES["training", "budget"]["pattern"], fullmatch=True))
def test_each_budget_that_the_schema_allows_is_one(budget: str) -> None:
    ends = with_budget(LoopSettings(steps=1), budget.rstrip("\n"))
    assert ends.steps > 0 or (ends.minutes or 0) > 0


@pytest.mark.survives(WRONG)
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "train_content: {steps: many}",
            "train_content.steps: 'many' is not a whole number, 0 or more.",
        ),
        (
            "train_content: {steps: 1.0e+3}",
            "train_content.steps: 1000.0 is not a whole number, 0 or more; write 1000.",
        ),
        (
            "segment: {min_score: 3}",
            "segment.min_score: 3 is more than 1; give a number from 0 to 1.",
        ),
        ("device: gpu", "device: 'gpu' is not one of auto, cpu, cuda, cuda:N."),
        ("device: 'cuda:'", "device: 'cuda:' is not one of auto, cpu, cuda, cuda:N."),
        (
            "training: {budget: 30 parsecs}",
            "training.budget: '30 parsecs' is not a number of steps or a time, such as 2000 "
            "steps, 30 minutes or 1.5 h, or null.",
        ),
        ("training: {budget: 0 min}", "training.budget: '0 min' is not"),
        ("training: {budget: 1.5 steps}", "training.budget: '1.5 steps' is not"),
        ("training: {devices: true}", "training.devices: true is not a whole number from 1 to 64."),
        ("corpus:", "corpus: there is nothing below it; write its keys"),
        ("corpus: videos", "corpus: 'videos' is not a section of keys;"),
        ("corpus: [{videos: x}]", "indented on the lines below, without dashes."),
        (
            "corpus: {shards: '4'}",
            "corpus.shards: '4' is not a whole number from 1 to 9999; to YAML it is text, write 4.",
        ),
        ("corpus: {split: {val: '0,1'}}", "to YAML it is text, write 0.1."),
        ("train_content: {learning_rate: 1e-4}", "to YAML it is text, write 0.0001."),
        (
            "train_content: {ema: .nan}",
            "train_content.ema: nan is not a number from 0 to less than 1.",
        ),
        (
            "train_content: {dropout: None}",
            "train_content.dropout: 'None' is not a number from 0 to less than 1, or null; "
            "write null.",
        ),
        (
            "train_content: {recipe: Chunks}",
            "is not one of chunks, published; did you mean chunks?",
        ),
        (
            "corpus: {check_sync: 'yes'}",
            "corpus.check_sync: 'yes' is not true or false; write true, without quotation marks.",
        ),
        (
            "corpus: {speakers: no}",
            "corpus.speakers: false is not one of folder, file; YAML reads yes, no, on and "
            "off as true and false",
        ),
        (
            "animate: {blinks: off}",
            "animate.blinks: false is not one of natural, published, none; did you mean none?",
        ),
        (
            "animate: {portraits: ['a.png', '']}",
            "animate.portraits: ['a.png', ''] is not a path or a list of paths, none of them "
            "empty.",
        ),
        ("animate: {portraits: 3}", "animate.portraits: 3 is not a path or a list of paths"),
        ("animate: {fps: 0.5}", "animate.fps: 0.5 is less than 1; give a number from 1 to 240."),
        (
            "report: {title: 2026}",
            "report.title: 2026 is not text of 0 to 200 characters; put it in quotation marks.",
        ),
        ("report: {title: 2026-11-26}", "put it in quotation marks."),
        (
            "register: {smoothing_window: 6}",
            "register.smoothing_window: 6 is not an odd whole number from 1 to 101.",
        ),
        (
            "train_refinement: {widths: [4, 8]}",
            "train_refinement.widths, number 1: 4 is less than 8; give a whole number from 8 "
            "to 512.",
        ),
        (
            "train_refinement: {widths: [8]}",
            "train_refinement.widths: [8] is too short; give a list of 2 to 6 whole numbers "
            "from 8 to 512.",
        ),
        (
            "train_autovc: {crop: 50}",
            "train_autovc.crop: 50 is no multiple of 32; give a multiple of 32 from 32 to 4096.",
        ),
        ("train_autovc: {run: published}", "train_autovc.run: 'published' is not a name"),
        ("train_autovc: {run: ..}", "train_autovc.run: '..' is not a name"),
        ("results: out/{x}", "results: 'out/{x}' is not the path of a folder, without { and }."),
        (
            "render: {mark: ''}",
            "render.mark: '' is empty; give text of 1 to 60 characters, or null.",
        ),
    ],
)
def test_what_is_wrong_with_a_value_is_said_in_plain_words(text: str, sentence: str) -> None:
    assert sentence in fault(layered(text))


@pytest.mark.survives(UNKNOWN)
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fps: 24", "fps: unknown key; did you mean animate.fps?"),
        ("corpus: {shrads: 4}", "corpus.shrads: unknown key; did you mean corpus.shards?"),
        ("Corpus: {videos: x}", "Corpus: unknown key; did you mean corpus?"),
        ("animate: {FPS: 24}", "animate.FPS: unknown key; did you mean animate.fps?"),
        ("animate: {amp-pos: 1}", "animate.amp-pos: unknown key; did you mean animate.amp_pos?"),
        ("corpus.videos: x", "corpus.videos: unknown key; write videos indented below corpus."),
        ("corpus_videos: x", "corpus_videos: unknown key; did you mean corpus.videos?"),
        (
            "evaluate: {folds: 3}",
            "evaluate.folds: unknown key; did you mean evaluate.unheard.folds?",
        ),
        (
            "train_speaker: {run: x}",
            "train_speaker.run: unknown key; did you mean train_autovc.run, train_content.run",
        ),
        (
            "report: {nonsense: 1}",
            "report.nonsense: unknown key; known here: title, embed_mb, max_rows.",
        ),
        ("yes: 1", "true: unknown key; known here: results,"),
        ("1: 1", "1: unknown key; known here: results,"),
    ],
)
def test_what_an_unknown_key_may_have_been(text: str, sentence: str) -> None:
    assert fault(layered(text)).startswith(sentence)


def layered(text: str) -> dict[str, Any]:
    """A user's YAML over the shipped configuration."""

    def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
        for key, value in above.items():
            mixed = isinstance(value, dict) and isinstance(below.get(key), dict)
            below[key] = over(below[key], value) if mixed else value
        return below

    return over(copy.deepcopy(CONFIG), yaml.full_load(text))


def test_every_fault_is_told_at_once() -> None:
    text = "device: tpu\nfps: 3\nsede: 3\ncorpus: {shards: -1, shrads: 2}"
    with pytest.raises(UserError, match="wrong in 5 places; ") as error:
        check_all(layered(text), SCHEMA_FILE)
    with pytest.raises(UserError, match="wrong in 5 places; "):
        check_config(layered(text), SCHEMA_FILE)
    for key in ("device", "fps", "sede", "corpus.shards", "corpus.shrads"):
        assert f"\n  {key}: " in str(error.value)


def test_a_key_that_is_left_out_is_named() -> None:
    config = copy.deepcopy(CONFIG)
    del config["corpus"]["videos"], config["render"]["checkpoint"]
    assert sorted(faults_of(config, SCHEMA)) == [
        "corpus.videos is missing; config.yaml has its usual value.",
        "render.checkpoint is missing; config.yaml has its usual value.",
    ]
    config = copy.deepcopy(CONFIG)
    for section in SECTIONS:  # settings have values of their own
        required = SCHEMA["properties"][section].get("required", ())
        config[section] = {key: value for key, value in config[section].items() if key in required}
    check_all(config, SCHEMA_FILE)


def test_numbers_too_large_for_a_float_and_yaml_that_holds_itself_are_told_too() -> None:
    assert "segment.min_score: 1" in fault(changed({("segment", "min_score"): 10**400}))
    ring: dict[Any, Any] = {}
    ring["ring"] = ring
    assert "device: {'ring'" in fault(changed({("device",): ring}))


@pytest.mark.survives("Bad configuration: what YAML passes over in silence")
def test_what_yaml_passes_over_is_told(tmp_path: Path, survival: Survival) -> None:
    mine = tmp_path / "my.yaml"
    mine.write_text(
        "animate: {fps: 24}\nrender:\n  background: #00ff00\n  crf: 18\n  crf: 20\n"
        "animate: {seed: 3}\n"
    )
    assert sorted(swallowed([mine])) == [
        f"{mine}: YAML takes the colour #00ff00 of background for a comment; put it in quotation "
        "marks.",
        f"animate: given twice in {mine}, in lines 1 and 6, of which YAML keeps the last alone; "
        "put both together.",
        f"render.crf: given twice in {mine}, in lines 4 and 5, of which YAML keeps the last alone; "
        "put both together.",
    ]
    survival.tried(3)
    with pytest.raises(UserError, match="wrong in 3 places"):
        check_all(CONFIG, SCHEMA_FILE, [mine])


def test_what_is_no_yaml_is_left_to_snakemake(tmp_path: Path) -> None:
    for number, text in enumerate(("a: [", "", "a:\n\tb: 1", "- a", '{"a": {"b": 1}}')):
        (tmp_path / f"{number}.yaml").write_text(text)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00a")
    assert swallowed([*tmp_path.iterdir(), tmp_path / "none.yaml"]) == []
