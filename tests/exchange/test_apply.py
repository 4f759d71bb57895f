"""What an import does to a project: one change, blind verdicts, check groups or shots, nothing twice."""

import numpy as np
import pytest

from app.exchange import coco, formats
from app.operations import images as image_operations
from core_models.contract.mask import Mask
from tests.exchange.conftest import HEIGHT, WIDTH, write_json, write_png
from tests.exchange.test_refusals import GOOD, coco_file, labelme_file
from tests.toy_project import square


@pytest.fixture
def masks(tmp_path):
    """Twelve images; crack on all but the last two, dent on the first."""
    folder = tmp_path / "labels"
    write_json(folder / "classes.json", {"classes": {"crack": 3, "dent": 9}})
    for k in range(12):
        write_png(folder / "images" / f"{k}.png", np.random.default_rng(k).integers(0, 255, (HEIGHT, WIDTH)))
        array = np.zeros((HEIGHT, WIDTH))
        if k < 10:
            array[5:9, 5:9] = array[9, 9] = array[20, 20] = 3  # the pixel at a corner belongs to the square, the other is alone
        if k == 0:
            array[30:35, 30:40] = 9
        write_png(folder / "masks" / f"{k}.png", array)
    return folder


def test_it_is_one_change_that_undo_takes_back_whole(project, masks, check_undo):
    value = check_undo(project.workspace, lambda: project.take_in("masks", masks))
    assert value == {"regions": 21, "images": 12, "new_images": 12, "notes": []}
    assert len([row for row in project.workspace.history(100) if row["kind"] == "do"]) == 1


def test_as_shots_is_one_change_too(project, masks, check_undo):
    value = check_undo(project.workspace, lambda: project.take_in("masks", masks, as_shots=True))
    assert value["regions"] == 21 and len(project.shots()) == 11


def test_complete_masks_are_blind_and_candidates_become_check(project, masks):
    project.take_in("masks", masks)
    assert set(project.verdicts().values()) == {("complete", True, "")}
    assert len(project.verdicts()) == 24
    groups, splits = project.column("part_group"), project.column("split")
    assert splits == {path: "check" if image_operations.is_candidate(group) else "train" for path, group in groups.items()}
    assert set(splits.values()) == {"check", "train"}
    assert not project.shots()


def test_shots_train_and_are_not_blind(project, masks):
    value = project.take_in("masks", masks, as_shots=True)
    assert project.shots() == {(f"{k}.png", "crack") for k in range(10)} | {("0.png", "dent")}
    assert set(project.column("split").values()) == {"train"}
    assert set(project.verdicts().values()) == {("complete", False, "")}
    assert value["notes"] == []


def test_classes_without_a_shot_are_named(project, masks):
    write_json(masks / "classes.json", {"classes": {"crack": 3, "dent": 9, "stain": 10}})
    assert project.take_in("masks", masks, as_shots=True)["notes"] == ["Classes without a shot among these masks: stain."]


def test_regions_that_touch_at_a_corner_are_one(project, masks):
    project.take_in("masks", masks)
    found = project.regions()["0.png", "crack"]
    assert sorted(mask.area for mask, _ in found) == [1, 17]


def test_coco_from_elsewhere_says_nothing_of_completeness(project, tmp_path):
    project.add("a.png", "b.png")
    value = project.take_in("coco", coco_file(tmp_path / "labels"))
    assert value["regions"] == 2 and not project.verdicts()
    assert set(project.column("split").values()) == {""}


def test_equal_regions_in_one_file_are_two_and_come_in_once(project, tmp_path):
    project.add("a.png", "b.png")
    path = coco_file(tmp_path / "labels", annotation={"image_id": 1})
    assert project.take_in("coco", path)["regions"] == 2
    assert project.take_in("coco", path) == {"regions": 0, "images": 1, "new_images": 0, "notes": ["Regions that were there already: 2."]}


def test_crowds_are_regions_to_ignore(project, tmp_path):
    project.add("a.png", "b.png")
    value = project.take_in("coco", coco_file(tmp_path / "labels", annotation={"iscrowd": 1}))
    assert value["notes"] == ["Regions of crowds (iscrowd), taken in as regions to ignore: 1."]
    assert {(path, ignore) for (path, _), found in project.regions().items() for _, ignore in found} == {("a.png", False), ("b.png", True)}


def test_polygons_are_those_of_pycocotools(project, tmp_path):
    from pycocotools import mask as coco_mask

    project.add("a.png", "b.png")
    outlines = [[3.2, 4.1, 22.7, 6.3, 15.0, 25.5], [30, 30, 40, 30, 40, 38.6, 31, 38]]
    project.take_in("coco", coco_file(tmp_path / "labels", segmentation=outlines))
    theirs = coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(outlines, HEIGHT, WIDTH)))
    (mask, _), = project.regions()["b.png", "crack"]
    assert mask == Mask.from_array(theirs)


