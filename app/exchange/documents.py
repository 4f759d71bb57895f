"""Reads what others wrote: JSON whose every field is checked, and paths that never leave their folder."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

from app.errors import UserError
from app.exchange.incoming import COMPLETE, NEEDS_WORK, Statement

_MOST_DECIMALS = 18
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAMES = {dict: "a table", list: "a list", str: "a text", int: "a whole number"}


def refusal(sentence: str, hint: str = "") -> UserError:
    """The error for labels that cannot be taken: what is wrong, a way out where there is one, and that nothing was changed."""
    numbered = re.match(r"(image|annotation|shape) \d", sentence)
    return UserError(sentence[0].upper() + sentence[1:] if numbered else sentence, f"{hint} Nothing was changed.".strip())


def load(path: Path) -> Any:
    """The JSON value of a file. UserError where it cannot be read or is no JSON."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as fault:
        raise refusal(f"{path.name} cannot be opened: {fault.strerror or fault}.") from fault
    except UnicodeDecodeError as fault:
        raise refusal(f"{path.name} is no label file: it is not written in UTF-8.") from fault
    try:
        return json.loads(text, parse_int=_whole, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise refusal(f"{path.name} is no label file: it is not written in JSON, or it is damaged.") from fault


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DECIMALS:
        raise ValueError("a number beyond all sizes")
    return int(digits)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")


def expect(value: Any, kind: type, where: str) -> Any:
    """`value`, if it is of that kind (a bool is no whole number); UserError otherwise."""
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise refusal(f"{where} is not {_NAMES[kind]}.")
    return value


def field(table: dict, key: str, kind: type, where: str, default: Any = None) -> Any:
    """table[key], checked; `default` (unless None) where the key is missing or null."""
    value = table.get(key)
    if value is None:
        if default is not None:
            return default
        raise refusal(f"{where} has no “{key}”.")
    return expect(value, kind, f"“{key}” of {where}")


def class_name(value: Any, where: str) -> str:
    """A class's name: a text of 1 to 200 signs that is not only spaces."""
    name = expect(value, str, f"A class name in {where}").strip()
    if not 0 < len(name) <= 200:
        raise refusal(f"A class in {where} has no name, or one of more than 200 signs.")
    return name


def colour(value: Any) -> str | None:
    """"#rrggbb" of a text of that form or of three numbers 0..255; None of anything else."""
    if isinstance(value, str) and _COLOUR.fullmatch(value):
        return value.lower()
    if isinstance(value, list) and len(value) == 3 and all(isinstance(v, int) and 0 <= v <= 255 for v in value):
        return "#{:02x}{:02x}{:02x}".format(*value)
    return None


def relative_path(value: Any, where: str) -> str:
    """A path as a label file may name it: relative, with "/", never "..", as "a/b.png". UserError for all else."""
    text = expect(value, str, f"The image path of {where}")
    path = PurePosixPath(text)
    outside = path.is_absolute() or ".." in path.parts or "\\" in text or "\0" in text or re.match(r"[A-Za-z]:", text)
    if outside:
        raise refusal(
            f"{where} names the image “{_short(text)}”, which may lead out of the folder of the labels.",
            "Image paths must be relative, with “/” between their parts and without “..”.",
        )
    if not path.parts:
        raise refusal(f"{where} names no image.")
    return path.as_posix()


def inside(file: Path, folder: Path, where: str) -> Path | None:
    """`file` if it exists; UserError where a link leads it out of `folder`; None where there is no file."""
    try:
        real = file.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        return None
    if not real.is_file():
        return None
    if not real.is_relative_to(folder.resolve()):
        raise refusal(f"{where} names “{_short(file.name)}”, a link that leads out of the folder of the labels.")
    return file


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."


def sha256(value: Any, where: str) -> str:
    """A sha256 key: 64 hexadecimal digits; "" where there is none."""
    if value is None:
        return ""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise refusal(f"The “sha256” of {where} is no SHA-256 in hexadecimal.")
    return value.lower()


def statements(value: object, where: str) -> dict[str, Statement]:
    """{class name: statement} of a `review_state` key; nothing where there is none."""
    if value is None:
        return {}
    where, found = f"“review_state” of {where}", {}
    for name, said in field(expect(value, dict, where), "classes", dict, where, default={}).items():
        said = expect(said, dict, where)
        if said.get("state") not in (COMPLETE, NEEDS_WORK):
            raise refusal(f"{where} has a state that is neither “complete” nor “needs_work”.")
        found[class_name(name, where)] = Statement(said["state"], said.get("blind") is not False, field(said, "comment", str, where, default=""))
    return found
