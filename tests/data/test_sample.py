"""The sample project: what the issue of a newcomer's first minutes asks of it, and that no half sample is ever left."""

import json
import os
import time

import numpy as np
import pytest

from core_models.contract.opencv import cv2
from data import sample


def _read(path):
    return cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("样品 sample") / "steel"
    sample.make_sample(folder)
    return folder


@pytest.fixture(scope="module")
def pictures(folder):
    return {path.name: (_read(path), _read(folder / "masks" / (path.stem + ".png"))) for path in sorted((folder / "images").iterdir())}


def test_sixty_pictures_with_masks_of_their_size(folder, pictures):
    assert len(pictures) == 60
    classes = json.loads((folder / "classes.json").read_text(encoding="utf-8"))["classes"]
    assert len(classes) == 3
    for image, labels in pictures.values():
        assert image.shape == labels.shape and labels.dtype == np.uint8
        assert set(np.unique(labels)) <= {0, *classes.values()}


def test_depths_and_sizes(pictures):
    deep = [image for image, _ in pictures.values() if image.dtype == np.uint16]
    assert len(deep) >= 6 and all(image.max() > 4096 for image in deep)
    assert sum(image.shape == (1024, 4096) for image, _ in pictures.values()) == 4
    assert {name.split(".")[1] for name in pictures} == {"png", "tif"}


def test_a_third_is_clean_and_each_class_is_common(pictures):
    present = [set(np.unique(labels)) - {0} for _, labels in pictures.values()]
    assert 18 <= sum(not found for found in present) <= 22
    assert all(sum(k in found for found in present) >= 12 for k in (1, 2, 3))
    coils = [{name.split("_")[0] for (name, _), found in zip(pictures.items(), present, strict=True) if k in found} for k in (1, 2, 3)]
    assert all(len(of_class) >= 12 for of_class in coils)


def test_defects_from_five_px_to_half_the_picture(pictures):
    extents, shares = [], []
    for image, labels in pictures.values():
        _, _, stats, _ = cv2.connectedComponentsWithStats((labels > 0).astype(np.uint8))
        long = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(1)
        extents += list(long)
        shares += list(long / min(image.shape))
    assert min(extents) <= 8 and max(shares) >= 0.4


def test_faint_and_strong(pictures):
    """Contrast of the scale against the strip around it, in deviations of that strip's grey values."""
    contrasts = []
    for image, labels in pictures.values():
        mask = (labels == 2).astype(np.uint8)
        if mask.sum() > 50:
            ring = cv2.dilate(mask, np.ones((15, 15), np.uint8)) - cv2.dilate(mask, np.ones((5, 5), np.uint8))
            around = image[ring > 0].astype(float)
            contrasts.append(abs(image[mask > 0].mean() - around.mean()) / around.std())
    assert min(contrasts) < 2.0 and max(contrasts) > 3.5


def test_shots_show_one_class_each(pictures):
    assert set(sample.SHOTS) == set(sample.CLASSES)
    for name, images in sample.SHOTS.items():
        assert len(images) == 3
        for image in images:
            labels = pictures[image][1]
            assert set(np.unique(labels)) == {0, sample.CLASSES[name]}
            assert (labels > 0).sum() >= 100


def test_made_once_and_the_same_each_time(folder):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    sample.make_sample(folder)
    assert before == {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    (_, one, labels), (_, two, again) = sample.draw(19), sample.draw(19)
    assert np.array_equal(one.image, two.image) and np.array_equal(labels, again)


def test_a_run_that_breaks_off_leaves_nothing(tmp_path, monkeypatch):
    def cut(path, array):
        raise OSError("disk full")

    monkeypatch.setattr(sample, "_save", cut)
    assert sample.main([str(tmp_path / "s")]) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept_when_old(tmp_path, monkeypatch):
    old, young = tmp_path / ".s.making-old", tmp_path / ".s.making-young"
    for left in (old, young):
        left.mkdir()
    os.utime(old, (time.time() - 7200,) * 2)
    monkeypatch.setattr(sample, "plans", lambda: [sample.Plan("a.png", 64, 64, 8, (0, 0, 0))])
    sample.make_sample(tmp_path / "s")
    assert not old.exists() and young.exists()
    assert (tmp_path / "s" / "images" / "a.png").is_file()


def test_other_files_are_never_touched(tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match="empty folder"):
        sample.make_sample(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_wrong_usage():
    assert sample.main([]) == 2
