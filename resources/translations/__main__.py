"""`python -m resources.translations`: brings the language files in step with the sources and compiles them; says what is left to translate.

It takes every tr() of the window and of the report and the sentences from below the window (sentences.py) into defectloop_*.ts, which are then filled in with
Qt Linguist or an editor, and run through this once more. The English file holds only what differs from the source: plurals, and
sentences that name a command where the window has a button.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from resources.translations import sentences

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "zh_CN")
FACES = ("app/ui", "app/exchange")  # the report is made without a window, and is told how to translate
MESSAGE = re.compile(r"    <message.*?</message>\n", re.S)
_COMMAND = re.compile(r"defectloop|--\w|\bcommand\b|&quot;\$")
_EMPTY = re.compile(r"<context>\n    <name>\w+</name>\n</context>\n")
# A word that has to agree with the number: its forms are written by hand.
_VERB = re.compile(r"\b(is|are|was|were|has|have|holds?|waits?|needs?|it|them|their|they)\b")
_PLURAL = re.compile(r"\((s|es)\)")


def ts_file(language: str) -> Path:
    return FOLDER / f"defectloop_{language}.ts"


def merge(language: str, ts: Path) -> None:
    """Takes what is new in the sources into a .ts file, and what has gone out of it."""
    with tempfile.TemporaryDirectory() as folder:
        # lupdate reads the sentences from below the window as if they were marked for it.
        marked = Path(folder) / "marked.py"
        marked.write_text("".join(f'QT_TRANSLATE_NOOP("Sentence", {_quoted(text)})\n' for text in sentences.read_catalogue()), encoding="utf-8")
        files = sorted(path.relative_to(sentences.ROOT).as_posix() for folder in FACES for path in (sentences.ROOT / folder).rglob("*.py"))
        words = ["-no-obsolete", "-locations", "none", "-disable-heuristic", "sametext", "-disable-heuristic", "similartext", "-source-language", "en"]
        _run("lupdate", *files, str(marked), *words, "-target-language", language, "-ts", str(ts))
    if language == "en":
        kept = MESSAGE.sub(_english, ts.read_text(encoding="utf-8"))
        ts.write_text(_EMPTY.sub("", kept), encoding="utf-8", newline="\n")


def compile_(ts: Path, qm: Path) -> None:
    """Compiles a .ts file; what is not translated is shown in the words of the source."""
    _run("lrelease", "-silent", "-nounfinished", str(ts), "-qm", str(qm))


def unfinished(ts: Path) -> list[str]:
    """The source texts that a .ts file has no finished translation of."""
    blocks = MESSAGE.findall(ts.read_text(encoding="utf-8"))
    return [re.search(r"<source>(.*?)</source>", block, re.S)[1] for block in blocks if 'type="unfinished"' in block]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _english(found: re.Match) -> str:
    """A message of the English file: its plural forms where they follow from "(s)", nothing where the source says it already."""
    block = found[0]
    if "<numerusform>" not in block:
        return block if _COMMAND.search(block) else ""
    source = re.search(r"<source>(.*?)</source>", block, re.S)[1]
    if 'type="unfinished"' not in block or not _PLURAL.search(source) or _VERB.search(source):
        return block
    forms = [_PLURAL.sub("", source), _PLURAL.sub(r"\1", source)]
    filled = "".join(f"            <numerusform>{form}</numerusform>\n" for form in forms)
    return re.sub(r"<translation type=\"unfinished\">.*?</translation>", lambda _: f"<translation>\n{filled}        </translation>", block, flags=re.S)


def _run(tool: str, *words: str) -> None:
    """Runs a tool of Qt Linguist that PySide6 brings."""
    command = [sys.executable, "-c", f"from PySide6.scripts.pyside_tool import {tool}; {tool}()", *words]
    done = subprocess.run(command, cwd=sentences.ROOT, capture_output=True, text=True, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"{tool} failed: {done.stdout}{done.stderr}")


def main() -> int:
    sentences.write_catalogue()
    left = 0
    for language in LANGUAGES:
        ts = ts_file(language)
        merge(language, ts)
        compile_(ts, ts.with_suffix(".qm"))
        for text in unfinished(ts):
            print(f"{ts.name}: {text}")
            left += 1
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
