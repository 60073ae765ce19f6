"""A studio over made-up networks, really served, and a visitor that asks it."""

import io
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from mit_core.demo.cartoon import draw_cartoon, write_cartoon
from mit_core.demo.portrait import demo_portrait
from mit_core.faces.mouth import close_mouth
from mit_core.faces.standard_face import standard_face
from mit_core.media.audio import write_wav
from mit_core.models.checkpoint import ContentCheckpoint, FeatureScaling
from mit_core.models.content import ContentBranch, ContentDims
from mit_core.models.speaker_aware import SpeakerAware, SpeakerDims
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint
from mit_core.studio.app import Studio
from mit_core.studio.guard import TOKEN_HEADER
from mit_core.studio.server import opened

REST = close_mouth(standard_face().reshape(204), 1.0, 1.0).astype(np.float32)
UPLOAD_BYTES = 3_000_000
STRANGERS = "Strangers' files and requests: the studio's page"
KILLED = "A studio that is killed while it renders or takes a file"


def made_up_results(folder: Path, seconds: float = 1.2) -> Path:
    """A results folder with networks that learned nothing, two portraits and a speech."""
    torch.manual_seed(0)
    scaling = FeatureScaling(np.zeros(80, np.float32), np.ones(80, np.float32))
    ContentCheckpoint(
        model=ContentBranch(ContentDims(prior=4, code=4, hidden=4)).eval(),
        scaling=scaling,
        predict_frame=12,
        base="speaker_mean",
        mean_face=REST,
        rest_face=REST,
    ).save(folder / "models/content/default/best.pt")
    voice = np.full(256, 1 / 16, np.float32)
    SpeakerCheckpoint(
        model=SpeakerAware(SpeakerDims(hidden=4, width=4, feed_forward=4, layers=1)).eval(),
        scaling=scaling,
        predict_frame=12,
        stretch=256,
        noise="harmonic",
        mean_face=REST,
        speakers={"ann": voice, "bob": -voice},
    ).save(folder / "models/speaker/default/best.pt")
    media = folder / "demo_media"
    media.mkdir()
    demo_portrait(media / "astronaut.png")
    write_cartoon(media)
    write_wav(media / "a_sentence.wav", hum(seconds))
    return folder


def hum(seconds: float, rate: int = 16_000) -> np.ndarray:
    """Something like a voice: a buzz in syllables."""
    times = np.arange(round(seconds * rate)) / rate
    buzz = sum(np.sin(2 * np.pi * 120 * k * times) / k for k in range(1, 20))
    return 0.2 * buzz * (0.55 + 0.45 * np.sin(2 * np.pi * 3 * times))


def png(image: np.ndarray) -> bytes:
    """A picture's bytes."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


def cartoon() -> bytes:
    """A drawing whose landmarks nobody knows."""
    return png(draw_cartoon())


@dataclass
class Reply:
    """What the server said."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json["error"]["code"]


@dataclass
class Visitor:
    """Asks a studio as its page does.

    Attributes:
        place: the studio's address.
        token: what the page was given.
    """

    place: str
    token: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **question: Any,
    ) -> Reply:
        """One request; a refusal is a reply, too. ``question`` is sent as JSON."""
        if "json" in question:
            body = json.dumps(question["json"]).encode()
        own = {TOKEN_HEADER: self.token} | dict(headers or {})
        request = urllib.request.Request(self.place + path.lstrip("/"), body, own, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return Reply(reply.status, reply.read(), reply.headers)
        except urllib.error.HTTPError as error:
            return Reply(error.code, error.read(), error.headers)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.ask("GET", path, headers=headers)

    def give(self, kind: str, data: bytes, name: str) -> Reply:
        return self.ask("POST", f"api/{kind}", data, {"x-name": name})

    def media(self, kind: str) -> list[dict[str, Any]]:
        return self.get("api/media").json[kind]


@dataclass
class Served:
    """A studio that runs.

    Attributes:
        visitor: its page. studio: the program. results: the folder.
    """

    visitor: Visitor
    studio: Studio
    results: Path


@contextmanager
def served(results: Path, host: str = "127.0.0.1") -> Iterator[Served]:
    """A studio on a free port, in a thread of this process."""
    with opened(results, host, 0, UPLOAD_BYTES / 1e6, "cpu") as running:
        thread = threading.Thread(target=running.serve)
        thread.start()
        visitor = Visitor(f"http://127.0.0.1:{running.listener.getsockname()[1]}/")
        try:
            visitor.token = visitor.get("api/start").json["token"]
            yield Served(visitor, running.studio, results)
        finally:
            running.server.should_exit = True
            thread.join(timeout=20)


def ids(visitor, kind: str, origin: str = "results") -> list[str]:
    return [each["id"] for each in visitor.media(kind) if each["origin"] == origin]


def finished(visitor, id_: str, seconds: float = 60) -> dict:
    """The record of a render, once it is done."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        told = visitor.get("api/renders").json
        for record in told["history"]:
            if record["id"] == id_:
                return record
        failed = [j for j in told["jobs"] if j["id"] == id_ and j["state"] in ("failed", "stopped")]
        assert not failed, failed
        time.sleep(0.05)
    raise AssertionError("the render never ended")


def asked(visitor, **choices) -> dict:
    portrait, speech = ids(visitor, "portraits")[0], ids(visitor, "speeches")[0]
    return {"portrait": portrait, "speech": speech, "choices": choices}
