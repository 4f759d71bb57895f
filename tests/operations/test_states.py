"""States and counts are derived from the rows, for one image as for all."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.operations import annotations, classes, images, support, verdicts
from app.store import queries
from app.store.records import Annotation, DefectClass, Image, Prediction
from tests.toy_project import square


def word(hand, image):
    return hand.value(queries.image_state, image).word


def test_an_empty_project(hand):
    assert hand.value(queries.status) == {
        "images": 0, "new": 0, "prelabelled": 0, "annotated": 0, "needs_work": 0, "reviewed": 0, "defect_free": 0, "changed": 0, "classes": [], "active": None,
    }  # fmt: skip


def test_the_life_of_an_image(hand):
    image, shot = hand.many(2)
    a = hand.new_class("a")
    hand.draw(shot, a)
    assert word(hand, image) == "new"
    (proposal,) = hand.propose(image, a, 0.9)
    assert word(hand, image) == "prelabelled"
    hand.draw(image, a, source="model", prediction_id=proposal)
    hand.decide(proposal, "accepted")
    assert word(hand, image) == "annotated"
    hand.do(verdicts.needs_work, image, [a])
    assert word(hand, image) == "needs_work"
    hand.do(verdicts.complete, image, [a])
    assert word(hand, image) == "reviewed"
    b = hand.new_class("b")
    state = hand.value(queries.image_state, image)
    assert state.word == "annotated" and not state.reviewed and (len(state.complete), state.classes) == (1, 2)
    hand.do(verdicts.complete, image, [b])
    assert word(hand, image) == "reviewed"
    hand.do(lambda s: classes.remove(s, s.get(DefectClass, b)))
    assert word(hand, image) == "reviewed"


def test_defect_free_is_a_statement(hand):
    image, other = hand.many(2)
    a = hand.new_class("a")
    assert word(hand, image) == "new"
    hand.do(verdicts.defect_free, [image])
    assert word(hand, image) == "defect_free"
    hand.draw(image, a, square(), ignore=True)
    assert word(hand, image) == "defect_free"
    hand.draw(image, a)
    assert word(hand, image) == "reviewed"


def test_status_counts_every_state_that_holds(hand):
    new, both, clean, unfinished, gone = hand.many(5)
    a, b = hand.new_class("a"), hand.new_class("b")
    hand.draw(both, a)
    hand.draw(both, b)
    hand.draw(gone, a, square(30), source="import")
    hand.do(verdicts.complete, both, [a, b])
    hand.propose(both, a, 0.9)
    hand.do(verdicts.defect_free, [clean])
    hand.do(verdicts.needs_work, unfinished, [b])
    hand.do(lambda s: images.remove(s, [s.get(Image, gone)]))
    status = hand.value(queries.status)
    assert {k: status[k] for k in ("images", *queries.STATES)} == {
        "images": 4, "new": 1, "prelabelled": 1, "annotated": 1, "needs_work": 1, "reviewed": 2, "defect_free": 1,
    }  # fmt: skip
    counts = [{k: c[k] for k in ("name", "annotations", "shots", "pending")} for c in status["classes"]]
    assert counts == [{"name": "a", "annotations": 1, "shots": 1, "pending": 1}, {"name": "b", "annotations": 1, "shots": 1, "pending": 0}]
    assert status["active"]["engine"] == "support_head"


@pytest.mark.parametrize("how", ["cut", "decided", "shots", "version", "removed"])
def test_what_is_not_shown_is_not_pending(hand, how):
    image, shot, more = hand.many(3)
    a = hand.new_class("a")
    hand.draw(shot, a)
    high, low = hand.propose(image, a, 0.9, 0.6)
    hand.propose(image, a, 0.9, engine="nearest")  # not the active version

    def pending():
        return hand.value(lambda s: sorted(s.scalars(queries.pending(s).with_only_columns(Prediction.id)).all()))

    assert pending() == [high, low]
    if how == "cut":
        hand.do(lambda s: classes.set_cut(s, s.get(DefectClass, a), 0.7))
        assert pending() == [high]
    elif how == "decided":
        hand.decide(high, "rejected")
        assert pending() == [low]
    elif how == "shots":
        hand.draw(more, a)
        assert pending() == []
        hand.do(support.drop_shot, a, more)
        assert pending() == [high, low]
    elif how == "version":
        from app.store.records import ActiveVersion, ModelVersion

        def other(session):
            session.scalar(select(ActiveVersion)).version_id = session.scalar(select(ModelVersion.id).where(ModelVersion.engine == "nearest"))

        hand.do(other)
        assert len(pending()) == 1 and not {high, low} & set(pending())
    else:
        hand.do(lambda s: images.remove(s, [s.get(Image, image)]))
        assert pending() == []


def test_changing_a_shots_region_changes_what_is_pending(hand):
    image, shot = hand.many(2)
    a = hand.new_class("a")
    drawn = hand.draw(shot, a)
    hand.propose(image, a, 0.9)
    hand.do(lambda s: annotations.replace_mask(s, s.get(Annotation, drawn), square(20)))
    assert hand.value(queries.status)["classes"][0]["pending"] == 0
    hand.workspace.undo()
    assert hand.value(queries.status)["classes"][0]["pending"] == 1


def test_pages_of_the_gallery_are_in_order_and_can_be_narrowed(hand):
    ids = hand.many(6)
    a = hand.new_class("a")
    hand.draw(ids[4], a)
    hand.draw(ids[1], a)
    pages = [i.id for at in (0, 4) for i, _ in hand.value(queries.gallery_page, at, 4)]
    assert pages == ids
    assert [(i.id, s.word) for i, s in hand.value(queries.gallery_page, 0, 10, "annotated")] == [(ids[1], "annotated"), (ids[4], "annotated")]


def test_states_of_many_images_are_those_of_each(hand):
    ids = hand.many(12)
    a = hand.new_class("a")
    for k in ids[::3]:
        hand.draw(k, a)
    hand.do(verdicts.complete, ids[::2], [a])
    together = hand.value(queries.image_states)
    assert set(together) == set(ids)
    assert {k: hand.value(queries.image_state, k) for k in ids} == together
    with pytest.raises(KeyError):
        hand.value(queries.image_state, 99)
