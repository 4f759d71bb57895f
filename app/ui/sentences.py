"""Says sentences from below the window in the person's language: errors, hints and what jobs report are English there, without Qt.

They are matched, one by one, against the templates that were found in the sources (resources/translations/sentences.py), when they are
shown; one that is in none of them is shown as it is. What is kept in a project's database is thereby read in any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.ui.translation import FOLDER

# What systems say of files, in English on Linux: it comes at the end of a sentence of ours.
_SYSTEM = (
    QT_TRANSLATE_NOOP("Sentence", "No such file or directory"),
    QT_TRANSLATE_NOOP("Sentence", "Permission denied"),
    QT_TRANSLATE_NOOP("Sentence", "Is a directory"),
    QT_TRANSLATE_NOOP("Sentence", "Not a directory"),
    QT_TRANSLATE_NOOP("Sentence", "No space left on device"),
    QT_TRANSLATE_NOOP("Sentence", "Read-only file system"),
    QT_TRANSLATE_NOOP("Sentence", "Input/output error"),
    QT_TRANSLATE_NOOP("Sentence", "File name too long"),
)
_ENDS = re.compile(r"(?<=[.!?]) (?=[A-Z`\"“])|(?<=[\u3002\uff01\uff1f]) +(?=\S)")
_PART = re.compile(r"\{\d+\}")
_CJK_END = re.compile(r"[\u3002\uff01\uff1f]$")
_MOST_JOINED = 4  # a file's name may hold what looks like the end of a sentence


class _Template:
    def __init__(self, text: str) -> None:
        self.text = text
        plain = text.replace("{{", "{").replace("}}", "}")
        self._literals = _PART.split(plain)
        self.letters = sum(map(len, self._literals))
        # A phrase is no template of a sentence, but one to whose end a sentence is put may be.
        self._ends_open = text.endswith((".", ")", "]")) or re.search(r": \{\d+\}$", text) is not None

    def may_fit(self, text: str) -> bool:
        if text.endswith(".") and not self._ends_open:
            return False
        return text.startswith(self._literals[0]) and text.endswith(self._literals[-1]) and all(part in text for part in self._literals)

    @cached_property
    def pattern(self) -> re.Pattern:
        return re.compile("(.*?)".join(map(re.escape, self._literals)), re.S)


@lru_cache(maxsize=1)
def _templates() -> list[_Template]:
    """The most telling ones first."""
    lines = (FOLDER / "sentences.txt").read_text(encoding="utf-8").splitlines()
    return sorted(map(_Template, [*lines, *_SYSTEM]), key=lambda template: -template.letters)


def shown(text: str) -> str:
    """A text from below the window, of one or more sentences, as it is to be shown."""
    parts, said = _ENDS.split(text), []
    while parts:
        # The shortest run of parts that is a sentence of ours; what is none stays.
        for count in range(1, min(len(parts), _MOST_JOINED) + 1):
            if (one := _said(" ".join(parts[:count]))) is not None:
                break
        else:
            count, one = 1, parts[0]
        said.append(one)
        del parts[:count]
    return joined(said) if len(said) > 1 else "".join(said)


def joined(sentences: Iterable[str]) -> str:
    """Sentences as one text: with blanks between them, but after a Chinese full stop, which brings its own."""
    return "".join(one if _CJK_END.search(one) else f"{one} " for one in sentences if one).rstrip(" ")


def _said(text: str) -> str | None:
    for template in _templates():
        if template.may_fit(text) and (found := template.pattern.fullmatch(text)):
            parts = [shown(part) if " " in part else part for part in found.groups()]
            return QCoreApplication.translate("Sentence", template.text).format(*parts)
    where, colon, fault = text.partition(": ")
    if colon and (said := _said(fault)) is not None:
        # Between where something is wrong and what is wrong there.
        return shown(where) + QCoreApplication.translate("Sentence", ": ") + said
    return None
