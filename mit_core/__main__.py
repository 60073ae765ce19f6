"""``python -m mit_core``: the commands that ``mit`` has where the project is installed."""

import sys

from mit_core.cli.main import program

if __name__ == "__main__":
    sys.exit(program())
