"""The studio: a local web page over a results folder, in which portraits are made to speak.

Whatever a visitor gives or makes lies in ``{results}/studio``; nothing else is ever written.
"""

from pathlib import Path

PORT = 7860
UPLOAD_MB = 200


def serve(
    results: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    upload_mb: float = UPLOAD_MB,
    device: str = "auto",
) -> None:
    """Serve the studio until it is interrupted, and say on the terminal where it is.

    Args:
        results: folder with trained networks.
        host: where to listen; only this machine by default.
        port: 0 takes any that is free.
        upload_mb: the largest file that is taken, in 10^6 bytes.
        device: where networks run.

    Raises:
        UserError: the results hold no networks, the port is taken, or another studio has the
            folder.
    """
    # a command line names this package without wanting a web server
    from mit_core.studio.server import run

    run(Path(results), host, port, upload_mb, device)
