"""Writes the seeds that fuzzing starts from: small good files, and hostile ones.

    python -m tests.fuzz.make_seeds

Found inputs lie beside them and are left as they are.
"""

from pathlib import Path

from . import array_seeds, media_seeds, pickle_seeds, table_seeds
from .targets import TARGETS

SEEDS = Path(__file__).parent / "seeds"
_ROOMS = (table_seeds, media_seeds, array_seeds, pickle_seeds)


def main() -> None:
    makers = {name: maker for room in _ROOMS for name, maker in vars(room).items()}
    for name in TARGETS:
        folder = SEEDS / name
        folder.mkdir(parents=True, exist_ok=True)
        for seed, content in makers[name]().items():
            (folder / seed).write_bytes(content)


if __name__ == "__main__":
    main()
