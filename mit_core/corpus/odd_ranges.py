"""Clips whose F0 was tracked in another range than their speaker's others."""

from collections import Counter
from collections.abc import Mapping

_FEWEST_CLIPS = 3
"""Of a speaker, before one of them can be called odd."""


def odd_ranges(ranges: Mapping[str, str], speakers: Mapping[str, str]) -> dict[str, str]:
    """Clips tracked in another range than most of their speaker's, and how that is said.

    Args:
        ranges: name of the range that each clip was tracked in.
        speakers: who speaks in each clip.

    Returns:
        A text for each odd clip. Of fewer than three clips none is odd, nor of a draw.
    """
    odd: dict[str, str] = {}
    for speaker in sorted(set(speakers.values())):
        own = {clip: name for clip, name in ranges.items() if speakers[clip] == speaker}
        counts = Counter(own.values())
        usual, most = max(sorted(counts.items()), key=lambda pair: pair[1], default=("", 0))
        if len(own) < _FEWEST_CLIPS or 2 * most <= len(own):
            continue
        for clip, name in own.items():
            if name != usual:
                odd[clip] = (
                    f"F0 range {name} here, {usual} in {most} of {len(own)} clips of {speaker}"
                )
    return odd
