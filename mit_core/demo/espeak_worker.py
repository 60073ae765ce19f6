"""Speak one sentence with eSpeak NG: a program of its own, standard library only.

Arguments: the library, the folder that holds ``espeak-ng-data``, voice name, rate, pitch, range,
text. Standard output: one line of JSON, ``{"sample_rate": Hz, "phonemes": [[ipa, sample], ...]}``
with the sample at which each phoneme starts, then the audio as 16-bit samples in machine order.
"""

import ctypes
import json
import sys

# Names and numbers of espeak-ng's speak_lib.h
_OUTPUT_SYNCHRONOUS = 2  # the callback runs inside espeak_Synth
_INIT_PHONEME_EVENTS, _INIT_PHONEME_IPA, _INIT_DONT_EXIT = 0x0001, 0x0002, 0x8000
_RATE, _PITCH, _RANGE = 1, 3, 4
_CHARS_UTF8 = 1
_EVENT_END_OF_LIST, _EVENT_PHONEME = 0, 7


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def synthesise(
    library: str, data: str, voice: str, parameters: dict[int, int], text: str
) -> tuple[int, list[tuple[str, int]], bytes]:
    """Return sample rate, (IPA, first sample) of each phoneme, and 16-bit audio."""
    espeak = ctypes.CDLL(library)
    options = _INIT_PHONEME_EVENTS | _INIT_PHONEME_IPA | _INIT_DONT_EXIT
    sample_rate = espeak.espeak_Initialize(_OUTPUT_SYNCHRONOUS, 0, data.encode(), options)
    if sample_rate <= 0:
        raise RuntimeError(f"its data was not found in {data}")
    audio: list[bytes] = []
    phonemes: list[tuple[str, int]] = []

    def collect(samples, count, events):  # type: ignore[no-untyped-def]  # called from C
        if samples and count > 0:
            audio.append(ctypes.string_at(samples, 2 * count))
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            if events[index].type == _EVENT_PHONEME:
                name = events[index].name.decode("utf-8", errors="ignore")
                phonemes.append((name, events[index].sample))
            index += 1
        return 0

    callback = _Callback(collect)  # kept alive until the synthesis is over
    espeak.espeak_SetSynthCallback(callback)
    if espeak.espeak_SetVoiceByName(voice.encode()) != 0:
        raise RuntimeError("it has no such voice")
    for parameter, value in parameters.items():
        espeak.espeak_SetParameter(parameter, value, 0)
    # Some voices hold noise, which eSpeak NG seeds by the clock unless it is told otherwise.
    espeak.espeak_ng_SetRandSeed(ctypes.c_long(1))
    spoken = text.encode()
    size = ctypes.c_size_t(len(spoken) + 1)
    if espeak.espeak_Synth(spoken, size, 0, 1, 0, _CHARS_UTF8, None, None) != 0:
        raise RuntimeError("the synthesis failed")
    espeak.espeak_Synchronize()
    return sample_rate, phonemes, b"".join(audio)


def main() -> None:
    library, data, voice, rate, pitch, range_, text = sys.argv[1:]
    parameters = {_RATE: int(rate), _PITCH: int(pitch), _RANGE: int(range_)}
    sample_rate, phonemes, audio = synthesise(library, data, voice, parameters, text)
    head = json.dumps({"sample_rate": sample_rate, "phonemes": phonemes})
    sys.stdout.buffer.write(head.encode() + b"\n" + audio)


if __name__ == "__main__":
    main()
