"""Reads of the report: what was said of each image, the size of each region, false alarms and measured quality of each version.

Everything is asked of the database in sets, and only what people hold true is counted; proposals count as false alarms alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store import queries
from app.store.queries import ImageState
from app.store.records import PROGRAMS_GROUP, Annotation, DefectClass, Image, Inference, Job, ModelVersion, Prediction, Project, Root, Verdict, now
from core_models.contract.extent import extent
from core_models.contract.mask import Mask

GOOD, BAD, UNDECIDED = "good", "bad", "undecided"
MM, PX = "mm", "px"


class ImageFigures(NamedTuple):  # one an image of the project, which may have 100,000
    """One image. path: ROOT/PATH as the project lists it; group: which part it shows, "" where it does so alone; state: queries.ImageState.word;
    defects: regions by class id; extent: of its largest region, in `unit` (None and "" without one); by, at: the last decision of a person, "" without one.
    """

    id: int
    path: str
    group: str
    state: str
    decision: str
    defects: dict[int, int]
    extent: float | None
    unit: str
    by: str
    at: str


class RegionFigures(NamedTuple):
    """One region that a person holds true. extent: the largest distance between two points of it, in `unit`; area: in that unit's square."""

    image_id: int
    class_id: int
    extent: float
    area: float
    unit: str


@dataclass(frozen=True)
class Alarms:
    """False alarms of one version: of the defect-free images that it looked at, those on which it proposed something."""

    version_id: int
    engine: str
    looked_at: tuple[int, ...]
    alarmed: tuple[int, ...]


@dataclass(frozen=True)
class Quality:
    """What a comparison on the check images measured of one version: IoU (0 to 1) and number of check groups, by the class's name."""

    version_id: int
    engine: str
    iou: dict[str, float]
    groups: dict[str, int]
    at: str


@dataclass(frozen=True)
class Figures:
    """The report's numbers at one moment. checks: check images that count for a class, by its name."""

    project: str
    at: str
    by: str
    active: tuple[int, str] | None  # version that makes the proposals, its engine
    classes: tuple[tuple[int, str, str], ...]  # id, name, colour, in their order
    images: list[ImageFigures]
    regions: list[RegionFigures]
    alarms: list[Alarms] = field(default_factory=list)
    quality: list[Quality] = field(default_factory=list)
    checks: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def in_state(self, word: str) -> list[int]:
        return [i.id for i in self.images if i.state == word]

    def decided(self, decision: str) -> list[int]:
        return [i.id for i in self.images if i.decision == decision]

    def of_class(self, class_id: int, unit: str | None = None) -> list[RegionFigures]:
        """The regions of a class, of those measured in one unit only where it is given."""
        of = self._by_class.get(class_id, [])
        return of if unit is None else [r for r in of if r.unit == unit]

    def units(self, class_id: int) -> list[str]:
        """In which units regions of the class are measured: mm before px."""
        there = {r.unit for r in self._by_class.get(class_id, [])}
        return [unit for unit in (MM, PX) if unit in there]

    @cached_property
    def _by_class(self) -> dict[int, list[RegionFigures]]:
        of: dict[int, list[RegionFigures]] = defaultdict(list)
        for region in self.regions:
            of[region.class_id].append(region)
        return of


def figures(session: Session) -> Figures:
    """All of the report; about twelve statements and one for each class, whatever the number of images."""
    states = queries.image_states(session)
    classes = queries.all_classes(session)
    scales = _scales(session)
    regions, said = _regions(session, scales)
    _verdicts(session, said)
    version = queries.active_version(session)
    project = session.scalar(select(Project))
    clean = {k for k, state in states.items() if decision(state) == GOOD}
    return Figures(
        project=project.name if project else "", at=now(), by=session.info["by"],
        active=(version.id, version.engine) if version else None,
        classes=tuple((c.id, c.name, c.colour) for c in classes),
        images=_images(session, states, regions, said), regions=regions,
        alarms=_alarms(session, clean), quality=quality(session), checks=_checks(session, {c.id: c.name for c in classes}),
    )  # fmt: skip


