"""Images come into a project, stay the same ones, change, move and go; what becomes of them is never lost."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from app.errors import UserError
from app.operations import grouping, images, scanning
from app.store import queries
from app.store.records import Image, Root
from core_models.contract.opencv import cv2
from tests.operations.conftest import Hand


def picture(seed: int, height: int = 40, width: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (height, width), np.uint8)


def paths_of(hand: Hand) -> list[str]:
    with hand.workspace.read() as session:
        return sorted(i.path for i in present(session))


def present(session):
    return session.scalars(select(Image).where(Image.removed.is_(False)).order_by(Image.id)).all()


def test_a_scan_lists_what_is_no_image_and_goes_on(make_image_file, tmp_path):
    good = make_image_file("好 图.png")
    folder = good.parent
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.jpg").write_text("no image", encoding="utf-8")
    (folder / "cut.png").write_bytes(good.read_bytes()[:900])
    (folder / "labels.json").write_text("{}", encoding="utf-8")  # no image's suffix: not looked at
    make_image_file("sub/inner.png")
    found = list(images.scan([folder]))
    assert [s.path.name for s in found if isinstance(s, images.Scanned)] == ["好 图.png"]
    refused = {r.path.name: r.reason for r in found if isinstance(r, images.Refused)}
    assert set(refused) == {"empty.png", "text.jpg", "cut.png"}
    assert "is empty" in refused["empty.png"] and "cut short" in refused["cut.png"]
    assert [s.path.name for s in images.scan([folder], recursive=True) if isinstance(s, images.Scanned)] == ["好 图.png", "inner.png"]
    assert not [s for s in images.scan([folder], recursive=True, without=[folder / "sub"]) if s.path.name == "inner.png"]


def test_a_folder_that_cannot_be_listed_is_named_and_the_rest_goes_on(make_image_file, monkeypatch):
    closed = make_image_file("closed/a.png").parent
    folder = make_image_file("open/b.png").parent.parent
    real = os.scandir

    def scandir(path):
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    good, refused = images.scan([folder], recursive=True)
    assert good.path.name == "b.png"
    assert refused.path == closed and "cannot be read: Permission denied" in refused.reason


def test_a_file_that_memory_is_not_enough_for_is_named_and_the_rest_goes_on(make_image_file, monkeypatch):
    folder = make_image_file("a.png", picture(1, 41)).parent
    make_image_file("b.png")
    real = scanning.thumbnail

    def thumbnail(array):
        if len(array) == 41:
            raise MemoryError
        return real(array)

    monkeypatch.setattr(scanning, "thumbnail", thumbnail)
    large, good = images.scan([folder])
    assert "a.png is too large for the memory" in large.reason and good.path.name == "b.png"


def test_a_file_named_itself_is_looked_at_whatever_its_name(make_image_file, tmp_path):
    make_image_file("a.png").rename(tmp_path / "scan.001")
    (found,) = images.scan([tmp_path / "scan.001"])
    assert found.sha256 == hashlib.sha256((tmp_path / "scan.001").read_bytes()).hexdigest()
    assert (found.probe.width, found.probe.height, found.probe.channels, found.probe.depth) == (60, 40, 1, "uint8")
    (missing,) = images.scan([tmp_path / "none.png"])
    assert isinstance(missing, images.Refused) and "cannot be opened" in missing.reason


def test_the_same_folder_twice_changes_nothing(hand, make_image_file, tmp_path):
    for k in range(3):
        make_image_file(f"{k}.png")
    first = hand.add(tmp_path / "images")
    steps = len(hand.workspace.history(100))
    again = hand.add(tmp_path / "images")
    assert (len(first.added), len(again.added), len(again.known), again.changed) == (3, 0, 3, [])
    assert len(hand.workspace.history(100)) == steps  # nothing touched, nothing on record
    one_by_one = hand.add(tmp_path / "images" / "1.png")
    assert (len(one_by_one.added), len(one_by_one.known)) == (0, 1)


def test_registering_can_be_undone(hand, make_image_file, check_undo, tmp_path):
    make_image_file("a.png")
    make_image_file("b.png")
    made = check_undo(hand.workspace, lambda: hand.add(tmp_path / "images"))
    assert len(made.added) == len(hand.column(Image, "id")) == 2


def test_size_and_kind_are_those_of_the_upright_image(hand, make_image_file):
    (k,) = hand.register("deep.tif")
    with hand.workspace.read() as session:
        image = session.get(Image, k)
        assert (image.width, image.height, image.channels, image.depth) == (60, 40, 1, "uint8")
        assert images.path_of(session, image).is_file()
        made = images.ref(image)
    assert Path(made.path).is_absolute() and made.sha256 == hashlib.sha256(Path(made.path).read_bytes()).hexdigest()


def test_equal_names_and_equal_bytes_in_different_folders_stay_apart(hand, make_image_file, tmp_path):
    make_image_file("one/a.png", picture(1))
    make_image_file("two/a.png", picture(2))
    make_image_file("three/a.png", picture(1))
    found = hand.add(tmp_path / "images", recursive=True)
    assert len(found.added) == 3
    assert paths_of(hand) == ["one/a.png", "three/a.png", "two/a.png"]
    groups = {i.path: i.part_group for i in found.added}
    assert groups["one/a.png"] == groups["three/a.png"] != groups["two/a.png"]  # equal bytes show the same part


def test_folders_of_the_same_name_are_told_apart(hand, make_image_file, tmp_path):
    for k, line in enumerate(("line 1", "line 2")):
        make_image_file(f"{line}/pictures/a.png", picture(k))
        hand.add(tmp_path / "images" / line / "pictures")
    assert sorted(hand.column(Root, "name").values()) == ["pictures", "pictures (2)"]
    with hand.workspace.read() as session:
        found = [images.path_of(session, images.find(session, hand.workspace.folder, text)) for text in ("pictures/a.png", "pictures (2)/a.png")]
    assert [path.parent.parent.name for path in found] == ["line 1", "line 2"]


def test_a_file_with_other_bytes_is_a_new_image_and_the_old_one_says_changed(hand, make_image_file, tmp_path):
    path = make_image_file("a.png", picture(1))
    (old,) = hand.register("a.png")
    before = path.read_bytes()
    make_image_file("a.png", picture(2))
    found = hand.add(path)
    assert [i.id for i in found.changed] == [old] and len(found.added) == 1
    assert hand.column(Image, "state") == {old: "changed", found.added[0].id: ""}
    assert hand.value(lambda s: images.find(s, hand.workspace.folder, "a.png").id) == found.added[0].id
    assert hand.value(images.missing) == [old]
    path.write_bytes(before)  # and back again
    assert [i.id for i in hand.add(path).known] == [old]
    assert hand.column(Image, "state")[old] == ""


def test_a_removed_image_returns_with_what_was_marked_on_it(hand, make_image_file, check_undo, tmp_path):
    a, b = hand.register("a.png", "b.png")
    scratch = hand.new_class("scratch")
    hand.draw(a, scratch)

    def remove(session):
        return images.remove(session, [session.get(Image, a)])

    assert check_undo(hand.workspace, lambda: hand.do(remove)) == 1
    status = hand.value(queries.status)
    assert status["images"] == 1 and status["classes"][0]["annotations"] == 0 and status["classes"][0]["shots"] == 0
    assert (tmp_path / "images" / "a.png").exists()
    with pytest.raises(UserError, match="a.png is no image of this project"):
        hand.value(images.find, hand.workspace.folder, "a.png")
    assert [i.id for i in hand.add(tmp_path / "images").added] == [a]
    assert hand.value(queries.status)["classes"][0]["annotations"] == 1


def test_images_below_the_project_move_with_it(hand, make_image_file, tmp_path):
    inside = hand.workspace.folder / "pictures" / "a.png"
    inside.parent.mkdir()
    shutil.copy(make_image_file("a.png"), inside)
    hand.add(inside.parent)
    assert set(hand.column(Root, "path").values()) == {"."}
    assert paths_of(hand) == ["pictures/a.png"]


def test_find_takes_a_path_on_the_disk_and_as_it_is_listed(hand, make_image_file, tmp_path, monkeypatch):
    make_image_file("one/a.png", picture(1))
    make_image_file("two/a.png", picture(2))
    make_image_file("two/b.png", picture(3))
    hand.add(tmp_path / "images" / "one")
    hand.add(tmp_path / "images" / "two")

    def find(text: str) -> str:
        with hand.workspace.read() as session:
            return images.path_of(session, images.find(session, hand.workspace.folder, text)).relative_to(tmp_path).as_posix()

    assert find(str(tmp_path / "images" / "one" / "a.png")) == "images/one/a.png"
    assert find("b.png") == "images/two/b.png"
    assert find("two/a.png") == find("two\\a.png") == "images/two/a.png"
    with pytest.raises(UserError, match="a.png fits 2 images of this project: one/a.png, two/a.png"):
        find("a.png")
    with pytest.raises(UserError, match="c.png is no image"):
        find("c.png")
    monkeypatch.chdir(tmp_path / "images")
    assert find(os.path.join("one", "a.png")) == "images/one/a.png"


def test_moved_images_are_found_by_their_bytes(hand, make_image_file, check_undo, tmp_path):
    for k in range(4):
        make_image_file(f"{k}.png", picture(k % 3))  # 0 and 3 have equal bytes
    hand.add(tmp_path / "images")
    target = tmp_path / "elsewhere" / "深"
    target.mkdir(parents=True)
    for k in (0, 1, 3):
        shutil.move(tmp_path / "images" / f"{k}.png", target / f"{k}.png")
    (target / "1.png").rename(target / "renamed.PNG")
    assert hand.value(lambda s: sorted(s.get(Image, k).path for k in images.missing(s))) == ["0.png", "1.png", "3.png"]
    assert check_undo(hand.workspace, lambda: hand.do(images.locate, tmp_path / "elsewhere")) == 3
    assert hand.value(images.missing) == []
    with hand.workspace.read() as session:
        now = {images.path_of(session, i).name for i in present(session)}
    assert now == {"0.png", "renamed.PNG", "2.png", "3.png"}
    with pytest.raises(UserError, match="is no folder"):
        hand.do(images.locate, tmp_path / "none")


def test_one_file_is_the_new_place_of_one_image_only(hand, make_image_file, tmp_path):
    for name in ("a.png", "b.png"):
        make_image_file(name, picture(1))
    hand.add(tmp_path / "images")
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "images" / "a.png", tmp_path / "elsewhere" / "c.png")
    (tmp_path / "images" / "b.png").unlink()
    assert hand.do(images.locate, tmp_path / "elsewhere") == 1
    assert len(hand.value(images.missing)) == 1


def test_a_deleted_image_is_missing_and_nothing_else_is(hand, make_image_file, tmp_path):
    ids = hand.many(3)
    (tmp_path / "images" / "001.png").unlink()
    assert hand.value(images.missing) == [ids[1]]
    assert hand.do(images.locate, tmp_path / "images") == 0


def test_groups_by_folder_and_by_pattern(hand, make_image_file, tmp_path):
    for name in ("p1/top.png", "p1/side.png", "p2/top.png"):
        make_image_file(name)
    found = hand.add(tmp_path / "images", recursive=True, group_by="folder")
    groups = {i.path: i.part_group for i in found.added}
    assert groups["p1/top.png"] == groups["p1/side.png"] != groups["p2/top.png"]
    again = hand.add(tmp_path / "images", recursive=True, group_by=r"(top|side)\.png")  # nothing is decided yet: regrouped
    assert {i.path: i.part_group for i in again.known} == {"p1/top.png": "top", "p1/side.png": "side", "p2/top.png": "top"}
    with pytest.raises(UserError, match="no regular expression"):
        hand.add(tmp_path / "images", recursive=True, group_by="(top")


def test_near_duplicates_are_one_group_also_when_they_come_later(hand, make_image_file, tmp_path):
    for k in range(12):
        make_image_file(f"{k:02d}.png", textured(k))
    first = {i.path: i.part_group for i in hand.add(tmp_path / "images").added}
    assert len(set(first.values())) == 12
    brighter = np.clip(textured(3).astype(float) * 1.2 + 10, 0, 255) + np.random.default_rng(0).normal(0, 2, (80, 100))
    path = make_image_file("late.png", np.clip(brighter, 0, 255).astype(np.uint8))
    (late,) = hand.add(path).added
    assert late.part_group == first["03.png"]


def test_a_near_duplicate_takes_the_side_that_its_group_has(hand, make_image_file, tmp_path):
    make_image_file("a.png", textured(1))
    ids = hand.register("a.png", *(f"{k}.png" for k in range(10)))
    hand.do(lambda session: grouping.decide_split(session, session.get(Image, ids[0]), "check"))
    late = make_image_file("later.png", np.clip(textured(1) + 3.0, 0, 255).astype(np.uint8))
    (image,) = hand.add(late).added
    assert image.split == "check"
    assert hand.do(lambda session: grouping.decide_split(session, session.get(Image, image.id), "train")) == "check"


def test_a_group_with_more_than_a_third_of_the_images_is_said(hand, make_image_file, tmp_path):
    for k in range(4):
        make_image_file(f"same {k}.png", np.clip(textured(0) + 2.0 * k, 0, 255).astype(np.uint8))
    for k in range(6):
        make_image_file(f"other {k}.png", textured(k + 1))
    assert "4 of the 10 images" in hand.add(tmp_path / "images").warnings[0]


def test_a_quarter_of_the_groups_are_candidates():
    share = np.mean([grouping.is_candidate(grouping.own_group(hashlib.sha256(str(k).encode()).hexdigest())) for k in range(4000)])
    assert 0.22 < share < 0.28


def textured(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(128, 200, (80, 100))
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 4), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("groups", "sides", "pairs", "want"),
    [
        (["~a", "~b", "~c"], {}, [(0, 1, 0.99), (1, 2, 0.98)], {"~b": "~a", "~c": "~a"}),
        (["~a", "~b"], {"~b": "train"}, [(0, 1, 0.99)], {"~a": "~b"}),
        (["~a", "folder"], {}, [(0, 1, 0.99)], {"~a": "folder"}),
        # between a train and a check group, the image goes where it is most alike, and the two stay apart
        (["~a", "~b", "~c"], {"~a": "train", "~b": "check"}, [(2, 0, 0.97), (2, 1, 0.99)], {"~c": "~b"}),
        (["~a", "~b"], {"~a": "train", "~b": "check"}, [(0, 1, 0.99)], {}),
    ],
)
def test_which_group_goes_into_which(groups, sides, pairs, want):
    assert grouping._joined(groups, sides, pairs) == want
