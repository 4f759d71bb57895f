"""How a new version answers, alone or together with support_head: judged on what it did not learn from."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from core_models.contract.episode import ImageRef
from core_models.contract.job import Compute, ModelRef, TrainLabel
from core_models.contract.mask import Mask
from core_models.inference.postprocess import Calibration, quantised
from core_models.training import trying
from core_models.training.project_episodes import Example, Question

SIDE = 400
TRUTH = Mask.from_array(np.ones((40, 40), bool), 40, 40)
SHOT = Example(ImageRef(9, "shot", "9", SIDE, SIDE), "g", TRUTH)


def question(image_id: int, trains: bool = False, complete: bool = True) -> Question:
    return Question(ImageRef(image_id, str(image_id), str(image_id), SIDE, SIDE), TrainLabel(1, TRUTH, complete=complete), (SHOT,), trains)


def clean(image_id: int) -> Question:
    return Question(ImageRef(image_id, str(image_id), str(image_id), SIDE, SIDE), TrainLabel(1, Mask.EMPTY, complete=True), (SHOT,))


class Sees:
    """Finds the defect on the images with these numbers, at a logit `high` above its outline's, and more of it on others."""

    def __init__(self, *numbers: int, too_much: tuple[int, ...] = (), cut: float = 0.0, high: float = 6.0, low: float = -8.0) -> None:
        self.numbers, self.too_much, self.cut, self.high, self.low = numbers, too_much, cut, high, low
        self.net = SimpleNamespace(spread=2.0, peak=4.0)

    def prepare(self, support) -> SimpleNamespace:
        return SimpleNamespace(calibration=Calibration(cut=self.cut))

    def score(self, image: ImageRef, prepared) -> SimpleNamespace:
        logits = np.full((SIDE // 4, SIDE // 4), self.cut + self.low, np.float32)
        if image.id in self.numbers:
            logits[10:20, 10:20] = self.cut + self.high
        if image.id in self.too_much:
            logits[5:40, 5:40] = self.cut + self.high
        return SimpleNamespace(map=quantised(logits))


def best(version: Sees, fitted: Sees, questions: list[Question], monkeypatch: pytest.MonkeyPatch) -> trying.Way:
    monkeypatch.setattr(trying, "Predictor", lambda model, *given, **more: fitted if model.engine == "support_head" else version)
    return trying.best(ModelRef(1, "strip_steel"), Compute("cpu"), None, questions)


UNSEEN = [question(1), question(2), question(3)]
HEART = [question(4, trains=True), question(5, trains=True), question(6, trains=True)]


def test_it_answers_alone_where_that_is_better(monkeypatch: pytest.MonkeyPatch) -> None:
    way = best(Sees(1, 2, 3, high=3.0), Sees(low=-10.0), UNSEEN, monkeypatch)
    assert way.share == 1 and 0 <= way.peak <= 3 and way.facts() == {}


def test_of_ways_that_are_alike_it_is_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    way = best(Sees(1, 2, 3), Sees(1, 2, 3, cut=-2.0), UNSEEN, monkeypatch)
    assert way.share == trying.USUAL and way.facts() == {"together_with": "support_head", "share": trying.USUAL}


def test_the_share_falls_where_the_version_finds_little(monkeypatch: pytest.MonkeyPatch) -> None:
    assert best(Sees(), Sees(1, 2, 3), UNSEEN, monkeypatch).share == 0.2, "in equal parts 8 would outweigh 6"


def test_images_that_were_learnt_from_tell_nothing_of_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    knows_by_heart = Sees(4, 5, 6, too_much=(1, 2, 3))
    assert best(knows_by_heart, Sees(1, 2, 3, too_much=(4, 5, 6)), [*UNSEEN, *HEART], monkeypatch).share < 0.5
    assert best(Sees(1, 2, 3, too_much=(4, 5, 6)), Sees(4, 5, 6, too_much=(1, 2, 3)), [*UNSEEN, *HEART], monkeypatch).share > 0.5


def test_where_too_few_images_tell_it_is_the_usual_way(monkeypatch: pytest.MonkeyPatch) -> None:
    assert best(Sees(1, 2), Sees(too_much=(1, 2)), UNSEEN[:2] + HEART, monkeypatch).share == trying.USUAL


def test_without_any_question_it_is_the_usual_way_with_the_version_s_own_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    assert best(Sees(), Sees(), [], monkeypatch) == trying.Way(trying.USUAL, 4.0)


@pytest.mark.parametrize(("asked", "enough"), [
    (UNSEEN, True),
    (UNSEEN[:2], False),
    ([*UNSEEN[:2], question(3, complete=False)], False),
    ([*UNSEEN[:2], *HEART], False),
    ([*UNSEEN[:2], clean(3)], False)])
def test_too_few_images_tell_nothing(asked: list[Question], enough: bool) -> None:
    assert trying.tell(asked) == enough


@pytest.mark.parametrize(("ious", "first"), [([0.5, 0.6, 0.2], 1), ([0.5, 0.505, 0.2], 0), ([0.4, 0.6, 0.605], 1)])
def test_of_those_that_are_as_good_the_first_is_taken(ious: list[float], first: int) -> None:
    assert trying.chosen(ious) == first
