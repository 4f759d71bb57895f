"""What an import refuses: one sentence, and nothing is kept, not even of what was right in the same file."""

import base64
from collections.abc import Iterator

import numpy as np
import pytest

from app.errors import UserError
from app.exchange import formats, rasterise
from app.workspace import Workspace
from core_models.contract.mask import compress
from tests.exchange.conftest import HEIGHT, WIDTH, Project, write_json, write_png
from tests.toy_project import square

GOOD = {"size": [HEIGHT, WIDTH], "counts": [5, 20, HEIGHT * WIDTH - 25]}


def png_text(array) -> str:
    from app.exchange.png import encode

    return base64.b64encode(encode(np.asarray(array))).decode("ascii")


def coco_file(folder, *, segmentation=GOOD, name="b.png", image=None, annotation=None, categories=None, **more):
    """A COCO file with a right region on a.png and, on b.png, one that is as the arguments say."""
    images = [{"id": 1, "file_name": "a.png", "width": WIDTH, "height": HEIGHT}, {"id": 2, "file_name": name, "width": WIDTH, "height": HEIGHT, **(image or {})}]
    annotations = [{"id": k, "image_id": k, "category_id": 1, "segmentation": s} for k, s in ((1, GOOD), (2, segmentation))]
    annotations[1] |= annotation or {}
    value = {"images": images, "categories": categories or [{"id": 1, "name": "crack"}], "annotations": annotations, **more}
    return write_json(folder / "labels.json", {k: v for k, v in value.items() if v is not None})


def labelme_file(folder, *, name="b.png", **more):
    shape = {"label": "crack", "points": [[2, 3], [5, 7]], "shape_type": "mask", "mask": png_text(np.ones((5, 4)))}
    shape |= more.pop("shape", {})
    value = {"version": "5.5.0", "flags": {}, "shapes": [shape], "imagePath": name, "imageData": None, "imageHeight": HEIGHT, "imageWidth": WIDTH, **more}
    right = {**value, "imagePath": "a.png", "shapes": [], "flags": {}}
    write_json(folder / "a.json", right)
    write_json(folder / "b.json", value)
    return folder


def masks_folder(folder, *, array=None, classes=None, index=None):
    write_png(folder / "masks" / "a.png", np.ones((HEIGHT, WIDTH)))
    write_png(folder / "masks" / "b.png", np.ones((HEIGHT, WIDTH)) if array is None else array)
    write_json(folder / "classes.json", index if index is not None else {"classes": classes or {"crack": 1}})
    return folder


@pytest.fixture(scope="module")
def bystander(tmp_path_factory) -> Iterator[Project]:
    """One project for all that is refused: it never changes, which is what these tests are about."""
    folder = tmp_path_factory.mktemp("bystander")
    with Workspace.create(folder / "project", by="tester") as workspace:
        made = Project(workspace, lambda name: write_png(folder / "images" / name, np.random.default_rng(len(name) + ord(name[0])).integers(0, 255, (HEIGHT, WIDTH))))
        made.add("a.png", "b.png")
        yield made


def assert_refused(project, format, path, *words, **options):
    before = project.counts()
    with pytest.raises(UserError) as fault:
        project.take_in(format, path, **options)
    assert project.counts() == before
    for word in words:
        assert word in str(fault.value)
    assert "  " not in str(fault.value) and str(fault.value).endswith(".") and len(str(fault.value)) < 500


