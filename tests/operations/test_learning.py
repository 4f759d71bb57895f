"""How many labels a fine-tune would learn from, and how many are new since the last."""

from __future__ import annotations

from app.operations import checking, learning, review, verdicts
from app.store.records import Job, ModelVersion, Prediction
from tests.toy_project import square


def test_regions_rejections_and_clean_images_count_and_check_images_do_not(hand):
    ready, others = hand.sorted_out()
    a = hand.new_class("a")
    assert hand.value(learning.ahead) == learning.Ahead(0, 0, None, learning.USUAL_MINUTES)
    hand.draw(others[0], a)
    hand.draw(others[0], a, square(20, 5))
    hand.draw(others[0], a, square(40, 5), ignore=True)
    (rejected,) = hand.propose(others[1], a, 0.9)
    hand.do(lambda session: review.reject(session, [session.get(Prediction, rejected)]))
    hand.do(verdicts.defect_free, others[2])
    hand.draw(ready[0], a)
    hand.do(checking.complete, ready[0])
    hand.draw(ready[1], a)  # undecided: it may still become a check image
    assert hand.value(learning.labels) == 4


def test_new_is_what_came_since_the_newest_version_learnt(hand):
    _, others = hand.sorted_out()
    a = hand.new_class("a")
    hand.draw(others[0], a)

    def tuned(session):
        job = Job(kind="finetune", state="finished", by="t", created_at="2999-01-01T00:00:00.000Z", started_at="2999-01-01T00:00:00.000Z", ended_at="2999-01-01T00:04:30.000Z")
        session.add(job)
        session.flush()
        version = ModelVersion(engine="strip_steel", job_id=job.id)
        session.add(version)
        session.flush()
        return version.id

    version = hand.workspace.do(tuned, title="", undoable=False)
    assert hand.value(learning.ahead) == learning.Ahead(1, 0, version, 4.5)
