"""The command line: the same operations and jobs as the window, for scripts and for machines without a display.

Exit codes: 0 done, 1 a plain sentence on stderr on what the user can mend, 2 wrong usage. Never a traceback.
"""

from __future__ import annotations

import importlib
import sys
import traceback

import typer

from app.errors import UserError

# Which file holds which commands: only that one is loaded, since a command like `status` is to answer within a second.
_PLACES = {
    "labels": ("import", "shots", "review", "export", "evaluate"),
    "models": ("prelabel", "finetune", "models", "jobs"),
    "demo": ("demo", "doctor"),
    "window": ("gui",),
    "report": ("report",),
    "benchmark": ("benchmark",),
    "project": ("new", "add", "remove", "locate", "classes", "status", "history", "undo", "redo", "backup", "restore"),
}

# Options that take several values at once (`shots --add A B`), which the parser knows only one by one (`--add A --add B`).
_SEVERAL = {"shots": ("--add", "--drop")}


def spread(words: list[str]) -> list[str]:
    """The same command line with each value of a several-valued option after its own option."""
    several = _SEVERAL.get(words[0], ()) if words else ()
    out: list[str] = []
    option = ""
    for word in words:
        if option and not word.startswith("-") and out[-1] != option:
            out.append(option)
        elif word.startswith("-"):
            option = word if word in several else ""
        out.append(word)
    return out


def run(words: list[str]) -> int:
    """Runs one command line (without the program's name); the exit code."""
    from app.cli.common import app

    wanted = [place for place, commands in _PLACES.items() if words and words[0] in commands]
    for place in wanted or _PLACES:
        importlib.import_module(f"app.cli.{place}")
    try:
        code = app(args=spread(words), prog_name="defectloop", standalone_mode=False)
    except UserError as fault:
        return _ends(1, str(fault))
    except typer.TyperException as fault:  # wrong usage: what is wrong, and how the command is used
        fault.show()
        return fault.exit_code
    except typer.Exit as ending:
        return ending.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return _ends(1, "Stopped.")
    except BrokenPipeError:  # whoever read our output has seen enough
        sys.stderr.close()
        return 1
    except MemoryError:
        return _ends(1, "The computer's memory is full. Close other programs, or work on fewer or smaller images at a time.")
    except OSError as fault:
        where = f" ({fault.filename})" if fault.filename else ""
        return _ends(1, f"{fault.strerror or fault}{where}. Check the disk's space and your rights there, then try again.")
    except Exception as fault:  # a bug: the details go to a file, the user gets a sentence
        return _ends(1, _report(fault, words))
    return code if isinstance(code, int) else 0


def _ends(code: int, sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return code


def _report(fault: Exception, words: list[str]) -> str:
    from app import settings

    try:
        log = settings.log_folder() / "errors.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        with open(log, "a", encoding="utf-8") as f:
            f.write(f"defectloop {' '.join(words)}\n{''.join(traceback.format_exception(fault))}\n")
        return f"Something went wrong inside the program ({type(fault).__name__}); what was done before is kept. The details are in {log}."
    except OSError:
        return f"Something went wrong inside the program ({type(fault).__name__}: {fault}); what was done before is kept."


def main() -> None:
    """The console command `defectloop`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path with signs that the terminal's code page lacks must not end the program
            stream.reconfigure(errors="replace")
    sys.exit(run(sys.argv[1:]))
