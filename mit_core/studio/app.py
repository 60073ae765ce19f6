"""The studio's addresses."""

import base64
import hashlib
import inspect
import json
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import numpy.typing as npt
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from mit_core.errors import UserError
from mit_core.faces.scheme import CLOSED_CONTOURS, OPEN_CONTOURS
from mit_core.faces.table_beside import table_beside
from mit_core.studio import choices, placing, uploads
from mit_core.studio.guard import Guard, new_token
from mit_core.studio.overview import Overview
from mit_core.studio.renders import Renders
from mit_core.studio.replies import RefusalError, reply_of
from mit_core.studio.stage import Stage, face_to_place
from mit_core.studio.store import PORTRAITS, SPEECHES, Medium, Store
from mit_core.studio.words import LANGUAGES, words

STATIC = Path(__file__).parent / "static"
_REPORT = Path(__file__).parents[1] / "report"
_LARGEST_QUESTION = 64_000  # bytes of JSON; 68 points take some 3,000

_LASTING = {"cache-control": "private, max-age=300"}
"""Of media, which stay as they are: lists that are drawn anew do not flicker."""

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class Studio:
    """What the addresses do.

    Args:
        store, stage, renders, overview: of one results folder.
        upload_bytes: the largest file that is taken.
        local: whether only this machine can reach it.
    """

    def __init__(
        self,
        store: Store,
        stage: Stage,
        renders: Renders,
        overview: Overview,
        upload_bytes: int,
        local: bool = True,
    ):
        self.store = store
        self.stage = stage
        self.renders = renders
        self.overview = overview
        self.upload_bytes = upload_bytes
        self.local = local
        self.offer = choices.Offer.of(stage.head)
        self.token = new_token()
        self.static = {path.name: path for path in STATIC.iterdir() if path.suffix in _KINDS}
        self.static["page.css"] = _REPORT / "page.css"

    def app(self, hosts: frozenset[str]) -> Starlette:
        """The application, which answers to these names alone."""
        routes = [
            ("GET", "/", self.page),
            ("GET", "/static/{name}", self.file),
            ("GET", "/words/{language}", self.words),
            ("GET", "/api/start", self.start),
            ("GET", "/api/media", self.media),
            ("POST", "/api/portraits", self.give(PORTRAITS)),
            ("POST", "/api/speeches", self.give(SPEECHES)),
            ("DELETE", "/api/portraits/{id}", self.take_away(PORTRAITS)),
            ("DELETE", "/api/speeches/{id}", self.take_away(SPEECHES)),
            ("GET", "/api/portraits/{id}/landmarks", self.landmarks),
            ("PUT", "/api/portraits/{id}/landmarks", self.place),
            ("GET", "/api/portraits/{id}/landmarks.tsv", self.table),
            ("GET", "/api/portraits/{id}/puppet.zip", self.puppet),
            ("POST", "/api/speeches/{id}/analyse", self.analyse),
            ("POST", "/api/preview", self.preview),
            ("GET", "/api/renders", self.list_renders),
            ("POST", "/api/renders", self.render),
            ("POST", "/api/renders/{id}/stop", self.stop),
            ("DELETE", "/api/renders/{id}", self.delete),
            ("GET", "/api/results", self.results),
            ("GET", "/media/portraits/{id}", self.medium(PORTRAITS)),
            ("GET", "/media/speeches/{id}", self.medium(SPEECHES)),
            ("GET", "/media/renders/{id}", self.video),
            ("GET", "/results/report.html", self.report),
            ("GET", "/results/{place:path}", self.linked),
        ]
        return Starlette(
            routes=[Route(path, _told(what), methods=[how]) for how, path, what in routes],
            middleware=[Middleware(Guard, hosts=hosts, token=self.token)],
            exception_handlers={HTTPException: _plain},
        )

    # the page

    def page(self, request: Request) -> Response:
        text = (STATIC / "index.html").read_text(encoding="utf-8")
        without = " ".join(words(language)["page.script"] for language in LANGUAGES)
        return Response(text.replace("{{ script }}", without), media_type="text/html")

    def file(self, request: Request) -> Response:
        path = self.static.get(request.path_params["name"])
        if path is None:
            raise RefusalError("gone", 404)
        return FileResponse(
            path, media_type=_KINDS[path.suffix], headers={"cache-control": "no-cache"}
        )

    def words(self, request: Request) -> Response:
        language = request.path_params["language"]
        if language not in LANGUAGES:
            raise RefusalError("gone", 404)
        return JSONResponse(words(language))

    def start(self, request: Request) -> Response:
        return JSONResponse(
            {
                "token": self.token,
                "results": self.store.results.resolve().name,
                "local": self.local,
                "styles": self.offer.styles,
                "headMotions": self.offer.head_motions,
                "blinks": choices.BLINKS,
                "renderers": self.offer.renderers,
                "gains": choices.GAINS,
                "seeds": choices.SEEDS,
                "usual": asdict(self.offer.default),
                "uploadBytes": self.upload_bytes,
                "contours": {"closed": CLOSED_CONTOURS, "open": OPEN_CONTOURS},
            }
        )

    # portraits and speech

    def media(self, request: Request) -> Response:
        kinds = (PORTRAITS, SPEECHES)
        return JSONResponse({kind: [m.told() for m in self.store.media(kind)] for kind in kinds})

    def give(self, kind: str) -> Callable[[Request], Any]:
        take = uploads.take_portrait if kind == PORTRAITS else uploads.take_speech

        async def given(request: Request) -> Response:
            name = unquote(request.headers.get("x-name", ""))
            declared = request.headers.get("content-length", "")
            size = int(declared) if declared.isdecimal() else None
            raw = await uploads.receive(
                request.stream(), size, self.upload_bytes, self.store.incoming
            )
            try:
                medium = await run_in_threadpool(take, self.store, raw, name)
            except UserError as error:
                shown = uploads.shown_name(name, kind)
                return _refused(error, {raw: shown})
            finally:
                raw.unlink(missing_ok=True)
            return JSONResponse(medium.told(), 201)

        return given

    def take_away(self, kind: str) -> Callable[[Request], Response]:
        def taken(request: Request) -> Response:
            self.store.drop(kind, request.path_params["id"])
            return Response(status_code=204)

        return taken

    def medium(self, kind: str) -> Callable[[Request], Response]:
        def sent(request: Request) -> Response:
            found = self.store.medium(kind, request.path_params["id"])
            return FileResponse(found.path, content_disposition_type="inline", headers=_LASTING)

        return sent

    def analyse(self, request: Request) -> Response:
        speech = self.store.medium(SPEECHES, request.path_params["id"])
        return _naming(lambda: JSONResponse({"ready": bool(self.stage.heard(speech))}), speech)

    # landmarks

    def landmarks(self, request: Request) -> Response:
        """As they stand; ``?detected``, or ``?standard`` to be placed."""
        portrait = self.store.medium(PORTRAITS, request.path_params["id"])

        def told() -> Response:
            points: npt.NDArray[np.floating]
            if "standard" in request.query_params:
                points = face_to_place(portrait.facts["size"])
            elif "detected" in request.query_params:
                points = self.stage.detected(portrait)[:, :2]
            else:
                points = self.stage.face(portrait).points[:, :2]
            return JSONResponse({"points": points.tolist()})

        return _naming(told, portrait)

    async def place(self, request: Request) -> Response:
        portrait = self.store.medium(PORTRAITS, request.path_params["id"])
        points = uploads.checked_points(await _question(request), portrait.facts["size"])

        def keep() -> Medium:
            own = uploads.own_copy(self.store, portrait)
            placing.place(own, points)
            return own

        return JSONResponse((await run_in_threadpool(keep)).told())

    def table(self, request: Request) -> Response:
        portrait = self.store.medium(PORTRAITS, request.path_params["id"])

        def given() -> Response:
            text = placing.table_to_give(portrait, self.stage.face(portrait).points)
            name = table_beside(portrait.name).name
            kind = "text/tab-separated-values"
            return Response(text, media_type=kind, headers=_attached(name))

        return _naming(given, portrait)

    def puppet(self, request: Request) -> Response:
        portrait = self.store.medium(PORTRAITS, request.path_params["id"])
        name = re.sub(r"[^\w-]+", "_", Path(portrait.name).stem).strip("_") or "puppet"

        def given() -> Response:
            data = placing.puppet_to_give(portrait, self.stage.face(portrait).points, name)
            headers = _attached(f"{name}.zip")
            return Response(data, media_type="application/zip", headers=headers)

        return _naming(given, portrait)

    # moving and drawing

    async def preview(self, request: Request) -> Response:
        portrait, speech, chosen = self._asked(await _question(request))

        def moved() -> Response:
            animation = self.stage.moved(portrait, speech, chosen)
            points = np.ascontiguousarray(animation.landmarks[..., :2], dtype="<f4")
            headers = {"x-fps": f"{animation.fps:g}", "x-frames": str(len(points))}
            return Response(
                points.tobytes(), media_type="application/octet-stream", headers=headers
            )

        return await run_in_threadpool(_naming, moved, portrait, speech)

    def list_renders(self, request: Request) -> Response:
        return JSONResponse({"jobs": self.renders.told(), "history": self.renders.history()})

    async def render(self, request: Request) -> Response:
        job = self.renders.add(*self._asked(await _question(request)))
        return JSONResponse({"id": job.id}, 202)

    def stop(self, request: Request) -> Response:
        self.renders.stop(request.path_params["id"])
        return Response(status_code=204)

    def delete(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        if not self.renders.forget(id_):
            self.renders.delete(id_)
        return Response(status_code=204)

    def video(self, request: Request) -> Response:
        path, record = self.renders.video(request.path_params["id"])
        if "download" not in request.query_params:
            return FileResponse(
                path, media_type="video/mp4", content_disposition_type="inline", headers=_LASTING
            )
        stems = [Path(record[key]["name"]).stem for key in ("portrait", "speech")]
        return FileResponse(
            path, media_type="video/mp4", headers=_attached("--".join(stems) + path.suffix)
        )

    def _asked(self, question: Any) -> tuple[Medium, Medium, choices.Choices]:
        if not isinstance(question, dict):
            raise RefusalError("choices")
        return (
            self.store.medium(PORTRAITS, question.get("portrait")),
            self.store.medium(SPEECHES, question.get("speech")),
            self.offer.read(question.get("choices", {})),
        )

    # the run

    def results(self, request: Request) -> Response:
        return JSONResponse(self.overview.told())

    def report(self, request: Request) -> Response:
        path = self.overview.report()
        if path is None:
            raise RefusalError("gone", 404)
        text = path.read_text(encoding="utf-8", errors="replace")
        return Response(
            text, media_type="text/html", headers={"content-security-policy": _report_policy(text)}
        )

    def linked(self, request: Request) -> Response:
        path = self.overview.videos().get(request.path_params["place"])
        if path is None:
            raise RefusalError("gone", 404)
        return FileResponse(path, content_disposition_type="inline")


def _report_policy(page: str) -> str:
    """The report carries its own script, which alone may run, and may ask for nothing."""
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src 'self' data:; media-src 'self' data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


async def _question(request: Request) -> Any:
    """The JSON of a request."""
    text = b""
    async for block in request.stream():
        text += block
        if len(text) > _LARGEST_QUESTION:
            raise RefusalError("choices", 413)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise RefusalError("choices") from None


def _attached(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def _naming(make: Callable[[], Response], *media: Medium) -> Response:
    """What is made, or why not, in the names that the visitor knows."""
    try:
        return make()
    except UserError as error:
        return _refused(error, {medium.path: medium.name for medium in media})


def _refused(error: UserError, names: Mapping[Path, str] | None = None) -> Response:
    status = error.status if isinstance(error, RefusalError) else 422
    return JSONResponse({"error": reply_of(error, names)}, status)


def _told(do: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """An address whose failures are told in words; what only we can mend goes to the terminal."""

    def failed(error: Exception) -> Response:
        if isinstance(error, UserError):
            return _refused(error)
        if isinstance(error, ClientDisconnect):
            return Response(status_code=400)
        traceback.print_exception(error)
        return _refused(RefusalError("inside", 500))

    if inspect.iscoroutinefunction(do):

        async def answered(request: Request) -> Response:
            try:
                return await do(request)
            except Exception as error:
                return failed(error)

        return answered

    def answer(request: Request) -> Response:
        try:
            return do(request)
        except Exception as error:
            return failed(error)

    return answer


def _plain(request: Request, error: Exception) -> Response:
    """No such address, or not in this way."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return _refused(RefusalError("gone", status))
