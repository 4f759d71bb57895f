"""COCO in and out: run lengths exactly, as pycocotools writes them; polygons in only, by pycocotools' own rule.

Beside COCO's own keys an image carries `sha256` and `review_state`, a region what is known of its origin. A `review_state` is
{"image": word, "classes": {name: {"state": "complete" or "needs_work", "blind": bool, "comment": text, "by", "at"}}}; where it is absent,
an image without annotations says nothing. Regions that are to be ignored are `iscrowd`, as COCO's evaluation takes them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from app.exchange import documents, rasterise
from app.exchange.documents import class_name, colour, expect, field, refusal
from app.exchange.incoming import Document, Entry, Region
from app.exchange.selection import OutImage, OutRegion, Selection
from app.exchange.staging import Staging
from core_models.contract.mask import Mask, MaskError, compress, decompress

FILE = "annotations.json"


def read(path: Path) -> Document:
    """All that a COCO file states; of a folder, its `annotations.json` or the only JSON file. UserError with the first fault."""
    if path.is_dir():
        found = [path / FILE] if (path / FILE).is_file() else sorted(path.glob("*.json"))
        if len(found) != 1:
            raise refusal(f"{path} holds {len(found)} JSON files.", "For COCO name the file itself.")
        path = found[0]
    js = expect(documents.load(path), dict, path.name)
    if "annotations" not in js or "images" not in js:
        raise refusal(f"{path.name} is no COCO file: it has no “images” or no “annotations”.")
    names, colours = _categories(field(js, "categories", list, path.name), path.name)
    by_image, notes = _annotations(field(js, "annotations", list, path.name), names, path.name)
    info = js.get("info")
    proposals = isinstance(info, dict) and info.get("what") == "predictions"
    if proposals and by_image:
        notes.append("The regions are proposals of a model that were exported as such; the import holds them true.")
    entries, ids = [], set()
    for number, item in enumerate(field(js, "images", list, path.name), 1):
        where = f"image {number} of {path.name}"
        item = expect(item, dict, where)
        image_id = field(item, "id", int, where)
        if image_id in ids:
            raise refusal(f"{path.name} gives the image id {image_id} twice.")
        ids.add(image_id)
        entries.append(_entry(item, where, path, by_image.pop(image_id, []), proposals))
    if by_image:
        raise refusal(f"{path.name} has annotations for the image id {next(iter(by_image))}, which it does not list.")
    return Document(colours | {name: None for e in entries for name in e.statements if name not in colours}, entries, notes)


def _categories(items: list, where: str) -> tuple[dict[int, str], dict[str, str | None]]:
    """{id: name} and {name: colour}."""
    names: dict[int, str] = {}
    colours: dict[str, str | None] = {}
    for item in items:
        item = expect(item, dict, f"A category of {where}")
        id_, name = field(item, "id", int, f"A category of {where}"), class_name(item.get("name"), where)
        if id_ in names or name in colours:
            raise refusal(f"{where} has the category “{name}” or its id {id_} twice.")
        names[id_], colours[name] = name, colour(item.get("color"))
    return names, colours


def _annotations(items: list, names: dict[int, str], where: str) -> tuple[dict[int, list], list[str]]:
    """{image id: [(where, class name, segmentation, ignore)]} and what is to be said of them."""
    by_image, crowds = defaultdict(list), 0
    for number, item in enumerate(items, 1):
        here = f"annotation {number} of {where}"
        item = expect(item, dict, here)
        category, segmentation = field(item, "category_id", int, here), item.get("segmentation")
        if category not in names:
            raise refusal(f"{here} has the category id {category}, which the file does not list.")
        if not isinstance(segmentation, dict | list) or not segmentation:
            raise refusal(f"The segmentation of {here} is neither run lengths nor polygons.", "Boxes alone are no regions.")
        ignore = bool(item.get("ignore", item.get("iscrowd", 0)))
        crowds += ignore
        by_image[field(item, "image_id", int, here)].append((here, names[category], segmentation, ignore))
    return by_image, [f"Regions of crowds (iscrowd), taken in as regions to ignore: {crowds}."] if crowds else []


def _entry(item: dict, where: str, path: Path, annotations: list, proposals: bool) -> Entry:
    name = documents.relative_path(item.get("file_name"), where)
    size = {key: field(item, key, int, where) for key in ("width", "height")}
    own = item.get("path")
    return Entry(
        name=name,
        where=where,
        decode=partial(_decode, annotations),
        other_names=(documents.relative_path(own, where),) if own else (),
        file=documents.inside(path.parent / name, path.parent, where),
        sha256=documents.sha256(item.get("sha256"), where),
        statements={} if proposals else documents.statements(item.get("review_state"), where),
        **size,
    )


def _decode(annotations: list, height: int, width: int) -> list[Region]:
    found = []
    for where, name, segmentation, ignore in annotations:
        try:
            mask = _mask(segmentation, height, width)
        except (MaskError, rasterise.OutlineError) as fault:
            said = f"{where} {fault}." if isinstance(fault, rasterise.OutlineError) else f"{where}: {fault}"
            raise refusal(said) from fault
        found.append(Region(name, mask, ignore, where))
    return found


def _mask(segmentation: dict | list, height: int, width: int) -> Mask:
    """The mask of run lengths (as a list, or as compressed text) or of polygons; MaskError, OutlineError."""
    if isinstance(segmentation, list):
        return rasterise.polygons(segmentation, height, width)
    counts = segmentation.get("counts")
    if segmentation.get("size") != [height, width]:
        raise MaskError(f"Its run lengths are not for an image of {width} x {height} pixels.")
    if isinstance(counts, str):
        try:
            runs = decompress(counts.encode("ascii"))
        except UnicodeEncodeError:
            raise MaskError("The run lengths hold signs that do not belong there.") from None
    elif isinstance(counts, list) and all(type(n) is int and 0 <= n <= height * width for n in counts):
        runs = np.array(counts, np.int64)
    else:
        raise MaskError("The run lengths are no whole numbers from 0 to the size of the image.")
    return Mask.from_frame_runs(runs, height, width)


def write(selection: Selection, staging: Staging) -> Iterator[int]:
    """Writes FILE, one entry a line; yields the number of images done so far."""
    number = {class_id: k for k, class_id in enumerate(selection.class_names, 1)}
    with staging.open(FILE) as out:
        head = {"info": selection.info(), "licenses": []}
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ',\n"categories": [')
        rows = ({"id": number[k], "name": name, "supercategory": "defect", "color": _rgb(selection.colours[k])} for k, name in selection.class_names.items())
        _lines(out, rows)
        out.write('],\n"images": [')
        _lines(out, (_image(k, image) for k, image in enumerate(selection.images, 1)))
        out.write('],\n"annotations": [')
        written = 0
        for done, (image, regions) in enumerate(selection.regions(), 1):
            rows = [_annotation(written + k, done, number, image, region) for k, region in enumerate(regions, 1)]
            _lines(out, rows, first=not written)
            written += len(rows)
            yield done
        out.write("]}\n")


def _rgb(colour: str) -> list[int]:
    """[red, green, blue] of "#rrggbb", which is how COCO's panoptic categories give their colour."""
    return list(bytes.fromhex(colour[1:7]))


def _lines(out, rows, first: bool = True) -> None:
    for row in rows:
        out.write(("\n" if first else ",\n") + json.dumps(row, ensure_ascii=False))
        first = False


def _image(number: int, image: OutImage) -> dict:
    return {"id": number, "file_name": image.file_name, "width": image.width, "height": image.height, **image.keys()}


def _annotation(id_: int, image_number: int, number: dict[int, int], image: OutImage, region: OutRegion) -> dict:
    mask = region.mask
    return {
        "id": id_, "image_id": image_number, "category_id": number[region.class_id],
        "segmentation": {"size": [image.height, image.width], "counts": compress(mask.frame_runs(image.height, image.width)).decode("ascii")},
        "area": region.area, "bbox": list(mask.box), "iscrowd": int(region.ignore), **region.origin(),
    }  # fmt: skip
