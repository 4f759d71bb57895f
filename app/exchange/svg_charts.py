"""The report's charts as SVG text for a page that is printed or opened without a network: no script, no style sheet, no other file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape as _escape
from xml.sax.saxutils import quoteattr

WIDTH = 720  # of every chart, in user units; it scales with the page
_INK, _FAINT, _LINE = "#1e1e1e", "#636363", "#d0d0d0"
_LABEL, _RIGHT, _BAR = 200, 120, 24


class Part(NamedTuple):
    """One bar, or one part of a stacked bar; note: what stands beside it."""

    label: str
    value: float
    colour: str
    note: str = ""


class Series(NamedTuple):
    """A line: values by the place on the x axis, None where there is none."""

    label: str
    colour: str
    values: tuple[float | None, ...]


def plain(text: object) -> str:
    """A text without the control signs that XML does not allow."""
    return "".join(sign if sign in "\t\n" or (ord(sign) >= 32 and ord(sign) not in (0xFFFE, 0xFFFF)) else "�" for sign in str(text))


def escape(text: object) -> str:
    return _escape(plain(text))


def stacked(parts: Sequence[Part], title: str) -> str:
    """One bar of the whole width, with the parts that are not empty in their order."""
    total, x, inside = sum(p.value for p in parts), 0.0, []
    for p in parts:
        if p.value:
            width = WIDTH * p.value / total
            inside.append(_rect(x, 0, width, 32, p.colour, f"{p.label}: {p.note or p.value}"))
            x += width
    return _svg(32, title, inside)


def bars(rows: Sequence[Part], title: str, top: float = 0.0) -> str:
    """A line for each: label, bar, note. top: the value at the full width, 0 for the largest there is."""
    top = top or max((p.value for p in rows), default=0) or 1
    inside = []
    for k, p in enumerate(rows):
        y = k * _BAR
        inside.append(_text(0, y + 16, _short(p.label, 30)))
        inside.append(_rect(_LABEL, y + 4, max(0.0, (WIDTH - _LABEL - _RIGHT) * min(p.value / top, 1)), _BAR - 8, p.colour, f"{p.label}: {p.note or p.value}"))
        inside.append(_text(WIDTH, y + 16, p.note or str(p.value), end=True, colour=_FAINT))
    return _svg(max(1, len(rows)) * _BAR, title, inside)


def columns(parts: Sequence[Part], title: str, unit: str) -> str:
    """A histogram: labels are the lower ends of the bins, the axis has the unit at its end; counts stand above."""
    height, foot = 140, 24
    top = max((p.value for p in parts), default=0) or 1
    step = (WIDTH - 40) / max(1, len(parts))
    inside = [f'<line x1="0" y1="{height}" x2="{WIDTH}" y2="{height}" stroke="{_LINE}"/>']
    for k, p in enumerate(parts):
        tall = (height - 20) * p.value / top
        inside.append(_rect(k * step + 2, height - tall, step - 4, tall, p.colour, f"{p.note}: {p.value:g}"))
        if p.value:
            inside.append(_text(k * step + step / 2, height - tall - 5, f"{p.value:g}", colour=_FAINT, middle=True))
        inside.append(_text(k * step + 2, height + 16, p.label, colour=_FAINT))
    inside.append(_text(WIDTH, height + 16, unit, colour=_FAINT, end=True))
    return _svg(height + foot, title, inside)


def lines(series: Sequence[Series], places: Sequence[str], title: str) -> str:
    """Lines between 0 and 1 over named places; a point stands for each value."""
    height, left = 180, 40
    step = (WIDTH - left - 60) / max(1, len(places) - 1)

    def point(k: int, value: float) -> tuple[float, float]:
        return left + 20 + k * step, height - 10 - value * (height - 20)

    inside = []
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = point(0, mark)[1]
        inside.append(f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH}" y2="{y:.1f}" stroke="{_LINE}"/>')
        inside.append(_text(0, y + 4, f"{mark:.2f}", colour=_FAINT))
    for one in series:
        points = [(*point(k, v), places[k], v) for k, v in enumerate(one.values) if v is not None]
        track = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
        inside.append(f'<polyline points="{track}" fill="none" stroke="{one.colour}" stroke-width="2"/>')
        inside += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{one.colour}">{_tip(f"{one.label}, {p}: {v:.2f}")}</circle>' for x, y, p, v in points]
    inside += [_text(point(k, 0)[0], height + 14, _short(p, 16), colour=_FAINT, middle=True) for k, p in enumerate(places)]
    return _svg(height + 24, title, inside)


def _svg(height: float, title: str, inside: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label={quoteattr(plain(title))}'
    return f'{head} font-family="sans-serif" font-size="12">{"".join(inside)}</svg>'


def _rect(x: float, y: float, width: float, height: float, colour: str, tip: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}">{_tip(tip)}</rect>'


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>"


def _text(x: float, y: float, text: str, *, end: bool = False, middle: bool = False, colour: str = _INK) -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}"{anchor}>{escape(text)}</text>'


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
