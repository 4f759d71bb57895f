"""The look: neutral grey so that faint defects are judged without colour bias, one accent for the primary act."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from app import settings

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"
GRID_PX = 8
CJK_FALLBACK = ["Microsoft YaHei UI", "PingFang SC", "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei"]


@dataclass(frozen=True)
class Theme:
    """Colours as "#rrggbb". canvas: behind the image; base: fields and lists; panel: what surrounds them; line: what parts them."""

    name: str
    canvas: str
    base: str
    panel: str
    raised: str
    line: str
    text: str
    faint: str
    accent: str
    on_accent: str
    warn: str
    good: str
    heat_weak: str  # the heat map's one hue, from weak to strong
    heat_strong: str


DARK = Theme("dark", "#181818", "#1e1e1e", "#262626", "#333333", "#3a3a3a", "#dddddd", "#9a9a9a", "#3b82c4", "#ffffff", "#e0a030", "#5fae7a", "#70001e", "#ff4468")
LIGHT = Theme("light", "#c8c8c8", "#ffffff", "#f2f2f2", "#e4e4e4", "#d0d0d0", "#1e1e1e", "#636363", "#1f6fb2", "#ffffff", "#9a5b00", "#1f7a43", "#8c0a2c", "#f5305a")
_THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def current() -> Theme:
    """The theme that the application wears now."""
    app = QApplication.instance()
    return _THEMES.get(app.property("theme") if app else None, DARK)


def named(name: str) -> Theme:
    """The theme of that name, dark for any other."""
    return _THEMES.get(name, DARK)


def wear(app: QApplication, theme: Theme = DARK) -> None:
    """Gives the application a theme's palette, font and style sheet."""
    app.setProperty("theme", theme.name)
    app.setStyle("Fusion")
    font = QFont(app.font())
    # On Windows a Chinese text in a font without its signs would fall back to a serif face.
    font.setFamilies([*font.families(), *CJK_FALLBACK])
    app.setFont(font)
    palette = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, theme.panel), (QPalette.ColorRole.Base, theme.base), (QPalette.ColorRole.AlternateBase, theme.raised),
        (QPalette.ColorRole.Button, theme.raised), (QPalette.ColorRole.WindowText, theme.text), (QPalette.ColorRole.Text, theme.text),
        (QPalette.ColorRole.ButtonText, theme.text), (QPalette.ColorRole.ToolTipBase, theme.raised), (QPalette.ColorRole.ToolTipText, theme.text),
        (QPalette.ColorRole.PlaceholderText, theme.faint), (QPalette.ColorRole.Highlight, theme.accent),
        (QPalette.ColorRole.HighlightedText, theme.on_accent), (QPalette.ColorRole.Link, theme.accent),
    ):  # fmt: skip
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(_between(theme.panel, theme.text)))
    app.setPalette(palette)
    app.setStyleSheet(_sheet(theme))


