"""Published-style checkpoints, given by path, make a portrait speak without any training."""

from pathlib import Path

import numpy as np
from project import Project
from published_files import write_made_up

from mit_core.demo.media import write_demo_media
from mit_core.media.image import write_image
from mit_core.media.probe import probe


def test_published_checkpoints_speak(tmp_path: Path) -> None:
    write_made_up(tmp_path / "checkpoints", tmp_path / "constants")
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
    for name in ("x_train_fl.pickle", "x_train_au.pickle", "vc.pth", "voice.wav"):
        (tmp_path / name).touch()
    write_image(tmp_path / "face.png", np.zeros((9, 9, 3), np.uint8))
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
