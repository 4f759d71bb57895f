"""Which images are shots and which are queries: drawn once from a seed, written to a file, the same for every engine."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from dataclasses import dataclass
from pathlib import Path

from core_models.evaluation.benchmark.items import BenchmarkError, Item, Pool, usable
from core_models.evaluation.benchmark.pools import in_half

PER_DRAW, PER_QUERY = "per draw", "per query"


@dataclass(frozen=True)
class Drawing:
    """`shots` (K) and `draws` of them from `seed`; `queries` and `clean` images of a class and draw at most (0: all of them).

    `supports`: one support set for all queries of a class and draw, or, as the papers have it, one for each query. `half` of
    the groups is tested: all, odd or even.
    """

    shots: tuple[int, ...] = (1, 5)
    draws: int = 5
    seed: int = 1000
    queries: int = 0
    clean: int = 25
    supports: str = PER_DRAW
    half: str = "all"


@dataclass(frozen=True)
class Episode:
    """Names of the images of one class, one K and one draw. The shots for a smaller K begin those for a larger one."""

    fold: str
    class_name: str
    shots: int
    draw: int
    support: tuple[str, ...]
    queries: tuple[str, ...]
    clean: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the episode by its content: what was answered to it stays valid as long as it is the same."""
        text = json.dumps(dataclasses.astuple(self), ensure_ascii=False)
        return f"{self.fold}-{self.shots}-{self.draw}-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:16]}"


def draw(pool: Pool, drawing: Drawing, classes: dict[str, tuple[str, ...]] | None = None) -> list[Episode]:
    """The episodes of every fold's classes (or of `classes`, by fold), in the order folds, classes, draws, queries, shots.

    A query shares no group with any shot of its draw, and the queries of a draw are the same for every K.
    BenchmarkError where a class has fewer groups than the largest K and one query need.
    """
    found = []
    for fold, names in (classes or pool.folds).items():
        for name in names:
            items = tuple(i for i in pool.classes[name] if in_half(i, drawing.half))
            clean = [i for i in pool.clean.get(name, ()) if in_half(i, drawing.half)]
            for k in range(drawing.draws):
                rng = random.Random(f"{drawing.seed}/{fold}/{name}/{k}")
                make = _for_each if drawing.supports == PER_QUERY else _for_all
                found += make(fold, name, k, items, clean, drawing, rng)
    return found


def _for_all(fold: str, name: str, k: int, items: tuple[Item, ...], clean: list[Item], drawing: Drawing, rng: random.Random) -> list[Episode]:
    chosen = _shots(name, usable(items), max(drawing.shots), rng)
    groups = {item.group for item in chosen}
    queries = [i for i in items if i.group not in groups]
    if not queries:
        raise _too_few(name, len({i.group for i in items}), max(drawing.shots))
    rng.shuffle(queries)
    rng.shuffle(clean)
    asked = [i.name for i in (queries[: drawing.queries] if drawing.queries else queries)]
    free = [i.name for i in (clean[: drawing.clean] if drawing.clean else clean)]
    return [Episode(fold, name, n, k, tuple(i.name for i in chosen[:n]), tuple(asked), tuple(free)) for n in drawing.shots]


def _for_each(fold: str, name: str, k: int, items: tuple[Item, ...], clean: list[Item], drawing: Drawing, rng: random.Random) -> list[Episode]:
    found, there = [], usable(items)
    rng.shuffle(clean)
    for n, query in enumerate(items[: drawing.queries] if drawing.queries else items):
        chosen = _shots(name, [i for i in there if i.group != query.group], max(drawing.shots), rng)
        free = tuple(i.name for i in clean[n : n + 1]) if n < (drawing.clean or len(clean)) else ()
        found += [Episode(fold, name, m, k, tuple(i.name for i in chosen[:m]), (query.name,), free) for m in drawing.shots]
    return found


def _shots(name: str, items: list[Item], count: int, rng: random.Random) -> list[Item]:
    """So many items of as many groups."""
    first: dict[str, Item] = {}
    for item in rng.sample(items, len(items)):
        first.setdefault(item.group, item)
    if len(first) < count:
        raise _too_few(name, len(first), count)
    return list(first.values())[:count]


def _too_few(name: str, there: int, wanted: int) -> BenchmarkError:
    return BenchmarkError(f"{name} has {there} groups of images, too few for {wanted} shots and a query from other groups. Ask for fewer shots.")


def write(path: Path, drawing: Drawing, episodes: list[Episode]) -> None:
    said = {"drawing": dataclasses.asdict(drawing), "episodes": [dataclasses.asdict(e) for e in episodes]}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def read(path: Path, pool: Pool) -> tuple[Drawing, list[Episode]]:
    """The drawing and the episodes of a file; BenchmarkError where it is none, names images that are not there, or asks for
    more shots than it names."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        drawing = Drawing(**{**said["drawing"], "shots": tuple(said["drawing"]["shots"])})
        episodes = [Episode(**{**e, **{k: tuple(e[k]) for k in ("support", "queries", "clean")}}) for e in said["episodes"]]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise BenchmarkError(f"{path} is no file of episodes that can be read. Delete it, and they are drawn anew.") from fault
    known = pool.by_name()
    missing = [n for e in episodes for n in (*e.support, *e.queries, *e.clean) if n not in known.get(e.class_name, {})]
    if missing:
        raise BenchmarkError(f"{path} names {len(set(missing))} images that are not there, {missing[0]} for one. Put the data back, or delete the file, and the episodes are drawn anew.")
    for e in episodes:
        if len(e.support) < e.shots:
            raise BenchmarkError(f"{path} asks for {e.shots} shots of {e.class_name} and names {len(e.support)}. Correct it, or delete it, and the episodes are drawn anew.")
    return drawing, episodes
