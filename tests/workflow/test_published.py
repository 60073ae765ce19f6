"""Published-style checkpoints, given by path, make a portrait speak without any training."""

from pathlib import Path

import numpy as np
import torch
from project import Project

from mit_core.demo.media import write_demo_media
from mit_core.faces.standard_face import standard_face
from mit_core.media.probe import probe
from mit_core.models.autovc import AutoVC
from mit_core.models.content import ContentBranch
from mit_core.models.published import PUBLISHED, write_published
from mit_core.models.speaker_aware import SpeakerAware


def write_made_up(folder: Path) -> None:
    """Files as the published ones are, with untrained weights and constants of our own."""
    checkpoints, constants = folder / "checkpoints", folder / "constants"
    for home in (checkpoints, constants):
        home.mkdir()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        networks = {"content": ContentBranch(), "speaker": SpeakerAware(), "autovc": AutoVC()}
    for kind, network in networks.items():
        write_published(kind, network.state_dict(), checkpoints / PUBLISHED[kind].name)
    for name, numbers in {
        "STD_FACE_LANDMARKS.txt": standard_face().ravel(),
        "MEAN_STD_AUTOVC_RETRAIN_MEL_AU.txt": np.repeat([0.5, 0.2], 80),
        "obama_emb.txt": np.full(256, 1 / 16),
    }.items():
        np.savetxt(constants / name, numbers)


def test_published_checkpoints_speak(tmp_path: Path) -> None:
    write_made_up(tmp_path)
    write_demo_media(
        tmp_path / "face.png", tmp_path / "voice.wav", tmp_path / "human.wav", tmp_path
    )
    project = Project(
        tmp_path / "project",
        {
            "published": {
                "checkpoints": str(tmp_path / "checkpoints"),
                "constants": str(tmp_path / "constants"),
            },
            "animate": {
                "portraits": str(tmp_path / "face.png"),
                "speech": str(tmp_path / "voice.wav"),
            },
        },
    )
    jobs = project.jobs("animate")
    assert jobs["adopt_published"] == 1 and not {"intake", "fit_content"} & set(jobs)
    project.run("--", "animate")
    (video,) = (project.folder / "out" / "animations").glob("*.mp4")
    assert probe(video).duration_s > 1
    jobs = project.jobs()
    assert jobs["evaluate_content"] == jobs["report"] == 1
    assert not {"fit_autovc", "fit_content", "fit_speaker"} & set(jobs)
    target = tmp_path / "constants" / "obama_emb.txt"
    np.savetxt(target, np.full(256, -1 / 16))
    assert project.jobs("animate")["adopt_published"] == 1
    for key, settings in (
        ("published.constants", {"published": project.settings["published"] | {"constants": None}}),
        ("content_feature", {"content_feature": "mel"}),
    ):
        other = Project(tmp_path / key, project.settings | settings)
        done = other.snakemake("--dry-run", "--", "animate")
        assert done.returncode != 0 and key in done.stdout + done.stderr


def test_pickles_of_converted_speech_need_no_footage(tmp_path: Path) -> None:
    """With the converter that made them; the default of import_dump.feature."""
    for name in ("x_train_fl.pickle", "x_train_au.pickle", "vc.pth", "face.png", "voice.wav"):
        (tmp_path / name).touch()
    project = Project(
        tmp_path / "project",
        {
            "import_dump": {"prefix": str(tmp_path / "x")},
            "autovc": {"checkpoint": str(tmp_path / "vc.pth")},
            "animate": {
                "portraits": str(tmp_path / "face.png"),
                "speech": str(tmp_path / "voice.wav"),
            },
        },
    )
    jobs = project.jobs()
    assert jobs["import_dump"] == jobs["given_autovc"] == jobs["fit_content"] == 1
    assert not {"intake", "speech", "autovc", "fit_autovc"} & set(jobs)
