"""The exceptions that a person is meant to read."""

_LONGEST_REASON = 200
"""Characters."""


def reason_of(error: BaseException, otherwise: str = "it is damaged") -> str:
    """What an error of a library says, in one line that fits into a sentence for the user.

    Libraries quote what they could not read, which may be megabytes of a stranger's file.

    Args:
        otherwise: for an error that says nothing.
    """
    if isinstance(error, UserError):  # written for people already
        return str(error)
    said = " ".join(str(error).split()) or otherwise
    return said if len(said) <= _LONGEST_REASON else f"{said[:_LONGEST_REASON]}…"


class UserError(Exception):
    """Something a person must put right: a file, a config key, a missing weight.

    ``str(error)`` is one or two plain sentences: it names the file or key, says what is wrong,
    and what to do. Raise it for a user's mistake; leave programming errors to Python's own types.
    """


class DamagedError(UserError):
    """A file that holds something else than it should, most often one that this project wrote."""


class ClipError(UserError):
    """This one clip cannot be used; the run goes on without it.

    Args:
        verdict: a short stable word for the funnel, e.g. ``no_face`` (lower case, underscores).
        reason: one plain sentence for the person whose clip it is.
    """

    def __init__(self, verdict: str, reason: str):
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason

    def __reduce__(self) -> tuple[type, tuple[str, str]]:  # survives a process pool
        return (type(self), (self.verdict, self.reason))


class ClipChangedError(ClipError):
    """A clip's file is no longer what it was when the run first looked at it.

    That says nothing of the clip, so it is looked at anew by the next run.
    """

    def __init__(self, path: str):
        super().__init__(
            "changed",
            f"{path} was changed or taken away while the run was reading it. Run the same command "
            "again when it is in its place.",
        )
        self.path = path

    def __reduce__(self) -> tuple[type, tuple[str]]:  # type: ignore[override]
        return (type(self), (self.path,))
