"""Labelme in and out: `mask` shapes exactly; polygons, rectangles and circles in only, by a stated rule.

A `mask` shape's two points are the corner pixels of its box, both inside it, and its PNG covers that box. Polygons and rectangles
follow COCO's rule (see rasterise.py). Review states are the file's flags, which Labelme shows as boxes to tick: "complete: NAME"
and "needs_work: NAME" for each class, and "defect_free", which by itself means every class of the project. Only the path of an
image is read; one that is embedded as `imageData` is never unpacked, so its file must be beside the labels or in the project.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from app.errors import UserError
from app.exchange import documents, png, rasterise
from app.exchange.documents import class_name, expect, field, refusal
from app.exchange.incoming import COMPLETE, NEEDS_WORK, Document, Entry, Region, Statement
from app.exchange.selection import OutImage, OutRegion, Selection, unique_names
from app.exchange.staging import Staging
from core_models.contract.mask import Mask

_VERSION = "5.5.0"  # of Labelme, whose form this is
_DEFECT_FREE, _PREDICTIONS, _IGNORE = "defect_free", "predictions", "ignore"


def read(path: Path) -> Document:
    """All that one Labelme file, or those of a folder (at any depth), state. UserError with the first fault."""
    folder = path if path.is_dir() else path.parent
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    document, others = Document({}, []), 0
    for file in files:
        if path.is_dir():
            documents.inside(file, folder, str(folder.name))
        js = documents.load(file)
        if isinstance(js, dict) and "shapes" in js:
            _add(document, js, file, folder)
        elif not path.is_dir():
            raise refusal(f"{path.name} is no Labelme file: it has no “shapes”.")
        else:
            others += 1
    if not document.entries:
        raise refusal(f"There is no Labelme file in {path}.", "Name the folder of the .json files that Labelme wrote.")
    if others:
        document.notes.append(f"JSON files in the folder that are not Labelme's, left alone: {others}.")
    return document


def _add(document: Document, js: dict, file: Path, folder: Path) -> None:
    where = file.relative_to(folder).as_posix()
    name = documents.relative_path(js.get("imagePath"), where)
    beside = PurePosixPath(file.parent.relative_to(folder).as_posix()) / name
    own = js.get("path")
    lying = documents.inside(folder / beside, folder, where)
    shapes = [_shape(item, f"shape {k} of {where}") for k, item in enumerate(field(js, "shapes", list, where), 1)]
    statements, defect_free, notes = _flags(js, where, bool(shapes))
    embedded = f"{where} (its embedded image is not unpacked: put the image file beside it)" if js.get("imageData") and not lying else where
    document.entries.append(
        Entry(
            name=beside.as_posix(),
            where=embedded,
            decode=partial(_decode, shapes),
            other_names=(name, *([documents.relative_path(own, where)] if own else [])),
            file=lying,
            sha256=documents.sha256(js.get("sha256"), where),
            width=_size(js, "imageWidth", where),
            height=_size(js, "imageHeight", where),
            statements=statements,
            defect_free=defect_free,
        )
    )
    document.classes |= {label: None for label, *_ in shapes} | dict.fromkeys(statements)
    document.notes += [note for note in notes if note not in document.notes]


def _size(js: dict, key: str, where: str) -> int | None:
    return None if js.get(key) is None else field(js, key, int, where)


def _shape(item: object, where: str) -> tuple[str, str, list, object, bool, str]:
    """(label, type, points, mask, ignore, where) of a shape, with points checked to be pairs of numbers."""
    item = expect(item, dict, where)
    points = field(item, "points", list, where)
    if not all(isinstance(p, list) and len(p) == 2 and all(isinstance(v, int | float) and abs(v) < 1e9 for v in p) for p in points):
        raise refusal(f"The points of {where} are no pairs of numbers.")
    flags = field(item, "flags", dict, where, default={})
    kind = field(item, "shape_type", str, where, default="polygon")
    return class_name(item.get("label"), where), kind, points, item.get("mask"), flags.get(_IGNORE) is True, where


def _flags(js: dict, where: str, shapes: bool) -> tuple[dict[str, Statement], bool, list[str]]:
    """Statements by class, whether the file calls the image defect-free for every class, and notes."""
    flags = field(js, "flags", dict, where, default={})
    if flags.get(_PREDICTIONS) is True:
        return {}, False, ["The regions are proposals of a model that were exported as such; the import holds them true."] if shapes else []
    known = documents.statements(js.get("review_state"), where)
    found = {}
    for flag, on in flags.items():
        state, _, name = flag.partition(": ")
        if on is True and name and state in (COMPLETE, NEEDS_WORK):
            name = class_name(name, where)
            said = known.get(name, Statement(state))
            if found.get(name, said).state == NEEDS_WORK and state == COMPLETE:
                continue  # both boxes ticked: the more careful one holds
            found[name] = Statement(state, said.blind, said.comment)
    defect_free = flags.get(_DEFECT_FREE) is True
    if defect_free and shapes:
        return found, False, ["Images that are flagged defect_free and have shapes: the shapes were taken, the flag was not."]
    return found, defect_free and not known, []


def _decode(shapes: list[tuple], height: int, width: int) -> list[Region]:
    found = []
    for label, kind, points, mask, ignore, where in shapes:
        try:
            found.append(Region(label, _mask(kind, points, mask, height, width, where), ignore, where))
        except rasterise.OutlineError as fault:
            raise refusal(f"{where} {fault}.") from fault
    return found


def _mask(kind: str, points: list, mask: object, height: int, width: int, where: str) -> Mask:
    if kind == "mask":
        return _of_png(points, mask, height, width, where)
    if kind == "polygon":
        return rasterise.polygons([[v for point in points for v in point]], height, width)
    if kind in ("rectangle", "circle"):
        if len(points) != 2:
            raise rasterise.OutlineError(f"is a {kind} with {len(points)} points instead of two")
        return (rasterise.rectangle if kind == "rectangle" else rasterise.circle)(*points, height, width)
    raise refusal(f"{where} is a {kind}, which has no area.", "Masks, polygons, rectangles and circles can be taken in.")


def _of_png(points: list, mask: object, height: int, width: int, where: str) -> Mask:
    if len(points) != 2 or not isinstance(mask, str):
        raise refusal(f"{where} is a mask without its two corner points or its PNG.")
    (x1, y1), (x2, y2) = [[int(v) for v in point] for point in points]
    if not (0 <= x1 <= x2 < width and 0 <= y1 <= y2 < height):
        raise refusal(f"{where} is a mask whose box lies outside its image.")
    try:
        data = base64.b64decode(mask, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise refusal(f"The mask of {where} is not written in base 64.") from fault
    said = f"The mask of {where}"
    if png.size(data, said) != (y2 - y1 + 1, x2 - x1 + 1):
        raise refusal(f"{said} does not have the size of its box.")
    return Mask.from_array(png.values(data, said, eight_bits=False), x1, y1)


def write(selection: Selection, staging: Staging) -> Iterator[int]:
    """Writes one file an image beside each other; yields the number of images done so far.

    Images without regions of which nothing was said have none: a file would make Labelme call them labelled.
    """
    if not staging.is_free("*.json"):
        raise UserError(f"{staging.out} holds JSON files already.", "Name an empty folder, so that no labels are overwritten or mixed.")
    names, silent = unique_names([image.path for image in selection.images]), 0
    for done, (image, regions) in enumerate(selection.regions(), 1):
        if regions or image.said or selection.of_predictions:
            text = json.dumps(_file(selection, image, regions), ensure_ascii=False, indent=1)
            staging.write(f"{PurePosixPath(names[done - 1]).stem}.json", text.encode("utf-8"))
        else:
            silent += 1
        yield done
    if silent:
        selection.notes.append(f"Images of which nothing is said and that have no Labelme file: {silent}.")


def _file(selection: Selection, image: OutImage, regions: list[OutRegion]) -> dict:
    if selection.of_predictions:
        flags = {_PREDICTIONS: True}
    else:
        flags = {f"{said['state']}: {name}": True for name, said in image.said.items()}
        flags[_DEFECT_FREE] = image.state == "defect_free"
    return {
        "version": _VERSION, "flags": flags, "shapes": [_as_shape(selection.class_names[r.class_id], r) for r in regions],
        "imagePath": image.file_name, "imageData": None, "imageHeight": image.height, "imageWidth": image.width, **image.keys(),
    }  # fmt: skip


def _as_shape(label: str, region: OutRegion) -> dict:
    x, y, w, h = region.mask.box
    return {
        "label": label, "points": [[x, y], [x + w - 1, y + h - 1]], "group_id": None, "description": "", "shape_type": "mask",
        "flags": {_IGNORE: True} if region.ignore else {}, "mask": base64.b64encode(png.encode(region.mask.array())).decode("ascii"), **region.origin(),
    }  # fmt: skip
