"""Masks from DeepPCB's boxes, and a test part that no group straddles."""

import csv
from collections import defaultdict

import numpy as np
import pytest

from data.permissive import SETS, box_masks, choose_test_part, deeppcb_masks, is_test, x_sdd_images


def _board() -> np.ndarray:
    board = np.zeros((80, 100), np.uint8)
    board[20:30], board[50:60] = 255, 255
    return board


@pytest.mark.parametrize("shift", [(0, 0), (2, -1), (-2, 2)])
def test_a_short_is_found_although_the_template_is_off(shift):
    board = _board()
    image = board.copy()
    image[30:50, 40:46] = 255
    masks = box_masks(image, np.roll(board, shift, (0, 1)), [("short", (35, 25, 20, 30))])
    truth = np.zeros(image.shape, bool)
    truth[30:50, 40:46] = True
    assert np.array_equal(masks["short"], truth)


def test_largest_piece_counts_specks_and_empty_boxes_do_not():
    image = _board()
    image[36:42, 20:30] = 255
    image[36:40, 34:38] = 255
    image[40, 80] = 255
    masks = box_masks(image, _board(), [("copper", (15, 32, 30, 15)), ("spur", (70, 35, 20, 10)), ("open", (0, 0, 10, 10))])
    assert set(masks) == {"copper"}
    assert masks["copper"].sum() == 60


@pytest.mark.parametrize("name", SETS)
def test_whole_groups_a_fifth_of_the_images(data_folder, name):
    with (data_folder / name / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sides = defaultdict(set)
    for row in rows:
        sides[row["group"]].add(is_test(name, row["image"]))
    assert all(len(side) == 1 for side in sides.values())
    assert 0.15 <= np.mean([is_test(name, row["image"]) for row in rows]) <= 0.25
    listed = [image for images in choose_test_part(data_folder / name).values() for image in images]
    assert {row["image"] for row in rows if is_test(name, row["image"])} == set(listed)


def test_readers_keep_the_parts_apart(data_folder):
    def digests(part):
        return {hash(image.tobytes()) for image, *_ in deeppcb_masks(data_folder / "deeppcb_subset", part)}

    train, test = digests("train"), digests("test")
    assert train and test and not train & test
    names = {cls for _, cls in x_sdd_images(data_folder / "x_sdd", "test")}
    assert len(names) == 7


def test_most_boxes_give_a_mask(data_folder):
    count = 0
    for image, template, masks in deeppcb_masks(data_folder / "deeppcb_subset", "test"):
        assert image.shape == template.shape
        for mask in masks.values():
            assert mask.dtype == bool and mask.shape == image.shape and 4 <= mask.sum() < 0.05 * mask.size
            count += 1
    assert count > 30


def test_unknown_part_and_set_are_refused(tmp_path):
    with pytest.raises(KeyError):
        is_test("magnetic_tile", "a.png")
    with pytest.raises(FileNotFoundError):
        list(deeppcb_masks(tmp_path))
