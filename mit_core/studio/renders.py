"""Renders, one after another in a thread of their own: queued, watched, stopped, kept."""

import queue
import re
import secrets
import shutil
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mit_core.errors import UserError
from mit_core.files import read_json, write_json
from mit_core.studio.choices import Choices
from mit_core.studio.replies import RefusalError, reply_of
from mit_core.studio.stage import Stage
from mit_core.studio.store import Medium

MOST_WAITING = 20
_REMEMBERED = 20  # renders that failed or were stopped
_VIDEO, _RECORD = "video.mp4", "render.json"
_KEYS = {"id", "when", "portrait", "speech", "choices", "seconds", "bytes"}
_ID = re.compile(r"[0-9a-f]{16}")

WAITING, DRAWING, DONE, FAILED, STOPPED = "waiting", "drawing", "done", "failed", "stopped"


class _StoppedError(Exception):
    """Somebody asked to stop."""


@dataclass
class Job:
    """A render that was asked for.

    Attributes:
        state: one of this module's.
        done, total: frames.
        begun: when the first frame was drawn, by ``clock``; None before.
    """

    id: str
    portrait: Medium
    speech: Medium
    choices: Choices
    when: float
    state: str = WAITING
    done: int = 0
    total: int = 0
    begun: float | None = None
    error: dict[str, object] | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def told(self, now: float) -> dict[str, Any]:
        """As the page is told; ``left`` are seconds, or None where nobody knows yet."""
        left = None
        if self.state == DRAWING and self.begun is not None and self.done:
            left = (self.total - self.done) * (now - self.begun) / self.done
        return {
            **_described(self),
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "left": left,
            "error": self.error,
        }


class Renders:
    """The queue and what came of it.

    Args:
        folder: of renders; half ones that lie there are removed.
        stage: makes the landmarks.
        clock: in seconds.
    """

    def __init__(self, folder: Path, stage: Stage, clock: Callable[[], float] = time.monotonic):
        self._folder = folder
        self._stage = stage
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        folder.mkdir(parents=True, exist_ok=True)
        for each in folder.iterdir():
            if _ID.fullmatch(each.name) and not (each / _RECORD).is_file():
                shutil.rmtree(each, ignore_errors=True)
        self._worker = threading.Thread(target=self._work, name="renders", daemon=True)
        self._worker.start()

    def add(self, portrait: Medium, speech: Medium, choices: Choices) -> Job:
        """Queue a render.

        Raises:
            RefusalError: too many wait already.
        """
        job = Job(secrets.token_hex(8), portrait, speech, choices, time.time())
        with self._lock:
            if sum(other.state == WAITING for other in self._jobs.values()) >= MOST_WAITING:
                raise RefusalError("queue_full", 429)
            self._jobs[job.id] = job
        self._queue.put(job)
        return job

    def stop(self, id_: str) -> None:
        """Stop a render that waits or is drawn; what there is of it is thrown away."""
        with self._lock:
            job = self._jobs.get(id_)
            if job is None or job.state not in (WAITING, DRAWING):
                raise RefusalError("not_running", 409)
            job.stop.set()
            if job.state == WAITING:
                job.state = STOPPED

    def told(self) -> list[dict[str, Any]]:
        """Renders that wait or are drawn, and those that lately came to nothing."""
        with self._lock:
            now = self._clock()
            return [job.told(now) for job in self._jobs.values() if job.state != DONE]

    def forget(self, id_: str) -> bool:
        """No longer tell of a render that came to nothing; False where it is no such one."""
        with self._lock:
            job = self._jobs.get(id_)
            if job is None or job.state not in (FAILED, STOPPED):
                return False
            del self._jobs[id_]
            return True

    def history(self) -> list[dict[str, Any]]:
        """Finished renders, the latest first."""
        records = (self._record(path.parent.name) for path in self._folder.glob(f"*/{_RECORD}"))
        known = [record for record in records if record]
        return sorted(known, key=lambda record: -record["when"])

    def video(self, id_: str) -> tuple[Path, dict[str, Any]]:
        """A finished render's file and record."""
        record = self._record(id_)
        path = self._folder / id_ / _VIDEO
        if record is None or not path.is_file():
            raise RefusalError("gone", 404)
        return path, record

    def delete(self, id_: str) -> None:
        """Remove a finished render."""
        path, _ = self.video(id_)
        (path.parent / _RECORD).unlink(missing_ok=True)
        shutil.rmtree(path.parent, ignore_errors=True)

    def close(self) -> None:
        """Stop what is under way and end the thread."""
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()
        self._queue.put(None)
        self._worker.join(timeout=10)

    def _record(self, id_: str) -> dict[str, Any] | None:
        if not _ID.fullmatch(id_):
            return None
        try:
            record = read_json(self._folder / id_ / _RECORD)
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) and record.keys() >= _KEYS else None

    def _work(self) -> None:
        while (job := self._queue.get()) is not None:
            with self._lock:
                if job.stop.is_set():
                    continue
                job.state = DRAWING
            self._run(job)
            self._tidy()

    def _run(self, job: Job) -> None:
        home = self._folder / job.id
        state, error = DONE, None
        try:
            self._draw(job, home / _VIDEO)
        except _StoppedError:
            state = STOPPED
        except UserError as failure:
            names = {job.portrait.path: job.portrait.name, job.speech.path: job.speech.name}
            state, error = FAILED, reply_of(failure, names)
        except Exception:
            traceback.print_exc()
            state, error = FAILED, reply_of(RefusalError("inside"))
        if state != DONE:
            shutil.rmtree(home, ignore_errors=True)
        with self._lock:
            job.state, job.error = state, error

    def _draw(self, job: Job, video: Path) -> None:
        animation = self._stage.moved(job.portrait, job.speech, job.choices)
        face, heard = self._stage.face(job.portrait), self._stage.heard(job.speech)

        def watch(done: int, total: int) -> None:
            if job.stop.is_set():
                raise _StoppedError
            with self._lock:
                if job.begun is None:
                    job.begun = self._clock()
                job.done, job.total = done, total

        watch(0, len(animation.landmarks))
        job.begun = None  # opening a network is no measure of how long a frame takes
        film = self._stage.head.draw(face, heard, animation, video, watch, **job.choices.drawing())
        if job.stop.is_set():
            raise _StoppedError
        record = {**_described(job), "seconds": film.seconds, "bytes": video.stat().st_size}
        write_json(video.with_name(_RECORD), record)

    def _tidy(self) -> None:
        """Forget what is done, and all but the last that came to nothing."""
        with self._lock:
            ended = [job.id for job in self._jobs.values() if job.state in (FAILED, STOPPED)]
            for id_ in ended[:-_REMEMBERED]:
                del self._jobs[id_]
            for id_ in [job.id for job in self._jobs.values() if job.state == DONE]:
                del self._jobs[id_]


def _described(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "when": job.when,
        "portrait": {"id": job.portrait.id, "name": job.portrait.name},
        "speech": {"id": job.speech.id, "name": job.speech.name},
        "choices": asdict(job.choices),
    }
