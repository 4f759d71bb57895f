"""Takes checked labels into the project: one operation, which does all of it or nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.documents import refusal
from app.exchange.incoming import COMPLETE, Document, Entry, Incoming, Labelled, Region, Statement
from app.exchange.locate_images import Place, locate
from app.operations import classes, images, support, verdicts
from app.store.parts import in_parts
from app.store.queries import all_classes
from app.store.records import Annotation, DefectClass, Verdict
from core_models.contract.mask import union


def check(session: Session, project_folder: Path, document: Document, base: Path) -> Incoming:
    """Finds the images of a document and decodes every region of it; writes nothing. UserError with the first fault."""
    places = locate(session, document.entries, base)
    labelled = [_labelled(entry, place) for entry, place in zip(document.entries, places, strict=True)]
    named = document.classes | {r.class_name: None for one in labelled for r in one.regions if r.class_name not in document.classes}
    return Incoming(project_folder, named, labelled, list(document.notes), document.by_pixels)


def _labelled(entry: Entry, place: Place) -> Labelled:
    regions = entry.decode(place.height, place.width)
    return Labelled(entry.where, place.image_id, place.scanned, regions, entry.statements, entry.defect_free)


def apply(session: Session, incoming: Incoming, *, as_shots: bool = False) -> dict:
    """Takes labels in: {regions, images, new_images, notes}; an operation, to be undone in one step.

    Complete masks count as blind, as nobody had seen a proposal there, and their groups become check where they are
    candidates. as_shots: the masks become shots, their groups train, and completeness is not blind; UserError where a mask
    is empty or covers everything. Regions that are there already, pixel by pixel, are not added again; those of a
    format that keeps pixels only are left out where the class covers them already.
    """
    known = _classes(session, incoming)
    ids, new = _images(session, incoming)
    there = _Present(session, ids)
    notes = list(incoming.notes)
    regions = [r for one, image_id in zip(incoming.images, ids, strict=True) for r in _add(session, there, one, image_id, known, incoming.by_pixels)]
    session.flush()
    offered = sum(len(one.regions) for one in incoming.images)
    empty = sum(not r.mask.area for one in incoming.images for r in one.regions)
    if empty:
        notes.append(f"Regions without a pixel, left out: {empty}.")
    if offered - empty > len(regions):
        notes.append(f"Regions that were there already: {offered - empty - len(regions)}.")
    _say(session, incoming, ids, known, blind=not as_shots)
    if as_shots:
        notes += _become_shots(session, incoming, ids, known)
    touched = sum(bool(one.regions or one.statements or one.defect_free) for one in incoming.images)
    return {"regions": len(regions), "images": touched, "new_images": new, "notes": notes}


def _classes(session: Session, incoming: Incoming) -> dict[str, int]:
    known = {c.name: c.id for c in all_classes(session)}
    for name, colour in incoming.classes.items():
        if name not in known:
            known[name] = classes.add(session, name, colour).id
    return known


def _images(session: Session, incoming: Incoming) -> tuple[list[int], int]:
    """The image id of each labelled image, and how many were registered for it."""
    scanned = [one.scanned for one in incoming.images if one.image_id is None]
    if not scanned:
        return [one.image_id for one in incoming.images], 0
    registered = images.register(session, incoming.project_folder, scanned)
    ids = [one.image_id if one.scanned is None else registered.by_path[one.scanned.path].id for one in incoming.images]
    if len(set(ids)) < len(ids):
        raise refusal("Two entries of the labels speak of the same image.")
    return ids, len(registered.added)


class _Present:
    """The regions that are on the images already: what comes in twice is one region."""

    def __init__(self, session: Session, image_ids: Sequence[int]) -> None:
        self._same: dict[int, Counter] = defaultdict(Counter)
        self._masks: dict[tuple[int, int], list] = defaultdict(list)
        for part in in_parts(image_ids):
            for a in session.scalars(select(Annotation).where(Annotation.image_id.in_(part))):
                self._same[a.image_id][a.class_id, a.ignore, a.mask] += 1
                if not a.ignore:
                    self._masks[a.image_id, a.class_id].append(a.mask)

    def holds(self, image_id: int, class_id: int, region: Region, by_pixels: bool) -> bool:
        """Whether the region is there; each region in the project answers for one that comes in."""
        if by_pixels:
            return not (region.mask - union(self._masks[image_id, class_id])).area
        key = class_id, region.ignore, region.mask
        self._same[image_id][key] -= 1
        return self._same[image_id][key] >= 0


def _add(session: Session, there: _Present, one: Labelled, image_id: int, known: dict[str, int], by_pixels: bool) -> Iterable[Annotation]:
    # Rows at once and not by annotations.add: what it asks of the database for each region was checked in sets before.
    for region in one.regions:
        class_id = known[region.class_name]
        if region.mask.area and not there.holds(image_id, class_id, region, by_pixels):
            row = Annotation(image_id=image_id, class_id=class_id, source="import", ignore=region.ignore, by=session.info["by"])
            row.mask = region.mask
            session.add(row)
            yield row


def _say(session: Session, incoming: Incoming, ids: list[int], known: dict[str, int], *, blind: bool) -> None:
    """Writes the verdicts that the labels state; one that holds already stays as it was given."""
    holding = {}
    for part in in_parts(ids):
        for v in session.scalars(select(Verdict).where(Verdict.image_id.in_(part))):
            holding[v.image_id, v.class_id] = v.state
    alike: dict[tuple, list[int]] = defaultdict(list)
    for one, image_id in zip(incoming.images, ids, strict=True):
        said = one.statements or (dict.fromkeys(known, Statement(COMPLETE)) if one.defect_free else {})
        by_statement = defaultdict(list)
        for name, statement in said.items():
            if holding.get((image_id, known[name])) != statement.state:
                by_statement[statement].append(known[name])
        for statement, class_ids in by_statement.items():
            alike[statement, tuple(sorted(class_ids))].append(image_id)
    for (statement, class_ids), image_ids in alike.items():
        if statement.state == COMPLETE:
            verdicts.complete(session, image_ids, class_ids, comment=statement.comment, blind=blind and statement.blind)
        else:
            verdicts.needs_work(session, image_ids, class_ids, comment=statement.comment)


def _become_shots(session: Session, incoming: Incoming, ids: list[int], known: dict[str, int]) -> list[str]:
    """Makes every image a shot of each class with a region on it; notes on classes that got none."""
    taught = set()
    for one, image_id in zip(incoming.images, ids, strict=True):
        for name in dict.fromkeys(r.class_name for r in one.regions if not r.ignore):
            support.add_shot(session, known[name], image_id)
            taught.add(name)
    if not taught:
        raise refusal("None of the masks marks anything, so there is no shot among them.", "Mark a defect on one image at least.")
    bare = [session.get(DefectClass, known[name]).name for name in incoming.classes if name not in taught]
    return [f"Classes without a shot among these masks: {', '.join(bare)}."] if bare else []
