"""What the user brought: clips with their ids, speakers and shards, before any file is opened.

Standard library only, since the workflow lists the clips at parse time.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mit_core.errors import UserError
from mit_core.files import is_file, is_folder, read_table

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m4v"})
# In the order in which they are preferred as the sound of the video they lie beside.
AUDIO_SUFFIXES = (".wav", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".aac")
IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
SPLITS = ("train", "val", "test")
TSV_COLUMNS = ("video", "audio", "speaker", "split")
# Bytes of an id: file systems take names of 255, in which two ids and an ending must fit.
_LONGEST_ID = 100
_TOLD = 200
"""Characters of a table that an error repeats."""


@dataclass(frozen=True)
class Clip:
    """One input video.

    Attributes:
        id: unique, stable, and fit for a file name.
        video: path as given.
        audio: path of separate audio, or "" when the video's own is used.
        speaker: name of who speaks.
        split: "train", "val", "test", or "" to let the corpus decide.
    """

    id: str
    video: str
    audio: str
    speaker: str
    split: str = ""

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def list_clips(
    videos: str | Sequence[str], speaker_from: str = "folder", results: str = ""
) -> list[Clip]:
    """List the clips of folders and TSV files, sorted by id.

    Args:
        videos: a folder (searched with its subfolders), a TSV with a ``video`` column and optional
            ``audio``, ``speaker`` and ``split`` columns (paths relative to the TSV), a video file,
            or a list of these.
        speaker_from: "folder" names the speaker by the folder a video lies in, "file" makes each
            file its own speaker; a TSV's ``speaker`` column wins.
        results: a folder that is not searched, where the workflow's own videos lie.

    Raises:
        UserError: a path does not exist, a TSV is malformed, or nothing was found.
    """
    sources = [videos] if isinstance(videos, str) else list(videos)
    found: list[tuple[str, Clip]] = []
    for source in sources:
        path = Path(source)
        if is_folder(path):
            found += _folder_clips(path, speaker_from, results)
        elif not is_file(path):
            raise UserError(
                f"corpus.videos: {source} does not exist; give a folder of videos, or a TSV file "
                f"with the columns {', '.join(TSV_COLUMNS)}."
            )
        elif path.suffix.lower() == ".tsv":
            found += _tsv_clips(path, speaker_from)
        else:
            found.append(_clip(path, path.name, speaker_from))
    if not found:
        raise UserError(
            f"corpus.videos: no video found in {', '.join(sources)}; looked for "
            f"{', '.join(sorted(VIDEO_SUFFIXES))}."
        )
    return sorted(_unique(found), key=lambda clip: clip.id)


def list_media(
    given: str | Sequence[str],
    suffixes: Iterable[str],
    key: str,
    skip: Callable[[Path], bool] | None = None,
) -> dict[str, str]:
    """Map an id to each file of a folder or list, for portraits and speech.

    Args:
        given: a folder (not searched deeper), a file, or a list of these.
        suffixes: file name endings that count inside a folder, lower case with their dot.
        key: the config key, for errors.
        skip: tells files inside a folder that belong to others and are no portrait themselves.

    Raises:
        UserError: a path does not exist, or a folder holds nothing that fits.
    """
    wanted = frozenset(suffixes)
    files: list[Path] = []
    for source in [given] if isinstance(given, str) else given:
        path = Path(source)
        if is_folder(path):
            inside = [
                file
                for file in sorted(path.iterdir())
                if file.suffix.lower() in wanted and not file.name.startswith(".")
                if skip is None or not skip(file)
            ]
            if not inside:
                raise UserError(f"{key}: {source} holds no {', '.join(sorted(wanted))} file.")
            files += inside
        elif is_file(path):
            files.append(path)
        else:
            raise UserError(f"{key}: {source} does not exist; give a file, a folder or a list.")
    pairs = [(file.name, Clip(slug(file.stem), str(file), "", "")) for file in dict.fromkeys(files)]
    return {clip.id: clip.video for clip in _unique(pairs)}


def shard_of(clip_id: str, shards: int) -> str:
    """The shard of a clip: a hash of its id alone, so that other clips never move it."""
    return f"{int(hashlib.sha256(clip_id.encode()).hexdigest()[:12], 16) % shards:04d}"


def slug(name: str) -> str:
    """``name`` fit for a file name and a Snakemake wildcard; letters of any script stay.

    A name that had to change gets a short hash of the original, so that no two names meet.
    """
    kept = re.sub(r"[^\w.\-]+", "_", name).strip("._") or "clip"
    kept = kept.replace("--", "-")  # separates portrait and speech in an animation's name
    if kept == name and len(kept.encode()) <= _LONGEST_ID:
        return kept
    ending = f"_{_short_hash(name)}"
    return kept.encode()[: _LONGEST_ID - len(ending)].decode(errors="ignore") + ending


def _short_hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:6]


def printable(path: str | Path) -> str:
    """A path as text that can be written anywhere: bytes that are no UTF-8 become ``\\xNN``.

    No file has such a path: intake tells that the name is the reason.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _folder_clips(folder: Path, speaker_from: str, results: str) -> list[tuple[str, Clip]]:
    clips = []
    seen = {os.path.realpath(results)} if results else set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:  # the results, or a link that leads back up
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        beside = {name.lower(): name for name in names}
        for name in sorted(names):
            path = Path(parent, name)
            if path.suffix.lower() in VIDEO_SUFFIXES and not name.startswith("."):
                relative = path.relative_to(folder)
                clips.append(_clip(path, str(relative), speaker_from, beside))
    return clips