@pytest.mark.parametrize(
    ("segmentation", "word"),
    [
        ({"size": [HEIGHT, WIDTH], "counts": [5, 999_999]}, "run lengths"),
        ({"size": [HEIGHT, WIDTH], "counts": [5, HEIGHT * WIDTH]}, "do not fit an image of 60 x 40"),
        ({"size": [HEIGHT, WIDTH], "counts": [5, HEIGHT * WIDTH - 6]}, "do not fit an image of 60 x 40"),
        ({"size": [HEIGHT, WIDTH], "counts": compress(np.array([5, HEIGHT * WIDTH])).decode()}, "do not fit an image of 60 x 40"),
        ({"size": [HEIGHT, WIDTH], "counts": [5, -5, HEIGHT * WIDTH]}, "run lengths"),
        ({"size": [HEIGHT, WIDTH], "counts": [5, 2.5, HEIGHT * WIDTH - 7.5]}, "run lengths"),
        ({"size": [HEIGHT, WIDTH], "counts": [True, HEIGHT * WIDTH - 1]}, "run lengths"),
        ({"size": [HEIGHT, WIDTH], "counts": [10**17]}, "run lengths"),
        ({"size": [HEIGHT, WIDTH], "counts": "52203"}, "run lengths"),
        ({"size": [HEIGHT, WIDTH], "counts": "中"}, "run lengths"),
        ({"size": [HEIGHT, WIDTH], "counts": "u" + compress(np.array(GOOD["counts"])).decode()[1:]}, "signs that do not belong"),
        ({"size": [HEIGHT, WIDTH], "counts": "o"}, "cut short"),
        ({"size": [HEIGHT, WIDTH]}, "run lengths"),
        ({"size": [HEIGHT // 2, WIDTH], "counts": [HEIGHT * WIDTH // 2]}, "60 x 40"),
        ({"size": [10**6, 10**6], "counts": [10**12]}, "60 x 40"),
        ({"counts": [HEIGHT * WIDTH]}, "60 x 40"),
        ("abc", "segmentation"),
        (None, "segmentation"),
        ([], "segmentation"),
        ([[1, 1, 5, 5]], "three points"),
        ([[1, 1, 5, 5, 9]], "three points"),
        ([[1, 1, 5, 5, 9, "9"]], "no number"),
        ([[1, 1, 5, 5, 9, 1e999]], "no"),
        ([[1, 1, 5, 5, 9, 1e8]], "outside"),
        ([1, 1, 5, 5, 9, 9], "three points"),
        ([[1, 1, 9, 1, 9, 9], [1, 1]], "three points"),
    ],
)
def test_coco_segmentations(bystander, tmp_path, segmentation, word):
    assert_refused(bystander, "coco", coco_file(tmp_path / "labels", segmentation=segmentation), word)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"image": {"id": 1}}, "image id 1 twice"),
        ({"image": {"id": "2"}}, "whole number"),
        ({"image": {"width": WIDTH + 1}}, "61 x 40"),
        ({"image": {"width": None}}, "width"),
        ({"image": {"sha256": "abc"}}, "SHA-256"),
        ({"image": {"review_state": {"classes": {"crack": {"state": "fine"}}}}}, "needs_work"),
        ({"image": {"review_state": []}}, "review_state"),
        ({"annotation": {"image_id": 9}}, "image id 9"),
        ({"annotation": {"category_id": 9}}, "category id 9"),
        ({"categories": [{"id": 1, "name": "crack"}, {"id": 2, "name": "crack"}]}, "twice"),
        ({"categories": [{"id": 1, "name": " "}]}, "no name"),
        ({"categories": [{"id": 1}]}, "class name"),
        ({"images": None}, "no COCO file"),
        ({"annotations": {}}, "a list"),
    ],
)
def test_coco_tables(bystander, tmp_path, change, word):
    assert_refused(bystander, "coco", coco_file(tmp_path / "labels", **change), word)


@pytest.mark.parametrize("name", ["../secret.png", "x/../../secret.png", "..\\secret.png", "/secret.png", "C:/secret.png", "C:secret.png", "\\\\host\\secret.png"])
@pytest.mark.parametrize("format", ["coco", "labelme"])
def test_paths_that_may_leave_the_folder(bystander, tmp_path, format, name):
    write_png(tmp_path / "secret.png", np.full((HEIGHT, WIDTH), 9))
    build = coco_file if format == "coco" else labelme_file
    assert_refused(bystander, format, build(tmp_path / "labels", name=name), "may lead out")


