"""Colours of a mouth's inside, taken from the portrait, so that a drawing stays a drawing."""

from dataclasses import dataclass

import cv2
import numpy as np

# Beside bright skin teeth are a little lighter, and keep this share of its colour.
TEETH_LIGHT, TEETH_COLOUR = 1.12, 0.3


@dataclass(frozen=True)
class MouthPalette:
    """float32 (3,) RGB colours, 0..255.

    ``dimming`` is an exponent a channel: light l leaves l**dimming of a colour. Light that has
    come through lips and gums is redder the less there is of it.
    """

    seam: np.ndarray
    cavity: np.ndarray
    tongue: np.ndarray
    teeth: np.ndarray
    dimming: np.ndarray


def mouth_palette(image: np.ndarray, landmarks: np.ndarray) -> MouthPalette:
    """Colours for the mouth of ``image`` (H, W, 3 or 4), by its lips, skin and eyes."""
    lips = _median(image, landmarks[48:60, :2], exclude=landmarks[60:68, :2])
    skin = _bright(image, landmarks[[31, 35, 12, 4], :2])
    # Teeth are lit like the skin beside them but have little colour of their own.
    grey = float(skin.mean())
    teeth = TEETH_LIGHT * (grey + TEETH_COLOUR * (skin - grey))
    flesh = _saturated(lips, 1.5)
    return MouthPalette(
        seam=(0.32 * flesh).astype(np.float32),
        cavity=(0.17 * flesh).astype(np.float32),
        tongue=(0.62 * flesh).astype(np.float32),
        teeth=teeth.clip(0, 245).astype(np.float32),
        dimming=(flesh.mean() / np.maximum(flesh, 1.0)).clip(0.7, 1.3).astype(np.float32),
    )


def _saturated(colour: np.ndarray, gain: float) -> np.ndarray:
    return (colour.mean() + gain * (colour - colour.mean())).clip(0, 255)


def _median(image: np.ndarray, polygon: np.ndarray, exclude: np.ndarray) -> np.ndarray:
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(polygon).astype(np.int32)], (255,))
    cv2.fillPoly(mask, [np.rint(exclude).astype(np.int32)], (0,))
    return _pixels(image, mask, polygon).astype(np.float32).mean(axis=0)


def _bright(image: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [cv2.convexHull(np.rint(polygon).astype(np.int32))], (255,))
    pixels = _pixels(image, mask, polygon).astype(np.float32)
    luminance = pixels.mean(axis=1)
    return pixels[luminance >= np.percentile(luminance, 60)].mean(axis=0)


def _pixels(image: np.ndarray, mask: np.ndarray, polygon: np.ndarray) -> np.ndarray:
    pixels = image[mask > 0][:, :3]
    if len(pixels):
        return pixels
    x, y = np.rint(polygon.mean(axis=0)).astype(int)
    at = image[np.clip(y, 0, image.shape[0] - 1), np.clip(x, 0, image.shape[1] - 1)]
    return at[None, :3]
