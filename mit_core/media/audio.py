"""Reading and writing sound as numpy arrays."""

import wave
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt

from mit_core.clocks import SAMPLE_RATE
from mit_core.errors import ClipError
from mit_core.files import written_whole
from mit_core.media.probe import open_media, pick_audio

# One 16-bit step is 1/32768 of full scale.
PCM16_SCALE = 32768.0
PCM32_SCALE = 2.0**31

_SLOWEST, _FASTEST = 1000, 1_000_000
"""Hz of a file's sound; of a slower one (a damaged header) a few kB would last for days."""


def read_audio(path: str | Path, sample_rate: int = SAMPLE_RATE) -> npt.NDArray[np.float32]:
    """Decode the sound of any media file to mono.

    Sample 0 is the track's own first sample, wherever the track starts on the file's clock.

    Args:
        path: an audio or video file.
        sample_rate: Hz of the result.

    Returns:
        shape = (n,), float32 in [-1, 1]; two channels are averaged, more are mixed down.

    Raises:
        ClipError: ``not_found``, ``empty_file``, ``not_media``, ``unreadable`` or ``no_audio``.
    """
    blocks = list(mono_blocks(path, sample_rate))
    if not blocks:
        raise ClipError("no_audio", f"{Path(path).name} has a sound track without any sound in it.")
    return np.concatenate(blocks)


def mono_blocks(path: str | Path, sample_rate: int) -> Iterator[npt.NDArray[np.float32]]:
    """Yield what ``read_audio`` returns in pieces, so that none of it need stay in memory."""
    resampler: av.AudioResampler | None = None
    kind: tuple[str, str, int] | None = None
    try:
        for frame in decode_audio(path):
            # Broadcasts and damaged files change from stereo to mono, say, on the way.
            if kind != (kind := (frame.format.name, frame.layout.name, frame.sample_rate)):
                yield from _resampled(resampler, None)
                _check_rate(frame.sample_rate, Path(path))
                # Integer samples make ffmpeg mix with weights that sum to 1; with floats two equal
                # channels would come out at 1.41 times their level and clip.
                resampler = av.AudioResampler(format="s32", layout="mono", rate=sample_rate)
            yield from _resampled(resampler, frame)
        yield from _resampled(resampler, None)
    except av.error.FFmpegError as error:
        raise ClipError(
            "unreadable",
            f"{Path(path).name} has sound of a kind that cannot be mixed down to one channel "
            f"({error.strerror}). Export it again.",
        ) from error


def _check_rate(rate: int, path: Path) -> None:
    if not _SLOWEST <= rate <= _FASTEST:
        raise ClipError(
            "unreadable",
            f"{path.name} says that it has {rate} samples of sound a second, which no recording "
            "has. Export it again.",
        )


def _resampled(
    resampler: av.AudioResampler | None, frame: av.AudioFrame | None
) -> Iterator[npt.NDArray[np.float32]]:
    """What comes out for one more frame, or, with None, what was still held back."""
    for block in resampler.resample(frame) if resampler is not None else ():
        yield (block.to_ndarray()[0] / PCM32_SCALE).astype(np.float32)


def decode_audio(path: str | Path) -> Iterator[av.AudioFrame]:
    """Yield the decoded blocks of a file's first sound track; damaged packets are passed over.

    Raises:
        ClipError: as ``read_audio``.
    """
    with open_media(path) as container:
        stream = pick_audio(container)
        if stream is None:
            raise ClipError(
                "no_audio",
                f"{Path(path).name} has no sound track. Give a file with speech, or lay a wav of "
                "the same name beside the video.",
            )
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue  # one bad packet: what players skip, we skip
            for frame in frames:
                yield _trimmed(frame, packet)


def _trimmed(frame: av.AudioFrame, packet: av.Packet) -> av.AudioFrame:
    """Leave out what an encoder added to fill its last block.

    An mp4 says so by a last packet that lasts less than its block of samples.
    """
    samples = packet.duration or frame.samples
    # Only a clock that ticks once a sample counts them; others round in every packet.
    if samples < frame.samples and packet.time_base == Fraction(1, frame.sample_rate):
        values = frame.to_ndarray()
        width = samples if frame.format.is_planar else samples * frame.layout.nb_channels
        trimmed = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(values[:, :width]), frame.format.name, frame.layout.name
        )
        trimmed.sample_rate = frame.sample_rate
        return trimmed
    # time stamps with gaps would make the resampler complain; the samples count here
    frame.pts = None
    return frame


def audio_seconds(path: str | Path) -> float:
    """Exact length of a file's sound in seconds, by counting decoded samples.

    Headers of mp3 and mpeg files only estimate it. Raises as ``read_audio``.
    """
    samples: Counter[int] = Counter()  # by Hz, so that only whole numbers are summed
    for frame in decode_audio(path):
        samples[frame.sample_rate] += frame.samples
    return sum(count / rate for rate, count in samples.items())


def write_wav(path: str | Path, audio: npt.ArrayLike, sample_rate: int = SAMPLE_RATE) -> None:
    """Write mono sound as 16-bit PCM, whole or not at all.

    Args:
        path: the ``.wav`` to write.
        audio: shape = (n,), in [-1, 1]; what lies outside is clipped, never wrapped.
        sample_rate: Hz.
    """
    samples = np.asarray(audio, dtype=np.float64)
    if samples.ndim != 1:
        raise ValueError(f"mono audio has shape (n,), not {samples.shape}")
    pcm = np.clip(np.rint(samples * PCM16_SCALE), -32768, 32767).astype("<i2")
    with written_whole(path) as part, wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(pcm.tobytes())
