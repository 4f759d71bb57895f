"""Which images show the same part (their group), and on which side of the split a group stands: train or check.

A group's side is set by the first decision on any of its images and never changes, or a model would be compared on what
it has learnt. A quarter of the groups, by hash, are candidates for check.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import UserError
from app.operations import likeness
from app.store.parts import in_parts
from app.store.records import PROGRAMS_GROUP, Image, Project

_AUTOMATIC = PROGRAMS_GROUP  # only such groups may be joined later
_LONGEST = 200  # of a group's name
CANDIDATE_SHARE = 4  # one group in four


def own_group(sha256: str) -> str:
    """The name of the group that an image forms by itself; equal bytes are one group from the start."""
    return _AUTOMATIC + sha256[:24]


def group_of(listed: str, sha256: str, group_by: str | None) -> str:
    """The group of a new image that is listed as ROOT/PATH: by its folder ("folder"), by a regular expression's first
    group (else its match) there; where neither is asked for, or nothing is found, its own.
    """
    if not group_by:
        return own_group(sha256)
    if group_by == "folder":
        return listed.rpartition("/")[0][-_LONGEST:]
    try:
        found = re.search(group_by, listed)
    except re.error as fault:
        raise UserError(f"{group_by} is no regular expression: {fault}.", "Give --group-by folder, or a pattern such as part(\\d+)_.") from None
    if found is None:
        return own_group(sha256)
    return (found[1] if found.re.groups and found[1] is not None else found[0])[:_LONGEST]


def is_candidate(group: str) -> bool:
    """Whether the group may become a check group: a quarter of all, by the hash of its name."""
    return int.from_bytes(hashlib.sha256(group.encode("utf-8")).digest()[:4], "big") % CANDIDATE_SHARE == 0


def candidates_wanted(session: Session) -> bool:
    """The project's setting: whether candidates are kept for comparing versions at all."""
    settings = session.scalar(select(Project.settings)) or {}
    return bool(settings.get("check_candidates", True))


def decide_split(session: Session, image: Image, split: str) -> str:
    """Sets the side ("train" or "check") of the image's whole group, if it has none yet; the side it has then."""
    return decide_splits(session, [image], split)[image.id]


def decide_splits(session: Session, images: Iterable[Image], split: str) -> dict[int, str]:
    """`decide_split` for many images at once: the side of each by image id."""
    images = list(images)
    members = _members(session, sorted({i.part_group for i in images if not i.split}))
    sides = {m.part_group: m.split for m in members if m.split}
    for member in members:
        if not member.split:
            member.split = sides.get(member.part_group, split)
    return {i.id: i.split for i in images}


def settle(session: Session, fresh: list[Image], *, join: bool) -> None:
    """Images that have just been registered (and flushed) join their near-duplicates, if `join`, and take the side of the
    group that they are in."""
    if join and fresh:
        _join_near_duplicates(session, fresh)
    _adopt_side(session, fresh)


def _adopt_side(session: Session, images: list[Image]) -> None:
    sides = {m.part_group: m.split for m in _members(session, sorted({i.part_group for i in images})) if m.split}
    for image in images:
        if not image.split and image.part_group in sides:
            image.split = sides[image.part_group]


def large_group(session: Session) -> str | None:
    """A sentence where one group holds more than a third of the images: such a project can hardly be split."""
    rows = session.execute(select(Image.part_group, func.count()).where(Image.removed.is_(False)).group_by(Image.part_group)).all()
    total = sum(n for _, n in rows)
    name, most = max(rows, key=lambda row: row[1], default=("", 0))
    if most < 4 or most * 3 <= total:
        return None
    what = "near-duplicates of one another" if name.startswith(_AUTOMATIC) else f"of the group {name}"
    return f"{most} of the {total} images are {what}: versions can hardly be compared on them. Group them by --group-by folder or a pattern if they show different parts."


def _members(session: Session, groups: list[str]) -> list[Image]:
    return [image for part in in_parts(groups) for image in session.scalars(select(Image).where(Image.part_group.in_(part)))]


def _join_near_duplicates(session: Session, fresh: list[Image]) -> None:
    columns = (Image.id, Image.part_group, Image.split, Image.width, Image.height, Image.likeness)
    rows = session.execute(select(*columns).where(Image.removed.is_(False)).order_by(Image.id)).all()
    place = {row.id: k for k, row in enumerate(rows)}
    pairs = likeness.alike(
        likeness.vectors([r.likeness for r in rows]), np.array([r.width / r.height for r in rows], float), np.array([place[i.id] for i in fresh], int)
    )
    new_name = _joined([r.part_group for r in rows], {r.part_group: r.split for r in rows if r.split}, pairs)
    for image in _members(session, sorted(new_name)):
        image.part_group = new_name[image.part_group]
    session.flush()


def _joined(groups: list[str], side: dict[str, str], pairs: list[tuple[int, int, float]]) -> dict[str, str]:
    """Which group goes into which, after near-duplicates (i, j, correlation) among images of these groups.

    The younger goes into the older of two undecided groups of ours; a decided group, or one that a person named, keeps its name and draws the others
    in. Where two such meet, each keeps what is most like it: the pairs are taken from the most alike down.
    """
    parent: dict[str, str] = {}
    place = {name: k for k, name in enumerate(dict.fromkeys(groups))}

    def head(name: str) -> str:
        while name in parent:
            name = parent[name]
        return name

    for i, j, _ in sorted(pairs, key=lambda pair: -pair[2]):
        a, b = sorted((head(groups[i]), head(groups[j])), key=lambda name: (not _is_fixed(name, side), place[name]))
        if a != b and not _is_fixed(b, side):
            parent[b] = a
    return {name: head(name) for name in parent}


def _is_fixed(group: str, side: dict[str, str]) -> bool:
    return group in side or not group.startswith(_AUTOMATIC)
