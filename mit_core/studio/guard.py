"""Who may ask: this machine's own pages, and no site that a browser happens to have open."""

import hmac
import ipaddress
import secrets
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mit_core.studio.replies import RefusalError, reply_of

TOKEN_HEADER = "x-studio-token"

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)

_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=()",
    "cache-control": "no-store",
}
_SAFE = ("GET", "HEAD")
_OTHERS = ("cross-site", "same-site")  # what a browser says of a request that another page makes


class Guard:
    """Middleware: checks who asks, and puts headers on every answer.

    A name that a stranger points at this machine (DNS rebinding) is not one of its own, so that its
    page is refused by the Host header. What changes anything needs a token that only a page of the
    same origin can read.

    Args:
        app: what is guarded.
        hosts: names that this server answers to, beside addresses.
        token: what requests that change anything carry.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], token: str):
        self._app = app
        self._hosts = frozenset(hosts)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            self._check(scope)
        except RefusalError as refusal:
            reply = JSONResponse({"error": reply_of(refusal)}, refusal.status)
            await reply(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not _is_own(_without_port(host), self._hosts):
            raise RefusalError("host", 421)
        page = scope["path"] == "/" and scope["method"] in _SAFE
        if headers.get("sec-fetch-site") in _OTHERS and not page:
            raise RefusalError("elsewhere", 403)
        if scope["method"] in _SAFE:
            return
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            raise RefusalError("elsewhere", 403)
        if not hmac.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self._token.encode()):
            raise RefusalError("token", 403)


def new_token() -> str:
    """A secret for one run of the server."""
    return secrets.token_urlsafe(24)


def own_names(host: str) -> frozenset[str]:
    """Names by which a server that listens on ``host`` may be called."""
    names = {"localhost"}
    if not is_loopback(host):
        names |= {host.lower(), socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_own(name: str, hosts: frozenset[str]) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.lower() in hosts
    return True  # an address cannot be pointed elsewhere


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
