"""Which content feature a corpus is worth: the mel itself, or AutoVC's conversion to one voice.

On minutes of speech a voice converter blurs what is said, and the content branch hears less than
from the mel; it earns its place with weights learned elsewhere, or with hours of many speakers.
"""

from pathlib import Path

from mit_core.errors import DamagedError, reason_of
from mit_core.files import read_table, write_json

AUTO = "auto"

MINIMUM_SPEAKERS = 20
"""As many as AutoVC's authors trained on (Qian et al. 2019, section 5.1)."""
MINIMUM_HOURS = 4.0
"""About 12 minutes each of that many speakers, of the order of their training data."""


def choose_feature(
    requested: str, checkpoint_given: bool, speakers: int, hours: float
) -> tuple[str, str]:
    """The content feature ("mel" or "autovc") and why, as a sentence.

    Args:
        requested: what the configuration says: "mel", "autovc" or "auto".
        checkpoint_given: there is a trained AutoVC.
        speakers: in the corpus.
        hours: of usable speech.
    """
    if requested != AUTO:
        return requested, "The configuration asks for it (content_feature)."
    if checkpoint_given:
        return "autovc", "A trained AutoVC is given (autovc.checkpoint or published.checkpoints)."
    needed = f"at least {MINIMUM_SPEAKERS} speakers and {MINIMUM_HOURS:g} hours of speech"
    if speakers >= MINIMUM_SPEAKERS and hours >= MINIMUM_HOURS:
        return "autovc", f"There are {needed}, enough to train AutoVC."
    return "mel", f"AutoVC pays with {needed}, or with a trained checkpoint (autovc.checkpoint)."


def write_choice(segments: Path, output: Path, *, requested: str, checkpoint_given: bool) -> None:
    """Write ``choose_feature``'s answer for the table of segments as JSON: feature, why."""
    _, rows = read_table(segments, ("speaker", "seconds"))
    try:
        hours = sum(float(row["seconds"]) for row in rows) / 3600
    except ValueError as error:
        raise DamagedError(
            f"{segments}: {reason_of(error)}. Delete the file and run again to write it anew."
        ) from error
    speakers = len({row["speaker"] for row in rows})
    feature, why = choose_feature(requested, checkpoint_given, speakers, hours)
    write_json(output, {"feature": feature, "why": why})
