"""What the report's charts show, made of the figures in a thread beside the window, since it grows with the project."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.exchange import report
from app.store import figures as reading
from app.store.figures import Figures
from app.store.queries import STATES
from app.ui.report.charts import Part

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Content:
    """The parts of each chart. sizes: of a class, by its id, the histogram of each unit; places: the versions under the quality's points."""

    images: int
    sentence: str
    progress: tuple[Part, ...]
    classes: tuple[tuple[int, str], ...]
    defects: tuple[Part, ...]
    sizes: dict[int, list[tuple[str, tuple[Part, ...]]]]
    alarms: tuple[Part, ...]
    quality: tuple[Part, ...]
    places: tuple[str, ...]


def read(session) -> Content:
    """The content as the project stands now; a read for context.read."""
    return content(reading.figures(session))


def content(figures: Figures) -> Content:
    quality, places = _quality(figures)
    return Content(
        len(figures.images), report.sentence(figures, translate), _progress(figures), tuple((id_, name) for id_, name, _ in figures.classes),
        _defects(figures), {id_: _sizes(figures, id_, name, colour) for id_, name, colour in figures.classes}, _alarms(figures), quality, places,
    )  # fmt: skip


def _progress(figures: Figures) -> tuple[Part, ...]:
    words, total = report.state_words(translate), len(figures.images) or 1
    parts = []
    for word in STATES:
        ids = figures.in_state(word)
        note = f"{len(ids)} {round(100 * len(ids) / total):\u2007>5} %"  # a figure space is as wide as a digit: the numbers stay in columns
        why = translate("Report", "Report: images that are {state}").format(state=words[word])
        parts.append(Part(words[word], len(ids), report.STATE_COLOURS[word], note, tuple(ids), why))
    return tuple(parts)


def _defects(figures: Figures) -> tuple[Part, ...]:
    parts = []
    for id_, name, colour in figures.classes:
        regions = figures.of_class(id_)
        ids = tuple(dict.fromkeys(r.image_id for r in regions))
        parts.append(Part(name, len(regions), colour, report.count_note(regions, translate), ids, translate("Report", "Report: images with {name}").format(name=name)))
    return tuple(parts)


def _sizes(figures: Figures, class_id: int, name: str, colour: str) -> list[tuple[str, tuple[Part, ...]]]:
    found = []
    for unit in figures.units(class_id):
        parts = []
        for one in reading.histogram(figures.of_class(class_id, unit)):
            why = translate("Report", "Report: images with {name} of {size}").format(name=name, size=report.bin_text(one))
            ids = tuple(dict.fromkeys(one.image_ids))
            parts.append(Part(report.number(one.low, unit), len(one.image_ids), colour, report.bin_text(one), ids, why))
        found.append((unit, tuple(parts)))
    return found


def _alarms(figures: Figures) -> tuple[Part, ...]:
    parts = []
    for one in figures.alarms[-report.MOST_VERSIONS :]:
        label = report.version_text(one.version_id, one.engine, translate)
        if one.alarmed:
            why = translate("Report", "Report: defect-free images on which version {number} proposed something").format(number=one.version_id)
        else:
            why = translate("Report", "Report: defect-free images that version {number} looked at").format(number=one.version_id)
        share = len(one.alarmed) / len(one.looked_at)
        parts.append(Part(label, share, report.ALARM_COLOUR, report.alarm_text(one, translate), one.alarmed or one.looked_at, why))
    return tuple(parts)


def _quality(figures: Figures) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    shown = figures.quality[-report.MOST_VERSIONS :]
    parts = []
    for line in report.quality_series(figures):
        why = translate("Report", "Report: check images of {name}").format(name=line.label)
        for place, (one, value) in enumerate(zip(shown, line.values, strict=True)):
            if value is not None:
                says = translate("Report", "version {number}, IoU {iou}, groups of check images: {groups}")
                note = says.format(number=one.version_id, iou=f"{value:.2f}", groups=one.groups[line.label])
                parts.append(Part(line.label, value, line.colour, note, figures.checks.get(line.label, ()), why, place))
    return tuple(parts), tuple(report.version_text(q.version_id, q.engine, translate) for q in shown)
