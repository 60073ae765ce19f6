"""``mit doctor``: what is there, what is missing, and how to get it."""

import json
import shutil
from importlib import metadata
from pathlib import Path

import pytest
import torch
from network_makers import write_networks

from mit_core.checkup import all_checks, packages, places, programs, weights
from mit_core.checkup.check import FOUND, LACKING, NOTE
from mit_core.cli.main import main
from mit_core.configuration.check import check_config
from mit_core.errors import UserError
from mit_core.inspection.settings import PROJECT, layered, read_config


def by_name(checks):
    return {check.name: check for check in checks}


@pytest.fixture
def config():
    return read_config(PROJECT / "config.yaml")


def test_this_environment_is_ready(tmp_path, capsys):
    write_networks(tmp_path, drawing=())
    assert main(["doctor", "--results", str(tmp_path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    checks = {each["name"]: each for each in told["checks"]}
    assert told["ready"]
    for name in ("Python", "packages", "ffmpeg", "PyTorch", "disk", "landmarks by mediapipe"):
        assert checks[name]["state"] == FOUND, checks[name]
    assert "libx264" in checks["ffmpeg"]["words"]
    assert torch.__version__ in checks["PyTorch"]["words"]
    assert checks["trained networks"]["words"].startswith("content default; speaker default in")
    for name in ("GPU", "SLURM", "conda", "MakeItTalk's published checkpoints", "VGG19"):
        assert checks[name]["state"] in (FOUND, NOTE)


def test_what_is_missing_is_told_with_its_remedy(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    assert main(["doctor", "--results", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "MISSING make" in out and "package manager" in out
    assert out.splitlines()[-1] == "'make demo' cannot run yet; missing: make."
    assert "sbatch is not here" in out


@pytest.fixture
def project(tmp_path):
    (tmp_path / "requirements.txt").write_text(
        "numpy==1\nno-such-thing  # for all\n\n# for those who work on the project\nno-such-tool\n"
    )
    (tmp_path / "requirements.lock").write_text(
        "# pinned\nnumpy==0.1\nno_such_thing==2\nno_such_tool==3\nno-such-mac==1 ; "
        'platform_system == "Nowhere"\ntqdm==' + metadata.version("tqdm") + "\n"
    )
    return tmp_path


def test_packages_that_are_missing_or_at_other_versions_are_named(project):
    checks = by_name(packages.check_packages(project))
    assert checks["packages"].state == LACKING
    assert checks["packages"].words == "missing: no-such-thing"
    assert "make env" in checks["packages"].remedy
    tools = checks["packages for development"]
    assert tools.state == NOTE and "no-such-tool" in tools.words
    versions = checks["versions of packages"]
    assert versions.state == NOTE
    assert versions.words.endswith(f"numpy {metadata.version('numpy')} (pinned: 0.1)")


def test_a_library_without_its_project_cannot_make_the_demo(tmp_path):
    (check,) = packages.check_packages(tmp_path)
    assert check.state == LACKING and "requirements.lock" in check.words and check.remedy


def test_what_a_package_needs_in_turn_counts(project, monkeypatch):
    monkeypatch.setattr(
        metadata, "requires", lambda name: ["no-such-part>1"] if name == "numpy" else None
    )
    assert "no-such-part" in by_name(packages.check_packages(project))["packages"].words


def test_an_ffmpeg_without_the_encoder_will_not_do(monkeypatch):
    monkeypatch.setattr(programs, "_said", lambda *words: "ffmpeg version 7\n V..... mpeg4 \n")
    check = programs.check_ffmpeg()
    assert check.state == LACKING and "without libx264" in check.words and check.remedy


def test_a_package_that_cannot_be_imported_does_not_end_it(monkeypatch):
    def absent():
        raise ModuleNotFoundError(name="torch")

    monkeypatch.setattr(all_checks, "_devices", absent)
    checks = by_name(all_checks._tried("PyTorch", all_checks._devices))
    assert checks["PyTorch"].state == LACKING and "package torch" in checks["PyTorch"].words


def test_weights_that_the_configuration_names_are_looked_for(config, tmp_path):
    given = tmp_path / "published"
    given.mkdir()
    (given / "ckpt_autovc.pth").touch()
    syncnet = tmp_path / "syncnet_v2.model"
    syncnet.touch()
    wing = tmp_path / "wing.pt"
    wing.touch()
    mine = {
        "published": {"checkpoints": str(given)},
        "evaluate": {"syncnet": str(syncnet)},
        "train_refinement": {"perceptual_weights": "/nowhere/vgg19.pth"},
        "landmarks": {"detector": "adaptive_wing", "weights": str(wing)},
    }
    whole = layered(config, mine)
    check_config(whole, PROJECT / "rules" / "config.schema.yaml")
    checks = weights.check_given(whole)
    words = {check.words for check in checks}
    assert f"{given} lacks ckpt_content_branch.pth, ckpt_speaker_branch.pth" in words
    assert f"{syncnet} (evaluate.syncnet)" in words
    missing = "train_refinement.perceptual_weights is /nowhere/vgg19.pth, which is not there"
    assert missing in words
    assert {check.state for check in checks} == {FOUND, NOTE}
    detectors = by_name(weights.check_detectors(whole))
    assert detectors["landmarks by adaptive_wing"].state == FOUND
    assert detectors["landmarks by face_alignment"].remedy.startswith("optional")


def test_every_key_of_weights_is_one_of_the_configuration(config):
    for key in weights._KEYS:
        section, _, name = key.partition(".")
        assert name in config[section]


def test_face_alignments_weights_are_looked_for_where_torch_keeps_them(monkeypatch, tmp_path):
    for variable in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    assert weights.fetched_weights() == Path(torch.hub.get_dir()) / "checkpoints"
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert weights.fetched_weights() == Path(torch.hub.get_dir()) / "checkpoints"


def test_a_full_disk_is_told(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=10**7)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    check = places.check_room(tmp_path / "not" / "yet")
    assert check.state == LACKING and "make room" in check.remedy


def test_a_configuration_that_cannot_be_read_is_an_error(tmp_path, capsys):
    (tmp_path / "my.yaml").write_text("a: [1")
    with pytest.raises(UserError, match="YAML"):
        read_config(tmp_path / "my.yaml")
    words = ["doctor", "--results", str(tmp_path), "--config"]
    assert main([*words, str(tmp_path / "my.yaml")]) == 1
    assert "my.yaml" in capsys.readouterr().err
    assert main([*words, str(tmp_path / "none.yaml")]) == 1
    assert "none.yaml" in capsys.readouterr().err