def decision(state: ImageState) -> str:
    """What the state of an image says of the part on it: bad with a region that a person marked, good where a person called it
    defect-free; undecided otherwise, and where somebody has to look at it again."""
    if state.needs_work:
        return UNDECIDED
    if state.annotated:
        return BAD
    return GOOD if state.defect_free else UNDECIDED


def _scales(session: Session) -> dict[int, tuple[float, float]]:
    """mm a pixel (x, y) of the images whose scale is set."""
    x, y = Image.mm_per_px_x, Image.mm_per_px_y
    rows = session.execute(select(Image.id, x, y).where(Image.removed.is_(False), x.is_not(None), y.is_not(None)))
    return {id_: (across, down) for id_, across, down in rows}


def measured(image_id: int, class_id: int, mask: Mask, area: int, scale: tuple[float, float] | None) -> RegionFigures:
    """The size of a region that holds `area` px, on an image of that scale in mm a px (None: not known)."""
    across, down = scale or (1.0, 1.0)
    return RegionFigures(image_id, class_id, extent(mask, across, down), area * across * down, MM if scale else PX)


def _regions(session: Session, scales: dict[int, tuple[float, float]]) -> tuple[list[RegionFigures], dict[int, tuple[str, str]]]:
    """The regions of the project's images, ignore regions apart; and who marked one last on each, as {image id: (at, by)}."""
    a = Annotation
    rows = select(a.image_id, a.class_id, a.x, a.y, a.w, a.h, a.rle, a.area, a.at, a.by).join(Image, Image.id == a.image_id)
    found: list[RegionFigures] = []
    said: dict[int, tuple[str, str]] = {}
    for image_id, class_id, *place, area, at, by in session.execute(rows.where(Image.removed.is_(False), a.ignore.is_(False)).order_by(a.id)):
        found.append(measured(image_id, class_id, Mask(*place), area, scales.get(image_id)))
        said[image_id] = max(said.get(image_id, ("", "")), (at, by))
    return found, said


def _verdicts(session: Session, said: dict[int, tuple[str, str]]) -> None:
    """Adds to `said` who gave the last verdict on each image."""
    for image_id, at, by in session.execute(select(Verdict.image_id, Verdict.at, Verdict.by)):
        said[image_id] = max(said.get(image_id, ("", "")), (at, by))


def _images(session: Session, states: dict[int, ImageState], regions: list[RegionFigures], said: dict[int, tuple[str, str]]) -> list[ImageFigures]:
    defects: dict[int, Counter] = defaultdict(Counter)
    largest: dict[int, RegionFigures] = {}
    for region in regions:
        defects[region.image_id][region.class_id] += 1
        if region.image_id not in largest or region.extent > largest[region.image_id].extent:  # one image has one unit
            largest[region.image_id] = region
    i = Image
    rows = select(i.id, Root.name, i.path, i.part_group).join(Root, Root.id == i.root_id).where(i.removed.is_(False)).order_by(i.root_id, i.path, i.id)
    rows = session.execute(rows).all()
    members, named = Counter(row.part_group for row in rows), {}
    for row in rows:
        if members[row.part_group] > 1:  # a group that the program made is called by its first image
            named.setdefault(row.part_group, row.path.rpartition("/")[2])
    out = []
    for id_, root, path, group in rows:
        if (state := states.get(id_)) is not None:
            at, by = said.get(id_, ("", ""))
            size = largest.get(id_)
            shared = named.get(group, "") if group.startswith(PROGRAMS_GROUP) else group
            out.append(
                ImageFigures(
                    id_, f"{root}/{path}", shared, state.word, decision(state), dict(defects.get(id_, ())),
                    size.extent if size else None, size.unit if size else "", by, at,
                )  # fmt: skip
            )
    return out


