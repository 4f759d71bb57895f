"""Colours as Qt's premultiplied format has them: 0xAARRGGBB in uint32, the colours already multiplied. No Qt."""

from __future__ import annotations

import numpy as np


def over(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Premultiplied 0xAARRGGBB laid over others (uint32, of one shape)."""
    through = 255 - (upper >> 24)
    # Two channels at a time: each product has 16 bits, and a word holds two.
    pair = np.uint32(0x00FF00FF)
    red_blue = ((lower & pair) * through + np.uint32(0x007F007F)) >> 8 & pair
    alpha_green = ((lower >> 8 & pair) * through + np.uint32(0x007F007F)) & ~pair
    return upper + (red_blue | alpha_green)


def premultiplied(colour: tuple[int, int, int], alpha: float) -> int:
    """0xAARRGGBB with the colours already multiplied, as Qt's premultiplied format has it."""
    r, g, b = (round(c * alpha) for c in colour)
    return round(255 * alpha) << 24 | r << 16 | g << 8 | b
