"""Which image of the project the labels mean: by key, by bytes, by path, by name, in this order; and what is refused."""

import shutil

import numpy as np
import pytest

from app.errors import UserError
from app.operations import images
from app.store.records import Image
from core_models.contract.image_file import sha256
from tests.exchange.conftest import HEIGHT, WIDTH, write_json, write_png
from tests.exchange.test_refusals import GOOD


def picture(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (HEIGHT, WIDTH), np.uint8)


def labels(folder, *names, **keys):
    """A COCO file with one region of class n on the n-th of these images (from 1); keys: extra keys of every image."""
    rows = [{"id": k, "file_name": name, "width": WIDTH, "height": HEIGHT, **keys} for k, name in enumerate(names, 1)]
    categories = [{"id": k, "name": str(k)} for k in range(1, len(names) + 1)]
    annotations = [{"id": k, "image_id": k, "category_id": k, "segmentation": GOOD} for k in range(1, len(names) + 1)]
    return write_json(folder / "labels.json", {"images": rows, "categories": categories, "annotations": annotations})


def where(project) -> dict[str, str]:
    """{class name: path of the image it lies on}"""
    return {name: path for path, name in project.regions()}


def test_the_key_goes_before_the_file_beside_the_labels(project, tmp_path):
    project.add("a.png", "b.png")
    folder = tmp_path / "labels"
    write_png(folder / "x.png", picture(9))
    path = labels(folder, "x.png", sha256=sha256(project.pictures / "b.png"))
    assert project.take_in("coco", path)["new_images"] == 0
    assert where(project) == {"1": "b.png"}


def test_bytes_go_before_path_and_name(project, tmp_path):
    project.add("a.png", "b.png")
    folder = tmp_path / "labels"
    folder.mkdir()
    shutil.copy(project.pictures / "b.png", folder / "a.png")
    project.take_in("coco", labels(folder, "a.png"))
    assert where(project) == {"1": "b.png"}


def test_a_file_that_the_project_lacks_is_registered_from_there(project, tmp_path):
    project.add("a.png")
    folder = tmp_path / "labels"
    write_png(folder / "new" / "a.png", picture(9))
    assert project.take_in("coco", labels(folder, "new/a.png"))["new_images"] == 1
    assert project.paths() == ["a.png", "new/a.png"]
    with project.workspace.read() as session:
        assert images.path_of(session, session.get(Image, 2)) == folder / "new" / "a.png"


def test_equal_bytes_of_the_project_are_told_apart_by_name(project, tmp_path):
    for name in ("a.png", "b.png"):
        write_png(project.pictures / name, picture(1))
    project.add("a.png", "b.png")
    folder = tmp_path / "labels"
    for name in ("b.png", "c.png", "a.png"):
        write_png(folder / name, picture(1))
    assert project.take_in("coco", labels(folder, "b.png", "c.png", "a.png"))["new_images"] == 1
    assert where(project) == {"1": "b.png", "2": "c.png", "3": "a.png"}


def test_two_labelled_files_with_equal_bytes_stay_two_images(project, tmp_path):
    folder = tmp_path / "labels"
    for name in ("a.png", "b.png"):
        write_png(folder / name, picture(1))
    assert project.take_in("coco", labels(folder, "a.png", "b.png"))["new_images"] == 2
    assert where(project) == {"1": "a.png", "2": "b.png"}


def test_the_very_file_goes_before_another_of_that_name(project, tmp_path):
    for folder in ("one", "two"):
        write_png(project.pictures / folder / "a.png", picture(1))
    project.add("one/a.png", "two/a.png")
    project.take_in("coco", labels(project.pictures / "two", "a.png"))
    assert where(project) == {"1": "two/a.png"}


