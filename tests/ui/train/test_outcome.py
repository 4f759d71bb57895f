"""A comparison in the window's own words."""

from __future__ import annotations

import pytest

from app.ui.train.outcome import Outcome
from app.ui.time_left import TimeLeft

FIGURES = {
    "reason": "better", "regions": 46, "found": 41, "found_before": 36, "false_alarms": 2, "false_alarms_before": 5, "clean_images": 30,
    "wanted": {}, "wanted_clean": 0, "fallen": [], "sentence": "in other words",
}  # fmt: skip


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ({}, "Version 3 finds 41 of 46 (version 2: 36), 2 false alarm"),
        ({}, "Version 3 is better."),
        ({"clean_images": 0}, "Version 3 finds 41 of 46 (version 2: 36)."),
        ({"reason": "falls", "fallen": ["scratch", "凹坑"]}, "worse at scratch, 凹坑"),
        ({"reason": "chance"}, "may be chance"),
        ({"reason": "alarms"}, "more false alarms"),
        ({"reason": "few"}, "too few to say"),
        ({"reason": "few", "regions": 0, "clean_images": 0}, "no check image yet"),
    ],
)
def test_the_figures_become_a_sentence(figures, says):
    assert says in Outcome().sentence(3, 2, FIGURES | figures)


def test_a_result_without_figures_speaks_for_itself():
    assert Outcome().sentence(3, 2, {"better": None, "sentence": "The new version was not compared."}) == "The new version was not compared."
    assert Outcome().wanted({"sentence": "x"}, ["scratch"]) == []


def test_what_is_missing_most_comes_first():
    wanted = Outcome().wanted(FIGURES | {"reason": "few", "wanted": {"scratch": 2, "dent": 5}, "wanted_clean": 3}, ["scratch", "dent"])
    assert [(name, n) for name, n, _ in wanted] == [("dent", 5), ("scratch", 2), (None, 3)] and "dent" in wanted[0][2]
    assert Outcome().wanted(FIGURES | {"reason": "few"}, ["scratch"])[0][:2] == ("scratch", 6)


def test_time_left_is_told_from_what_was_watched():
    left = TimeLeft()
    left.note("step", 0.5, 100.0)
    assert left.seconds is None
    left.note("step", 0.75, 110.0)
    assert left.seconds == pytest.approx(10.0)
    left.note("comparing", 0.1, 111.0)
    assert left.seconds is None


def test_while_labels_are_read_no_end_is_promised():
    left = TimeLeft()
    for stage, shares in (("reading", (0.1, 0.9)), ("step", (0.0, 0.1))):
        for k, share in enumerate(shares):
            left.note(stage, share, 100.0 + 40 * k)
        assert left.words == ("" if stage == "reading" else "about 6 min left")
    left.note("step", 0.99, 150.0)
    assert left.words == "less than a minute left"
