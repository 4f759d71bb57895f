"""What labels teach, pixel by pixel, and which images may ask and answer in a fine-tune."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core_models.contract.episode import ImageRef, Shot, SupportSet
from core_models.contract.job import LabelledImage, TrainLabel
from core_models.contract.mask import Mask
from core_models.training import resume
from core_models.training.project_episodes import ProjectEpisodes, TooFewLabels
from core_models.models.losses import masked_loss
from core_models.training.targets import HARD_NEGATIVE, target


def box(x: int, y: int, w: int, h: int) -> Mask:
    return Mask.from_array(np.ones((h, w), bool), x, y)


def test_unknown_pixels_have_no_weight_and_rejected_ones_more() -> None:
    label = TrainLabel(1, box(0, 0, 8, 8), negative=box(16, 0, 8, 8), ignore=box(0, 16, 8, 8))
    found = target(label, 32, 32, (8, 8), (8, 8))
    assert found.weight[:2, :2].min() == 1 and found.share[:2, :2].min() == 1
    assert found.weight[:2, 4:6].min() == HARD_NEGATIVE and found.share[:2, 4:6].max() == 0
    found.weight[:2, :2] = found.weight[:2, 4:6] = 0
    assert found.weight.max() == 0


def test_a_complete_image_is_good_surface_elsewhere_but_for_ignore_regions() -> None:
    found = target(TrainLabel(1, box(0, 0, 8, 8), ignore=box(16, 16, 16, 16), complete=True), 32, 32, (8, 8), (8, 8))
    assert found.weight[4:, 4:].max() == 0
    assert found.weight[:4].min() == 1 and found.weight[4:, :4].min() == 1
    assert found.share.sum() == 4


@pytest.mark.parametrize("complete", [True, False])
def test_a_single_pixel_still_teaches(complete: bool) -> None:
    found = target(TrainLabel(1, box(5, 5, 1, 1), complete=complete), 32, 32, (8, 8), (8, 8))
    assert found.share[1, 1] > 0 and found.weight[1, 1] > 0


def test_enlarged_small_images_keep_their_masks() -> None:
    found = target(TrainLabel(1, box(10, 10, 20, 20), complete=True), 50, 50, (100, 100), (100, 100))
    assert found.share.shape == (100, 100)
    assert found.share.mean() == pytest.approx(400 / 2500, rel=0.05)


def test_what_lies_beyond_the_image_has_no_weight() -> None:
    found = target(TrainLabel(1, box(28, 28, 4, 4), complete=True), 32, 32, (8, 8), (12, 10))
    assert found.weight.shape == (12, 10)
    assert found.weight[:8, :8].min() == 1 and found.share[7, 7] == 1
    assert found.weight[8:].max() == 0 and found.weight[:, 8:].max() == 0


def test_hard_negatives_pull_harder() -> None:
    logits = torch.zeros(1, 8, 8, requires_grad=True)
    found = target(TrainLabel(1, Mask.EMPTY, negative=box(0, 0, 4, 4), complete=True), 32, 32, (8, 8), (8, 8))
    masked_loss(logits, found.share[None], found.weight[None]).backward()
    assert logits.grad[0, 0, 0] == pytest.approx(float(HARD_NEGATIVE * logits.grad[0, 4, 4]), rel=1e-4)


def image(k: int) -> ImageRef:
    return ImageRef(k, f"{k}.png", f"sha{k}", 64, 64)


def project(groups: int, clean: int = 4, shots: int = 2, hard: bool = False, every: int = 2) -> tuple[list[LabelledImage], SupportSet]:
    marked = [LabelledImage(image(k), f"g{k}", (TrainLabel(1, box(k, 4, 6, 6), negative=box(40, 40, 5, 5) if hard else Mask.EMPTY, complete=k % every == 0),))
              for k in range(groups)]
    empty = [LabelledImage(image(100 + k), f"c{k}", (TrainLabel(1, Mask.EMPTY, complete=True),)) for k in range(clean)]
    return marked + empty, SupportSet(1, "scratch", tuple(Shot(m.image, m.labels[0].positive) for m in marked[:shots]))


def test_shots_never_come_from_the_group_that_is_asked_nor_from_those_kept_aside() -> None:
    train, support = project(12)
    train[5] = LabelledImage(train[5].image, "g4", train[5].labels)  # two images of one part
    episodes = ProjectEpisodes(train, [support], seed=3)
    rng = np.random.default_rng(0)
    for _ in range(300):
        question = episodes.draw(rng)
        group = episodes.groups[question.image.id]
        assert group not in episodes.aside
        assert question.shots
        assert group not in {e.group for e in question.shots}
        assert not episodes.aside & {e.group for e in question.shots}


def test_a_fifth_of_the_groups_is_kept_aside_and_never_a_shot_s() -> None:
    train, support = project(20, clean=10, every=1)
    episodes = ProjectEpisodes(train, [support], seed=3)
    assert episodes.chooses_by_iou
    assert len([g for g in episodes.aside if g.startswith("g")]) == 4
    assert len([g for g in episodes.aside if g.startswith("c")]) == 2
    assert not episodes.aside & {"g0", "g1"}
    asked = episodes.to_choose_by(np.random.default_rng(0))
    assert {episodes.groups[q.image.id] for q in asked} == episodes.aside
    assert all({e.image.id for e in q.shots} == {0, 1} for q in asked)


def test_not_every_image_kept_aside_is_looked_at_in_a_large_project() -> None:
    train, support = project(300, clean=200)
    asked = ProjectEpisodes(train, [support], seed=3).to_choose_by(np.random.default_rng(0))
    assert len(asked) <= 48
    assert 0 < sum(bool(q.label.positive.w) for q in asked) <= 32
    assert asked == ProjectEpisodes(train, [support], seed=3).to_choose_by(np.random.default_rng(0))


def test_with_few_groups_the_loss_chooses() -> None:
    assert not ProjectEpisodes(*[x if k == 0 else [x] for k, x in enumerate(project(5))], seed=3).chooses_by_iou


def accepted(groups: int) -> tuple[list[LabelledImage], SupportSet]:
    """Two shots, and images of which only accepted regions are known."""
    train, support = project(groups, clean=0)
    return [LabelledImage(t.image, t.group, (TrainLabel(1, t.labels[0].positive),)) for t in train], support


def test_accepted_regions_alone_choose_nothing_and_the_shots_stand_for_the_ground() -> None:
    train, support = accepted(30)
    episodes = ProjectEpisodes(train, [support], seed=3)
    assert not episodes.chooses_by_iou, "whoever marks everything would have the best IoU"
    asked = episodes.to_choose_by(np.random.default_rng(0))
    of_shots = [q for q in asked if q.image.id in (0, 1)]
    assert len(of_shots) == 2 and all(q.label.complete and {e.image.id for e in q.shots} == {1 - q.image.id} for q in of_shots)
    assert {episodes.groups[q.image.id] for q in asked if q not in of_shots} == episodes.aside


def test_images_whose_ground_is_known_are_asked_half_of_the_time_however_few() -> None:
    train, support = accepted(100)
    episodes, rng = ProjectEpisodes(train, [support], seed=3), np.random.default_rng(0)
    whole = [episodes.draw(rng).label.complete for _ in range(400)]
    assert 0.4 < np.mean(whole) < 0.62


def test_too_few_labels_say_what_is_missing() -> None:
    train, support = project(1, shots=1)
    with pytest.raises(TooFewLabels, match="at least two different parts"):
        ProjectEpisodes(train, [support], seed=3)
    train, support = project(3)
    one_part = [LabelledImage(t.image, "same", t.labels) for t in train]
    with pytest.raises(TooFewLabels):
        ProjectEpisodes(one_part, [support], seed=3)


def test_questions_hold_the_class_three_times_in_five_and_hard_negatives_are_asked() -> None:
    episodes = ProjectEpisodes(project(12)[0], [project(12)[1]], seed=3)
    rng = np.random.default_rng(0)
    holding = [bool(episodes.draw(rng).label.positive.w) for _ in range(500)]
    assert 0.52 < np.mean(holding) < 0.68
    train, support = project(12, clean=0)
    train[3] = LabelledImage(train[3].image, "g3", (TrainLabel(1, Mask.EMPTY, negative=box(1, 1, 9, 9)),))
    episodes = ProjectEpisodes(train, [support], seed=3)
    asked = {episodes.draw(rng).image.id for _ in range(200)}
    assert 3 in asked or "g3" in episodes.aside


def test_a_shot_s_unmarked_pixels_are_good_surface() -> None:
    train, support = project(6)
    label = ProjectEpisodes(train, [support], seed=3).labels[1, 1]
    assert train[1].labels[0].complete is False and label.complete is True


def test_resume_points_are_whole_or_not_there(tmp_path) -> None:
    assert resume.load(tmp_path) is None
    resume.save(tmp_path, {"a": torch.arange(4.0)}, {"step": 3})
    resume.save(tmp_path, {"a": torch.arange(5.0)}, {"step": 4})
    tensors, values = resume.load(tmp_path)
    assert values["step"] == 4 and len(tensors["a"]) == 5
    assert sorted(p.name for p in tmp_path.iterdir()) == ["state.json", "tensors-4.safetensors"]
    stored = tmp_path / "tensors-4.safetensors"
    stored.write_bytes(stored.read_bytes()[:-1] + b"x")
    assert resume.load(tmp_path) is None
    resume.clear(tmp_path)
    assert not tmp_path.exists()
