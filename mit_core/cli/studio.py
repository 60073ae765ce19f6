"""``mit studio``: the studio in a browser."""

import argparse
from importlib import import_module
from typing import Any

from mit_core.cli.answer import Answer
from mit_core.cli.arguments import add_command, add_results, at_least
from mit_core.errors import UserError

_MODULE = "mit_core.studio"
_HOST, _PORT = "127.0.0.1", 7860


def add(commands: Any) -> None:
    """Register the command."""
    parser = add_command(
        commands,
        "studio",
        run,
        help="bring portraits to life in a browser",
        description="Serve the studio, a page on which portraits are brought to life, until Ctrl-C "
        "ends it.",
        example="mit studio --results results/demo --port 7860",
    )
    add_results(parser)
    parser.add_argument(
        "--host", default=_HOST, help="address to serve at (default: %(default)s, this machine's)"
    )
    parser.add_argument("--port", type=at_least(0), default=_PORT, help="(default: %(default)s)")


def run(args: argparse.Namespace) -> Answer:
    """Serve until it is ended."""
    try:
        serve = import_module(_MODULE).serve
    except ModuleNotFoundError as error:
        if error.name != _MODULE:
            raise UserError(
                f"The studio needs the Python package {error.name}, which is not installed here: "
                "'make env' installs all that the project needs."
            ) from error
        raise UserError(
            "This version has no studio yet: 'mit animate' makes the same videos, and "
            "notebooks/quick_demo.ipynb shows them."
        ) from error
    serve(args.results, host=args.host, port=args.port)
    return Answer(data={"results": args.results, "host": args.host, "port": args.port})
