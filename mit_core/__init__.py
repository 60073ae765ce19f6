"""MakeItTalk as a library: one portrait plus speech gives a talking head.

Each sub-package is one room of the method (media, faces, speech, corpus, models, training,
animation, rendering, evaluation, speaking); importing one never needs another room's packages, and
this file imports nothing, because every Snakemake job pays for what stands here. In a notebook:

    import mit_core
    head = mit_core.load("results/demo")
    head.animate("me.jpg", "speech.wav", "me.mp4")
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mit_core.speaking.head import TalkingHead

__version__ = "0.1.0"


def load(
    results: "str | Path" = "results/demo",
    run: str | None = None,
    device: str = "auto",
    threads: int = 1,
) -> "TalkingHead":
    """The trained networks of a results folder, ready to bring portraits to life.

    Args:
        results: the folder that ``results`` names in the configuration.
        run: of the networks; by default ``default``, else the latest.
        device: ``auto`` (a GPU where there is one), ``cpu``, ``cuda`` ...
        threads: cores that drawing uses.

    Raises:
        UserError: none are there.
    """
    from mit_core.speaking.head import TalkingHead

    return TalkingHead.load(results, run, device, threads)
