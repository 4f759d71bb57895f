"""Whether a new version answers alone or together with support_head: judged on what it did not learn from."""

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
    """Finds the defect, at a logit of 6, on the images with these numbers."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers
        self.net = SimpleNamespace(spread=2.0, peak=4.0)

    def prepare(self, support) -> SimpleNamespace:
        return SimpleNamespace(calibration=Calibration(cut=0.0))

    def score(self, image: ImageRef, prepared) -> SimpleNamespace:
        logits = np.full((SIDE // 4, SIDE // 4), -8.0, np.float32)
        logits[10:20, 10:20] = 6.0 if image.id in self.numbers else -8.0
        return SimpleNamespace(map=quantised(logits))


def met(predictor: Sees, questions: list[Question], monkeypatch: pytest.MonkeyPatch) -> tuple[float, float]:
    monkeypatch.setattr(trying, "Predictor", lambda *given, **more: predictor)
    return trying.met(ModelRef(1, "strip_steel"), Compute("cpu"), None, questions)


def test_images_that_were_learnt_from_tell_nothing_of_a_version(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [question(1), question(2), question(3), question(4, trains=True), question(5, trains=True)]
    assert met(Sees(4, 5), asked, monkeypatch)[0] == 0.0, "it knows its shots by heart"
    assert met(Sees(1, 2, 3), asked, monkeypatch)[0] > 0.8
    iou, peak = met(Sees(1, 2, 3, 4, 5), asked, monkeypatch)
    assert iou > 0.8 and 0 <= peak <= 6


@pytest.mark.parametrize(("asked", "enough"), [
    ([question(1), question(2), question(3)], True),
    ([question(1), question(2)], False),
    ([question(1), question(2), question(3, complete=False)], False),
    ([question(1), question(2), question(3, trains=True)], False),
    ([question(1), question(2), clean(3)], False)])
def test_too_few_images_tell_nothing(asked: list[Question], enough: bool) -> None:
    assert trying.tell(asked) == enough


@pytest.mark.parametrize(("alone", "together", "better"), [(0.5, 0.6, True), (0.5, 0.495, True), (0.5, 0.45, False)])
def test_of_two_that_are_alike_two_opinions_are_better(alone: float, together: float, better: bool) -> None:
    assert trying.better_together(alone, together) == better
