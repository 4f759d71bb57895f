"""Starts the window, on a project or on the start page."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer

from app.ui.main_window import MainWindow, application
from app.ui.writer import Fault

_log = logging.getLogger(__name__)


def report(window: MainWindow, kind: type[BaseException], fault: BaseException, trace) -> None:
    """A bug shows a sentence with details to copy, and the window stays usable; the log has all of it."""
    details = "".join(traceback.format_exception(kind, fault, trace))
    _log.error("%s", details)
    print(details, file=sys.stderr)
    sentence = QCoreApplication.translate("Writer", "Something went wrong inside the program ({kind}); what was done before is kept.")
    window.messages.warn(Fault(sentence.format(kind=kind.__name__), details=details))


def main(project: Path | None = None, *, sample: bool = False) -> int:
    """Runs the window until it is closed; the exit code. It opens `project`, or the sample project, which it makes the first time."""
    app = application()
    window = MainWindow()
    sys.excepthook = lambda kind, fault, trace: report(window, kind, fault, trace)
    window.show()
    if project is not None:
        # After the first paint: the window is there while the database is being opened.
        QTimer.singleShot(0, lambda: window.open_project(project))
    elif sample:
        QTimer.singleShot(0, window.filling.open_sample)
    return app.exec()
