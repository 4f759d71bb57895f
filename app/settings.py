"""What belongs to the person and not to a project: folders, name, device, launchers.

The environment variable DEFECTLOOP_HOME puts all of a person's folders under one folder (tests, portable use).
"""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path

import platformdirs

from app.errors import UserError

APP = "defectloop"
DEVICES = ("auto", "cpu", "cuda")
THEMES = ("dark", "light")
LANGUAGES = ("", "en", "zh_CN")
_CHECKOUT = Path(__file__).resolve().parents[1]


def _folder(kind: str) -> Path:
    home = os.environ.get("DEFECTLOOP_HOME")
    if home:
        return Path(home) / kind
    return Path(getattr(platformdirs, f"user_{kind}_dir")(APP, appauthor=False))


def config_folder() -> Path:
    return _folder("config")


def data_folder() -> Path:
    """Where the program keeps what it makes for this person outside of projects (the sample project, demonstrations)."""
    return _folder("data")


def cache_folder() -> Path:
    """What may be deleted at any time and is made again when needed."""
    return _folder("cache")


def log_folder() -> Path:
    return _folder("log")


def sample_folder() -> Path:
    """The images of the sample project, made on first use."""
    return data_folder() / "sample"


def projects_folder() -> Path:
    """Where a project goes that is made of a folder of images, unless the person says where."""
    home = os.environ.get("DEFECTLOOP_HOME")
    return Path(home) / "projects" if home else Path(platformdirs.user_documents_dir()) / "DefectLoop"


def resources_folder() -> Path:
    """What lies beside the code: weights, icons, translations, the set-up."""
    return _CHECKOUT / "resources"


def weights_folder() -> Path:
    """The weights that ship with the program."""
    return resources_folder() / "weights"


@dataclass(frozen=True)
class Settings:
    """A person's settings. name: "" means the name on this computer; features_folder: "" means the cache folder; theme: the
    window's, dark or light; language: the window's, "" means the system's; suggest: whether the window suggests regions while the
    person draws.

    features_gb bounds the feature cache (GB = 10**9 bytes). launchers: command lines of workers by name, with "{job}"
    for the job's folder, as lists of words.
    """

    name: str = ""
    device: str = "auto"
    theme: str = "dark"
    language: str = ""
    suggest: bool = True
    features_folder: str = ""
    features_gb: float = 5.0
    launchers: dict[str, list[str]] = field(default_factory=dict)


def settings_file() -> Path:
    return config_folder() / "settings.json"


def load() -> Settings:
    """The settings of settings.json, or the defaults where there is none; UserError where it cannot be understood."""
    path = settings_file()
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(given, dict):
            raise ValueError("it holds no settings")
        known = {f.name: given[f.name] for f in fields(Settings) if f.name in given}
        settings = Settings(**known)
        chosen = ((settings.device, DEVICES), (settings.theme, THEMES), (settings.language, LANGUAGES))
        if any(value not in allowed for value, allowed in chosen) or not isinstance(settings.name, str) or float(settings.features_gb) <= 0:
            raise ValueError("a value is out of its range")
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError, TypeError) as fault:
        raise UserError(f"The settings in {path} cannot be read ({fault}).", "Mend the file, or delete it to return to the defaults.") from fault
    return settings


def save(settings: Settings) -> None:
    path = settings_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps({f.name: getattr(settings, f.name) for f in fields(Settings)}, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(fresh, path)


def features_folder() -> Path:
    """Where the features of images are kept (core_models/inference/features.py)."""
    named = load().features_folder
    return Path(named) if named else cache_folder() / "features"


def user_name() -> str:
    """Who writes, unless the command says otherwise: the name in the settings, or the one on this computer."""
    named = load().name
    if named:
        return named
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such variable and no such user: containers, services
        return "unknown"