def _alarms(session: Session, clean: set[int]) -> list[Alarms]:
    """For each version, by what it answered last on each of the images and classes; only versions that looked at some of them."""
    latest = select(func.max(Inference.id).label("id")).group_by(Inference.version_id, Inference.image_id, Inference.class_id).subquery()
    shown = select(Prediction.inference_id).join(Inference, Inference.id == Prediction.inference_id).join(DefectClass, DefectClass.id == Inference.class_id)
    unmarked = Inference.image_id.not_in(select(Annotation.image_id).where(Annotation.ignore.is_(False)))
    loud = set(session.scalars(shown.where(Prediction.score >= DefectClass.cut, unmarked).distinct()))
    looked, alarmed = defaultdict(set), defaultdict(set)
    for id_, version_id, image_id in session.execute(select(Inference.id, Inference.version_id, Inference.image_id).join(latest, latest.c.id == Inference.id)):
        if image_id in clean:
            looked[version_id].add(image_id)
            if id_ in loud:
                alarmed[version_id].add(image_id)
    versions = session.execute(select(ModelVersion.id, ModelVersion.engine).order_by(ModelVersion.id))
    return [Alarms(id_, engine, tuple(sorted(looked[id_])), tuple(sorted(alarmed[id_]))) for id_, engine in versions if id_ in looked]


def quality(session: Session) -> list[Quality]:
    """Of each version that was measured on the check images, the last measurement; oldest version first."""
    engines = dict(map(tuple, session.execute(select(ModelVersion.id, ModelVersion.engine))))
    found: dict[int, Quality] = {}

    def note(version_id: int | None, at: str, classes: dict, key: str) -> None:
        if version_id in engines and classes:
            iou, groups = {name: float(c[key]) for name, c in classes.items()}, {name: int(c["groups"]) for name, c in classes.items()}
            found[version_id] = Quality(version_id, engines[version_id], iou, groups, at)

    ended = select(Job.kind, Job.spec, Job.result, Job.ended_at).where(Job.kind.in_(("finetune", "evaluate")), Job.state == "finished")
    for kind, spec, result, at in session.execute(ended.order_by(Job.ended_at, Job.id)):
        comparison = result.get("comparison", {}) if kind == "finetune" else result
        note(spec.get("incumbent_id", comparison.get("incumbent")), at, comparison.get("classes") or {}, "iou_before")
        note(result.get("version") if kind == "finetune" else spec.get("version_id"), at, comparison.get("classes") or {}, "iou")
    return [found[k] for k in sorted(found)]


def _checks(session: Session, names: dict[int, str]) -> dict[str, tuple[int, ...]]:
    """The check images that count for each class: marked blind, and complete for it."""
    rows = select(Verdict.class_id, Image.id).join(Image, Image.id == Verdict.image_id)
    rows = rows.where(Verdict.blind.is_(True), Verdict.state == "complete", Image.split == "check", Image.removed.is_(False)).order_by(Image.id)
    found: dict[str, list[int]] = defaultdict(list)
    for class_id, image_id in session.execute(rows):
        found[names.get(class_id, "")].append(image_id)
    return {name: tuple(ids) for name, ids in found.items() if name}


# -- for the eye -----------------------------------------------------------------------------------------------------------


class Bin(NamedTuple):
    """Regions whose extent lies from `low` up to `high` (the last bin: `high` included)."""

    low: float
    high: float
    image_ids: tuple[int, ...]  # one for each region
    unit: str


def histogram(regions: Iterable[RegionFigures], most: int = 12) -> list[Bin]:
    """At most so many bins of equal, round width from 0 to beyond the largest extent; [] without regions.

    ValueError where the regions are not all of one unit: mm and px are never mixed.
    """
    regions = list(regions)
    if not regions:
        return []
    if len({r.unit for r in regions}) > 1:
        raise ValueError("a histogram is of one unit")
    top = max(r.extent for r in regions)
    width = round_width(top / most, whole=regions[0].unit == PX)
    count = max(1, -int(-top // width))
    held: list[list[int]] = [[] for _ in range(count)]
    for region in regions:
        held[min(count - 1, int(region.extent / width))].append(region.image_id)
    return [Bin(k * width, (k + 1) * width, tuple(ids), regions[0].unit) for k, ids in enumerate(held)]


def round_width(least: float, *, whole: bool = False) -> float:
    """The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `least`; a whole number where asked for."""
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    for step in (1, 2, 2.5, 5, 10):
        if step * power >= least * (1 - 1e-9) and not (whole and (step * power) % 1):
            return step * power
    return 1.0
