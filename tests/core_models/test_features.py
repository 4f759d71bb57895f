"""Images that cannot be computed on are told apart in words, and never computed on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core_models.contract import image_file
from core_models.contract.episode import ImageRef
from core_models.contract.job import Compute
from core_models.contract.opencv import cv2
from core_models.inference.features import FeatureStore, UnreadableImage, check_bytes, read_image


@pytest.fixture
def image(tmp_path: Path) -> ImageRef:
    path = tmp_path / "好.png"
    cv2.imencode(".png", np.arange(600, dtype=np.uint8).reshape(20, 30))[1].tofile(path)
    return ImageRef(1, str(path), image_file.sha256(path), 30, 20)


def test_an_image_in_order_passes(image):
    check_bytes(image)
    assert read_image(image).shape == (20, 30)


def test_a_missing_image_is_said_to_be_missing(image):
    Path(image.path).unlink()
    with pytest.raises(UnreadableImage, match="not where it was.*locate"):
        check_bytes(image)


def test_a_changed_image_is_said_to_be_changed(image):
    cv2.imencode(".png", np.zeros((20, 30), np.uint8))[1].tofile(image.path)
    with pytest.raises(UnreadableImage, match="has changed"):
        check_bytes(image)


def test_reading_ahead_leaves_out_what_cannot_be_read(tmp_path):
    """As on a GPU, where several images go through at once: what is wrong with one is said when its turn comes."""

    def stored(k: int) -> ImageRef:
        path = tmp_path / f"{k}.png"
        cv2.imencode(".png", np.random.default_rng(k).integers(0, 255, (20, 30), np.uint8))[1].tofile(path)
        return ImageRef(k, str(path), image_file.sha256(path), 30, 20)

    gone, good, damaged, changed, last = images = [stored(k) for k in range(5)]
    Path(gone.path).unlink()
    Path(damaged.path).write_bytes(b"no image")
    images[2] = damaged = replace(damaged, sha256=image_file.sha256(damaged.path))
    Path(changed.path).write_bytes(Path(good.path).read_bytes())
    store = FeatureStore(Compute("cpu"))
    store.extractor.device = replace(store.extractor.device, batch_px=2**22)
    store.prefetch(images)
    assert [store.known(i) for i in images] == [False, True, False, False, True]
    with pytest.raises(UnreadableImage, match="2.png"):
        store.of(damaged)


def test_a_damaged_image_is_a_sentence(image):
    Path(image.path).write_bytes(b"no image")
    with pytest.raises(UnreadableImage, match="好.png"):
        read_image(image)


def test_filling_keeps_features_without_evicting_any(image, tmp_path):
    other = tmp_path / "other.png"
    cv2.imencode(".png", np.zeros((30, 20), np.uint8))[1].tofile(other)
    second = ImageRef(2, str(other), image_file.sha256(other), 20, 30)
    missing = ImageRef(3, str(tmp_path / "missing.png"), "0" * 64, 20, 30)
    store = FeatureStore(Compute("cpu", str(tmp_path / "cache"), 300_000))  # room for one of these images
    assert store.fill(missing), "what cannot be read is passed over"
    assert store.fill(image) and store.known(image)
    assert all(np.array_equal(store.of(image)[s], FeatureStore(Compute("cpu")).of(image)[s]) for s in (4, 8, 16))
    assert not store.fill(second)
    assert store.known(image) and not store.known(second)
