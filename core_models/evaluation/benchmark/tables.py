"""Makes the tables of a benchmark of what was answered so far: figures with intervals, classes, paired differences, trainings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core_models.evaluation.benchmark import episodes as drawing
from core_models.evaluation.benchmark import figures
from core_models.evaluation.benchmark.episodes import Episode
from core_models.evaluation.benchmark.figures import Answered
from core_models.evaluation.benchmark.items import Pool
from core_models.evaluation.benchmark.protocol import BEST_ON_TEST, CHOSEN, LAST, Entry, Protocol
from core_models.evaluation.benchmark.quoted import QUOTED
from core_models.evaluation.benchmark.run import ABOUT, EPISODES, code_of, read_answers

SHIPS = "as it ships"
NOT_RUN = "not run"


@dataclass(frozen=True)
class Row:
    """What one engine answered with the weights of one seed and one way of choosing the epoch, of the folds that it has done.
    `earlier`: by code that has changed since."""

    entry: Entry
    way: str
    seed: int
    folds: tuple[str, ...]
    answered: tuple[Answered, ...]
    peak_bytes: int
    load: float | None = None
    earlier: bool = False

    @property
    def title(self) -> str:
        seed = f", seed {self.seed}" if len(self.entry.seeds) > 1 else ""
        return self.entry.label + ("" if self.way == SHIPS else f", {self.way}{seed}") + (", by earlier code" if self.earlier else "")

    def of(self, shots: int, folds: Sequence[str] | None = None) -> list[Answered]:
        return [a for a in self.answered if a.shots == shots and (folds is None or a.fold in folds)]


def report(protocol: Protocol, pool: Pool, state: Path) -> dict:
    """{"title", "settings", "tables": [{"title", "columns", "rows"}], "remarks", "figures"} of a state folder."""
    _, asked = drawing.read(state / EPISODES, pool)
    rows = [row for entry in protocol.entries for row in _rows(entry, state, asked, pool)]
    shots = protocol.drawing.shots
    tables = [_overview(rows, protocol, k) for k in shots]
    tables += [_by_class(rows, pool, k) for k in shots]
    if compared := _compared(rows, protocol, pool):
        tables.append(compared)
    if trained := _trainings(protocol, pool, state):
        tables.append(trained)
    apart = {row.folds for row in rows if row.folds}
    partly = ["Rows of different folds cannot be compared: the paired differences are of the folds that both engines have done."] if len(apart) > 1 else []
    return {**_with_quoted(protocol, tables, [*partly, *pool.notes, *protocol.remarks]),
            "figures": {row.title: _figures(row, shots) for row in rows}}


def absent(protocol: Protocol) -> dict:
    """The report where the data are not there: every engine "not run", beside what papers give."""
    tables = [_overview([Row(entry, NOT_RUN, 0, (), (), 0) for entry in protocol.entries], protocol, k) for k in protocol.drawing.shots]
    return {**_with_quoted(protocol, tables, ["The images are not at hand: not run.", *protocol.remarks]), "figures": {}}


def _with_quoted(protocol: Protocol, tables: list[dict], remarks: list[str]) -> dict:
    quoted = QUOTED.get(protocol.quoted, {"tables": [], "remarks": []})
    said = " ".join([*remarks, *quoted["remarks"]])
    return {"title": protocol.title, "settings": _settings(protocol), "tables": tables + quoted["tables"], "remarks": [said] if said else []}


def markdown(said: dict) -> str:
    """The report as text."""
    parts = [f"## {said['title']}", "; ".join(f"{k.replace('_', ' ')} {v}" for k, v in said["settings"].items())]
    for table in said["tables"]:
        lines = ["| " + " | ".join(table["columns"]) + " |", "|" + " --- |" * len(table["columns"])]
        parts += [table["title"], "\n".join(lines + ["| " + " | ".join("" if v is None else str(v) for v in row) + " |" for row in table["rows"]])]
    return "\n\n".join([*parts, *said["remarks"]]) + "\n"


def _rows(entry: Entry, state: Path, asked: list[Episode], pool: Pool) -> list[Row]:
    """The answers of an entry for each way and seed, of the folds that are complete: by today's code where a fold is, else by that
    which answered most, else the newest."""
    code, best = code_of(entry), {}
    for about in (state / "answers" / entry.label).glob(f"*/*/{ABOUT}"):
        said = json.loads(about.read_text(encoding="utf-8"))
        there = {p.stem for p in about.parent.glob("*-*.json")}
        folds = tuple(f for f in pool.folds if {e.key for e in asked if e.fold == f} <= there)
        earlier, time = said.get("code", code) != code, max(p.stat().st_mtime for p in about.parent.iterdir())
        key, rank = (said["seed"], said["way"]), (bool(folds) and not earlier, len(folds), time)
        if folds and (key not in best or best[key][0] < rank):
            best[key] = (rank, about.parent, said, folds, earlier)
    found = []
    for (seed, way), (_, folder, said, folds, earlier) in sorted(best.items(), key=lambda kv: kv[0]):
        keys = {(e.fold, e.class_name, e.shots, e.draw) for e in asked if e.fold in folds}
        answered = tuple(a for a in read_answers(folder) if (a.fold, a.class_name, a.shots, a.draw) in keys)
        found.append(Row(entry, way, seed, folds, answered, said.get("peak_bytes", 0), said.get("load"), earlier))
    return found or [Row(entry, NOT_RUN, 0, (), (), 0)]


def _overview(rows: list[Row], protocol: Protocol, shots: int) -> dict:
    columns = ["engine", "folds", "class mIoU", "over draws and images", "FB-IoU", "pooled IoU", "false alarms", "s to learn", "s an image", "peak memory, MB", "load meanwhile"]
    lines = []
    for row in rows:
        answered = row.of(shots)
        if not answered:
            lines.append([row.entry.label, NOT_RUN, *[None] * (len(columns) - 2)])
            continue
        alarms = figures.false_alarms(answered)
        seconds = [f"{np.median([getattr(a, name) for a in answered]):.2f}" for name in ("learn_s", "answer_s")]
        lines.append([row.title, ", ".join(row.folds), _mean(answered, "class mIoU"), _range(figures.over_images(answered)), _mean(answered, "FB-IoU"),
                      _mean(answered, "pooled IoU"), None if alarms is None else f"{alarms:.2f}", *seconds, round(row.peak_bytes / 2**20) or None, row.load])
    return {"title": f"{_of(shots)}: mean and 95 % interval over {protocol.drawing.draws} draws of the shots. A false alarm is a clean image on which anything is proposed", "columns": columns, "rows": lines}


def _by_class(rows: list[Row], pool: Pool, shots: int) -> dict:
    shown = [row for row in rows if row.answered]
    lines = []
    for fold, names in pool.folds.items():
        for name in names:
            cells = [_mean([a for a in row.of(shots) if a.class_name == name], "class mIoU") for row in shown]
            lines.append([fold, pool.sets.get(name, ""), name, *cells])
    return {"title": f"IoU of each class, {_of(shots)}", "columns": ["fold", "surface", "class", *(row.title for row in shown)], "rows": lines}


def _compared(rows: list[Row], protocol: Protocol, pool: Pool) -> dict | None:
    """Paired differences, over all classes and on each surface alone; of two that were trained, with the same seed."""
    lines, best = [], {}
    for row in rows:
        of_seeds = best.setdefault(row.entry.label, {})
        if row.answered and (row.seed not in of_seeds or row.way in (CHOSEN, SHIPS)):
            of_seeds[row.seed] = row
    for ours, theirs in protocol.compared:
        if not best.get(ours) or not best.get(theirs):
            continue
        seed = min(best[ours].keys() & best[theirs].keys(), default=None)
        mine, its = (list(best[label].values())[-1] if seed is None else best[label][seed] for label in (ours, theirs))
        folds = [f for f in mine.folds if f in its.folds]
        for where in ("all", *dict.fromkeys(pool.sets.values())):
            cells = []
            for shots in protocol.drawing.shots:
                sides = [_on(row.of(shots, folds), where, pool) for row in (mine, its)]
                found = figures.difference(*sides) if sides[0] else None
                cells += [None, None] if found is None else [f"{found.mean:+.3f} {_range(found.draws)}", _range(found.images)]
            if any(cells):
                lines.append([f"{ours} less {theirs}", ", ".join(folds), where, *cells])
    heads = [h for shots in protocol.drawing.shots for h in (f"{_of(shots)}, over draws", "over draws and images")]
    title = "Paired differences of the class mIoU on the same shots and queries (of trained engines, with the epoch that held-out base classes chose)"
    return {"title": title, "columns": ["difference", "folds", "surface", *heads], "rows": lines} if lines else None


def _on(answered: list[Answered], where: str, pool: Pool) -> list[Answered]:
    return answered if where == "all" else [replace(a, fold=where) for a in answered if pool.sets.get(a.class_name) == where]


def _trainings(protocol: Protocol, pool: Pool, state: Path) -> dict | None:
    """What each training took, what was searched, and the three ways of choosing its epoch."""
    lines = []
    for entry in protocol.entries:
        for seed in entry.seeds if entry.recipe else ():
            for fold in pool.folds:
                path = state / "training" / entry.label / f"{fold}-{seed}" / "trained.json"
                if not path.is_file():
                    lines.append([entry.label, fold, seed, NOT_RUN, *[None] * 6])
                    continue
                said = json.loads(path.read_text(encoding="utf-8"))
                looks = {look["epoch"]: look for look in said["looks"]}
                tried = "; ".join(f"{t['rate']}/{t['decay']}: {_trial(t)}" for t in said["tried"]) or "one rate"
                best = looks[said["epochs"][BEST_ON_TEST]]["test"]
                chosen = said["epochs"].get(CHOSEN)
                lines.append([entry.label, fold, seed, said["outcome"]["epochs"], round(said["outcome"]["seconds"] / 60, 1), f"{said['rate'][0]}/{said['rate'][1]}", tried,
                              said["epochs"][LAST], f"{chosen}: {looks[chosen]['held_out']:.3f}" if chosen else None, f"{said['epochs'][BEST_ON_TEST]}: " + ", ".join(f"{_of(int(k))} {v:.3f}" for k, v in best.items())
                              + (f" ({said['outcome']['stopped']})" if said["outcome"]["stopped"] else "")])
    columns = ["engine", "fold", "seed", "epochs", "minutes", "rate/decay", "tried on the first fold's held-out classes", "last", "chosen: class mIoU of the held-out classes", "best on test's first draw (only beside papers)"]
    return {"title": "Training on each fold's base classes, and the epochs", "columns": columns, "rows": lines} if lines else None


def _trial(said: dict) -> str:
    if said["stopped"]:
        return "diverged"
    return "did not diverge" if said["held_out"] is None else f"{said['held_out']:.3f}"


def _figures(row: Row, shots: Sequence[int]) -> dict:
    return {str(k): {"folds": row.folds, **{name: figures.per_draw(row.of(k), name).round(4).tolist() for name in figures.FIGURES if name != "false alarms"},
                     "false alarms": figures.false_alarms(row.of(k)), "classes": figures.class_ious(row.of(k))} for k in shots if row.of(k)}


def _settings(protocol: Protocol) -> dict:
    d = protocol.drawing
    held = {f: " and ".join(names) for f, names in protocol.held_out.items()}
    side = {"view of trained engines": f"{protocol.side} x {protocol.side} px"} if any(e.recipe for e in protocol.entries) else {}
    return {"draws": d.draws, "seed": d.seed, "supports": d.supports, "groups": d.half, "queries of a class": d.queries or "all", "clean images of a class": d.clean or "all",
            **side, **({"held out, by fold": "; ".join(f"{f}: {names}" for f, names in held.items())} if held else {})}


def _mean(answered: list[Answered], figure: str) -> str | None:
    if not answered:
        return None
    mean, low, high = figures.over_draws(figures.per_draw(answered, figure))
    return f"{mean:.3f} {_range((low, high))}"


def _range(interval: tuple[float, float]) -> str:
    return f"[{interval[0]:.3f}, {interval[1]:.3f}]"


def _of(shots: int) -> str:
    return f"{shots} shot{'s' if shots > 1 else ''}"
