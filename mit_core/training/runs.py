"""A run's folder, and what of it the workflow declares."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from mit_core.files import written_whole


def publish_run(work: Path, outputs: Iterable[Path]) -> None:
    """Copy files of a finished run's working folder to their places, by name.

    The workflow deletes a rule's declared outputs before the rule runs again; the working folder
    is not declared, so that a killed run finds its last checkpoint there.
    """
    for output in outputs:
        with written_whole(output) as part:
            shutil.copyfile(work / output.name, part)
