"""Figures of a comparison, each against numbers counted by hand or by another way."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage

from app.errors import UserError
from app.exchange.evaluate import evaluate, match
from app.store.records import SupportShot
from core_models.contract.mask import Mask
from tests.exchange.conftest import HEIGHT, WIDTH, write_json, write_png
from tests.toy_project import square

PAIRS = st.tuples(st.integers(1, 16), st.integers(1, 16)).flatmap(lambda s: st.tuples(hnp.arrays(bool, s), hnp.arrays(bool, s)))


@settings(max_examples=80)
@given(PAIRS)
def test_matching_is_that_of_a_plain_count(pair):
    labels = [ndimage.label(array, np.ones((3, 3)))[0] for array in pair]
    numbers = [array.max() for array in labels]
    # Regions of one side share no pixel, so an IoU above one half is unique; exactly one half may stand against another.
    good = sum(
        ((labels[0] == i) & (labels[1] == j)).sum() / ((labels[0] == i) | (labels[1] == j)).sum() > 0.5
        for i in range(1, numbers[0] + 1) for j in range(1, numbers[1] + 1)
    )  # fmt: skip
    matched, true, found = match(Mask.from_array(pair[0]), Mask.from_array(pair[1]))
    assert (true, found) == tuple(numbers)
    assert good <= matched <= min(true, found)


@pytest.fixture
def compared(project, tmp_path):
    """Crack on a (found, and once too often), b (missed), c (a shot); d and e are clean, with an alarm on e; f was not looked at; g is not in the project."""
    ids = project.add(*(f"{n}.png" for n in "abcdef"))
    crack = project.new_class("crack")
    project.new_class("dent")
    project.draw(ids[2], crack, square())

    def become_shot(session):
        session.add_all([SupportShot(class_id=crack, image_id=ids[2])])

    project.do(become_shot)
    project.propose(ids[0], crack, (square(5, 5, 8), 0.9, "accepted"), (square(40, 20, 4), 0.6, "pending"), (square(20, 30, 4), 0.3, "pending"))
    project.propose(ids[1], crack, (square(30, 30, 4), 0.9, "rejected"))
    project.propose(ids[2], crack, (square(30, 5, 9), 0.9, "pending"))
    project.propose(ids[3], crack)
    project.propose(ids[4], crack, (square(0, 0, 5), 0.7, "pending"))
    truth = tmp_path / "truth"
    write_json(truth / "classes.json", {"classes": {"crack": 1, "other": 2}})
    for name in "abcdefg":
        array = np.zeros((HEIGHT, WIDTH))
        if name == "a":
            array[5:13, 5:11] = 1  # 48 pixels, all of them in the proposed 64
            array[0:2, 50:52] = 2
        if name in "bcf":
            array[20:26, 20:30] = 1  # 60 pixels
        write_png(truth / "masks" / f"{name}.png", array)
    project.truth = truth
    return project


def test_the_figures_are_those_counted_by_hand(compared):
    said = evaluate(compared.workspace, compared.truth, "masks")
    assert list(said["classes"]) == ["crack"]  # dent has no truth, other is no class of the project
    crack = said["classes"]["crack"]
    assert crack["iou"] == pytest.approx(48 / (64 + 16 + 60 + 25))
    assert crack["recall"] == pytest.approx(1 / 2)
    assert crack["f1"] == pytest.approx(2 * 1 / (2 + 3))
    assert crack["false_alarms"] == pytest.approx(1 / 2)
    assert {k: crack[k] for k in ("images", "true_regions", "proposed_regions", "matched_regions", "clean_images", "false_alarm_images")} == {
        "images": 4, "true_regions": 2, "proposed_regions": 3, "matched_regions": 1, "clean_images": 2, "false_alarm_images": 1,
    }  # fmt: skip
    assert said["mean_iou"] == crack["iou"] and said["version"] == 1
    notes = " ".join(said["notes"])
    assert "project does not have: 1" in notes and "shots: 1" in notes and "not looked at them with the present shots: 1" in notes


@pytest.mark.parametrize("format", ["coco", "labelme"])
def test_the_truth_may_come_in_any_format(compared, other, tmp_path, format):
    other.add(*(f"{n}.png" for n in "abcdef"))
    (compared.truth / "masks" / "g.png").unlink()
    other.take_in("masks", compared.truth)
    other.send(format, tmp_path / "out", include_unreviewed=True)
    assert evaluate(compared.workspace, tmp_path / "out", format)["classes"] == evaluate(compared.workspace, compared.truth, "masks")["classes"]


def test_only_what_the_truth_says_is_complete_counts(compared):
    write_json(compared.truth / "classes.json", {"classes": {"crack": 1, "other": 2}, "unreviewed": ["b.png", "e.png"]})
    crack = evaluate(compared.workspace, compared.truth, "masks")["classes"]["crack"]
    assert crack["images"] == 2 and crack["iou"] == pytest.approx(48 / (64 + 16)) and crack["false_alarms"] == 0


def test_coco_from_elsewhere_is_taken_as_complete(compared, tmp_path):
    rows = [{"id": k, "file_name": f"{n}.png", "width": WIDTH, "height": HEIGHT} for k, n in enumerate("abde", 1)]
    write_json(tmp_path / "coco" / "x.json", {"images": rows, "annotations": [], "categories": [{"id": 1, "name": "crack"}]})
    crack = evaluate(compared.workspace, tmp_path / "coco", "coco")["classes"]["crack"]
    assert (crack["clean_images"], crack["false_alarms"], crack["iou"], crack["recall"]) == (4, 0.5, 0, 1)


def test_where_neither_holds_anything_the_figures_are_perfect(compared):
    for name in "abcefg":
        (compared.truth / "masks" / f"{name}.png").unlink()
    crack = evaluate(compared.workspace, compared.truth, "masks")["classes"]["crack"]
    assert (crack["iou"], crack["f1"], crack["recall"], crack["false_alarms"]) == (1, 1, 1, 0)


def test_nothing_to_compare_is_a_sentence(compared):
    write_json(compared.truth / "classes.json", {"classes": {"scratch": 1, "other": 2}})
    with pytest.raises(UserError, match="nothing to compare"):
        evaluate(compared.workspace, compared.truth, "masks")
    with pytest.raises(UserError, match="no model version 7"):
        evaluate(compared.workspace, compared.truth, "masks", 7)


def test_it_writes_nothing(compared):
    before, history = compared.counts(), compared.workspace.history(100)
    write_png(compared.truth / "images" / "g.png", np.zeros((HEIGHT, WIDTH)))
    evaluate(compared.workspace, compared.truth, "masks")
    assert (compared.counts(), compared.workspace.history(100)) == (before, history)
