"""A recorded human voice that a package of the environment brings along."""

import shutil
from pathlib import Path

from mit_core.files import written_whole
from mit_core.speech.sptk import open_sptk


def recorded_speech(out_wav: str | Path) -> None:
    """Copy pysptk's example, sentence a0007 of CMU ARCTIC (4 s, 16 kHz mono, free for any use)."""
    with written_whole(out_wav) as part:
        shutil.copyfile(open_sptk().util.example_audio_file(), part)
