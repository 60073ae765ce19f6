"""Clips, their ids and shards."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mit_core.corpus import catalogue
from mit_core.errors import UserError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_folder_is_searched_with_names_of_any_script_and_audio_beside(tmp_path: Path) -> None:
    touch(
        tmp_path / "ann" / "first take.MP4",
        tmp_path / "ann" / "first take.wav",
        tmp_path / "김" / "안녕하세요.mov",
        tmp_path / "it's.webm",
        tmp_path / ".hidden.mp4",
        tmp_path / "notes.txt",
        tmp_path / ".cache" / "x.mp4",
        tmp_path / "._b.mp4",
    )
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    clips = catalogue.list_clips(str(tmp_path))
    assert len(clips) == 3
    speakers = {clip.speaker for clip in clips}
    assert speakers == {"ann", "김", tmp_path.name}
    with_audio = [clip for clip in clips if clip.audio]
    assert [Path(clip.audio).name for clip in with_audio] == ["first take.wav"]
    assert any("안녕하세요" in clip.id for clip in clips)
    for clip in clips:
        assert not set(clip.id) & set(" '\"/{}")


def test_the_results_are_not_footage(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4", tmp_path / "results" / "shards" / "0000" / "video.mp4")
    listed = catalogue.list_clips(str(tmp_path), results=str(tmp_path / "results"))
    assert [clip.id for clip in listed] == ["a"]


def test_speaker_from_file(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4", tmp_path / "b.mp4")
    assert [c.speaker for c in catalogue.list_clips(str(tmp_path), "file")] == ["a", "b"]


def test_adding_a_clip_moves_no_other(tmp_path: Path) -> None:
    touch(*(tmp_path / f"{n}.mp4" for n in range(20)))
    before = catalogue.list_clips(str(tmp_path))
    touch(tmp_path / "00-new.mp4")
    after = {clip.id: clip for clip in catalogue.list_clips(str(tmp_path))}
    assert all(after[clip.id] == clip for clip in before)
    assert len(after) == 21


def test_same_stem_gets_distinct_ids(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4", tmp_path / "a.mov", tmp_path / "x" / "a.mp4")
    ids = [clip.id for clip in catalogue.list_clips(str(tmp_path))]
    assert len(set(ids)) == 3


def test_tsv_paths_are_relative_to_it_and_columns_win(tmp_path: Path) -> None:
    touch(tmp_path / "films" / "a.mp4", tmp_path / "films" / "a.flac")
    table = tmp_path / "clips.tsv"
    table.write_text("video\taudio\tspeaker\tsplit\nfilms/a.mp4\t\tAnn\ttest\nfilms/no.mp4\t\t\t\n")
    first, second = catalogue.list_clips(str(table))
    assert (first.speaker, first.split) == ("Ann", "test")
    assert Path(first.audio) == tmp_path / "films" / "a.flac"
    assert (second.speaker, second.split) == ("films", "")


def test_absolute_paths_in_a_tsv_give_short_ids(tmp_path: Path) -> None:
    touch(tmp_path / "far" / "a.mp4", tmp_path / "b.mp4")
    table = tmp_path / "lists" / "clips.tsv"
    table.parent.mkdir()
    table.write_text(f"video\n{tmp_path / 'far' / 'a.mp4'}\n../b.mp4\n")
    assert [clip.id for clip in catalogue.list_clips(str(table))] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("video\tspeker\na.mp4\tx\n", "speker"),
        ("video\tsplit\na.mp4\tdev\n", "line 2"),
        ("file\na.mp4\n", "video"),
    ],
)
def test_malformed_tsv_names_what_is_wrong(tmp_path: Path, text: str, word: str) -> None:
    table = tmp_path / "clips.tsv"
    table.write_text(text)
    with pytest.raises(UserError, match=word):
        catalogue.list_clips(str(table))


def test_nothing_found_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=str(tmp_path)):
        catalogue.list_clips(str(tmp_path))
    with pytest.raises(UserError, match="nowhere"):
        catalogue.list_clips(str(tmp_path / "nowhere"))


@given(st.text(min_size=1))
@example("0:" + 23 * "\U0001d400")  # as long as an id may be, in bytes
@example(99 * "\ud55c" + "?")
def test_slug_is_fit_for_a_file_name_and_keeps_names_apart(name: str) -> None:
    slug = catalogue.slug(name)
    assert slug and "/" not in slug and "--" not in slug and len(slug) <= 100
    assert catalogue.slug(slug) == slug or len(slug) > 90
    if slug != name:  # changed names carry a hash, so another name does not meet them
        assert catalogue.slug(name + "?") != slug


@given(st.text(min_size=1), st.integers(1, 10_000))
def test_shard_depends_on_the_clip_alone(name: str, shards: int) -> None:
    shard = catalogue.shard_of(name, shards)
    assert shard == catalogue.shard_of(name, shards)
    assert 0 <= int(shard) < shards


def test_media_lists_take_folders_files_and_lists(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "a.png", tmp_path / "in" / "b.txt", tmp_path / "c.jpg")
    found = catalogue.list_media(
        [str(tmp_path / "in"), str(tmp_path / "c.jpg")], {".png", ".jpg"}, "animate.portraits"
    )
    assert set(found) == {"a", "c"}
    with pytest.raises(UserError, match=r"animate\.portraits"):
        catalogue.list_media(str(tmp_path / "d"), {".png"}, "animate.portraits")
