"""The studio's own folder: what visitors gave, and the portraits and speech of the results."""

import hashlib
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image

from mit_core.corpus.catalogue import AUDIO_SUFFIXES, IMAGE_SUFFIXES
from mit_core.demo.cartoon import write_cartoon
from mit_core.demo.plan import PORTRAIT, RECORDED
from mit_core.demo.portrait import demo_portrait
from mit_core.demo.recording import recorded_speech
from mit_core.errors import UserError
from mit_core.faces.puppet_beside import is_part_of_puppet
from mit_core.faces.table_beside import table_beside
from mit_core.files import read_json, write_json
from mit_core.holding import hold
from mit_core.media.audio import audio_seconds
from mit_core.studio.replies import RefusalError

PORTRAITS, SPEECHES = "portraits", "speeches"

_FILES = {PORTRAITS: "portrait.png", SPEECHES: "speech.wav"}
_RECORD = "upload.json"
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Medium:
    """A portrait or a recording that can be chosen.

    Attributes:
        id: what the page calls it; never part of a path unless the studio made it up.
        kind: ``portraits`` or ``speeches``.
        name: what a person calls it.
        origin: ``results``, ``demo`` or ``upload``; only the last can be taken away.
        path: the file.
        facts: ``size`` and ``original`` (width, height) of portraits, ``seconds`` of speech.
        when: of uploads, seconds since 1970.
    """

    id: str
    kind: str
    name: str
    origin: str
    path: Path
    facts: dict[str, Any]
    when: float = 0.0

    def told(self) -> dict[str, Any]:
        """As the page is told; no path."""
        placed = self.kind == PORTRAITS and table_beside(self.path).is_file()
        own = {"placed": placed} if self.kind == PORTRAITS else {}
        return {
            "id": self.id,
            "name": self.name,
            "origin": self.origin,
            "when": self.when,
            **self.facts,
            **own,
        }


class Store:
    """Everything below ``{results}/studio``, taken for this process.

    Raises:
        UserError: another studio has it, or nothing can be written there.
    """

    def __init__(self, results: Path):
        self.results = results
        self.folder = results / "studio"
        try:
            self._held = hold(self.folder)
        except UserError as error:
            if not isinstance(error.__cause__, BlockingIOError):
                raise  # nothing can be written there, say
            raise UserError(
                f"another studio is open on {results}: use that one, or close it first."
            ) from error
        self.renders = self.folder / "renders"
        self.incoming = self.folder / "incoming"
        # what a killed server left half done
        shutil.rmtree(self.incoming, ignore_errors=True)
        self.incoming.mkdir(parents=True)
        for kind in _FILES:
            _remove_halves(self.folder / kind, _RECORD)

    def close(self) -> None:
        """Give the folder back."""
        if self._held is not None:
            self._held.close()

    def media(self, kind: str) -> list[Medium]:
        """All that can be chosen: uploads, the latest first, then what lies in the results."""
        uploads = sorted(self._uploads(kind), key=lambda medium: -medium.when)
        return [*uploads, *self._given[kind].values()]

    def medium(self, kind: str, id_: object) -> Medium:
        """One of them.

        Raises:
            RefusalError: there is none of that id.
        """
        found: Medium | None = None
        if isinstance(id_, str):
            found = self._given[kind].get(id_)
            if found is None and _ID.fullmatch(id_):
                found = self._upload(kind, id_)
        if found is not None and found.path.is_file():
            return found
        raise RefusalError("gone", 404)

    def new(self, kind: str) -> tuple[str, Path]:
        """An id and the file to write for an upload, which is one once ``keep`` is called."""
        id_ = secrets.token_hex(8)
        path = self.folder / kind / id_ / _FILES[kind]
        path.parent.mkdir(parents=True)
        return id_, path

    def keep(self, kind: str, id_: str, name: str, when: float, facts: dict[str, Any]) -> Medium:
        """Record a written upload."""
        record = {"name": name, "when": when, "facts": facts}
        write_json(self.folder / kind / id_ / _RECORD, record)
        return self.medium(kind, id_)

    def drop(self, kind: str, id_: str) -> None:
        """Remove an upload; its record first, so that half of it is none."""
        medium = self.medium(kind, id_)
        if medium.origin != "upload":
            raise RefusalError("not_yours", 403)
        (medium.path.parent / _RECORD).unlink(missing_ok=True)
        shutil.rmtree(medium.path.parent, ignore_errors=True)

    def _uploads(self, kind: str) -> Iterator[Medium]:
        for record in (self.folder / kind).glob(f"*/{_RECORD}"):
            if found := self._upload(kind, record.parent.name):
                yield found

    def _upload(self, kind: str, id_: str) -> Medium | None:
        path = self.folder / kind / id_ / _FILES[kind]
        try:
            record = read_json(path.with_name(_RECORD))
            return Medium(
                id_, kind, record["name"], "upload", path, record["facts"], record["when"]
            )
        except (OSError, ValueError, KeyError):
            return None

    @cached_property
    def _given(self) -> dict[str, dict[str, Medium]]:
        """What the run animated where it made it itself, and the demo's own in any case."""
        lying = self.results / "demo_media"
        pictures = _files(lying, IMAGE_SUFFIXES)
        sounds = _files(lying, frozenset(AUDIO_SUFFIXES))
        own = self.folder / "demo"
        found: dict[str, dict[str, Medium]] = {PORTRAITS: {}, SPEECHES: {}}
        for path in [*pictures, *_demo_portraits(own, {path.stem for path in pictures})]:
            with Image.open(path) as image:
                facts = {"size": image.size, "original": image.size}
            self._give(found, PORTRAITS, path, facts)
        for path in sounds or _demo_speech(own):
            self._give(found, SPEECHES, path, {"seconds": round(audio_seconds(path), 2)})
        return found

    def _give(
        self, found: dict[str, dict[str, Medium]], kind: str, path: Path, facts: dict[str, Any]
    ) -> None:
        place = path.relative_to(self.results).as_posix()
        id_ = "given-" + hashlib.sha256(place.encode()).hexdigest()[:16]
        origin = "demo" if path.parent == self.folder / "demo" else "results"
        name = path.stem.replace("_", " ")
        found[kind][id_] = Medium(id_, kind, name, origin, path, facts)


def _files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in suffixes
        and not path.name.startswith(".")
        and not is_part_of_puppet(path)
    )


def _demo_portraits(folder: Path, there: set[str]) -> list[Path]:
    if PORTRAIT in there:
        return []
    portrait = folder / f"{PORTRAIT}.png"
    if not portrait.is_file():
        demo_portrait(portrait)
    return [portrait, write_cartoon(folder)]


def _demo_speech(folder: Path) -> list[Path]:
    path = folder / f"{RECORDED}.wav"
    if not path.is_file():
        recorded_speech(path)
    return [path]


def _remove_halves(folder: Path, record: str) -> None:
    for each in folder.glob("*"):
        if _ID.fullmatch(each.name) and not (each / record).is_file():
            shutil.rmtree(each, ignore_errors=True)
