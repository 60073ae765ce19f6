"""A clip whose file changes or goes away while the run is at work on it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from media_clips import flash_and_beep
from reliability import Survival

from mit_core.corpus.catalogue import list_clips
from mit_core.corpus.shards import Item, read_index
from mit_core.corpus.stages import intake, normalise
from mit_core.corpus.stages.intake import intake_shard
from mit_core.corpus.stages.normalise import normalise_shard

KIND = "Footage changed, replaced or taken away during a run"
INTAKE = {"min_seconds": 1.0, "silence_dbfs": -60.0}
NORMALISE = {"crf": 18, "max_side": 1920}


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("clips")
    one = flash_and_beep(folder / "one.mp4", seconds=2.0)
    return one, flash_and_beep(folder / "other.mp4", seconds=3.0)


@pytest.fixture
def footage(clips: tuple[Path, Path], tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        shutil.copy(clips[0], folder / name)
    return folder


def take_in(footage: Path) -> dict[str, Item]:
    index = footage.parent / "out/shards/0000/intake.json"
    listed = [clip.as_dict() for clip in list_clips(str(footage))]
    intake_shard(listed, index, settings=INTAKE, code="")
    return {item.id: item for item in read_index(index)}


def bring_to_one_form(footage: Path) -> dict[str, Item]:
    folder = footage.parent / "out/shards/0000"
    index = folder / "normalise.json"
    normalise_shard(folder / "intake.json", index, settings=NORMALISE, code="")
    return {item.id: item for item in read_index(index)}


def faults(footage: Path, other: Path) -> dict[str, Callable[[], object]]:
    """What may happen to a.mp4."""
    video = footage / "a.mp4"
    return {
        "replaced": lambda: other.replace(video),
        "written over": lambda: video.write_bytes(other.read_bytes()),
        "cut": lambda: video.write_bytes(video.read_bytes()[:3000]),
        "longer": lambda: video.write_bytes(video.read_bytes() + other.read_bytes()),
        "emptied": lambda: video.write_bytes(b""),
        "gone": video.unlink,
        "a folder": lambda: (video.unlink(), video.mkdir()),
    }


FAULTS = ("replaced", "written over", "cut", "longer", "emptied", "gone", "a folder")


def check_restored(footage: Path, first: Path) -> None:
    """With the file in its place again the next run takes it, and b is not worked again."""
    video = footage / "a.mp4"
    if video.is_dir():
        video.rmdir()
    shutil.copy(first, video)
    before = (footage.parent / "out/shards/0000/intake/b/done.json").stat().st_mtime_ns
    assert take_in(footage)["a"].verdict == "ok"
    done = bring_to_one_form(footage)
    assert done["a"].verdict == done["b"].verdict == "ok"
    assert done["a"].seconds == pytest.approx(2.0)
    assert (footage.parent / "out/shards/0000/intake/b/done.json").stat().st_mtime_ns == before


@pytest.mark.survives(KIND)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_while_intake_reads_it(
    fault: str,
    when: str,
    footage: Path,
    clips: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The content that its key was made of is no longer the one that is inspected, or soon not."""
    other = Path(shutil.copy(clips[1], footage.parent / "other.mp4"))
    happen = faults(footage, other)[fault]
    inspect = intake.inspect_clip

    def fateful(video: Path, *rest: object) -> object:
        if video.name != "a.mp4":
            return inspect(video, *rest)
        if when == "before":
            happen()
            return inspect(video, *rest)
        record = inspect(video, *rest)
        happen()
        return record

    with monkeypatch.context() as patch:
        patch.setattr(intake, "inspect_clip", fateful)
        taken = take_in(footage)
    assert taken["a"].verdict == "changed" and "a.mp4 was changed" in taken["a"].reason
    assert taken["b"].verdict == "ok"
    check_restored(footage, clips[0])


@pytest.mark.survives(KIND)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
def test_between_intake_and_the_end_of_normalising(
    fault: str,
    when: str,
    footage: Path,
    clips: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert take_in(footage)["a"].verdict == "ok"
    other = Path(shutil.copy(clips[1], footage.parent / "other.mp4"))
    happen = faults(footage, other)[fault]
    convert = normalise.normalise

    def fateful(video: Path, *rest: object) -> object:
        if video.name == "a.mp4" and when == "before":
            happen()
        info = convert(video, *rest)
        if video.name == "a.mp4" and when == "after":
            happen()
        return info

    with monkeypatch.context() as patch:
        patch.setattr(normalise, "normalise", fateful)
        done = bring_to_one_form(footage)
    assert done["a"].verdict == "changed" and done["b"].verdict == "ok"
    check_restored(footage, clips[0])


@pytest.mark.survives(KIND)
def test_the_next_run_takes_the_new_content(
    footage: Path, clips: tuple[Path, Path], survival: Survival
) -> None:
    take_in(footage)
    shutil.copy(clips[1], footage / "a.mp4")
    assert bring_to_one_form(footage)["a"].verdict == "changed"
    survival.watch(footage)
    assert take_in(footage)["a"].verdict == "ok"
    assert bring_to_one_form(footage)["a"].seconds == pytest.approx(3.0)


@pytest.mark.survives(KIND)
def test_a_clip_that_is_gone_when_its_turn_comes(footage: Path, clips: tuple[Path, Path]) -> None:
    """It was listed when the run was planned; put back, it is taken as any."""
    index = footage.parent / "out/shards/0000/intake.json"
    listed = [clip.as_dict() for clip in list_clips(str(footage))]
    (footage / "a.mp4").unlink()
    intake_shard(listed, index, settings=INTAKE, code="")
    assert {item.id: item.verdict for item in read_index(index)} == {"a": "not_found", "b": "ok"}
    check_restored(footage, clips[0])
