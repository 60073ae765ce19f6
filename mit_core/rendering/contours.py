"""Dense lip, lid and jaw contours as linear combinations of the 68 landmarks.

Eight points make a visibly angular mouth; a Catmull-Rom spline through them is linear in the
landmarks, so that a dense contour moves by one small matrix product a frame.
"""

import numpy as np

N_LANDMARKS = 68

# iBUG-68 runs, from the subject's right corner (image left) to the left corner.
UPPER_INNER = (60, 61, 62, 63, 64)
LOWER_INNER = (60, 67, 66, 65, 64)
UPPER_OUTER = (48, 49, 50, 51, 52, 53, 54)
LOWER_OUTER = (48, 59, 58, 57, 56, 55, 54)
RIGHT_UPPER_LID = (36, 37, 38, 39)
RIGHT_LOWER_LID = (36, 41, 40, 39)
LEFT_UPPER_LID = (42, 43, 44, 45)
LEFT_LOWER_LID = (42, 47, 46, 45)
JAW = tuple(range(17))

# The point before the first one, from the first three: half way between going on straight and
# going on with the same bend, so that an open mouth is round at its corners and not a wedge.
END = np.array([2.5, -2.0, 0.5])


def spline_matrix(run: tuple[int, ...], steps: int) -> np.ndarray:
    """Weights of a Catmull-Rom spline through a run of landmarks.

    Args:
        run: landmark indices in order; the first and last are the ends of the curve.
        steps: samples a span, at least 1.

    Returns:
        float64 (len(run[:-1]) * steps + 1, 68): rows sum to 1; row ``k * steps`` is landmark
        ``run[k]`` itself.
    """
    n_spans = len(run) - 1
    matrix = np.zeros((n_spans * steps + 1, N_LANDMARKS))
    for span in range(n_spans):
        for step in range(steps):
            t = step / steps
            # Catmull & Rom 1974, uniform, tension 1/2
            weights = 0.5 * np.array(
                [
                    -t + 2 * t**2 - t**3,
                    2 - 5 * t**2 + 3 * t**3,
                    t + 4 * t**2 - 3 * t**3,
                    -(t**2) + t**3,
                ]
            )
            row = matrix[span * steps + step]
            for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
                at = span + offset
                if at < 0:
                    row[list(run[:3])] += weight * END
                elif at > n_spans:
                    row[list(run[:-4:-1])] += weight * END
                else:
                    row[run[at]] += weight
    matrix[-1, run[-1]] = 1.0
    return matrix


def single_matrix(points: tuple[int, ...] | range) -> np.ndarray:
    """Rows that pick single landmarks, float64 (len(points), 68)."""
    return np.eye(N_LANDMARKS)[list(points)]
