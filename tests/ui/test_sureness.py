"""The word for how sure a proposal is: words first, a figure with its meaning once enough is decided."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select

from app.operations import review
from app.store.records import Inference, Prediction
from app.ui.sureness import Sureness
from tests.toy_project import square


def decide(toy, of: int, accepted: int) -> None:
    """`of` proposals with rising scores, of which the upper ones are accepted and the others rejected."""

    def act(session):
        toy_inference = session.scalar(select(Inference))
        for k, score in enumerate(np.linspace(0.5, 0.99, of)):
            row = Prediction(inference_id=toy_inference.id, score=float(score), cut=0.5)
            row.mask = square(k % 40, k // 40)
            session.add(row)
            session.flush()
            (review.accept if k >= of - accepted else review.reject)(session, [row])

    toy.do(act, undoable=False)


def test_words_come_first_and_figures_when_enough_is_decided(context, toy, qtbot):
    toy.receive(toy.active_id(), {3: [square()]}, score=0.5)
    sureness = Sureness.of(context)
    assert [sureness.word(toy.class_id, score) for score in (0.9, 0.7, 0.5)] == ["high", "medium", "low"]
    assert not sureness.calibrated(toy.class_id) and "20" in sureness.tip(toy.class_id, 0.9)
    with qtbot.waitSignal(sureness.changed):
        decide(toy, of=40, accepted=20)
    assert sureness.calibrated(toy.class_id)
    assert sureness.word(toy.class_id, 0.95) == "0.99" and sureness.word(toy.class_id, 0.51) == "0.01"
    assert "10" in sureness.tip(toy.class_id, 0.95)


def test_there_is_one_for_a_context(context):
    assert Sureness.of(context) is Sureness.of(context)
