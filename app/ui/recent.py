"""The projects that were open last, newest first, in a small file of the person's own settings folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from app import settings
from app.store import project_file

MOST = 8


def _file() -> Path:
    return settings.config_folder() / "recent.json"


def listed() -> list[Path]:
    """Folders that still hold a project; an unreadable list is an empty one."""
    try:
        given = json.loads(_file().read_text(encoding="utf-8"))
        folders = [Path(text) for text in given if isinstance(text, str)]
    except (OSError, ValueError, TypeError):
        return []
    return [folder for folder in folders if project_file.exists(folder)]


def note(folder: Path) -> None:
    """Puts a project first. Where the list cannot be written, nothing is lost but convenience."""
    folders = [str(folder), *(str(there) for there in listed() if there != folder)][:MOST]
    path = _file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(path.name + ".new")
        fresh.write_text(json.dumps(folders, ensure_ascii=False), encoding="utf-8")
        os.replace(fresh, path)
    except OSError:
        return