def test_regions_without_a_pixel_are_left_out_and_counted(project, tmp_path):
    project.add("a.png", "b.png")
    value = project.take_in("coco", coco_file(tmp_path / "labels", segmentation={"size": [HEIGHT, WIDTH], "counts": [HEIGHT * WIDTH]}))
    assert value["regions"] == 1 and value["notes"] == ["Regions without a pixel, left out: 1."]


def test_uncompressed_and_compressed_run_lengths_are_the_same(project, tmp_path):
    from core_models.contract.mask import compress

    project.add("a.png", "b.png")
    text = compress(np.array(GOOD["counts"])).decode("ascii")
    project.take_in("coco", coco_file(tmp_path / "labels", segmentation={"size": [HEIGHT, WIDTH], "counts": text}))
    assert project.regions()["a.png", "crack"] == project.regions()["b.png", "crack"]


@pytest.mark.parametrize(
    ("shape", "area"),
    [
        ({"shape_type": "rectangle", "points": [[2, 3], [12, 8]]}, 50),
        ({"shape_type": "rectangle", "points": [[12, 8], [2, 3]]}, 50),
        ({"shape_type": "circle", "points": [[20, 20], [25, 20]]}, 80),  # the 5-px disc on a pixel's corner
        ({"shape_type": "polygon", "points": [[2, 3], [12, 3], [12, 8], [2, 8]]}, 50),
    ],
)
def test_labelme_outlines(project, tmp_path, shape, area):
    project.add("a.png", "b.png")
    project.take_in("labelme", labelme_file(tmp_path / "labels", shape=shape))
    (mask, _), = project.regions()["b.png", "crack"]
    assert mask.area == area


def test_flags_ticked_in_labelme(project, tmp_path):
    project.add("a.png", "b.png")
    project.new_class("dent")
    folder = labelme_file(tmp_path / "labels", flags={"complete: crack": True, "needs_work: dent": True, "complete: dent": True, "complete: stain": False, "own": True})
    project.take_in("labelme", folder)
    assert project.verdicts() == {("b.png", "crack"): ("complete", True, ""), ("b.png", "dent"): ("needs_work", False, "")}


def test_the_flag_defect_free_means_every_class(project, tmp_path):
    project.add("a.png", "b.png")
    project.new_class("dent")
    folder = labelme_file(tmp_path / "labels", flags={"defect_free": True}, shapes=[])
    project.take_in("labelme", folder)
    assert project.verdicts() == {("b.png", "dent"): ("complete", True, "")}
    folder = labelme_file(tmp_path / "more", flags={"defect_free": True}, name="a.png")
    (folder / "a.json").unlink()
    assert "the flag was not" in project.take_in("labelme", folder)["notes"][0]
    assert ("a.png", "dent") not in project.verdicts()


def test_a_verdict_that_holds_already_stays_as_it_was_given(project, masks):
    from app.operations import verdicts

    project.take_in("masks", masks)
    crack = project.column("id")["0.png"], 1
    project.do(verdicts.complete, crack[0], [1], comment="mine", blind=False)
    project.take_in("masks", masks)
    assert project.verdicts()["0.png", "crack"] == ("complete", False, "mine")


def test_unreviewed_masks_give_regions_and_no_statement(project, masks):
    write_json(masks / "classes.json", {"classes": {"crack": 3, "dent": 9}, "unreviewed": ["0.png", "11"]})
    project.take_in("masks", masks)
    assert {path for path, _ in project.verdicts()} == {f"{k}.png" for k in range(1, 11)}
    assert ("0.png", "crack") in project.regions()


def test_a_mask_with_a_palette_gives_its_indices(project, masks):
    """As VOC's masks are: the number of a pixel is the class, the palette only its colour on the screen."""
    import struct
    import zlib

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    array = np.zeros((HEIGHT, WIDTH), np.uint8)
    array[3:6, 4:9] = 9
    rows = b"".join(b"\0" + row.tobytes() for row in array)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"PLTE", bytes(range(30))) + chunk(b"tRNS", b"\0") + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (masks / "masks" / "5.png").write_bytes(data)
    project.take_in("masks", masks)
    assert list(project.regions()["5.png", "dent"]) == [(Mask.from_array(array == 9), False)]
    assert ("5.png", "crack") not in project.regions()


def test_new_classes_take_the_colour_of_the_file(project, other, tmp_path):
    crack = project.new_class("crack")
    image = project.add("a.png")[0]

    def paint(session):
        from app.store.records import DefectClass

        session.get(DefectClass, crack).colour = "#123456"

    project.do(paint)
    project.draw(image, crack, square())
    project.send("coco", tmp_path / "out", images="copy", include_unreviewed=True)
    other.take_in("coco", tmp_path / "out" / coco.FILE)
    with other.workspace.read() as session:
        from app.store.queries import all_classes

        assert [(c.name, c.colour) for c in all_classes(session)] == [("crack", "#123456")]


def test_nothing_is_written_while_an_import_is_read(project, masks):
    before = project.counts()
    incoming = formats.read(project.workspace, "masks", masks)
    assert len(incoming.images) == 12 and project.counts() == before and not project.workspace.history(10)
