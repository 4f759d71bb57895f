"""The overlay of the screen: nothing vanishes, parts fit together, and small regions lie on large ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.canvas import overlay as module
from app.ui.canvas.colours import over, premultiplied
from app.ui.canvas.compose import Shown
from app.ui.canvas.frame import Frame
from app.ui.canvas.overlay import Overlay
from app.ui.canvas.paint import Draft
from core_models.contract.mask import Mask

RED, BLUE = (255, 0, 0), (0, 0, 255)


def disc(radius: int) -> np.ndarray:
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    return x * x + y * y <= radius * radius


def region(array, x: int, y: int, colour=RED, kind="annotation", k: int = 1) -> Shown:
    return Shown((kind, k), Mask.from_array(array, x, y), colour, kind)


def painted(regions, frame: Frame, rects=None, drafts=()) -> np.ndarray:
    overlay = Overlay()
    overlay.resize(frame.width, frame.height)
    overlay.set_regions(regions)
    for rect in rects or [frame.whole]:
        overlay.compose(frame, rect, drafts)
    return overlay.pixels


def laid(upper: int, lower: int) -> int:
    """One premultiplied colour over another, worked out channel by channel."""
    through = 1 - (upper >> 24) / 255
    return sum(min(255, round((upper >> k & 255) + (lower >> k & 255) * through)) << k for k in (0, 8, 16, 24))


MANY = [region(disc(5 + 3 * k), 11 * k, 7 * k % 60, k=k, kind=("annotation", "proposal", "ignore")[k % 3]) for k in range(9)]


def test_one_to_one_shows_the_mask_itself():
    out = painted([region(disc(10), 5, 7)], Frame(1, 0, 0, 40, 40))
    assert np.array_equal(out != 0, Mask.from_array(disc(10), 5, 7).full(40, 40))
    assert out[17, 15] == premultiplied(RED, 0.35) and out[17, 5] == premultiplied(RED, 1)


@pytest.mark.parametrize("zoom", [3, 1.37])
def test_zoomed_in_each_pixel_of_the_mask_is_a_square(zoom):
    frame = Frame(zoom, 4, 9, 60, 60)
    mask = Mask.from_array(disc(10), 5, 7).full(80, 80)
    rows, columns = (np.floor((np.arange(60) + first + 0.5) / zoom).astype(int) for first in (9, 4))
    assert np.array_equal(painted([region(disc(10), 5, 7)], frame) != 0, mask[rows][:, columns])


@given(st.floats(0.01, 1), st.integers(0, 900), st.booleans())
def test_a_hair_never_vanishes(zoom, at, upright):
    """A line of one pixel, whole at any zoom, at any place."""
    line = np.ones((1000, 1) if upright else (1, 1000), bool)
    side = int(1000 * zoom)
    out = painted([region(line, *((at, 0) if upright else (0, at)))], Frame(zoom, 0, 0, side + 12, side + 12))
    assert (out != 0).any(axis=1 if upright else 0)[:side].all()


def test_a_tiny_region_gets_a_ring():
    out = painted([region(np.ones((2, 2)), 500, 300)], Frame(0.1, 0, 0, 100, 100)) != 0
    rows, columns = np.flatnonzero(out.any(axis=1)), np.flatnonzero(out.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (22, 38, 42, 58)
    assert not (painted([region(np.ones((2, 2)), 50, 30)], Frame(3, 0, 0, 200, 200)) != 0)[:85].any()


@pytest.mark.parametrize("zoom", [0.23, 0.7, 1, 2.6])
def test_parts_fit_together_without_a_seam(zoom):
    frame = Frame(zoom, -7, 5, 90, 70)
    parts = [(0, 0, 37, 20), (37, 0, 90, 20), (0, 20, 90, 21), (0, 21, 1, 70), (1, 21, 90, 70)]
    whole = painted(MANY, frame)
    assert np.array_equal(whole, painted(MANY, frame, parts)) and (whole != 0).any()


@given(st.integers(-30, 30), st.integers(-30, 30), st.sampled_from([0.3, 1, 2.5]))
def test_a_move_needs_only_what_comes_into_view(dx, dy, zoom):
    frame = Frame(zoom, 3, 2, 80, 60)
    moved = Frame(zoom, 3 - dx, 2 - dy, 80, 60)
    overlay = Overlay()
    overlay.resize(80, 60)
    overlay.set_regions(MANY)
    overlay.compose(frame, frame.whole)
    overlay.shift(dx, dy)
    overlay.compose(moved, (0, 0, dx, 60) if dx > 0 else (80 + dx, 0, 80, 60))
    overlay.compose(moved, (0, 0, 80, dy) if dy > 0 else (0, 60 + dy, 80, 60))
    assert np.array_equal(overlay.pixels, painted(MANY, moved))


def test_a_small_region_lies_on_a_large_one_and_is_the_one_that_is_hit():
    large, small = region(disc(30), 0, 0, k=1), region(disc(5), 25, 25, BLUE, k=2)
    for regions in ([large, small], [small, large]):
        assert painted(regions, Frame(1, 0, 0, 70, 70))[30, 30] == laid(premultiplied(BLUE, 0.35), premultiplied(RED, 0.35))
        overlay = Overlay()
        overlay.set_regions(regions)
        assert overlay.at(30.5, 30.5, 3).key[1] == 2 and overlay.at(10.5, 30.5, 3).key[1] == 1


def test_a_thin_region_is_hit_from_near_but_not_from_far():
    overlay = Overlay()
    overlay.set_regions([region(np.ones((1, 50)), 10, 20)])
    assert overlay.at(30.5, 23.2, 4) and not overlay.at(30.5, 28.2, 4) and not overlay.at(70.5, 20.5, 4)


def test_kinds_look_different():
    frame = Frame(1, 0, 0, 70, 70)
    looks = [painted([region(disc(30), 4, 4, kind=kind)], frame) for kind in ("annotation", "proposal", "ignore")]
    assert len({look.tobytes() for look in looks}) == 3
    assert len(set(looks[0][looks[0] != 0].tolist())) == 2  # fill and solid outline
    assert len(set(looks[1][looks[1] != 0].tolist())) == 4  # hatched, dashed


@pytest.mark.parametrize("zoom", [0.3, 1, 2.5])
def test_a_large_mask_is_made_where_it_is_seen(zoom, monkeypatch):
    ragged = np.random.default_rng(0).random((300, 400)) > 0.7
    frame = Frame(zoom, 20, 30, 90, 70)
    whole = painted([region(ragged, 13, 9)], frame)
    monkeypatch.setattr(module, "_KEPT_WHOLE_PX", 100)
    assert np.array_equal(painted([region(ragged, 13, 9)], frame), whole)
    parts = [(0, 0, 45, 70), (45, 0, 90, 70)]
    assert np.array_equal(painted([region(ragged, 13, 9)], frame, parts), whole)


def test_masks_are_kept_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(module, "_CACHE_BYTES", 5000)
    overlay = Overlay()
    overlay.resize(300, 300)
    overlay.set_regions([region(disc(20 + k), 3 * k, 2 * k, k=k) for k in range(30)])
    overlay.compose(Frame(1, 0, 0, 300, 300), (0, 0, 300, 300))
    kept = sum(array.nbytes for arrays in overlay._masks._kept.values() for array in arrays)
    assert 0 < kept <= 5000 and kept == overlay._masks._bytes


@pytest.mark.parametrize("zoom", [0.2, 1, 3.1])
def test_a_draft_lies_over_the_regions_and_an_eraser_clears_them(zoom):
    frame = Frame(zoom, 0, 0, 200, 200)
    draft, rubber = Draft(300, 300, "add", BLUE), Draft(300, 300, "erase", BLUE)
    draft.line(20, 20, 100, 20, 6)
    rubber.line(20, 20, 20, 30, 8)
    out = painted([region(np.ones((300, 300)), 0, 0)], frame, drafts=[draft, rubber])
    at = lambda x, y: int(out[int(y * zoom), int(x * zoom)])  # noqa: E731
    assert at(35, 20) == premultiplied(BLUE, 0.5) and at(20, 25) == 0 and at(20, 55) not in (0, premultiplied(BLUE, 0.5))


@given(st.lists(st.tuples(st.tuples(*[st.integers(0, 255)] * 3), st.floats(0, 1)), min_size=2, max_size=2))
def test_colours_are_laid_over_each_other(both):
    upper, lower = (premultiplied(*colour) for colour in both)
    found = int(over(np.array([upper], np.uint32), np.array([lower], np.uint32))[0])
    assert all(abs((found >> k & 255) - (laid(upper, lower) >> k & 255)) <= 1 for k in (0, 8, 16, 24))


@pytest.mark.parametrize("kinds", [("annotation", "annotation"), ("proposal", "annotation"), ("annotation", "ignore")])
def test_where_regions_overlap_both_are_seen(kinds):
    """Fills are laid over each other, and each outline goes all the way round."""
    bar, post = np.ones((11, 41), bool), np.ones((41, 10), bool)
    out = painted([region(bar, 10, 25, RED, kinds[0], 1), region(post, 25, 10, BLUE, kinds[1], 2)], Frame(1, 0, 0, 60, 60))
    alone = painted([region(bar, 10, 25, RED, kinds[0], 1)], Frame(1, 0, 0, 60, 60))
    upper = painted([region(post, 25, 10, BLUE, kinds[1], 2)], Frame(1, 0, 0, 60, 60))
    ys, xs = slice(25, 36), slice(25, 35)  # where they cross
    expected = np.vectorize(laid)(upper[ys, xs].astype(int), alone[ys, xs].astype(int))
    difference = out[ys, xs].view(np.uint8).astype(int) - expected.astype(np.uint32).view(np.uint8)
    assert np.abs(difference).max() <= 1
    beside = np.ones((60, 60), bool)
    beside[ys, xs] = False
    assert np.array_equal(out[beside], (alone + upper)[beside])


@pytest.mark.parametrize("zoom", [0.3, 1, 2.7])
def test_only_what_changed_is_composed_anew(zoom):
    """A patched screen is the screen that is composed from nothing."""
    frame = Frame(zoom, 3, 5, 110, 90)
    overlay = Overlay()
    overlay.resize(frame.width, frame.height)
    for box in overlay.set_regions(MANY):
        overlay.compose(frame, frame.rect_of(*box, module.REACH_PX))
    moved = [region(disc(9), 20, 20, BLUE, k=1), *MANY[2:5], *MANY[6:], region(disc(4), 60, 30, k=77)]
    changed = overlay.set_regions(moved)
    assert len(changed) == 5  # one is new, two are gone, and one is elsewhere
    for box in changed:
        overlay.compose(frame, frame.rect_of(*box, module.REACH_PX))
    assert np.array_equal(overlay.pixels, painted(moved, frame))
    assert overlay.set_regions(moved[::-1]) == []


def test_an_eraser_uncovers_what_it_will_cut_and_nothing_else():
    wide, other, proposed = region(np.ones((20, 40), bool), 0, 0), region(np.ones((20, 20), bool), 0, 30, BLUE, k=2), region(np.ones((20, 20), bool), 30, 30, RED, "proposal", 3)
    frame, eraser = Frame(1, 0, 0, 60, 60), Draft(60, 60, "erase", RED)
    eraser.line(10, 0, 10, 60, 4)
    eraser.line(40, 0, 40, 60, 4)
    all_of_it = painted([wide, other, proposed], frame, drafts=[eraser])
    assert all_of_it[10, 10] == 0 == all_of_it[40, 10] and all_of_it[40, 40] != 0 and all_of_it[10, 20] != 0
    assert all_of_it[10, 14] == premultiplied(RED, 1)  # the new edge has its outline
    eraser.target = ("proposal", 3)
    one = painted([wide, other, proposed], frame, drafts=[eraser])
    assert one[40, 40] == 0 and one[10, 10] != 0 and one[40, 10] != 0


def test_another_strength_is_that_of_a_fresh_look():
    """The maps of the screen are used again, but never those of another frame, of other regions, or under an eraser."""
    frame, other, eraser = Frame(1, 3, 5, 110, 90), Frame(1, 9, 5, 110, 90), Draft(200, 200, "erase", RED)
    eraser.line(20, 20, 60, 60, 9)
    overlay = Overlay()
    overlay.resize(frame.width, frame.height)
    for regions, look, drafts, opacity in ((MANY, frame, (), 0.35), (MANY, frame, (), 0.7), (MANY, other, (), 0.7), (MANY, frame, (eraser,), 0.5), (MANY, frame, (), 0.5), (MANY[3:], frame, (), 0.5)):
        overlay.set_regions(regions)
        overlay.set_opacity(opacity)
        overlay.compose(look, look.whole, drafts)
        fresh = Overlay()
        fresh.opacity = opacity
        fresh.resize(frame.width, frame.height)
        fresh.set_regions(regions)
        fresh.compose(look, look.whole, drafts)
        assert np.array_equal(overlay.pixels, fresh.pixels)


def test_what_is_kept_of_the_screen_is_of_the_regions_shown():
    frame, overlay = Frame(1, 0, 0, 110, 90), Overlay()
    overlay.resize(frame.width, frame.height)
    for k in range(30):  # as if an image after the other were opened
        regions = [region(disc(5 + k), 20, 20, k=1), region(disc(3), 60, 3 + k, k=2)]
        overlay.set_regions(regions)
        overlay.compose(frame, frame.whole)
        assert np.array_equal(overlay.pixels, painted(regions, frame)) and len(overlay._seen) <= 4
