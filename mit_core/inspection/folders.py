"""Folders that the workflow makes, and the JSON files that describe them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from mit_core.corpus.catalogue import IMAGE_SUFFIXES, VIDEO_SUFFIXES
from mit_core.corpus.dump import INDEX, open_split
from mit_core.errors import UserError, reason_of
from mit_core.inspection.finding import Finding, counted
from mit_core.inspection.networks import describe_checkpoint
from mit_core.report.closing import closing_words

_KINDS = ("content", "speaker", "autovc", "refinement", "translation", "detector")


def describe_folder(path: Path) -> Finding:
    """Results, a split's dump, a training's run, or footage."""
    if (path / INDEX).is_file() and (path / "landmarks.npy").is_file():
        return _dump(path)
    if (path / "best.pt").is_file():
        found = describe_checkpoint(path / "best.pt")
        return Finding(f"run of a training: {found.kind}", found.words, found.facts)
    if (path / "work").is_dir() and path.parent.name in _KINDS:
        raise UserError(
            f"{path} is a run of a training that has not ended: the command that began it goes on "
            "with it."
        )
    if any((path / name).is_dir() for name in ("models", "corpus", "animations", "shards")):
        return _results(path)
    suffixes = Counter(file.suffix.lower() for file in path.rglob("*") if file.is_file())
    videos = sum(suffixes[suffix] for suffix in VIDEO_SUFFIXES)
    pictures = sum(suffixes[suffix] for suffix in IMAGE_SUFFIXES)
    if not videos and not pictures:
        raise UserError(f"{path} is a folder without results, dump, videos or pictures in it.")
    words = f"It holds {counted(videos, 'video')} and {counted(pictures, 'picture')}."
    use = "It can be given as corpus.videos." if videos else "It can be given as animate.portraits."
    return Finding("folder of media", (words, use), {"videos": videos, "pictures": pictures})


def describe_json(path: Path) -> Finding:
    """A dump's index, a training's record or a shard's index."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path} cannot be read as JSON: it is damaged ({reason_of(error)})."
        ) from error
    if isinstance(held, dict) and {"offsets", "names", "speakers"} <= set(held):
        return _dump(path.parent)
    if isinstance(held, dict) and {"kind", "run", "steps"} <= set(held):
        return _run(held)
    if isinstance(held, list) and held and isinstance(held[0], dict) and "verdict" in held[0]:
        usable = sum(item.get("verdict") == "ok" for item in held)
        words = f"{counted(len(held), 'item')} of a shard, {usable} usable."
        return Finding("index of a shard", (words,), {"items": len(held), "usable": usable})
    raise UserError(f"{path} is JSON of a kind that is not known here.")


def _dump(folder: Path) -> Finding:
    try:
        split = open_split(folder, "mel" if _has_mel(folder) else "autovc")
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UserError(
            f"{folder} is a damaged dump ({reason_of(error)}): make it again (prepare)."
        ) from error
    frames = int(split.offsets[-1])
    speakers = Counter(split.speakers)
    if len(split.landmarks) != frames or len(split.features) != frames:
        raise UserError(
            f"{folder} is a damaged dump: its index tells of {frames} frames, and its arrays have "
            f"{len(split.landmarks)} and {len(split.features)}: make it again (prepare)."
        )
    shown = ", ".join(f"{name} {count}" for name, count in speakers.most_common(10))
    words = [
        f"{counted(len(split), 'segment')} of {counted(len(speakers), 'speaker')}, "
        f"{split.hours * 60:.1f} min ({frames:,} frames at 62.5 Hz)."
    ]
    if speakers:
        words.append(f"Segments a speaker: {shown}{' ...' if len(speakers) > 10 else ''}.")
    extra = "autovc" if (folder / "autovc.npy").is_file() else ""
    words.append(f"Features: mel{' and AutoVC' if extra else ''}.")
    facts = {
        "segments": len(split),
        "frames": frames,
        "speakers": dict(speakers),
        "digest": split.digest,
    }
    return Finding("a split's dump (what training reads)", tuple(words), facts)


def _has_mel(folder: Path) -> bool:
    """Pickles of others hold one feature alone; the mel's file is small then."""
    return not (folder / "autovc.json").is_file() or (folder / "mel.npy").stat().st_size > 1000


def _results(folder: Path) -> Finding:
    runs = {
        kind: sorted(path.parent.name for path in folder.glob(f"models/{kind}/*/best.pt"))
        for kind in _KINDS
    }
    told = "; ".join(f"{kind} {', '.join(names)}" for kind, names in runs.items() if names)
    words = [f"Trained networks: {told}." if told else "No network was trained yet."]
    words += [f"{line[0].upper()}{line[1:]}." for line in closing_words(folder).splitlines()]
    if runs["content"]:
        words.append(f"'mit animate PORTRAIT SPEECH -o OUT --results {folder}' uses them.")
    return Finding("results folder", tuple(words), {"runs": runs})


def _run(held: dict[str, Any]) -> Finding:
    words = (
        f"Run {held['run']!r} of the {held['kind']} network: {held['steps']} steps, best at "
        f"{held.get('best_step')}.",
    )
    return Finding("record of a training", words, held)
