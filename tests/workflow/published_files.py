"""Files laid out as MakeItTalk's published ones."""

from pathlib import Path

import numpy as np
import torch
from project import Project, with_values

from mit_core.demo.media import write_demo_media
from mit_core.faces.standard_face import standard_face
from mit_core.media.audio import read_audio, write_wav
from mit_core.models.autovc import AutoVC
from mit_core.models.content import ContentBranch
from mit_core.models.published import PUBLISHED, write_published
from mit_core.models.speaker_aware import SpeakerAware


def write_made_up(checkpoints: Path, constants: Path) -> None:
    """Files as the published ones are, with untrained weights and constants of our own."""
    for home in (checkpoints, constants):
        home.mkdir(parents=True)
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


def speaking_project(folder: Path) -> Project:
    """A project whose config.yaml itself names such files, a portrait and a recording."""
    write_made_up(folder / "checkpoints", folder / "constants")
    face, voice = folder / "face.png", folder / "voice.wav"
    write_demo_media(face, voice, folder / "human.wav", folder)
    write_wav(voice, read_audio(voice)[:32_000])
    mine = Project(folder / "project", {})
    config = mine.folder / "config.yaml"
    given = {
        "published": {
            "checkpoints": str(folder / "checkpoints"),
            "constants": str(folder / "constants"),
        },
        "animate": {"portraits": str(face), "speech": str(voice)},
        # of the report, which measures them on footage
        "demo": {"clips_per_speaker": 3, "batches": 1, "footage": {"size": 192}},
        "corpus": {"shards": 1},
        "evaluate": {"clips": 1, "videos": 1},
    }
    config.write_text(with_values(config.read_text("utf-8"), given), "utf-8")
    return mine
