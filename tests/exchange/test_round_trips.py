"""Out and in again: whatever the masks are, every pixel and every statement survives."""

import contextlib
import io
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from app.exchange import coco, labelme, masks
from app.exchange.staging import Staging
from app.operations import verdicts
from core_models.contract.mask import Mask
from tests.exchange.conftest import HEIGHT, WIDTH, Listed, another, out_image, out_region
from tests.toy_project import square

NAMES = {3: "crack", 7: "划 痕"}
SIZE = st.tuples(st.integers(1, 20), st.integers(1, 20))
# Several regions of two classes on one image: they overlap, have holes and single pixels, and fill it.
SCENES = SIZE.flatmap(lambda s: st.tuples(st.just(s), st.lists(st.tuples(st.sampled_from(sorted(NAMES)), hnp.arrays(bool, s), st.booleans()), max_size=4)))


def written(writer, scene, folder: Path) -> tuple[Path, list]:
    (height, width), regions = scene
    regions = [(c, Mask.from_array(array), ignore) for c, array, ignore in regions if array.any()]
    selection = Listed(NAMES, [(out_image("部 件.png", height, width, complete=True), [out_region(c, m, ignore=i) for c, m, i in regions])])
    with Staging(folder) as staging:
        assert list(writer(selection, staging)) == [1]
        staging.commit()
    return folder, regions


@settings(max_examples=60)
@given(SCENES)
def test_coco_holds_every_region_bit_for_bit_and_pycocotools_agrees(scene):
    with tempfile.TemporaryDirectory() as folder:
        out, regions = written(coco.write, scene, Path(folder) / "out")
        back = coco.read(out / coco.FILE).entries[0].decode(*scene[0])
        with contextlib.redirect_stdout(io.StringIO()):
            theirs = COCO(str(out / coco.FILE))
    assert Counter((r.class_name, r.mask, r.ignore) for r in back) == Counter((NAMES[c], m, i) for c, m, i in regions)
    for (_, mask, _), a in zip(regions, theirs.anns.values(), strict=True):
        assert np.array_equal(theirs.annToMask(a), mask.full(*scene[0]))
        assert a["area"] == coco_mask.area(a["segmentation"])
        assert a["bbox"] == list(coco_mask.toBbox(a["segmentation"]))


@settings(max_examples=60)
@given(SCENES)
def test_labelme_holds_every_region_bit_for_bit(scene):
    with tempfile.TemporaryDirectory() as folder:
        out, regions = written(labelme.write, scene, Path(folder) / "out")
        back = labelme.read(out).entries[0].decode(*scene[0]) if regions else []
    assert Counter((r.class_name, r.mask, r.ignore) for r in back) == Counter((NAMES[c], m, i) for c, m, i in regions)


@settings(max_examples=60)
@given(SIZE.flatmap(lambda s: st.tuples(st.just(s), hnp.arrays(np.uint8, s, elements=st.integers(0, 2)))))
def test_masks_hold_the_pixels_of_each_class(scene):
    size, array = scene
    with tempfile.TemporaryDirectory() as folder:
        out, _ = written(masks.write, (size, [(c, array == k, False) for k, c in enumerate(NAMES, 1)]), Path(folder) / "out")
        back = masks.read(out).entries[0].decode(*size)
    for k, name in enumerate(NAMES.values(), 1):
        frame = np.zeros(size, bool)
        for region in back:
            if region.class_name == name:
                region.mask.paint(frame)
        assert np.array_equal(frame, array == k)


def ring() -> Mask:
    array = np.zeros((20, 20), bool)
    array[2:18, 2:18], array[6:14, 6:14] = True, False
    return Mask.from_array(array, 30, 10)


