"""A few clips, or frames, that stand for all: speakers alike, the rest evenly spaced."""

from collections.abc import Sequence

import numpy as np


def choose_clips(speakers: Sequence[str], most: int) -> list[int]:
    """Numbers of at most ``most`` clips, in order.

    Where there are more speakers than that, evenly spaced ones come with a clip each; a speaker of
    few clips leaves the others more.

    Args:
        speakers: each clip's speaker.
        most: how many are wanted, 0 or more.
    """
    clips: dict[str, list[int]] = {}
    for number, speaker in enumerate(speakers):
        clips.setdefault(speaker, []).append(number)
    names = sorted(clips)
    if len(names) > most:
        names = [names[place] for place in evenly(len(names), most)]
    shares = dict.fromkeys(names, 0)
    for _ in range(min(most, sum(len(clips[name]) for name in names))):
        free = [name for name in names if shares[name] < len(clips[name])]
        shares[min(free, key=lambda name: shares[name])] += 1
    return sorted(
        clips[name][place] for name in names for place in evenly(len(clips[name]), shares[name])
    )


def evenly(length: int, count: int) -> list[int]:
    """At most ``count`` of ``length`` places, evenly spaced, the first and the last among them."""
    return [int(place) for place in np.linspace(0, length - 1, min(count, length)).round()]
