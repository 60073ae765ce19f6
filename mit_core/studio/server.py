"""The studio as a running program."""

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from mit_core.errors import UserError
from mit_core.machine import cores
from mit_core.speaking.head import TalkingHead
from mit_core.studio.app import Studio
from mit_core.studio.guard import is_loopback, own_names
from mit_core.studio.overview import Overview
from mit_core.studio.renders import Renders
from mit_core.studio.stage import Stage
from mit_core.studio.store import Store

_PATIENCE_S = 3  # for requests under way when it is told to stop


@dataclass(frozen=True)
class Opened:
    """A studio that is ready to be served.

    Attributes:
        server: what serves it. listener: the socket it listens on. address: where a browser
            finds it. studio: what its addresses do.
    """

    server: uvicorn.Server
    listener: socket.socket
    address: str
    studio: Studio

    def serve(self) -> None:
        """Serve it until the server is told to stop."""
        self.server.run(sockets=[self.listener])


def run(results: Path, host: str, port: int, upload_mb: float, device: str) -> None:
    """See ``mit_core.studio.serve``."""
    print(f"Studio: {results}, loading its networks ...", file=sys.stderr, flush=True)
    with opened(results, host, port, upload_mb, device) as studio:
        print(f"Studio: {studio.address}  (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            studio.serve()


@contextmanager
def opened(
    results: Path, host: str, port: int, upload_mb: float, device: str = "auto"
) -> Iterator[Opened]:
    """A results folder's studio, with its socket, its networks and its folder taken."""
    with ExitStack() as stack:
        listener = stack.enter_context(closing(listening(host, port)))
        head = TalkingHead.load(results, device=device, threads=cores())
        store = stack.enter_context(closing(Store(results)))
        stage = Stage(head)
        renders = stack.enter_context(closing(Renders(store.renders, stage)))
        local = is_loopback(host)
        studio = Studio(store, stage, renders, Overview(results), int(upload_mb * 1e6), local)
        if not local:
            print(
                f"Studio: it listens on {host}, so that whoever reaches this machine may see and "
                "use it. There is no password.",
                file=sys.stderr,
                flush=True,
            )
        place = address(host, listener.getsockname()[1])
        yield Opened(server_of(studio, host), listener, place, studio)


def server_of(studio: Studio, host: str) -> uvicorn.Server:
    """A server that runs the studio."""
    return uvicorn.Server(
        uvicorn.Config(
            studio.app(own_names(host)),
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            timeout_graceful_shutdown=_PATIENCE_S,
        )
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        UserError: it cannot.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    # what a server before this one left behind holds no port
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or error
        raise UserError(
            f"the studio cannot listen on {host}, port {port}: {why}. Choose another port (0 takes "
            "any that is free), or an address of this machine."
        ) from error
    return listener


def address(host: str, port: int) -> str:
    """Where a browser finds it."""
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
