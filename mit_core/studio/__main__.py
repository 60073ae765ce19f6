"""``python -m mit_core.studio results/demo``."""

import argparse
import sys

from mit_core.errors import UserError
from mit_core.studio import PORT, UPLOAD_MB, serve


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m mit_core.studio", description="A local web page over a results folder."
    )
    parser.add_argument("results", nargs="?", default="results/demo")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (%(default)s)")
    parser.add_argument("--port", type=int, default=PORT, help="0: any free one (%(default)s)")
    parser.add_argument(
        "--upload-mb", type=float, default=UPLOAD_MB, help="largest file taken (%(default)s)"
    )
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda (%(default)s)")
    given = parser.parse_args()
    try:
        serve(
            given.results,
            host=given.host,
            port=given.port,
            upload_mb=given.upload_mb,
            device=given.device,
        )
    except UserError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
