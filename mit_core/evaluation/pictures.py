"""How near pictures of a face come to the true ones: structure, noise, sharpness."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mit_core.faces.mouth import mouth_opening
from mit_core.faces.mouth_box import mouth_boxes

Picture = npt.NDArray[np.uint8]

_WINDOW, _SIGMA = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
"""Window and constants of Wang et al. 2004, for grey levels of 0..255."""

_LEAST_ERROR = 1 / 12
"""Mean square of rounding to whole grey levels: no picture is told to be nearer than 58.9 dB."""

_OPEN_SHARE = 4
"""The most open quarter of the frames is looked at by itself: there warps tell least."""


@dataclass(frozen=True)
class PictureMeasures:
    """Means over the frames of a clip, against the true frames.

    Attributes:
        ssim: structural similarity, at most 1.
        psnr: peak signal-to-noise ratio, dB.
        mouth_ssim, mouth_psnr: the same in the mouth's box of the true frame.
        open_ssim: ``mouth_ssim`` over the quarter of the frames with the most open mouths.
        sharpness: variance of the Laplacian over that of the true frames; 1 is as sharp as they
            are, noise included.
        mouth_sharpness: the same in the mouth's box.
    """

    ssim: float
    psnr: float
    mouth_ssim: float
    mouth_psnr: float
    open_ssim: float
    sharpness: float
    mouth_sharpness: float


def measure_pictures(
    made: Picture, truth: Picture, landmarks: npt.NDArray[np.floating]
) -> PictureMeasures:
    """Compare frames with the true ones.

    Args:
        made, truth: uint8 (T, H, W, 3) RGB, T above 0.
        landmarks: shape = (T, 68, 2 or 3) of the true frames, pixels.
    """
    height, width = truth.shape[1:3]
    boxes = mouth_boxes(landmarks, width, height)
    frames = []
    for picture, true, (x0, y0, x1, y1) in zip(made, truth, boxes.tolist(), strict=True):
        mouth = slice(y0, y1), slice(x0, x1)
        likeness = ssim_map(picture, true)
        errors = np.square(picture.astype(np.float32) - true)
        edges, true_edges = _edges(picture), _edges(true)
        frames.append(
            (
                likeness.mean(),
                _psnr(errors),
                likeness[mouth].mean(),
                _psnr(errors[mouth]),
                edges.var(),
                edges[mouth].var(),
                true_edges.var(),
                true_edges[mouth].var(),
            )
        )
    each = np.array(frames, np.float64)
    ssim, psnr, mouth_ssim, mouth_psnr, *sharp = each.mean(axis=0).tolist()
    opened = np.argsort(mouth_opening(landmarks), kind="stable")[
        -max(1, len(each) // _OPEN_SHARE) :
    ]
    return PictureMeasures(
        ssim=ssim,
        psnr=psnr,
        mouth_ssim=mouth_ssim,
        mouth_psnr=mouth_psnr,
        open_ssim=float(each[opened, 2].mean()),
        sharpness=sharp[0] / max(sharp[2], _LEAST_ERROR),
        mouth_sharpness=sharp[1] / max(sharp[3], _LEAST_ERROR),
    )


def ssim_map(made: Picture, truth: Picture) -> npt.NDArray[np.float32]:
    """Structural similarity around each pixel (Wang et al. 2004), mean over channels.

    The Gaussian window of 11 pixels, sigma 1.5, sees the picture mirrored beyond its rim.

    Args:
        made, truth: uint8 (H, W, C).

    Returns:
        shape = (H, W), at most 1.
    """
    # squares of 255 less their mean's leave float32 too few digits
    x, y = made.astype(np.float64), truth.astype(np.float64)
    mean_x, mean_y = _smoothed(x), _smoothed(y)
    products = mean_x * mean_y
    squares = mean_x**2 + mean_y**2
    covariance = _smoothed(x * y) - products
    variances = _smoothed(x**2 + y**2) - squares
    likeness = (2 * products + _C1) / (squares + _C1) * (2 * covariance + _C2) / (variances + _C2)
    mean: npt.NDArray[np.float32] = likeness.mean(axis=2).astype(np.float32)
    return mean


def _smoothed(image: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    blurred = cv2.GaussianBlur(image, (_WINDOW, _WINDOW), _SIGMA, borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.float64)


def _psnr(errors: npt.NDArray[np.float32]) -> float:
    return float(10 * np.log10(255**2 / max(float(errors.mean()), _LEAST_ERROR)))


def _edges(picture: Picture) -> npt.NDArray[np.float32]:
    """The Laplacian of a picture's grey levels, shape = (H, W)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.Laplacian(grey, cv2.CV_32F), np.float32)
