"""Thumbnails: every depth, the bounded folder, the newest wish first, and files that are not there."""

from __future__ import annotations

import os
import threading
import time

import numpy as np
import pytest

from app.ui.canvas.pyramid import Pyramid, by_turns
from app.ui.thumbnails import SIDE_PX, DiskCache, Thumbnails, qimage, shrunk
from core_models.contract import image_file
from core_models.contract.opencv import cv2


@pytest.fixture
def thumbnails(qtbot, tmp_path):
    made = Thumbnails(DiskCache(tmp_path / "cache"))
    yield made
    made.close()


@pytest.mark.parametrize("depth", [np.uint8, np.uint16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(40, 60), (4, 3000), (400, 600, 3), (1, 1)])
def test_any_image_becomes_a_small_8_bit_one(depth, shape):
    array = np.random.default_rng(1).integers(0, 200, shape).astype(depth)
    small = shrunk(array)
    assert small.dtype == np.uint8 and max(small.shape[:2]) <= SIDE_PX and small.ndim == len(shape)
    assert small.shape[0] <= shape[0] and small.shape[1] <= shape[1]


def test_a_faint_16_bit_image_is_stretched_for_the_eye():
    array = np.tile(np.linspace(1000, 1100, 100, dtype=np.uint16), (100, 1))
    assert shrunk(array).max() > 250 and shrunk(array).min() < 5


def test_values_that_are_no_numbers_do_no_harm():
    array = np.full((10, 10), np.nan, np.float32)
    array[0, 0] = np.inf
    assert shrunk(array).shape == (10, 10)


def test_colours_keep_their_order():
    array = np.zeros((8, 8, 3), np.uint8)
    array[...] = (200, 100, 50)
    assert qimage(array).pixelColor(3, 3).getRgb()[:3] == (200, 100, 50)


def test_the_disk_keeps_what_was_made(tmp_path):
    cache, array = DiskCache(tmp_path), np.tile(np.arange(0, 250, 5, dtype=np.uint8), (50, 1))
    cache.put("ab12", array)
    assert np.abs(cache.get("ab12").astype(int) - array).max() < 12
    assert cache.get("cd34") is None
    (tmp_path / "ab" / "ab12.jpg").write_bytes(b"no picture")
    assert cache.get("ab12") is None


def test_the_least_recently_used_go_first(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (100, 100), np.uint8)
    probe = DiskCache(tmp_path / "probe")
    probe.put("aa", noise)
    one = (tmp_path / "probe" / "aa" / "aa.jpg").stat().st_size
    cache = DiskCache(tmp_path / "cache", bound_bytes=int(one * 5.5))
    for k in range(5):
        cache.put(f"{k}0", noise)
        os.utime(tmp_path / "cache" / f"{k}0" / f"{k}0.jpg", (k + 1, k + 1))
    assert cache.get("00") is not None, "used just now"
    cache.put("50", noise)
    left = {p.stem for p in (tmp_path / "cache").rglob("*.jpg")}
    assert {"00", "50"} <= left and "10" not in left
    assert sum(p.stat().st_size for p in (tmp_path / "cache").rglob("*.jpg")) <= one * 5.5


def test_a_folder_that_cannot_be_written_is_no_fault(tmp_path):
    (tmp_path / "cache").write_text("a file, not a folder")
    cache = DiskCache(tmp_path / "cache")
    cache.put("ab", np.zeros((4, 4), np.uint8))
    assert cache.get("ab") is None


def test_a_picture_comes_later_and_stays(thumbnails, make_image_file, qtbot):
    path = make_image_file("图.png")
    with qtbot.waitSignal(thumbnails.ready) as ready:
        assert thumbnails.get("ab", path) is None
    assert ready.args == ["ab"]
    assert (thumbnails.get("ab", path).width(), thumbnails.get("ab", path).height()) == (60, 40)


def test_a_missing_file_is_marked_and_tried_again_when_asked(thumbnails, make_image_file, tmp_path, qtbot):
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.get("ab", tmp_path / "gone.png")
    assert thumbnails.failed("ab") and thumbnails.get("ab", tmp_path / "gone.png") is None
    thumbnails.forget("ab")
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.get("ab", make_image_file("there.png"))
    assert not thumbnails.failed("ab")


def test_what_is_out_of_view_is_not_made(thumbnails, make_image_file, qtbot):
    path, made = make_image_file("a.png", np.zeros((3000, 3000), np.uint8)), []
    thumbnails.ready.connect(made.append)
    for k in range(30):
        thumbnails.get(f"{k:02}", path)
    thumbnails.want_only({"07"})
    qtbot.waitUntil(lambda: "07" in made)
    qtbot.wait(100)
    assert len(made) < 8


def test_a_fault_in_a_cached_picture_is_no_fault_of_the_window(thumbnails, make_image_file, tmp_path, qtbot):
    (tmp_path / "cache" / "ab").mkdir(parents=True)
    (tmp_path / "cache" / "ab" / "ab.jpg").write_bytes(b"")
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.get("ab", make_image_file("a.png"))
    assert thumbnails.get("ab", make_image_file("a.png")) is not None


def test_large_images_that_nobody_waits_for_are_unpacked_one_after_the_other(tmp_path):
    paths = [tmp_path / f"{k}.png" for k in range(3)]
    for path, shape in zip(paths, ((2000, 9000), (2000, 9000), (20, 90)), strict=True):
        path.write_bytes(cv2.imencode(".png", np.zeros(shape, np.uint8))[1].tobytes())
    at_work, seen, go_on = [], [], threading.Event()

    def unpack(path):
        with by_turns(path):
            at_work.append(path)
            seen.append(set(at_work))
            go_on.wait(10)
            at_work.remove(path)

    threads = [threading.Thread(target=unpack, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while len(seen) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)
    assert len(seen) == 2 and paths[2] in at_work, "a large one and the small one"
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(seen) == 3 and not any(set(paths[:2]) <= one for one in seen)


def test_an_image_that_is_held_is_not_unpacked_for_its_thumbnail(thumbnails, tmp_path, qtbot, monkeypatch):
    path = tmp_path / "图.png"
    path.write_bytes(cv2.imencode(".png", np.full((300, 500), 90, np.uint8))[1].tobytes())
    held = Pyramid.of(path)
    monkeypatch.setattr(image_file, "read", lambda _: pytest.fail("unpacked twice"))
    with qtbot.waitSignal(thumbnails.ready):
        thumbnails.get("a", path)
    assert thumbnails.get("a", path).width() == SIDE_PX
    del held
    assert Pyramid.alive(path) is None, "and nothing is kept for it"
