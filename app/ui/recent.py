"""The projects that were open last, newest first, and the page that was in view of each, in small files of the person's own settings folder."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from app import settings
from app.store import project_file

MOST = 8
_PROJECTS, _PAGES = "recent.json", "pages.json"


def listed() -> list[Path]:
    """Folders that still hold a project; an unreadable list is an empty one."""
    return [folder for text in _read(_PROJECTS, list) if isinstance(text, str) and project_file.exists(folder := Path(text))]


def note(folder: Path) -> None:
    """Puts a project first. Where the list cannot be written, nothing is lost but convenience."""
    _write(_PROJECTS, [str(folder), *(str(there) for there in listed() if there != folder)][:MOST])


def page_of(folder: Path) -> str:
    """Id of the page that was in view when the project was closed last; "" where that is not known."""
    page = _read(_PAGES, dict).get(str(folder), "")
    return page if isinstance(page, str) else ""


def note_page(folder: Path, page: str) -> None:
    """Keeps which page is in view, for as many projects as are listed."""
    others = [(name, there) for name, there in _read(_PAGES, dict).items() if name != str(folder)]
    _write(_PAGES, dict([*others, (str(folder), page)][-MOST:]))


def _read(name: str, kind: type) -> Any:
    try:
        found = json.loads((settings.config_folder() / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return kind()
    return found if isinstance(found, kind) else kind()


def _write(name: str, value: Any) -> None:
    path = settings.config_folder() / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, path)
    except OSError:
        return
