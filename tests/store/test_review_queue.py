"""What the Review page lists: regions of the present run, clean images and disagreements, in a fixed number of statements."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import event, select

from app.operations import annotations, classes, drawing, models, review, support, verdicts
from app.store import disagreements, review_queue
from app.store.records import DefectClass, Image, Inference, Prediction
from tests.toy_project import make_toy, settle_split, square


@pytest.fixture
def toy(workspace, make_image_file):
    return make_toy(workspace, make_image_file, count=8)


def read(toy, query, *args):
    with toy.workspace.read() as session:
        return query(session, *args)


def listed(toy) -> dict[int, str]:
    """{place of the image: decisions there} of the run's regions."""
    _, rows = read(toy, review_queue.regions)
    return {
        k: " ".join(r.decision for r in rows if r.image_id == image_id) for k, image_id in enumerate(toy.image_ids) if any(r.image_id == image_id for r in rows)
    }


def statements(toy, query) -> int:
    seen = []
    with toy.workspace.read() as session:
        event.listen(session.connection(), "before_cursor_execute", lambda *_: seen.append(1))
        query(session)
    return len(seen)


def act_on(toy, decide, place: int):
    def act(session):
        found = select(Prediction).join(Inference, Inference.id == Prediction.inference_id).where(Inference.image_id == toy.image_ids[place])
        decide(session, list(session.scalars(found)))

    toy.do(act)


def test_pending_and_decided_regions_of_the_run_are_listed(toy):
    toy.receive(toy.active_id(), {k: [square(2)] for k in (2, 3, 4, 5)})
    act_on(toy, review.accept, 2)
    act_on(toy, review.reject, 3)
    act_on(toy, review.dismiss, 4)
    assert listed(toy) == {2: "accepted", 3: "rejected", 5: "pending"}


def test_below_the_cut_only_what_was_decided_is_listed(toy):
    toy.receive(toy.active_id(), {2: [square(2)], 3: [square(2)]}, score=0.3)
    assert listed(toy) == {}
    act_on(toy, review.accept, 3)
    assert listed(toy) == {3: "accepted"}


def test_another_version_or_other_shots_are_another_run(toy):
    toy.receive(toy.active_id(), {2: [square(2)]})
    before = read(toy, review_queue.run)
    nearest = toy.do(lambda session: models.newest(session, "nearest").id)
    toy.do(models.activate_id, toy.workspace.folder, nearest)
    assert listed(toy) == {} and not read(toy, review_queue.run).same(before)


def test_a_removed_image_and_a_removed_class_are_not_listed(toy):
    toy.receive(toy.active_id(), {2: [square(2)], 3: [square(2)]})
    toy.do(lambda session: setattr(session.get(Image, toy.image_ids[2]), "removed", True))
    assert listed(toy) == {3: "pending"}
    toy.do(lambda session: classes.remove(session, session.get(DefectClass, toy.class_id)))
    run, rows = read(toy, review_queue.regions)
    assert run.classes == () and rows == []


def test_a_few_images_are_read_alike(toy):
    toy.receive(toy.active_id(), {k: [square(2), square(20)] for k in (2, 3, 4)})
    _, every = read(toy, review_queue.regions)
    _, some = read(toy, review_queue.regions, toy.image_ids[3:5])
    assert some == [r for r in every if r.image_id in toy.image_ids[3:5]] and len(some) == 4


def test_least_certain_comes_first():
    rows = [SimpleNamespace(id=k, class_id=1, score=s) for k, s in enumerate((0.9, 0.5, 0.2, 0.6))]
    assert [r.score for r in review_queue.in_order(rows, lambda _, score: score)] == [0.5, 0.6, 0.2, 0.9]


@pytest.mark.parametrize(
    ("size", "score", "check", "crowd", "why"),
    [
        (8, 0.95, False, 1, ""),
        (8, 0.55, False, 1, "near_cut"),
        (12, 0.55, False, 1, "larger"),
        (3, 0.9, False, 1, "smaller"),
        (8, 0.95, False, 10, "many"),
        (12, 0.9, True, 1, "check"),
    ],
)
def test_the_reason_is_the_weightiest_that_holds(toy, size, score, check, crowd, why):
    """Marked are two regions of 8 x 8 px; the cut is 0.5."""
    if check:
        toy.do(settle_split, toy.image_ids[2], "check")
    toy.receive(toy.active_id(), {2: [square(2, size=size)]}, score=score)
    run, rows = read(toy, review_queue.regions)
    assert review_queue.reason(rows[0], run, crowd) == why


def test_statements_do_not_grow_with_regions(toy):
    queries = (review_queue.regions, review_queue.clean_images, disagreements.find)
    toy.receive(toy.active_id(), {2: [square(2)]})
    before = [statements(toy, query) for query in queries]
    toy.receive(toy.active_id(), {k: [square(2), square(12), square(22), square(32)] for k in range(3, 8)})
    for place in (3, 4):
        toy.do(annotations.add, toy.image_ids[place], toy.class_id, square(50, 30), source="import")
    assert [statements(toy, query) for query in queries] == before


