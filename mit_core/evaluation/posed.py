"""Talking heads with their head motion against the true ones: with and without the speaker branch.

After the measures of Zhou et al. 2020, tables 3 and 5; what each is divided by is our choice, so
compare them among runs rather than with the paper's. Where a head goes by chance no prediction can
be near it frame by frame: a still head is then nearer than any living one, and the sizes of motion
say more.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from mit_core.animation.learned import learned_manner
from mit_core.evaluation.measures import measure_clip
from mit_core.faces.head_motion import HeadMotion, motion_of_pose, motion_sizes
from mit_core.faces.points import as_points
from mit_core.models.checkpoint import ContentCheckpoint, load_content
from mit_core.models.speaker_checkpoint import SpeakerCheckpoint, load_speaker
from mit_core.sequences import Sequences
from mit_core.training.bases import base_faces
from mit_core.training.hardware import limited_threads

Array = npt.NDArray[np.floating]

COLUMNS = (
    "opening_r",
    "mouth_distance",
    "d_l",
    "d_v",
    "d_rot",
    "d_pos",
    "turn_ratio",
    "speed_ratio",
)

_SHORTEST = 16
"""Frames; of fewer no motion can be told."""


def evaluate_posed(
    content: str | Path, speaker: str | Path | None, test: Sequences, *, threads: int = 1
) -> dict[str, float]:
    """Measure landmarks with head motion on held-out clips, each relative to its own mean pose.

    Args:
        content: path of a ``ContentCheckpoint``: what the face does.
        speaker: path of a ``SpeakerCheckpoint``: what head and brows do, in the manner of the
            clip's own voice; None for a still head.
        test: held-out clips.
        threads: CPU threads that torch may use.

    Returns:
        Means over clips. ``opening_r``, ``mouth_distance``: of the mouth, head motion apart (see
        ``ClipMeasures``). ``d_l``, ``d_v``: distance of all points in the picture and of their
        velocity a second, head motion included, in percent of the face's width. ``d_rot``: angle
        between predicted and true rotation, degrees; ``d_pos``: distance of the place, percent of
        the face's width. ``turn_ratio``, ``speed_ratio``: predicted over true deviation and speed
        of turns, all axes together. ``clips``: how many.

    Raises:
        UserError: a wrong checkpoint.
    """
    said = load_content(content)
    manner = None if speaker is None else load_speaker(speaker)
    clips = np.flatnonzero(np.diff(test.offsets) >= _SHORTEST)
    rows = []
    if len(clips):
        bases = base_faces(test, said.base, said.speaker_faces, said.rest_face - said.mean_face)
        with limited_threads(threads):
            rows = [_measure(said, manner, test, index, bases[index]) for index in clips]
    means = {name: _mean([row[name] for row in rows]) for name in COLUMNS}
    return {**means, "clips": len(rows)}


def _measure(
    said: ContentCheckpoint,
    speaker: SpeakerCheckpoint | None,
    test: Sequences,
    index: int,
    base: Array,
) -> dict[str, float]:
    span = test.span(index)
    features, face = np.asarray(test.features[span]), np.asarray(test.landmarks[span])
    true = motion_of_pose(test.quaternions[span], test.translations[span])
    talking = base + said.predict(features, base)
    head = HeadMotion(np.tile(np.eye(3), (len(face), 1, 1)), np.zeros((len(face), 3)))
    if speaker is not None:
        manner = learned_manner(speaker, features, test.embeddings[index], index)
        talking, head = talking + manner.brows, manner.head
    return measure_posed(talking, head, face, true)


def measure_posed(
    talking: Array, head: HeadMotion, face: Array, true: HeadMotion
) -> dict[str, float]:
    """Measures of one clip, named COLUMNS; see ``evaluate_posed``.

    Args:
        talking, face: shape = (T, 204), predicted and true registered landmarks, face units.
        head, true: predicted and true motion of the head, from the clip's mean pose.
    """
    still = measure_clip(talking, face)
    posed = measure_clip(head.apply(talking), true.apply(face))
    between = Rotation.from_matrix(head.rotations).inv() * Rotation.from_matrix(true.rotations)
    width = np.linalg.norm(as_points(face)[:, 16] - as_points(face)[:, 0], axis=1).mean()
    sizes, real = motion_sizes(head), motion_sizes(true)
    return {
        "opening_r": still.opening_r,
        "mouth_distance": still.mouth_distance,
        "d_l": posed.d_l,
        "d_v": posed.d_v,
        "d_rot": float(np.degrees(between.magnitude()).mean()),
        "d_pos": 100
        * float(np.linalg.norm(head.translations - true.translations, axis=1).mean() / width),
        "turn_ratio": float(np.linalg.norm(sizes[:3]) / np.linalg.norm(real[:3])),
        "speed_ratio": float(np.linalg.norm(sizes[3:6]) / np.linalg.norm(real[3:6])),
    }


def _mean(values: list[float]) -> float:
    finite = [value for value in values if np.isfinite(value)]
    return float(np.mean(finite)) if finite else float("nan")
