"""Outlines of defects as soft coverage maps (0 to 1): strokes along curves, ragged blobs, and their place in the image."""

from __future__ import annotations

import numpy as np

from core_models.contract.opencv import cv2
from data.surfaces.noise import Generator, gaussian_field, smoothstep

Box = tuple[slice, slice]


def curve(rng: Generator, start: tuple[float, float], angle: float, length: float, wiggle: float, steps: int = 0) -> np.ndarray:
    """A random walk whose heading wanders by about `wiggle` radians over its length: points (n, 2) as x, y in px."""
    steps = steps or int(np.clip(length / 3, 4, 80))
    turns = rng.normal(0, wiggle / np.sqrt(steps), steps)
    heading = angle + np.cumsum(turns) - turns.sum() / 2
    walk = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1) * (length / steps), 0)
    return np.concatenate([np.zeros((1, 2)), walk]) + np.asarray(start)


def jagged(rng: Generator, points: np.ndarray, rough: float) -> np.ndarray:
    """The curve with fractal kinks put between its points, as cracks have them (midpoint displacement, twice)."""
    for _ in range(2):
        step = points[1:] - points[:-1]
        aside = np.stack([-step[:, 1], step[:, 0]], 1) * rng.normal(0, rough, (len(step), 1))
        middle = (points[1:] + points[:-1]) / 2 + aside
        points = np.concatenate([np.stack([points[:-1], middle], 1).reshape(-1, 2), points[-1:]])
    return points


def taper(rng: Generator, count: int, width: float, blunt: float = 0.15) -> np.ndarray:
    """Widths along a stroke, (count,): thin at the ends, uneven between."""
    t = np.linspace(0, 1, count)
    ends = np.clip(np.minimum(t, 1 - t) / max(blunt, 1e-3), 0, 1) ** 0.7
    uneven = np.interp(t, np.linspace(0, 1, 7), rng.uniform(0.6, 1.25, 7))
    return width * ends * uneven


def stroke(points: np.ndarray, widths: np.ndarray, shape: tuple[int, int], margin: int = 3) -> tuple[Box, np.ndarray] | None:
    """Coverage of a stroke of changing width: its box in an image of `shape` and float32 values; None when outside."""
    pad = margin + float(widths.max()) / 2
    left, top = np.floor(points.min(0) - pad).astype(int)
    right, bottom = np.ceil(points.max(0) + pad).astype(int) + 1
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, shape[1]), min(bottom, shape[0])
    if right - left < 2 or bottom - top < 2:
        return None
    fine = 4 if max(right - left, bottom - top) <= 320 else 2
    sheet = np.zeros(((bottom - top) * fine, (right - left) * fine), np.uint8)
    at = np.rint((points - (left, top)) * fine * 8).astype(np.int32)
    for k in range(len(at) - 1):
        thick = (widths[k] + widths[k + 1]) / 2 * fine
        if thick >= 0.5:
            cv2.line(sheet, at[k].tolist(), at[k + 1].tolist(), 255, max(1, int(round(thick))), cv2.LINE_8, 3)
    cover = cv2.resize(sheet, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    return (slice(top, bottom), slice(left, right)), cover.astype(np.float32) / 255


def blob(rng: Generator, length: float, width: float, angle: float, rough: float, soft: float) -> np.ndarray:
    """A ragged ellipse in an array of its own, float32, its centre in the middle.

    `rough` from 0 (smooth) to 1 (torn into pieces); `soft` is the share of its radius over which the border fades.
    """
    reach = 1 + 0.9 * rough
    across = abs(length * np.cos(angle)) + abs(width * np.sin(angle))
    down = abs(length * np.sin(angle)) + abs(width * np.cos(angle))
    rows, cols = int(np.ceil(down * reach)) + 4, int(np.ceil(across * reach)) + 4
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32)
    y, x = y - np.float32((rows - 1) / 2 + rng.uniform(-0.5, 0.5)), x - np.float32((cols - 1) / 2 + rng.uniform(-0.5, 0.5))
    u = (x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))) / np.float32(length / 2)
    v = (y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))) / np.float32(width / 2)
    inside = 1 - np.sqrt(u * u + v * v)
    if rough > 0.02:
        ragged = gaussian_field(rng, rows, cols, max(width * 0.5, 1.5), elongation=float(np.clip(length / width, 1, 6)) ** 0.7,
                                angle=angle, slope=1.0)
        inside = inside + np.float32(0.5 * rough) * ragged * np.minimum(1, np.maximum(0, 1.9 - np.sqrt(u * u + v * v)))
    ramp = max(soft, 1.2 / max(min(length, width), 1.2))
    cover = smoothstep(inside, 0.0, ramp)
    rim = min(3, rows // 4, cols // 4)
    if rim:
        cover[:rim], cover[-rim:], cover[:, :rim], cover[:, -rim:] = (cover[s] * 0 for s in (
            np.s_[:rim], np.s_[-rim:], np.s_[:, :rim], np.s_[:, -rim:]))
    return cover.astype(np.float32)


def place(cover: np.ndarray, centre: tuple[float, float], shape: tuple[int, int]) -> tuple[Box, np.ndarray] | None:
    """Put an array with its middle at `centre` (x, y) of an image: the box and the part of it inside; None when outside."""
    rows, cols = cover.shape
    top, left = int(round(centre[1] - rows / 2)), int(round(centre[0] - cols / 2))
    first, last = (max(top, 0), max(left, 0)), (min(top + rows, shape[0]), min(left + cols, shape[1]))
    if last[0] - first[0] < 2 or last[1] - first[1] < 2:
        return None
    box = slice(first[0], last[0]), slice(first[1], last[1])
    return box, cover[box[0].start - top:box[0].stop - top, box[1].start - left:box[1].stop - left]


def join(pieces: list[tuple[Box, np.ndarray]]) -> tuple[Box, np.ndarray] | None:
    """Several coverages as one: the box around them and, where they overlap, the strongest."""
    if not pieces:
        return None
    top, left = min(b[0].start for b, _ in pieces), min(b[1].start for b, _ in pieces)
    bottom, right = max(b[0].stop for b, _ in pieces), max(b[1].stop for b, _ in pieces)
    sheet = np.zeros((bottom - top, right - left), np.float32)
    for (rows, cols), cover in pieces:
        view = sheet[rows.start - top:rows.stop - top, cols.start - left:cols.stop - left]
        np.maximum(view, cover, out=view)
    return (slice(top, bottom), slice(left, right)), sheet