def _between(a: str, b: str) -> QColor:
    first, second = QColor(a), QColor(b)
    return QColor(*((getattr(first, c)() * 6 + getattr(second, c)() * 4) // 10 for c in ("red", "green", "blue")))


def _drawn(name: str, colour: str) -> str:
    """Where an icon lies in a colour of the theme: a style sheet takes files only."""
    path = settings.cache_folder() / "icons" / f"{name}-{colour[1:]}.svg"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.write_text((ICONS / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour), encoding="utf-8")
            os.replace(fresh, path)
    except OSError:
        return (ICONS / f"{name}.svg").as_posix()  # in black, then
    return path.as_posix()


def _sheet(t: Theme) -> str:
    return _surfaces(t) + _buttons(t) + _fields(t)


def _surfaces(t: Theme) -> str:
    return f"""
    QToolTip {{ color: {t.text}; background: {t.raised}; border: 1px solid {t.line}; padding: 4px; }}
    QSplitter::handle {{ background: {t.line}; }}
    QSplitter::handle:horizontal {{ width: 1px; }}
    QSplitter::handle:vertical {{ height: 1px; }}
    QLabel[role="faint"] {{ color: {t.faint}; }}
    QLabel[role="undone"] {{ color: {t.faint}; text-decoration: line-through; }}
    QLabel[role="heading"] {{ color: {t.faint}; font-weight: 600; }}
    QLabel[role="title"] {{ font-size: 22px; font-weight: 600; }}
    QLabel[role="act"] {{ font-size: 14px; }}
    QFrame[role="line"] {{ background: {t.panel}; border-bottom: 1px solid {t.line}; }}
    QFrame[role="foot"] {{ background: {t.panel}; border-top: 1px solid {t.line}; }}
    QFrame[role="strip"] {{ background: {t.panel}; border-right: 1px solid {t.line}; }}
    QFrame[role="message"] {{ background: {t.raised}; border-left: 4px solid {t.accent}; }}
    QFrame[role="message"][kind="warn"] {{ border-left-color: {t.warn}; }}
    QFrame[role="row"] {{ background: transparent; border-bottom: 1px solid {t.line}; }}
    QFrame[role="card"] {{ background: {t.base}; border: 1px solid {t.line}; border-radius: 6px; }}
    QFrame[role="drop"] {{ border: 2px dashed {t.line}; border-radius: 8px; }}
    QFrame[role="drop"][over="true"] {{ border-color: {t.accent}; }}
    """


def _buttons(t: Theme) -> str:
    return f"""
    QPushButton {{ background: {t.raised}; border: 1px solid {t.line}; border-radius: 4px; padding: 5px 12px; }}
    QPushButton:hover {{ border-color: {t.faint}; }}
    QPushButton:pressed {{ background: {t.line}; }}
    QPushButton:focus {{ border-color: {t.accent}; }}
    QPushButton:disabled {{ color: {_between(t.panel, t.text).name()}; }}
    QPushButton[role="primary"] {{ background: {t.accent}; border-color: {t.accent}; color: {t.on_accent}; font-weight: 600; }}
    QPushButton[role="primary"]:disabled {{ background: {t.raised}; border-color: {t.line}; color: {_between(t.panel, t.text).name()}; }}
    QPushButton[role="flat"] {{ background: transparent; border: none; text-align: left; padding: 5px 8px; }}
    QPushButton[role="flat"]:hover {{ background: {t.raised}; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 4px; padding: 5px; background: transparent; }}
    QToolButton:hover {{ background: {t.raised}; }}
    QToolButton:checked {{ background: {t.raised}; border-color: {t.accent}; }}
    QToolButton[role="page"] {{ padding: 4px 14px; color: {t.faint}; border-radius: 0; border-bottom: 2px solid transparent; }}
    QToolButton[role="page"]:hover {{ color: {t.text}; }}
    QToolButton[role="page"]:checked {{ color: {t.text}; background: transparent; border-color: transparent; border-bottom-color: {t.accent}; }}
    """


def _fields(t: Theme) -> str:
    return f"""
    QLineEdit, QComboBox {{ background: {t.base}; border: 1px solid {t.line}; border-radius: 4px; padding: 4px 6px; min-height: 18px; }}
    QLineEdit:focus, QComboBox:focus {{ border-color: {t.accent}; }}
    QComboBox::drop-down {{ border: none; width: 22px; }}
    QComboBox::down-arrow {{ image: url("{_drawn("chevron-down", t.faint)}"); width: 14px; height: 14px; }}
    QCheckBox, QRadioButton {{ spacing: 8px; }}
    QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px; border: 1px solid {t.faint}; background: {t.base}; }}
    QCheckBox::indicator {{ border-radius: 3px; }}
    QRadioButton::indicator {{ border-radius: 8px; }}
    QCheckBox::indicator:focus, QRadioButton::indicator:focus, QCheckBox::indicator:checked, QRadioButton::indicator:checked {{ border-color: {t.accent}; }}
    QCheckBox::indicator:checked {{ background: {t.accent}; image: url("{_drawn("check", t.on_accent)}"); }}
    QRadioButton::indicator:checked {{ background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5, stop: 0.5 {t.accent}, stop: 0.6 {t.base}); }}
    QCheckBox:disabled, QRadioButton:disabled {{ color: {_between(t.panel, t.text).name()}; }}
    QComboBox QAbstractItemView {{ background: {t.base}; border: 1px solid {t.line}; selection-background-color: {t.accent}; }}
    QListWidget, QScrollArea {{ background: {t.panel}; border: none; outline: none; }}
    QProgressBar {{ background: {t.raised}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
    QSlider::groove:horizontal {{ height: 4px; background: {t.line}; border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {t.faint}; border-radius: 2px; }}
    QSlider::handle:horizontal {{ width: 12px; margin: -5px 0; border-radius: 6px; background: {t.text}; }}
    QScrollBar:vertical {{ background: {t.panel}; width: 10px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {t.line}; border-radius: 4px; min-height: 32px; margin: 1px; }}
    QScrollBar:horizontal {{ background: {t.panel}; height: 10px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {t.line}; border-radius: 4px; min-width: 32px; margin: 1px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
    """