@pytest.mark.parametrize("format", ["coco", "labelme", "masks"])
def test_the_path_below_a_root_may_not_leave_it_either(bystander, tmp_path, format):
    """The key of our own exports, which others may have written too."""
    folder, own = tmp_path / "labels", {"path": "../b.png"}
    if format == "coco":
        path = coco_file(folder, image=own)
    elif format == "labelme":
        path = labelme_file(folder, **own)
    else:
        path = masks_folder(folder, index={"classes": {"crack": 1}, "images": {"b.png": own}})
    assert_refused(bystander, format, path, "may lead out")


@pytest.mark.parametrize("name", ["", "."])
def test_paths_that_name_nothing(bystander, tmp_path, name):
    assert_refused(bystander, "coco", coco_file(tmp_path / "labels", name=name), "names no image")


def test_an_absolute_path_to_a_good_image(bystander, tmp_path):
    secret = write_png(tmp_path / "secret.png", np.full((HEIGHT, WIDTH), 9))
    assert_refused(bystander, "coco", coco_file(tmp_path / "labels", name=str(secret)), "may lead out")


@pytest.mark.parametrize("format", ["coco", "labelme", "masks"])
def test_links_that_lead_out_of_the_folder(bystander, tmp_path, format):
    secret = write_png(tmp_path / "secret.png", np.full((HEIGHT, WIDTH), 9))
    build = {"coco": coco_file, "labelme": labelme_file, "masks": masks_folder}[format]
    path = build(tmp_path / "labels")
    link = tmp_path / "labels" / ("images/b.png" if format == "masks" else "b.png")
    link.parent.mkdir(exist_ok=True)
    try:
        link.symlink_to(secret)
    except OSError:
        pytest.skip("links cannot be made here")
    assert_refused(bystander, format, path, "link")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"shape": {"points": [[2, 3], [5, 8]]}}, "size of its box"),
        ({"shape": {"points": [[WIDTH - 2, 3], [WIDTH + 1, 7]]}}, "outside its image"),
        ({"shape": {"points": [[2, 3]]}}, "two corner points"),
        ({"shape": {"points": [[2, 3], [5, "7"]]}}, "pairs of numbers"),
        ({"shape": {"mask": None}}, "PNG"),
        ({"shape": {"mask": "中"}}, "base 64"),
        ({"shape": {"mask": base64.b64encode(b"no picture").decode()}}, "no PNG"),
        ({"shape": {"mask": png_text(np.ones((5, 4)))[:-16]}}, "cut short"),
        ({"shape": {"mask": png_text(np.ones((5, 5)))}}, "size of its box"),
        ({"shape": {"shape_type": "polygon"}}, "three points"),
        ({"shape": {"shape_type": "line"}}, "no area"),
        ({"shape": {"shape_type": "point", "points": [[1, 1]]}}, "no area"),
        ({"shape": {"shape_type": "circle", "points": [[1, 1]]}}, "two"),
        ({"shape": {"shape_type": "circle", "points": [[1, 1], [1e6, 1]]}}, "larger"),
        ({"shape": {"label": None}}, "class name"),
        ({"imageHeight": HEIGHT + 1}, "60 x 41"),
        ({"flags": []}, "flags"),
        ({"shapes": {}}, "a list"),
    ],
)
def test_labelme_files(bystander, tmp_path, change, word):
    assert_refused(bystander, "labelme", labelme_file(tmp_path / "labels", **change), word)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"array": np.full((HEIGHT, WIDTH), 2)}, "value 2"),
        ({"array": np.ones((HEIGHT, WIDTH - 1))}, "59 x 40"),
        ({"array": np.ones((HEIGHT, WIDTH, 3))}, "8-bit"),
        ({"classes": {"crack": 1, "dent": 1}}, "number of its own"),
        ({"classes": {"crack": 0}}, "from 1 to 255"),
        ({"classes": {"crack": 256}}, "from 1 to 255"),
        ({"classes": {"crack": "1"}}, "whole number"),
        ({"index": {"classes": {}}}, "number of its own"),
        ({"index": {"crack": 1}}, "classes"),
        ({"index": []}, "table"),
        ({"index": {"classes": {"crack": 1}, "unreviewed": "a.png"}}, "unreviewed"),
    ],
)
def test_masks_folders(bystander, tmp_path, change, word):
    assert_refused(bystander, "masks", masks_folder(tmp_path / "labels", **change), word)


