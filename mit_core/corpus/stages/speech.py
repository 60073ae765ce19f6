"""Speech: mel, F0 and speaker embedding of each segment's sound."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mit_core.corpus.layout import AUDIO, SPEECH, results_of
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.media.audio import read_audio
from mit_core.sequences import SAMPLES_PER_VIDEO_FRAME
from mit_core.speech.analysis import SpeechSettings, analyse_speech
from mit_core.speech.features import save_speech


def speech_shard(taken: Path, index: Path, *, settings: Mapping[str, Any], code: str) -> None:
    """Analyse the sound of the shard's segments; each gets a ``speech.npz``."""
    results = results_of(index)
    analysing = SpeechSettings(**settings)
    current: dict[str, Any] = {}  # a clip's segments follow each other: decode its sound once

    def sound(media: str) -> Any:
        if media not in current:
            current.clear()
            current[media] = read_audio(results / media / AUDIO)
        return current[media]

    def work(item: Item, folder: Path) -> list[Product]:
        start = item.data["start_frame"] * SAMPLES_PER_VIDEO_FRAME
        end = item.data["end_frame"] * SAMPLES_PER_VIDEO_FRAME
        speech = analyse_speech(sound(item.data["media"])[start:end], analysing)
        save_speech(folder / SPEECH, speech)
        data = {"speech": str(folder.relative_to(results)), "f0_range": speech.f0_range}
        return [Product(item.id, item.seconds, data)]

    items = read_index(taken)
    done = work_shard(
        items, index.with_suffix(""), results=results, settings=settings, code=code, work=work
    )
    write_index(index, done)
