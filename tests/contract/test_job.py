"""Specs and events survive JSON."""

import numpy as np

from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import (
    Compute,
    FineTuneSpec,
    Finished,
    Item,
    LabelledImage,
    ModelRef,
    Predicted,
    PrelabelSpec,
    Region,
    TrainLabel,
    event_line,
    parse_event,
    read_spec,
    write_spec,
)
from core_models.contract.mask import Mask

IMAGE = ImageRef(7, "图 像/好.png", "ab" * 32, 30, 20)
MASK = Mask.from_array(np.eye(9, dtype=bool), x=3, y=2)
SUPPORT = SupportSet(2, "划痕", (Shot(IMAGE, MASK),))


def test_specs_come_back_equal(tmp_path):
    model = ModelRef(1, "support_head", params={"steps": 160})
    label = TrainLabel(2, MASK, negative=MASK, complete=True)
    prelabel = PrelabelSpec(model, (SUPPORT,), (Item(IMAGE, (2, 3)),), Compute("cpu", "cache", seed=4))
    tune = FineTuneSpec(model, model, (SUPPORT,), (LabelledImage(IMAGE, "g", (label,)),), (), {"2": 0.5}, minutes=1)
    for spec in (prelabel, tune):
        write_spec(tmp_path, spec)
        assert read_spec(tmp_path) == spec


def test_events_come_back_equal_and_take_one_line():
    for event in (Predicted(7, 2, 0.25, (Region(MASK, 0.5, 0.4),)), Finished({"sentence": "两行\nlines"})):
        line = event_line(event)
        assert line.count("\n") == 1 and line.endswith("\n")
        assert parse_event(line) == event


def test_a_support_set_is_named_by_what_it_shows():
    other = ImageRef(8, "elsewhere.png", "cd" * 32, 30, 20)
    one = SupportSet(2, "划痕", (Shot(IMAGE, MASK), Shot(other, MASK)))
    turned = SupportSet(9, "scratch", (Shot(other, MASK), Shot(IMAGE, MASK)))
    moved = SupportSet(2, "划痕", (Shot(IMAGE, MASK.moved(1, 0)), Shot(other, MASK)))
    assert one.digest == turned.digest
    assert len({one.digest, moved.digest, SUPPORT.digest}) == 3
