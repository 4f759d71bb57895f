"""Drafts against the plain definition of a brush and of a polygon, pixel by pixel."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.canvas.paint import TILE_PX, Draft, polygon_inside, reduced

COORDINATE = st.floats(-20, 80, allow_nan=False).map(lambda v: round(v, 2))
POINT = st.tuples(COORDINATE, COORDINATE)
COLOUR = (1, 2, 3)


def centres(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:height, :width] + 0.5
    return x, y


def distance(x, y, a, b) -> np.ndarray:
    """Of each centre to the line from a to b."""
    (ax, ay), (bx, by) = a, b
    length = (bx - ax) ** 2 + (by - ay) ** 2
    t = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0, 1) if length else np.zeros_like(x)
    return np.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay))


@given(POINT, POINT, st.floats(0.75, 30))
def test_a_line_holds_the_pixels_within_the_radius(a, b, radius):
    draft = Draft(64, 48, "add", COLOUR)
    draft.line(*a, *b, radius)
    found, away = draft.mask().full(48, 64), distance(*centres(48, 64), a, b)
    assert found[away < radius - 1e-6].all() and not found[away > radius + 1e-6].any()


@given(st.lists(POINT, min_size=3, max_size=8))
def test_a_polygon_holds_the_centres_inside_it(points):
    x, y = centres(60, 60)
    inside = np.zeros((60, 60), bool)
    for (ax, ay), (bx, by) in zip(points, points[1:] + points[:1], strict=True):
        if ay != by:
            meets = (min(ay, by) <= y) & (y < max(ay, by))
            inside ^= meets & (x >= ax + (y - ay) * (bx - ax) / (by - ay))
    found = polygon_inside(points, 0, 0, 60, 60)
    # A centre that lies on an edge may fall to either side.
    on_edge = np.min([distance(x, y, a, b) for a, b in zip(points, points[1:] + points[:1], strict=True)], axis=0) < 1e-6
    assert np.array_equal(found[~on_edge], inside[~on_edge])


def test_a_stroke_across_tiles_is_one_mask():
    draft = Draft(3 * TILE_PX, 2 * TILE_PX, "add", COLOUR)
    a, b = (100.5, 90.5), (1400.5, 1000.5)
    draft.line(*a, *b, 20)
    x, y = centres(2 * TILE_PX, 3 * TILE_PX)
    away = distance(x, y, a, b)
    sure = abs(away - 20) > 1e-6
    mask = draft.mask()
    assert np.array_equal(mask.full(*x.shape)[sure], (away <= 20)[sure])
    assert mask.fits(*x.shape) and mask.box[:2] == (80, 70)


def test_what_is_new_is_told_once():
    draft = Draft(100, 100, "add", COLOUR)
    draft.polygon([(10, 20), (30, 20), (30, 50), (10, 50)])
    assert draft.fresh == (10, 20, 20, 30)
    draft.fresh = None
    draft.polygon([(10, 20), (30, 20), (30, 50), (10, 50)])
    assert draft.fresh is None
    draft.polygon([(20, 40), (35, 40), (35, 45), (20, 45)])
    assert draft.fresh == (30, 40, 5, 5)


@pytest.mark.parametrize("points", [[(5, 5), (5, 5), (5, 5)], [(0, 5), (90, 5), (40, 5)], [(-30, -30), (-5, -30), (-5, -5)]])
def test_a_shape_without_a_pixel_is_empty(points):
    draft = Draft(100, 100, "add", COLOUR)
    draft.polygon(points)
    assert draft.mask().area == 0 and draft.box is None and draft.fresh is None


@pytest.mark.parametrize("level", [0, 1, 3, 9])
@pytest.mark.parametrize("box", [None, (490, 300, 60, 7)])
def test_pieces_set_a_pixel_where_any_below_it_is_set(level, box):
    draft = Draft(1200, 700, "add", COLOUR)
    draft.line(470, 301, 640, 310, 3)
    size, cell = 3 * TILE_PX, 1 << level
    full = reduced(draft.mask().full(size, size), level)
    found = np.zeros_like(full)
    for x, y, inside in draft.pieces(box, level):
        found[y : y + inside.shape[0], x : x + inside.shape[1]] |= inside
    if box is None:
        assert np.array_equal(found, full)
    else:
        x, y, w, h = box
        seen = slice(y // cell, -(-(y + h) // cell)), slice(x // cell, -(-(x + w) // cell))
        assert np.array_equal(found[seen], full[seen]) and full[seen].any()
        assert found.sum() <= full.sum()
