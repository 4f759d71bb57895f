"""The report as files: one HTML page that needs nothing else, and a CSV with a row for each image, the list of good and bad parts.

The texts go through `translate(context, text)`, which the window gives; without it they are English.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from statistics import median

from app.errors import UserError
from app.exchange import svg_charts
from app.exchange.svg_charts import Part, Series, escape
from app.store import figures as reading
from app.store.figures import BAD, GOOD, MM, UNDECIDED, Figures, ImageFigures, RegionFigures
from app.store.queries import STATES

Translate = Callable[[str, str], str]
STATE_COLOURS = {
    "new": "#a8a8a8", "prelabelled": "#4a8fd0", "annotated": "#8f7cc8", "needs_work": "#e0a030", "reviewed": "#2c8a5b", "defect_free": "#7cc79a",
}  # fmt: skip
ALARM_COLOUR = "#d55e00"
MOST_VERSIONS = 12  # of the charts over versions, the latest
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # a cell that begins so is computed by spreadsheets


def english(context: str, text: str) -> str:
    return text


def state_words(translate: Translate = english) -> dict[str, str]:
    """Each state of an image in words."""
    return {
        "new": translate("Report", "nothing said yet"),
        "prelabelled": translate("Report", "to review"),
        "annotated": translate("Report", "marked, not reviewed"),
        "needs_work": translate("Report", "needs work"),
        "reviewed": translate("Report", "reviewed, with defects"),
        "defect_free": translate("Report", "defect-free"),
    }


def decision_words(translate: Translate = english) -> dict[str, str]:
    return {GOOD: translate("Report", "good"), BAD: translate("Report", "bad"), UNDECIDED: translate("Report", "undecided")}


def local_time(at: str) -> str:
    """A time on record, in this computer's zone: 2026-11-21 15:45:06; "" stays."""
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def length(value: float, unit: str) -> str:
    """A size with its unit: whole pixels, mm with three significant digits at least."""
    return f"{number(value, unit)} {unit}"


def number(value: float, unit: str) -> str:
    return f"{value:.0f}" if unit != MM or value >= 100 else f"{value:.3g}"


def summary(figures: Figures) -> dict:
    """The figures as one JSON value. extent and area: [smallest, median, largest] in the unit and its square, by class and unit."""

    def spread(values: list[float]) -> list[float]:
        return [min(values), median(values), max(values)]

    classes = []
    for id_, name, _ in figures.classes:
        of = {unit: figures.of_class(id_, unit) for unit in figures.units(id_)}
        by_unit = [{"unit": u, "regions": len(r), "extent": spread([x.extent for x in r]), "area": spread([x.area for x in r])} for u, r in of.items()]
        every = figures.of_class(id_)
        classes.append({"name": name, "regions": len(every), "images": len({r.image_id for r in every}), "sizes": by_unit})
    return {
        "project": figures.project,
        "images": len(figures.images),
        "states": {word: len(figures.in_state(word)) for word in STATES},
        "decisions": {word: len(figures.decided(word)) for word in (GOOD, BAD, UNDECIDED)},
        "classes": classes,
        "false_alarms": [{"version": a.version_id, "engine": a.engine, "alarmed": len(a.alarmed), "images": len(a.looked_at)} for a in figures.alarms],
        "quality": [{"version": q.version_id, "engine": q.engine, "iou": q.iou, "groups": q.groups, "at": q.at} for q in figures.quality],
    }


# -- the list of parts -------------------------------------------------------------------------------------------------


def save_csv(figures: Figures, path: Path, translate: Translate = english) -> Iterator[int]:
    """Writes a row for each image, in UTF-8 with the mark by which spreadsheets know it; yields how many rows are ready.

    A cell of text that a spreadsheet would compute begins with an apostrophe. UserError where it cannot be written; what
    was there before stays then.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [
            translate("Report", "image"), translate("Report", "state"), translate("Report", "decision"), translate("Report", "defects"),
            translate("Report", "classes"), translate("Report", "largest size"), translate("Report", "unit"), translate("Report", "by"),
            translate("Report", "when"), translate("Report", "path"), translate("Report", "group"),
        ]
    )  # fmt: skip
    states, decisions, names = state_words(translate), decision_words(translate), {id_: name for id_, name, _ in figures.classes}
    for done, image in enumerate(figures.images, 1):
        writer.writerow(_row(image, states, decisions, names))
        if done % 1000 == 0:
            yield done
    _write(path, "\ufeff" + out.getvalue())
    yield len(figures.images)


def _row(image: ImageFigures, states: dict[str, str], decisions: dict[str, str], names: dict[int, str]) -> list[object]:
    classes = "; ".join(f"{names[k]}: {count}" for k, count in image.defects.items() if k in names)
    size = "" if image.extent is None else f"{image.extent:.3f}" if image.unit == MM else f"{image.extent:.0f}"
    return [
        safe(image.path.rpartition("/")[2]), states[image.state], decisions[image.decision], sum(image.defects.values()),
        safe(classes), size, image.unit, safe(image.by), local_time(image.at), safe(image.path), safe(image.group),
    ]  # fmt: skip


def safe(text: str) -> str:
    """A text as a cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


