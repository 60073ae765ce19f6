"""Speech: mel, F0 and speaker embedding of each segment's sound."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mit_core.corpus.layout import AUDIO, SPEECH, results_of
from mit_core.corpus.shards import Item, Product, read_index, work_shard, write_index
from mit_core.media.audio import read_audio
from mit_core.sequences import SAMPLES_PER_VIDEO_FRAME
from mit_core.speech.analysis import SpeechSettings, analyse_speech
from mit_core.speech.f0 import RANGES, choose_range
from mit_core.speech.f0_check import check_f0
from mit_core.speech.features import save_speech
from mit_core.speech.loudness import to_dbfs


def speech_shard(taken: Path, index: Path, *, settings: Mapping[str, Any], code: str) -> None:
    """Analyse the sound of the shard's segments; each gets a ``speech.npz``.

    The F0 range is chosen by all of a clip's sound, so that its segments share one. Whether it
    suits is told by the item's ``f0_check``: "", or what is wrong.
    """
    results = results_of(index)
    analysing = SpeechSettings(**settings)
    current: dict[str, Any] = {}  # a clip's segments follow each other: decode its sound once

    def sound(media: str) -> tuple[Any, SpeechSettings]:
        if media not in current:
            current.clear()
            audio = read_audio(results / media / AUDIO)
            chosen = analysing
            if analysing.f0_range == "auto":
                levelled = to_dbfs(audio, analysing.loudness_dbfs)
                chosen = replace(analysing, f0_range=choose_range(levelled).name)
            current[media] = audio, chosen
        return current[media]

    def work(item: Item, folder: Path) -> list[Product]:
        start = item.data["start_frame"] * SAMPLES_PER_VIDEO_FRAME
        end = item.data["end_frame"] * SAMPLES_PER_VIDEO_FRAME
        audio, chosen = sound(item.data["media"])
        speech = analyse_speech(audio[start:end], chosen)
        save_speech(folder / SPEECH, speech)
        levelled = to_dbfs(audio[start:end], analysing.loudness_dbfs)
        data = {
            "speech": str(folder.relative_to(results)),
            "f0_range": speech.f0_range,
            "f0_check": check_f0(levelled, speech.f0_log, RANGES[speech.f0_range]),
        }
        return [Product(item.id, item.seconds, data)]

    items = read_index(taken)
    done = work_shard(
        items, index.with_suffix(""), results=results, settings=settings, code=code, work=work
    )
    write_index(index, done)
