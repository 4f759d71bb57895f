"""Masks in and out: one 8-bit PNG an image, 0 is background, k is the class with number k of `classes.json`.

A folder with images/, masks/ and classes.json {"classes": {name: k}, "unreviewed": [file of masks/, ...]}. An image with a mask is
complete for every class of classes.json (where it is zero throughout, none of them is there), unless it is named under
`unreviewed`; an image without a mask says nothing. A pixel holds one class: where exported regions of several classes meet,
the smaller region has it. Our exports name the image of each mask, its sha256 and its regions' origin under `images`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from app.errors import UserError
from app.exchange import documents, png, rasterise
from app.exchange.documents import class_name, expect, field, refusal
from app.exchange.incoming import COMPLETE, Document, Entry, Region, Statement
from app.exchange.selection import OutImage, OutRegion, Selection, unique_names
from app.exchange.staging import Staging
from app.operations import scanning

INDEX = "classes.json"


def read(path: Path) -> Document:
    """All that a masks folder states. UserError with the first fault; masks are decoded later, image by image."""
    if not (path / INDEX).is_file() or not (path / "masks").is_dir():
        raise refusal(f"{path} is no masks folder: it needs {INDEX} and the folder masks/.")
    js = expect(documents.load(path / INDEX), dict, INDEX)
    numbers = _classes(field(js, "classes", dict, INDEX))
    unreviewed = {_without_suffix(expect(name, str, f"A name under “unreviewed” in {INDEX}")) for name in field(js, "unreviewed", list, INDEX, default=[])}
    known = field(js, "images", dict, INDEX, default={})
    beside = _images(path)
    document = Document(dict.fromkeys(numbers), [], by_pixels=True)
    for file in sorted((path / "masks").rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            where = f"masks/{file.relative_to(path / 'masks').as_posix()}"
            documents.inside(file, path, where)
            stem = _without_suffix(where.removeprefix("masks/"))
            about = expect(known.get(where.removeprefix("masks/"), {}), dict, f"“images” of {INDEX}")
            document.entries.append(_entry(file, where, stem, beside.pop(stem, []), about, numbers, stem in unreviewed))
    document.entries += [_silent(file, f"images/{stem}", path) for stem, files in beside.items() for file in files]
    return document


def _classes(table: dict) -> dict[str, int]:
    numbers = {class_name(name, INDEX): expect(k, int, f"The number of “{name}” in {INDEX}") for name, k in table.items()}
    if not numbers or len(set(numbers.values())) < len(table) or not all(1 <= k <= 255 for k in numbers.values()):
        raise refusal(f"{INDEX} must give each class a number of its own from 1 to 255.")
    return numbers


def _images(path: Path) -> dict[str, list[Path]]:
    """The images under images/, by their path there without suffix."""
    found = defaultdict(list)
    for file in sorted((path / "images").rglob("*")) if (path / "images").is_dir() else []:
        if file.is_file() and file.suffix.lower() in scanning.SUFFIXES:
            name = file.relative_to(path / "images").as_posix()
            documents.inside(file, path, f"images/{name}")
            found[_without_suffix(name)].append(file)
    return found


def _entry(file: Path, where: str, stem: str, beside: list[Path], about: dict, numbers: dict[str, int], unreviewed: bool) -> Entry:
    if len(beside) > 1:
        raise refusal(f"{where} may belong to {' or '.join(f.name for f in beside)}.", "Give each image a name of its own.")
    height, width = png.size(_bytes(file, where), where)
    own = about.get("path") or about.get("file_name")
    said = documents.statements(about.get("review_state"), where)
    statements = {name: Statement(COMPLETE, said[name].blind if name in said else True, said[name].comment if name in said else "") for name in numbers}
    return Entry(
        name=beside[0].name if beside else documents.relative_path(own, where) if own else stem,
        where=where,
        decode=partial(_decode, file, where, numbers),
        other_names=(stem,),
        file=beside[0] if beside else None,
        any_suffix=True,
        sha256=documents.sha256(about.get("sha256"), where),
        width=width,
        height=height,
        statements={} if unreviewed else statements,
    )


def _silent(file: Path, where: str, path: Path) -> Entry:
    """An image without a mask: it is registered, and nothing is said of it."""
    return Entry(file.relative_to(path / "images").as_posix(), where, lambda height, width: [], file=file)


def _decode(file: Path, where: str, numbers: dict[str, int], height: int, width: int) -> list[Region]:
    array = png.values(_bytes(file, where), where)
    foreign = sorted(set(np.unique(array).tolist()) - {0} - set(numbers.values()))
    if foreign:
        raise refusal(f"{where} has the value {foreign[0]}, which {INDEX} does not give to a class.")
    return [Region(name, mask, where=where) for name, k in numbers.items() for mask in rasterise.regions(array == k)]


def _bytes(file: Path, where: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise refusal(f"{where} cannot be opened: {fault.strerror or fault}.") from fault


def _without_suffix(name: str) -> str:
    return PurePosixPath(name).with_suffix("").as_posix() if PurePosixPath(name).name else name


def write(selection: Selection, staging: Staging) -> Iterator[int]:
    """Writes masks/ and the index; yields the number of images done so far."""
    if not staging.is_free("masks/*") or not staging.is_free(INDEX):
        raise UserError(f"{staging.out} holds masks already.", "Name an empty folder, so that older masks are not taken for these.")
    if len(selection.class_names) > 255:
        raise UserError(f"A mask in 8 bits holds at most 255 classes, not {len(selection.class_names)}.", "Choose fewer with --class.")
    number = {class_id: k for k, class_id in enumerate(selection.class_names, 1)}
    index = {"classes": {name: number[c] for c, name in selection.class_names.items()}, "unreviewed": [], "info": selection.info(), "images": {}}
    names, hidden, ignored = unique_names([image.path for image in selection.images]), 0, 0
    for done, (image, regions) in enumerate(selection.regions(), 1):
        name = f"{PurePosixPath(names[done - 1]).stem}.png"
        array, lost, gone = paint(image, regions, number)
        staging.write(f"masks/{name}", png.encode(array))
        ignore = any(r.ignore for r in regions)
        hidden, ignored = hidden + lost, ignored + ignore
        if selection.of_predictions or not image.complete or gone or ignore:
            index["unreviewed"].append(name)
        index["images"][name] = {"file_name": image.file_name, **image.keys(), "regions": [_origin(selection, r) for r in regions]}
        yield done
    staging.write(INDEX, json.dumps(index, ensure_ascii=False, indent=1).encode("utf-8"))
    if hidden:
        selection.notes.append(f"Regions of several classes share pixels, which a mask cannot hold: the smaller one has them, {hidden} lost some.")
    if ignored:
        selection.notes.append(f"Images with regions to ignore, which a mask cannot hold; they are named as unreviewed: {ignored}.")


def paint(image: OutImage, regions: list[OutRegion], number: dict[int, int]) -> tuple[np.ndarray, int, bool]:
    """The mask (h, w) of an image, how many regions lost pixels to another class, and whether a class lost all of its own."""
    array = np.zeros((image.height, image.width), np.uint8)
    regions = sorted((r for r in regions if not r.ignore), key=lambda r: (-r.area, number[r.class_id]))
    for region in regions:
        region.mask.paint(array, number[region.class_id])
    lost = 0
    for region in regions:
        x, y, w, h = region.mask.box
        lost += bool((region.mask.array() & (array[y : y + h, x : x + w] != number[region.class_id])).any())
    return array, lost, not {number[r.class_id] for r in regions} <= set(np.unique(array).tolist())


def _origin(selection: Selection, region: OutRegion) -> dict:
    return {"class": selection.class_names[region.class_id], "bbox": list(region.mask.box), "area": region.area, **region.origin()}
