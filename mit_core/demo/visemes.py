"""What the mouth aims at in each sound of English: one target a phoneme (a viseme).

The grouping follows the usual viseme classes (bilabials, labiodentals, dentals, rounded
postalveolars, spread and rounded vowels); the figures are our own, set by looking at the result.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Viseme:
    """Targets of one sound and how strongly it insists on them.

    Attributes:
        jaw: opening, 0 = teeth together, 1 = as wide as speech goes.
        width: of the mouth, -1 = fully rounded, 0 = rest, 1 = fully spread.
        protrusion: of both lips, 0 to 1.
        lower: lowering of the lower lip beyond what the jaw does, 0 to 1 (bares lower teeth).
        upper: raising of the upper lip, 0 to 1 (bares upper teeth).
        insistence: of jaw and lips, 0 to 1; a weak sound takes its neighbours' shape.
    """

    jaw: float
    width: float = 0.0
    protrusion: float = 0.0
    lower: float = 0.0
    upper: float = 0.0
    insistence: float = 0.6


BILABIAL = frozenset("pbm")
BILABIAL_STOP = frozenset("pb")
LABIODENTAL = frozenset("fv")

REST = Viseme(0.0, insistence=0.7)

_BILABIAL = Viseme(0.06, 0.0, 0.0, 0.0, 0.0, 0.8)
_LABIODENTAL = Viseme(0.12, 0.05, 0.0, 0.0, 0.35, 0.8)
_DENTAL = Viseme(0.22, 0.1, 0.0, 0.3, 0.15, 0.5)
_ALVEOLAR = Viseme(0.18, 0.1, 0.0, 0.3, 0.15, 0.35)
_SIBILANT = Viseme(0.06, 0.3, 0.0, 0.45, 0.3, 0.8)
_POSTALVEOLAR = Viseme(0.1, -0.5, 0.7, 0.5, 0.4, 0.8)
_VELAR = Viseme(0.3, 0.05, 0.0, 0.2, 0.1, 0.25)

VISEMES: dict[str, Viseme] = {
    "p": _BILABIAL,
    "b": _BILABIAL,
    "m": _BILABIAL,
    "f": _LABIODENTAL,
    "v": _LABIODENTAL,
    "θ": _DENTAL,
    "ð": _DENTAL,
    "t": _ALVEOLAR,
    "d": _ALVEOLAR,
    "n": _ALVEOLAR,
    "ɾ": _ALVEOLAR,
    "ʔ": _VELAR,
    "l": Viseme(0.3, 0.05, 0.0, 0.25, 0.1, 0.4),
    "s": _SIBILANT,
    "z": _SIBILANT,
    "ʃ": _POSTALVEOLAR,
    "ʒ": _POSTALVEOLAR,
    "k": _VELAR,
    "ɡ": _VELAR,
    "g": _VELAR,
    "ŋ": _VELAR,
    "x": _VELAR,
    "h": Viseme(0.35, 0.0, 0.0, 0.15, 0.1, 0.15),
    "ɹ": Viseme(0.18, -0.35, 0.45, 0.2, 0.1, 0.5),
    "r": Viseme(0.2, -0.2, 0.3, 0.2, 0.1, 0.5),
    "w": Viseme(0.08, -0.95, 1.0, 0.05, 0.0, 0.9),
    "j": Viseme(0.14, 0.4, 0.0, 0.25, 0.15, 0.5),
    "i": Viseme(0.16, 0.8, 0.0, 0.35, 0.25, 0.8),
    "ɪ": Viseme(0.3, 0.4, 0.0, 0.25, 0.15, 0.6),
    "ᵻ": Viseme(0.25, 0.3, 0.0, 0.25, 0.15, 0.5),
    "e": Viseme(0.45, 0.5, 0.0, 0.3, 0.2, 0.8),
    "ɛ": Viseme(0.55, 0.4, 0.0, 0.3, 0.2, 0.8),
    "æ": Viseme(0.8, 0.4, 0.0, 0.35, 0.25, 0.9),
    "a": Viseme(0.9, 0.2, 0.0, 0.3, 0.2, 0.9),
    "ɑ": Viseme(1.0, -0.05, 0.0, 0.25, 0.15, 0.9),
    "ɐ": Viseme(0.55, 0.0, 0.0, 0.2, 0.1, 0.6),
    "ʌ": Viseme(0.7, 0.0, 0.0, 0.25, 0.15, 0.8),
    "ə": Viseme(0.32, 0.0, 0.0, 0.2, 0.1, 0.35),
    "ɚ": Viseme(0.3, -0.2, 0.3, 0.2, 0.1, 0.5),
    "ɜ": Viseme(0.4, -0.2, 0.3, 0.25, 0.15, 0.7),
    "ɒ": Viseme(0.8, -0.35, 0.3, 0.2, 0.1, 0.9),
    "ɔ": Viseme(0.6, -0.55, 0.6, 0.2, 0.1, 0.9),
    "o": Viseme(0.5, -0.65, 0.7, 0.2, 0.1, 0.9),
    "ʊ": Viseme(0.26, -0.6, 0.7, 0.15, 0.05, 0.8),
    "u": Viseme(0.16, -0.9, 0.95, 0.1, 0.05, 0.9),
}

_STRESS = {"ˈ": 1.15, "ˌ": 1.0}
_UNSTRESSED_VOWEL = 0.85
_VOWELS = frozenset("iɪᵻeɛæaɑɐʌəɚɜɒɔoʊu")


def targets(ipa: str) -> list[Viseme]:
    """Visemes of one eSpeak phoneme, in order: two for a diphthong or an affricate.

    A stressed vowel opens the jaw further than an unstressed one. An empty name is a pause.
    Symbols that no viseme answers to (length marks, diacritics) are passed over.
    """
    found: list[Viseme] = []
    opening = next((gain for mark, gain in _STRESS.items() if mark in ipa), _UNSTRESSED_VOWEL)
    for symbol in ipa:
        viseme = VISEMES.get(symbol)
        if viseme is None:
            continue
        if symbol in _VOWELS:
            viseme = Viseme(
                min(1.0, viseme.jaw * opening),
                viseme.width,
                viseme.protrusion,
                viseme.lower,
                viseme.upper,
                viseme.insistence,
            )
        found.append(viseme)
    return found or [REST]


def is_stressed(ipa: str) -> bool:
    """Whether the phoneme carries primary stress."""
    return "ˈ" in ipa