@pytest.fixture
def labelled(project):
    """Overlap, a hole, a pixel, a full frame, ignore; complete, needs work, defect-free and silent images, and equal names."""
    a, b, c, d, e, f = project.add("一/a.png", "二/a.png", "free.png", "part.png", "silent.png", "full.png")
    crack, dent = project.new_class("crack"), project.new_class("划 痕")
    for image, class_, mask in ((a, crack, ring()), (a, dent, square(25, 5, 12)), (a, dent, square(0, 0, 1)), (b, crack, square(3, 3, 5))):
        project.draw(image, class_, mask)
    project.draw(f, crack, Mask.from_array(np.ones((HEIGHT, WIDTH))))
    project.draw(b, dent, square(40, 20), ignore=True)
    project.do(verdicts.complete, [a, b, f], [crack, dent], blind=False, comment="两 个")
    project.do(verdicts.defect_free, [c], blind=True)
    project.do(verdicts.complete, [d], [crack], blind=True)
    project.do(verdicts.needs_work, [d], [dent], comment="look again")
    return project


@pytest.mark.parametrize("images", ["reference", "copy"])
@pytest.mark.parametrize("format", ["coco", "labelme"])
def test_a_project_comes_back_with_every_region_and_statement(labelled, other, tmp_path, format, images):
    summary = labelled.send(format, tmp_path / "out", images=images, include_unreviewed=True)
    assert summary["left_out"] == 0 and summary["regions"] == 6
    if images == "reference":
        other.add(*labelled.paths())
    other.take_in(format, tmp_path / "out" / coco.FILE if format == "coco" else tmp_path / "out")
    names = {path: path for path in labelled.paths()}
    if images == "copy":  # stored under images/ now; equal names are told apart by their folders
        names |= {p: f"images/{p.replace('/', '_')}" for p in names}
        if format == "labelme":
            names.pop("silent.png")  # nothing is said of it, so it has no Labelme file
    assert other.paths() == sorted(names.values())
    assert other.regions() == {(names[p], n): found for (p, n), found in labelled.regions().items()}
    assert other.verdicts() == {(names[p], n): said for (p, n), said in labelled.verdicts().items()}


def test_masks_come_back_with_the_pixels_that_they_can_hold(labelled, other, tmp_path):
    summary = labelled.send("masks", tmp_path / "out", images="copy")
    assert summary["images"] == 4 and summary["left_out"] == 2
    other.take_in("masks", tmp_path / "out")
    said = other.verdicts()
    assert said["free.png", "crack"] == said["free.png", "划 痕"] == ("complete", True, "")
    assert said["一_a.png", "crack"][:2] == ("complete", False)
    assert ("二_a.png", "crack") not in said  # its ignore region is lost, so not all of it is known
    found = other.regions()
    assert found["full.png", "crack"] == labelled.regions()["full.png", "crack"]
    small = square(25, 5, 12) | square(0, 0, 1)  # of the two that overlap, the smaller one is whole
    assert _union(found["一_a.png", "划 痕"]) == small
    assert _union(found["一_a.png", "crack"]) == ring() - small


def _union(found: Counter) -> Mask:
    from core_models.contract.mask import union

    return union([mask for mask, _ in found])


@pytest.mark.parametrize("format", ["coco", "labelme", "masks"])
def test_coming_back_into_the_same_project_adds_nothing(labelled, tmp_path, format):
    before = labelled.regions(), labelled.verdicts(), labelled.counts()
    labelled.send(format, tmp_path / "out")
    labelled.take_in(format, tmp_path / "out" / coco.FILE if format == "coco" else tmp_path / "out")
    assert (labelled.regions(), labelled.verdicts(), labelled.counts()) == before


def test_a_second_trip_writes_the_same_files(labelled, tmp_path):
    with another(labelled, "again") as again:
        labelled.send("coco", tmp_path / "one", images="copy")
        again.take_in("coco", tmp_path / "one" / coco.FILE)
        again.send("coco", tmp_path / "two", images="copy")
    one, two = (coco.read(tmp_path / name / coco.FILE) for name in ("one", "two"))
    assert [(e.name, e.sha256, e.statements) for e in one.entries] == [(e.name, e.sha256, e.statements) for e in two.entries]
    assert [e.decode(HEIGHT, WIDTH) for e in one.entries] == [e.decode(HEIGHT, WIDTH) for e in two.entries]
