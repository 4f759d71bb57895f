"""Compares a version's proposals with labels that are known to be true: an outside check, which writes nothing.

For each class, over the images of the truth that the project has, that are no shots of the class and that the version has
looked at with the present shots:

* iou: pixels that both hold over pixels that either holds, pooled over the images (1 where neither holds any);
* recall and f1, on regions: the connected regions (by sides or corners) of either side; a proposed and a true one match where their
  IoU is at least 0.5, each once; recall = matched / true ones (1 where there are none), f1 = 2 matched / (true + proposed);
* false_alarms: of the images on which the truth has none of the class, the share with any proposed region (0 where there is
  no such image).

mean_iou is the mean over the classes that the truth holds somewhere on those images (over all, if it holds none).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.exchange import formats, selection
from app.exchange.incoming import COMPLETE, Document, Entry
from app.exchange.locate_images import locate
from app.exchange.rasterise import regions as connected
from app.store.parts import in_parts
from app.store.queries import all_classes
from app.store.records import Image, Inference, ModelVersion, Prediction, SupportShot
from app.store.shots import present_digest
from app.workspace import Workspace
from core_models.contract.mask import Mask, union

MATCH_IOU = 0.5


@dataclass
class Tally:
    """Counts of one class over the images compared."""

    images: int = 0
    both: int = 0
    either: int = 0
    matched: int = 0
    true: int = 0
    proposed: int = 0
    clean: int = 0
    alarms: int = 0

    def add(self, truth: Mask, proposed: Mask) -> None:
        both = truth.intersection_area(proposed)
        self.images += 1
        self.both += both
        self.either += truth.area + proposed.area - both
        if not truth.area:
            self.clean += 1
            self.alarms += bool(proposed.area)
        matched, true, found = match(truth, proposed)
        self.matched, self.true, self.proposed = self.matched + matched, self.true + true, self.proposed + found

    def figures(self) -> dict:
        return {
            "iou": self.both / self.either if self.either else 1.0,
            "f1": 2 * self.matched / (self.true + self.proposed) if self.true + self.proposed else 1.0,
            "recall": self.matched / self.true if self.true else 1.0,
            "false_alarms": self.alarms / self.clean if self.clean else 0.0,
            "images": self.images, "true_regions": self.true, "proposed_regions": self.proposed, "matched_regions": self.matched,
            "clean_images": self.clean, "false_alarm_images": self.alarms,
        }  # fmt: skip


@dataclass
class _Left:
    """Images that could not be compared, and why."""

    unknown: int = 0
    unstated: set[int] = field(default_factory=set)
    shots: set[int] = field(default_factory=set)
    not_looked_at: set[int] = field(default_factory=set)

    def notes(self) -> list[str]:
        said = {
            "Images of the truth that the project does not have": self.unknown,
            "Images of which the truth does not say that all is marked": len(self.unstated),
            "Images left out because they are shots": len(self.shots),
            "Images left out because this version has not looked at them with the present shots": len(self.not_looked_at),
        }
        return [f"{text}: {count}." for text, count in said.items() if count]


def evaluate(workspace: Workspace, truth: Path, format: str, version: int | None = None) -> dict:
    """{classes: {name: {iou, f1, recall, false_alarms, and the counts behind them}}, mean_iou, version, notes}.

    truth: a folder or file as import takes it. Where it says which classes are complete on which images, these are
    compared; where it says nothing of the kind (COCO and Labelme from elsewhere), all of it is taken for complete.
    UserError where it cannot be read, or nothing can be compared.
    """
    document = formats.read_document(format, truth)
    with workspace.read() as session:
        row = selection.version_of(session, version)
        tallies, left = _compare(session, row, document)
        notes = [*document.notes, *left.notes(), *_agreeing(session, row)]
    if not tallies:
        raise UserError("There is nothing to compare.", " ".join(notes) or "The truth and the project have no class in common.")
    figures = {name: tally.figures() for name, tally in tallies.items()}
    held = [f["iou"] for f in figures.values() if f["true_regions"]] or [f["iou"] for f in figures.values()]
    return {"classes": figures, "mean_iou": float(np.mean(held)), "version": row.id, "notes": notes}


def _compare(session: Session, version: ModelVersion, document: Document) -> tuple[dict[str, Tally], _Left]:
    names = {c.id: c.name for c in all_classes(session)}
    shots = {tuple(row) for row in session.execute(select(SupportShot.image_id, SupportShot.class_id))}
    seen = _looked_at(session, version, names)
    tallies: dict[str, Tally] = {}
    left = _Left()
    for entry, image_id, truth, proposed in _pairs(session, version, document, names, left):
        stated = _stated(document, entry)
        for class_id, name in names.items():
            if name not in document.classes:
                continue
            if name not in stated:
                left.unstated.add(image_id)
            elif (image_id, class_id) in shots:
                left.shots.add(image_id)
            elif (image_id, class_id) not in seen:
                left.not_looked_at.add(image_id)
            else:
                tallies.setdefault(name, Tally()).add(truth[name], union(proposed[class_id]))
    return {name: tallies[name] for name in names.values() if name in tallies}, left


def _pairs(session: Session, version: ModelVersion, document: Document, names: dict[int, str], left: _Left) -> Iterator[tuple]:
    """(entry, image id, {class name: true mask}, {class id: proposed masks}) of each image of the truth in the project."""
    places = locate(session, document.entries, Path(), register=False)
    found = [(entry, place) for entry, place in zip(document.entries, places, strict=True) if place is not None]
    left.unknown = len(places) - len(found)
    for part in in_parts(found):
        proposals = selection.predictions(session, version, names, [place.image_id for _, place in part])
        for entry, place in part:
            marked, proposed = defaultdict(list), defaultdict(list)
            for region in entry.decode(place.height, place.width):
                marked[region.class_name] += [] if region.ignore else [region.mask]
            for region in proposals[place.image_id]:
                proposed[region.class_id].append(region.mask)
            yield entry, place.image_id, defaultdict(lambda: Mask.EMPTY, {name: union(masks) for name, masks in marked.items()}), proposed


def _stated(document: Document, entry: Entry) -> set[str]:
    """The classes of which all is marked on an image of the truth."""
    if entry.defect_free or not any(e.statements or e.defect_free for e in document.entries):
        return set(document.classes)
    return {name for name, said in entry.statements.items() if said.state == COMPLETE}


def _looked_at(session: Session, version: ModelVersion, class_ids: dict[int, str]) -> set[tuple[int, int]]:
    """(image, class) of each inference of the version with the present shots."""
    digests = {class_id: present_digest(session, class_id) for class_id in class_ids}
    rows = select(Inference.image_id, Inference.class_id, Inference.support_digest).where(Inference.version_id == version.id)
    return {(r.image_id, r.class_id) for r in session.execute(rows) if digests.get(r.class_id) == r.support_digest}


def _agreeing(session: Session, version: ModelVersion) -> list[str]:
    rows = select(func.count()).select_from(Prediction).join(Inference, Inference.id == Prediction.inference_id).join(Image, Image.id == Inference.image_id)
    count = session.scalar(rows.where(Inference.version_id == version.id, Prediction.decision == "agrees", Image.removed.is_(False)))
    return [f"Regions of this version that only repeat an annotation or a rejected region, and are no proposals: {count}."] if count else []


def match(truth: Mask, proposed: Mask) -> tuple[int, int, int]:
    """How many connected regions match (IoU of at least 0.5, best first, each once), are true, are proposed."""
    true, found = (connected(mask.array()) if mask.area else [] for mask in (truth, proposed))
    true = [m.moved(truth.x, truth.y) for m in true]
    found = [m.moved(proposed.x, proposed.y) for m in found]
    pairs = sorted(((a.iou(b), i, j) for i, a in enumerate(true) for j, b in enumerate(found) if a.intersection_area(b)), reverse=True)
    matched_true, matched_found = set(), set()
    for iou, i, j in pairs:
        if iou >= MATCH_IOU and i not in matched_true and j not in matched_found:
            matched_true.add(i)
            matched_found.add(j)
    return len(matched_true), len(true), len(found)