def test_without_a_file_the_path_below_a_root_goes_before_the_name(project, tmp_path):
    project.add("one/a.png", "a.png", "two/b.png")
    project.take_in("coco", labels(tmp_path / "labels", "one/a.png", "a.png", "elsewhere/b.png"))
    assert where(project) == {"1": "one/a.png", "2": "a.png", "3": "two/b.png"}


def test_paths_are_tried_for_all_before_names(project, tmp_path):
    project.add("one/a.png", "two/b.png")
    with pytest.raises(UserError, match="same image"):
        project.take_in("coco", labels(tmp_path / "labels", "x/b.png", "two/b.png"))


@pytest.mark.parametrize(("names", "label", "word"), [(["one/a.png", "two/a.png"], "a.png", "2 images"), (["a.png"], "b.png", "neither beside")])
def test_names_that_fit_several_images_or_none(project, tmp_path, names, label, word):
    project.add(*names)
    with pytest.raises(UserError, match=word):
        project.take_in("coco", labels(tmp_path / "labels", label))
    assert not project.regions()


def test_a_name_counts_only_where_the_size_fits(project, tmp_path):
    write_png(project.pictures / "one" / "a.png", picture(1)[:, :-1])
    project.add("one/a.png")
    with pytest.raises(UserError, match="another size"):
        project.take_in("coco", labels(tmp_path / "labels", "a.png"))


def test_two_entries_for_one_image(project, tmp_path):
    project.add("a.png")
    with pytest.raises(UserError, match="same image"):
        project.take_in("coco", labels(tmp_path / "labels", "a.png", "a.png"))


def test_a_removed_image_comes_back_with_its_labels_when_its_file_lies_there(project):
    image = project.add("a.png")[0]
    project.do(lambda session: images.remove(session, [session.get(Image, image)]))
    project.take_in("coco", labels(project.pictures, "a.png"))
    assert where(project) == {"1": "a.png"} and project.paths() == ["a.png"]


def test_labelme_files_in_folders_name_images_beside_them(project, tmp_path):
    folder = tmp_path / "labels"
    write_png(folder / "one" / "a.png", picture(1))
    js = {"version": "5.5.0", "flags": {}, "shapes": [], "imagePath": "a.png", "imageData": "xx", "imageHeight": HEIGHT, "imageWidth": WIDTH}
    write_json(folder / "one" / "a.json", js)
    write_json(folder / "notes.json", {"by": "me"})
    assert "left alone: 1" in project.take_in("labelme", folder)["notes"][0]
    assert project.paths() == ["one/a.png"]
    write_json(folder / "one" / "b.json", {**js, "imagePath": "b.png"})
    with pytest.raises(UserError, match="embedded image is not unpacked"):
        project.take_in("labelme", folder)


def test_masks_find_their_image_by_stem_and_unmasked_images_say_nothing(project, tmp_path):
    folder = tmp_path / "labels"
    write_json(folder / "classes.json", {"classes": {"crack": 4}})
    write_png(folder / "images" / "a.png", picture(1))
    write_png(folder / "images" / "b.png", picture(2))
    write_png(folder / "masks" / "a.png", np.full((HEIGHT, WIDTH), 4))
    assert project.take_in("masks", folder) == {"regions": 1, "images": 1, "new_images": 2, "notes": []}
    assert project.paths() == ["a.png", "b.png"]
    assert list(project.verdicts()) == [("a.png", "crack")]
    write_png(folder / "images" / "a.jpg", picture(1))
    with pytest.raises(UserError, match=r"a\.jpg or a\.png"):
        project.take_in("masks", folder)


def test_masks_without_images_find_those_of_the_project(project, tmp_path):
    project.add("one/a.png", "b.png")
    folder = tmp_path / "labels"
    write_json(folder / "classes.json", {"classes": {"crack": 1}})
    for name in ("a", "b"):
        write_png(folder / "masks" / f"{name}.png", np.eye(HEIGHT, WIDTH))
    project.take_in("masks", folder)
    assert {path for path, _ in project.regions()} == {"one/a.png", "b.png"}