def test_a_mask_of_16_bits_or_cut_short(bystander, tmp_path):
    from core_models.contract.opencv import cv2

    folder = masks_folder(tmp_path / "labels")
    cv2.imencode(".png", np.ones((HEIGHT, WIDTH), np.uint16))[1].tofile(folder / "masks" / "b.png")
    assert_refused(bystander, "masks", folder, "8-bit")
    data = write_png(folder / "masks" / "b.png", np.random.default_rng(1).integers(0, 2, (HEIGHT, WIDTH))).read_bytes()
    (folder / "masks" / "b.png").write_bytes(data[:-40])
    assert_refused(bystander, "masks", folder, "cut short")


@pytest.mark.parametrize("format", ["coco", "labelme", "masks"])
@pytest.mark.parametrize("content", [b"", b"no json", b"\xff\xfe\x00", b"[" * 100_000, b'{"shapes": [NaN]}', b"[]", b"null", b'{"images": 1}'])
def test_files_that_are_something_else(bystander, tmp_path, format, content):
    folder = tmp_path / "labels"
    file = folder / ("classes.json" if format == "masks" else "labels.json")
    (folder / "masks").mkdir(parents=True)
    file.write_bytes(content)
    assert_refused(bystander, format, folder if format == "masks" else file)


@pytest.mark.parametrize("format", ["coco", "labelme", "masks"])
def test_what_is_not_there_or_has_no_labels(bystander, tmp_path, format):
    assert_refused(bystander, format, tmp_path / "nothing", "nothing")
    (tmp_path / "empty").mkdir()
    assert_refused(bystander, format, tmp_path / "empty")


def test_an_unreadable_image_beside_the_labels(bystander, tmp_path):
    path = coco_file(tmp_path / "labels", name="new.png")
    (tmp_path / "labels" / "new.png").write_bytes(b"no picture")
    assert_refused(bystander, "coco", path, "new.png")


def test_shots_whose_mask_is_empty_or_covers_everything(bystander, tmp_path):
    folder = masks_folder(tmp_path / "labels")
    assert_refused(bystander, "masks", folder, "covers all", as_shots=True)
    for name in ("a", "b"):
        write_png(folder / "masks" / f"{name}.png", np.zeros((HEIGHT, WIDTH)))
    assert_refused(bystander, "masks", folder, "no shot among them", as_shots=True)


def test_shots_on_a_check_image(project, tmp_path):
    image = project.add("a.png", "b.png")[0]

    def keep(session):
        from app.store.records import Image

        session.get(Image, image).split = "check"

    project.do(keep)
    assert_refused(project, "coco", coco_file(tmp_path / "labels"), "check image", as_shots=True)


def test_a_polygon_rasterises_within_the_image_only():
    assert rasterise.polygons([[-5, -5, 5, -5, 5, 5, -5, 5]], HEIGHT, WIDTH) == square(0, 0, 5)
    with pytest.raises(rasterise.OutlineError, match="outside"):
        rasterise.polygons([[0, 0, 10**6, 0, 0, 10]], HEIGHT, WIDTH)


def test_every_format_says_what_it_loses():
    assert {name: bool(f.loses) for name, f in formats.FORMATS.items()} == {"coco": False, "labelme": False, "masks": True}
