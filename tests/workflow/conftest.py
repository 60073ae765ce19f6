"""What several tests of the workflow share, made once."""

from pathlib import Path

import pytest
from small_corpus import small_project

from mit_core.demo.footage import Settings, make_footage
from mit_core.demo.plan import plan


@pytest.fixture(scope="session")
def six_videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of six clips of one speaker."""
    folder = tmp_path_factory.mktemp("six")
    make_footage(plan(3)[:6], folder / "videos", folder / "truth", Settings(size=192))
    return folder / "videos"


@pytest.fixture(scope="session")
def two_videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of a.mp4 and b.mp4, for what is tried on single clips."""
    folder = tmp_path_factory.mktemp("two")
    clips = plan(3)[:2]
    make_footage(clips, folder / "videos", folder / "truth", Settings(size=128))
    for clip, name in zip(clips, "ab", strict=True):
        (folder / "videos" / f"{clip.id}.mp4").rename(folder / "videos" / f"{name}.mp4")
    return folder / "videos"


@pytest.fixture(scope="session")
def unbroken(six_videos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of a run that nothing happened to."""
    project = small_project(tmp_path_factory.mktemp("unbroken") / "project", six_videos)
    project.run("--", "prepare", "train_content")
    return project.folder / "out"