# -- the page ----------------------------------------------------------------------------------------------------------

_STYLE = """
body { font: 14px/1.45 "Segoe UI", "Noto Sans", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #1e1e1e; max-width: 820px; margin: 32px auto; padding: 0 24px; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 17px; margin: 32px 0 8px; } h3 { font-size: 14px; margin: 16px 0 4px; }
p.faint, td.faint { color: #636363; } p { margin: 4px 0 8px; } svg { width: 100%; height: auto; display: block; margin: 8px 0; }
table { border-collapse: collapse; margin: 8px 0; } th, td { text-align: left; padding: 3px 16px 3px 0; border-bottom: 1px solid #d0d0d0; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; } i.key { display: inline-block; width: 10px; height: 10px; margin-right: 8px; }
@media print { body { margin: 0; max-width: none; } section { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def save_html(figures: Figures, path: Path, translate: Translate = english) -> None:
    """Writes the page. UserError where it cannot be written; what was there before stays then."""
    _write(path, page(figures, translate))


def page(figures: Figures, translate: Translate = english) -> str:
    """The whole page as text, which is well-formed XML too."""
    title = translate("Report", "Inspection report: {project}").format(project=figures.project)
    facts = [(translate("Report", "Date"), local_time(figures.at)), (translate("Report", "Made by"), figures.by)]
    if figures.active:
        version = translate("Report", "version {number} ({engine})").format(number=figures.active[0], engine=figures.active[1])
        facts.append((translate("Report", "Proposals by"), version))
    head = " &#183; ".join(f"{escape(name)}: {escape(value)}" for name, value in facts)
    sections = (_progress(figures, translate), _classes(figures, translate), _alarms(figures, translate), _quality(figures, translate))
    return (
        f'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><meta charset="utf-8"/><title>{escape(title)}</title>'
        f'<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1><p class="faint">{head}</p>{"".join(sections)}</body></html>\n'
    )


def _section(title: str, *parts: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(parts)}</section>\n"


def _note(text: str) -> str:
    return f'<p class="faint">{escape(text)}</p>'


def _table(head: list[str], rows: list[list[object]], keys: list[str] | None = None) -> str:
    """A table whose first column is text and whose others are numbers; keys: a colour for each row."""

    def line(tag: str, cells: list[object], key: str = "") -> str:
        numbers = "".join(f'<{tag} class="n">{escape(cell)}</{tag}>' for cell in cells[1:])
        return f"<tr><{tag}>{key}{escape(cells[0])}</{tag}>{numbers}</tr>"

    marks = [f'<i class="key" style="background:{colour}"></i>' for colour in keys] if keys else [""] * len(rows)
    return f"<table>{line('th', head)}{''.join(line('td', row, mark) for row, mark in zip(rows, marks, strict=True))}</table>"


def _progress(figures: Figures, translate: Translate) -> str:
    title = translate("Report", "Progress")
    if not figures.images:
        return _section(title, _note(translate("Report", "There is no image in this project yet.")))
    words, total = state_words(translate), len(figures.images)
    parts = [Part(words[word], len(figures.in_state(word)), STATE_COLOURS[word]) for word in STATES]
    rows = [[p.label, int(p.value), f"{100 * p.value / total:.0f} %"] for p in parts]
    return _section(
        title, f"<p>{escape(sentence(figures, translate))}</p>", svg_charts.stacked(parts, title),
        _table([translate("Report", "state"), translate("Report", "images"), translate("Report", "share")], rows, [p.colour for p in parts]),
        _note(decision_note(translate)),
    )  # fmt: skip


def sentence(figures: Figures, translate: Translate = english) -> str:
    """How many images are good, bad and undecided."""
    counts = {word: len(figures.decided(word)) for word in (GOOD, BAD, UNDECIDED)}
    return translate("Report", "Images: {all}. Good: {good}, bad: {bad}, undecided: {undecided}.").format(all=len(figures.images), **counts)


def decision_note(translate: Translate = english) -> str:
    return translate(
        "Report", "Bad: a person marked a defect there. Good: a person called it free of every class. Undecided: neither, or somebody has to look at it again."
    )


def size_note(translate: Translate = english) -> str:
    return translate("Report", "The size of a region is the largest distance between two points of it; in mm where the image's scale is set, in pixels elsewhere.")


def _classes(figures: Figures, translate: Translate) -> str:
    title = translate("Report", "Defects")
    if not figures.classes:
        return _section(title, _note(translate("Report", "There is no class of defects yet.")))
    of = {id_: figures.of_class(id_) for id_, _, _ in figures.classes}
    rows = [Part(name, len(of[id_]), colour, count_note(of[id_], translate)) for id_, name, colour in figures.classes]
    head = [translate("Report", "class"), translate("Report", "regions"), translate("Report", "smallest"), translate("Report", "median"),
            translate("Report", "largest"), translate("Report", "area, median"), translate("Report", "area, sum")]  # fmt: skip
    table, charts = [], []
    for id_, name, colour in figures.classes:
        for unit in figures.units(id_):
            regions = figures.of_class(id_, unit)
            table.append([name, len(regions), *sizes(regions)])
            says = translate("Report", "{name}: regions by size").format(name=name)
            columns = [Part(number(b.low, unit), len(b.image_ids), colour, bin_text(b)) for b in reading.histogram(regions)]
            charts.append(f"<h3>{escape(says)}</h3>{svg_charts.columns(columns, says, unit)}")
    return _section(title, svg_charts.bars(rows, title), _table(head, table) if table else "", _note(size_note(translate)), *charts)


def count_note(regions: list[RegionFigures], translate: Translate) -> str:
    return translate("Report", "{regions} (images: {images})").format(regions=len(regions), images=len({r.image_id for r in regions}))


def bin_text(one: reading.Bin) -> str:
    return f"{number(one.low, one.unit)}-{length(one.high, one.unit)}"


def sizes(regions: list[RegionFigures]) -> list[str]:
    """Smallest, median and largest extent, median and sum of the areas, of regions of one unit."""
    unit, extents, areas = regions[0].unit, [r.extent for r in regions], [r.area for r in regions]
    return [*(length(v, unit) for v in (min(extents), median(extents), max(extents))), *(f"{number(v, unit)} {unit}²" for v in (median(areas), sum(areas)))]


def _alarms(figures: Figures, translate: Translate) -> str:
    title = translate("Report", "False alarms on defect-free images")
    if not figures.alarms:
        return _section(title, _note(translate("Report", "No version has looked at a defect-free image yet.")))
    shown = figures.alarms[-MOST_VERSIONS:]
    rows = [Part(version_text(a.version_id, a.engine, translate), len(a.alarmed) / len(a.looked_at), ALARM_COLOUR, alarm_text(a, translate)) for a in shown]
    return _section(title, svg_charts.bars(rows, title, 1.0), _note(alarm_note(translate)))


def alarm_text(one: reading.Alarms, translate: Translate = english) -> str:
    return translate("Report", "{alarms} of {images}").format(alarms=len(one.alarmed), images=len(one.looked_at))


def alarm_note(translate: Translate = english) -> str:
    return translate("Report", "Images that a person called defect-free and the version looked at, and on how many of them it proposed something.")


def version_text(version_id: int, engine: str, translate: Translate = english) -> str:
    return translate("Report", "{number}: {engine}").format(number=version_id, engine=engine)


def _quality(figures: Figures, translate: Translate) -> str:
    title = translate("Report", "Quality over versions")
    shown = figures.quality[-MOST_VERSIONS:]
    if not shown:
        return _section(title, _note(translate("Report", "No version has been measured on check images yet.")))
    series = quality_series(figures)
    head = [translate("Report", "version"), *(s.label for s in series), translate("Report", "measured")]
    rows = []
    for q in shown:
        figures_of = [f"{q.iou[s.label]:.2f} ({q.groups[s.label]})" if s.label in q.iou else "" for s in series]
        rows.append([version_text(q.version_id, q.engine, translate), *figures_of, local_time(q.at)])
    names = "".join(f'<span><i class="key" style="background:{s.colour}"></i>{escape(s.label)}&#160;&#160; </span>' for s in series)
    chart = svg_charts.lines(series, [str(q.version_id) for q in shown], title)
    brackets = translate("Report", "In brackets: on how many groups of check images that hold the class.")
    return _section(title, f"<p>{names}</p>", chart, _table(head, rows), _note(f"{quality_note(translate)} {brackets}"))


def quality_note(translate: Translate = english) -> str:
    return translate(
        "Report",
        "Overlap (IoU) with what a person marked before seeing any proposal, as it was last measured; what was measured at another time may "
        "be of other check images.",
    )


def quality_series(figures: Figures) -> list[Series]:
    """A line for each class that was measured, in the colours of the present classes."""
    shown = figures.quality[-MOST_VERSIONS:]
    colours = {name: colour for _, name, colour in figures.classes}
    names = [name for name in [*colours, *sorted({n for q in shown for n in q.iou} - set(colours))] if any(name in q.iou for q in shown)]
    return [Series(name, colours.get(name, "#a8a8a8"), tuple(q.iou.get(name) for q in shown)) for name in names]


def _write(path: Path, text: str) -> None:
    """The whole file or none, in place of the one that was there."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(text.encode("utf-8", "replace"))
        os.replace(part, path)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise UserError(f"The report could not be written to {path}: {fault.strerror or fault}.", "Make room there, or choose another folder.") from fault