def _tsv_clips(table: Path, speaker_from: str) -> list[tuple[str, Clip]]:
    columns, rows = read_table(table)
    if "video" not in columns or not {*columns} <= {*TSV_COLUMNS}:
        raise UserError(
            f"{table}: the first line must name tab-separated columns, video and optionally "
            f"audio, speaker, split; it has {', '.join(columns)[:_TOLD] or 'nothing'}."
        )
    clips = []
    for number, row in enumerate(rows, start=2):
        video = row["video"].strip()
        if not video:
            continue
        if not Path(video).name or "\0" in video + row.get("audio", ""):
            raise UserError(
                f"{table} line {number}: {video[:_TOLD]!r} is no file's name; give the path of a "
                "video, from the table's folder on."
            )
        split = row.get("split", "").strip()
        if split and split not in SPLITS:
            raise UserError(
                f"{table} line {number}: split is {split[:_TOLD]!r}; use train, val, test or leave "
                "it empty."
            )
        path = table.parent / video
        # a path that leads away from the table says nothing of the clip: its file name does
        away = Path(video).is_absolute() or ".." in Path(video).parts
        _, clip = _clip(path, path.name if away else video, speaker_from)
        audio = row.get("audio", "").strip()
        clips.append(
            (
                video,
                Clip(
                    clip.id,
                    clip.video,
                    str(table.parent / audio) if audio else clip.audio,
                    row.get("speaker", "").strip() or clip.speaker,
                    split,
                ),
            )
        )
    return clips


def _clip(
    path: Path, name: str, speaker_from: str, beside: dict[str, str] | None = None
) -> tuple[str, Clip]:
    stem = printable(Path(name).with_suffix("")).replace(os.sep, "-")
    speaker = printable(path.stem if speaker_from == "file" else path.absolute().parent.name)
    sound = _audio_beside(path, beside)
    return name, Clip(slug(stem), printable(path), printable(sound) if sound else "", speaker)


def _audio_beside(video: Path, beside: dict[str, str] | None) -> str:
    for suffix in AUDIO_SUFFIXES:
        name = f"{video.stem}{suffix}"
        if beside is not None:
            if name.lower() in beside:
                return str(video.with_name(beside[name.lower()]))
        elif is_file(video.with_name(name)):
            return str(video.with_name(name))
    return ""


def _unique(found: list[tuple[str, Clip]]) -> list[Clip]:
    """Give clips whose ids meet (a.mp4 and a.mov, two folders' a.mp4) a hash of what differs.

    Names that differ by capitals alone meet, too: some file systems know no difference.
    """
    ids = Counter(clip.id.casefold() for _, clip in found)
    clips: dict[str, Clip] = {}
    for _, clip in found:
        name = clip.id
        if ids[name.casefold()] > 1:
            name = f"{name}_{_short_hash(clip.video)}"
        clips[name] = Clip(name, clip.video, clip.audio, clip.speaker, clip.split)
    return list(clips.values())
