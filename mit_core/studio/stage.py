"""Portraits and speech, analysed once each, and moved as often as somebody turns a knob."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mit_core.animation.animation import Animation
from mit_core.errors import UserError
from mit_core.faces.portrait import find_portrait_landmarks
from mit_core.faces.puppet_beside import is_puppet
from mit_core.faces.standard_face import standard_face
from mit_core.faces.table_beside import table_beside
from mit_core.media.image import read_image
from mit_core.speaking.head import Portrait, Speech, TalkingHead
from mit_core.studio.choices import Choices
from mit_core.studio.remembering import remembering
from mit_core.studio.replies import RefusalError
from mit_core.studio.store import Medium

T = TypeVar("T")

_KEPT = 16
"""Analyses of each kind in memory; ten minutes of speech take some 40 MB."""
_FACE_SHARE = 0.6
"""Of the picture's height or width, which the standard face takes before it is placed."""


class Stage:
    """The networks, asked by one visitor at a time: neither they nor the detector are shared."""

    def __init__(self, head: TalkingHead):
        self.head = head
        head.content = remembering(head.content)
        if head.speaker is not None:
            head.speaker = remembering(head.speaker)
        self._one_at_a_time = threading.Lock()
        self._kept: OrderedDict[Any, Any] = OrderedDict()

    def face(self, portrait: Medium) -> Portrait:
        """A portrait with its landmarks.

        Raises:
            RefusalError: no face was found in it. UserError: what was placed makes no face.
        """
        with self._one_at_a_time:
            return self._face(portrait)

    def detected(self, portrait: Medium) -> npt.NDArray[np.float32]:
        """Landmarks (68, 3) as the detector finds them, whatever was placed. Raises as ``face``."""
        with self._one_at_a_time:
            image = read_image(portrait.path)
            try:
                return find_portrait_landmarks(image, portrait.path, self.head.detector)
            except UserError as error:
                raise RefusalError("no_face", name=portrait.name) from error

    def heard(self, speech: Medium) -> Speech:
        """A recording as the networks hear it. Raises a ClipError where they cannot."""
        with self._one_at_a_time:
            return self._heard(speech)

    def moved(self, portrait: Medium, speech: Medium, choices: Choices) -> Animation:
        """The portrait's landmarks over time."""
        with self._one_at_a_time:
            face, heard = self._face(portrait), self._heard(speech)
            return self.head.move(face, heard, **choices.moving())

    def _face(self, portrait: Medium) -> Portrait:
        table = table_beside(portrait.path)
        given = table.is_file()
        stamp = table.stat().st_mtime_ns if given else 0

        def find() -> Portrait:
            try:
                return self.head.portrait(portrait.path)
            except UserError as error:
                if given or is_puppet(portrait.path):
                    raise
                raise RefusalError("no_face", name=portrait.name) from error

        return self._once(("portrait", portrait.id, stamp), find)

    def _heard(self, speech: Medium) -> Speech:
        return self._once(("speech", speech.id), lambda: self.head.speech(speech.path))

    def _once(self, key: Any, make: Callable[[], T]) -> T:
        made = self._kept.pop(key) if key in self._kept else make()
        self._kept[key] = made
        while len(self._kept) > 2 * _KEPT:
            self._kept.popitem(last=False)
        return made


def face_to_place(size: tuple[int, int]) -> npt.NDArray[np.float64]:
    """The standard face in the middle of a picture, (68, 2) pixels, to be dragged into place."""
    face = standard_face()[:, :2].astype(np.float64)
    low, high = face.min(axis=0), face.max(axis=0)
    scale = _FACE_SHARE * float(np.min(np.array(size) / (high - low)))
    return (face - (low + high) / 2) * scale + np.array(size) / 2
