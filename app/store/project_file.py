"""`project.json` in the project's folder: the format's version and, for a server, the SQLAlchemy URL.

The URL is kept exactly as it was given, a password in it included: leave the password out and use the server's own means
(~/.pgpass) where others can read the folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from app.errors import UserError

FORMAT = 1
DATABASE = "project.sqlite"


def exists(folder: Path) -> bool:
    """Whether the folder holds a project, be it a damaged one."""
    return (folder / "project.json").exists() or (folder / DATABASE).exists()


def read_url(folder: Path) -> str | None:
    """The URL in project.json, None for the file project.sqlite; UserError for a newer or unreadable project.json."""
    path = folder / "project.json"
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        format_, url = int(given["format"]), given.get("url")
        if url is not None and not isinstance(url, str):
            raise ValueError("its url is no text")
    except FileNotFoundError:
        return None  # lost: the database beside it is enough
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise UserError(f"{path} cannot be understood ({fault}).", f"If the project's database is {DATABASE} in the same folder, delete project.json.") from fault
    if format_ > FORMAT:
        raise newer(folder)
    return url or None


def write(folder: Path, url: str | None) -> None:
    fresh = folder / "project.json.new"
    fresh.write_text(json.dumps({"format": FORMAT, "url": url}, ensure_ascii=False), encoding="utf-8")
    os.replace(fresh, folder / "project.json")


def newer(folder: Path) -> UserError:
    return UserError(f"The project in {folder} was made by a newer version of the program.", "Nothing was changed. Install the newer version to open it.")
