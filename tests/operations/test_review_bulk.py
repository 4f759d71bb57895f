"""Many regions decided in one change: by hand on a run of crops, by two handles, by all that the filter shows."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from app.operations import candidates, review_bulk
from app.store import queries
from app.store.records import Annotation, Prediction, Project, Verdict
from tests.toy_project import make_toy, settle_split, square


@pytest.fixture
def toy(workspace, make_image_file):
    """Eight images; two proposals on each of the last six, the third image is a check image."""
    made = make_toy(workspace, make_image_file, count=8)
    made.receive(made.active_id(), {k: [square(2), square(20)] for k in range(2, 8)})
    made.do(settle_split, made.image_ids[2], "check")
    ask_for_check_images(made, False)
    return made


def ask_for_check_images(toy, on: bool) -> None:
    toy.do(lambda session: setattr(session.scalar(select(Project)), "settings", {"check_candidates": on}), undoable=False)


def ids(toy) -> list[int]:
    return [p.id for p in toy.find(select(Prediction).order_by(Prediction.id))]


def test_both_words_in_one_change_and_back(toy, check_undo):
    said = check_undo(toy.workspace, lambda: toy.do(review_bulk.decide, ids(toy)[2:5], ids(toy)[5:8]))
    assert said == {"accepted": 3, "rejected": 3, "check_images": 0}
    assert toy.decisions() == ["pending"] * 2 + ["accepted"] * 3 + ["rejected"] * 3 + ["pending"] * 4
    assert {p.decided_how for p in toy.find(select(Prediction)) if p.decided_how} == {"bulk"}


@pytest.mark.parametrize("how", ["single", "bulk"])
def test_check_images_are_left_out_of_many_and_said(toy, how):
    assert toy.do(review_bulk.decide, ids(toy)[:4], [], how) == {"accepted": 2, "rejected": 0, "check_images": 1}
    assert toy.decisions()[:4] == ["pending", "pending", "accepted", "accepted"]


def test_a_single_one_is_decided_on_a_check_image_too(toy):
    assert toy.do(review_bulk.decide, ids(toy)[:1], [], "single")["accepted"] == 1


def test_what_was_decided_meanwhile_is_passed_over(toy):
    toy.do(review_bulk.decide, [], ids(toy)[4:5], "single")
    assert toy.do(review_bulk.decide, ids(toy)[4:6], [])["accepted"] == 1
    assert toy.do(review_bulk.decide, [10**6], []) == {"accepted": 0, "rejected": 0, "check_images": 0}


def test_images_are_accepted_as_a_whole(toy, check_undo):
    below = ids(toy)[4]
    toy.do(lambda session: setattr(session.get(Prediction, below), "score", 0.6))
    chosen = toy.image_ids[2:6]
    said = check_undo(toy.workspace, lambda: toy.do(review_bulk.accept_images, chosen, 0.7))
    assert said == {"accepted": 5, "images": 3, "check_images": 1}
    assert toy.decisions() == ["pending"] * 2 + ["accepted"] * 2 + ["dismissed"] + ["accepted"] * 3 + ["pending"] * 4
    assert {v.image_id for v in toy.find(select(Verdict)) if v.state == "complete" and not v.blind} == set(chosen[1:])


def test_an_image_that_is_to_be_marked_first_is_left_alone(toy):
    ask_for_check_images(toy, True)
    with toy.workspace.read() as session:
        asked = candidates.asked(session, toy.image_ids)
    chosen = toy.image_ids[3:]
    assert asked & set(chosen)
    toy.do(review_bulk.accept_images, chosen)
    assert {v.image_id for v in toy.find(select(Verdict))} == set(chosen) - asked


def test_an_image_with_nothing_to_accept_is_left_as_it_is(toy):
    assert toy.do(review_bulk.accept_images, toy.image_ids[3:5], 0.95) == {"accepted": 0, "images": 0, "check_images": 0}
    assert toy.decisions() == ["pending"] * 12 and not toy.find(select(Verdict))


def test_statements_do_not_grow_with_regions(toy):
    """Rows that are made apart: SQLite gives their ids one by one."""

    def statements(act) -> int:
        seen = []

        def counted(session):
            event.listen(session.connection(), "before_cursor_execute", lambda *a: a[2].startswith("INSERT") or seen.append(1))
            act(session)

        toy.do(counted)
        return len(seen)

    few = statements(lambda session: review_bulk.decide(session, ids(toy)[2:4], ids(toy)[4:5]))
    many = statements(lambda session: review_bulk.decide(session, ids(toy)[5:8], ids(toy)[8:12]))
    assert many <= few


def test_accepted_regions_are_annotations(toy):
    toy.do(review_bulk.decide, ids(toy)[2:4], [])
    made = [a for a in toy.find(select(Annotation)) if a.source == "model"]
    assert [a.image_id for a in made] == [toy.image_ids[3]] * 2
    with toy.workspace.read() as session:
        assert queries.image_state(session, toy.image_ids[3]).annotations == 2
