"""Words over the image: each can be read, however close the regions lie."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect

from app.ui.canvas.marks import apart

TAGS = st.lists(st.builds(QRect, st.integers(-20, 300), st.integers(-40, 200), st.integers(20, 60), st.just(14)), max_size=20)


@given(TAGS)
def test_no_word_covers_another_or_leaves_the_image_at_its_top(tags):
    found = apart(tags)
    assert all(not a.intersects(b) for k, a in enumerate(found) for b in found[:k])
    assert all(tag.top() >= 0 for tag in found)
    assert [(tag.left(), tag.size()) for tag in found] == [(tag.left(), tag.size()) for tag in tags]


def test_a_word_that_is_in_nobodys_way_stays():
    tags = [QRect(0, 10, 30, 14), QRect(100, 10, 30, 14)]
    assert apart(tags) == tags


def test_the_word_of_a_region_within_another_stands_above_the_outer_ones():
    assert apart([QRect(0, 50, 30, 14), QRect(2, 52, 30, 14)])[1] == QRect(2, 35, 30, 14)