# -- images without a proposal ---------------------------------------------------------------------------------------------


def clean(toy) -> set[int]:
    return {toy.image_ids.index(row.image_id) for row in read(toy, review_queue.clean_images)}


def test_clean_are_images_that_were_looked_at_and_of_which_nothing_is_known(toy):
    toy.receive(toy.active_id(), {2: [], 3: [square(2)], 4: [], 5: [], 6: []})
    assert clean(toy) == {2, 4, 5, 6}
    toy.do(annotations.add, toy.image_ids[4], toy.class_id, square(2), source="import")
    toy.do(verdicts.defect_free, toy.image_ids[5])
    toy.do(verdicts.needs_work, toy.image_ids[6])
    assert clean(toy) == {2}
    assert read(toy, review_queue.said, toy.image_ids) == {toy.image_ids[5]: True, toy.image_ids[6]: False}


def test_a_class_that_was_not_looked_for_leaves_an_image_out(toy):
    toy.receive(toy.active_id(), {2: []})

    def another(session):
        class_id = classes.add(session, "dent").id
        annotations.add(session, toy.image_ids[0], class_id, square(2), source="import")
        support.add_shot(session, class_id, toy.image_ids[0])

    toy.do(another)
    assert clean(toy) == set()


def test_what_lies_below_the_cut_is_no_proposal(toy):
    toy.receive(toy.active_id(), {2: [square(2)]}, score=0.3)
    assert clean(toy) == {2}


def test_the_surest_comes_first(toy):
    toy.receive(toy.active_id(), {2: [], 3: [], 4: []})
    scores = dict(zip(toy.image_ids[2:5], (0.2, 0.1, 0.15), strict=True))

    def score(session):
        for row in session.scalars(select(Inference)):
            row.image_score = scores[row.image_id]

    toy.do(score)
    assert [row.score for row in read(toy, review_queue.clean_images)] == [0.1, 0.15, 0.2]


# -- disagreements ---------------------------------------------------------------------------------------------------------


def disagree(toy) -> list[tuple[str, int]]:
    return [(d.kind, toy.image_ids.index(d.image_id)) for d in read(toy, disagreements.find)[1]]


def test_a_proposal_beside_what_is_marked_disagrees_where_all_is_marked(toy):
    for place in (2, 3):
        toy.do(annotations.add, toy.image_ids[place], toy.class_id, square(2, 2), source="import")
    toy.do(verdicts.complete, [toy.image_ids[2], toy.image_ids[4]], [toy.class_id])
    toy.receive(toy.active_id(), {k: [square(2, 2), square(40, 20)] for k in (2, 3)} | {4: [square(9)], 5: [square(9)]})
    assert disagree(toy) == [("unmarked", 2), ("unmarked", 4)]


def test_a_rejected_proposal_is_settled(toy):
    toy.do(verdicts.complete, toy.image_ids[4], [toy.class_id])
    toy.receive(toy.active_id(), {4: [square(9)]})
    act_on(toy, review.reject, 4)
    assert disagree(toy) == []


def test_a_mark_that_no_proposal_touches_is_missed(toy):
    for place in (2, 3, 4):
        toy.do(annotations.add, toy.image_ids[place], toy.class_id, square(2, 2), source="import")
    toy.do(annotations.add, toy.image_ids[2], toy.class_id, square(30, 25, 12), source="import")
    toy.do(annotations.add, toy.image_ids[4], toy.class_id, square(40, 20), ignore=True)
    toy.receive(toy.active_id(), {2: [square(40, 5)], 3: [square(4, 4)]})
    assert disagree(toy) == [("missed", 2), ("missed", 2)], "the touched one, the one not looked at and what is to be ignored are none"
    assert [d.box[2] for d in read(toy, disagreements.find)[1]] == [12, 8]


def test_what_was_accepted_from_this_pass_and_shots_do_not_disagree(toy):
    toy.receive(toy.active_id(), {0: [square(2)], 3: [square(2)]})
    act_on(toy, review.accept, 3)
    assert disagree(toy) == []
    accepted = [r for r in read(toy, review_queue.regions)[1] if r.decision == "accepted"]
    assert len(accepted) == 1


def test_a_proposal_that_a_stroke_moved_away_from_is_no_disagreement(toy):
    toy.receive(toy.active_id(), {3: [square(2)]})
    act_on(toy, lambda session, found: review.correct(session, found[0], square(40, 25)), 3)
    assert disagree(toy) == []


def test_a_key_finds_its_mask(toy):
    toy.receive(toy.active_id(), {3: [square(2)]})
    _, rows = read(toy, review_queue.regions)
    assert read(toy, review_queue.mask_of, rows[0].key) == square(2)
    toy.do(drawing.decide, rows[0].id, "accept")
    assert read(toy, review_queue.mask_of, ("proposal", 10**6)) is None
