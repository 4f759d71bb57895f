"""Labels leave the project and come into it: the two questions that are asked, the work beside the window, and a sentence at its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from app.exchange import formats
from app.exchange.formats import ExportOptions, Step
from app.exchange.incoming import Incoming
from app.ui.context import Context
from app.ui.message_bar import MessageBar
from app.ui.transfer_dialogs import ExportDialog, ImportDialog
from app.ui.writer import Fault
from app.workspace import Workspace

_SAY_EVERY_S = 0.1


@dataclass(frozen=True)
class Going:
    """One export as it was asked for."""

    format: str
    out: Path
    options: ExportOptions


@dataclass(frozen=True)
class Coming:
    """One import as it was asked for."""

    format: str
    path: Path
    as_shots: bool


def _export(workspace: Workspace, going: Going) -> Generator[Step, None, dict]:
    """Writes the data set; its summary."""
    summary: dict = {}
    with workspace.read() as session:
        for step in formats.export(session, workspace.folder, going.format, going.out, going.options):
            summary = step.summary
            yield step
    return summary


def _read(workspace: Workspace, coming: Coming) -> Generator[None, None, Incoming]:
    yield
    return formats.read(workspace, coming.format, coming.path)


class Transfers(QObject):
    """One export or import at a time, for the open project."""

    def __init__(self, context: Context, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._messages, self._window = context, messages, window
        self._task = None
        self._say_again_at = 0.0

    def ask_export(self) -> None:
        """Asks what is to leave and where to; the export begins when that is answered."""
        dialog = ExportDialog(self._context.folder, self._window)
        dialog.accepted.connect(lambda: self.export(Going(dialog.format(), dialog.path(), dialog.options())))
        dialog.open()

    def ask_import(self) -> None:
        """Asks for labels on the disk; they are read and checked whole before anything is changed."""
        dialog = ImportDialog(self._window)
        dialog.accepted.connect(lambda: self.import_(Coming(dialog.format(), dialog.path(), dialog.as_shots.isChecked())))
        dialog.open()

    def export(self, going: Going) -> None:
        """Writes a data set in the background; what was written before it is stopped goes again."""
        self._run(_export(self._context.workspace, going), partial(self._exported, going), partial(self.export, going), self.tr("Exporting"))

    def import_(self, coming: Coming) -> None:
        """Reads labels in the background, then takes them in as one change."""
        self._run(_read(self._context.workspace, coming), partial(self._take_in, coming), partial(self.import_, coming), self.tr("Reading labels"))

    def _run(self, work: Generator, done: Callable, again: Callable[[], None], text: str) -> None:
        if self._task:
            self._messages.say(self.tr("Another export or import is still at work."))
            return
        stop = [(self.tr("Stop"), self._stop)]
        self._messages.say(text, stop)

        def stepped(step: Step | None) -> None:
            # Small images come by the hundred a second, and the bar is laid out anew each time.
            if step and time.monotonic() > self._say_again_at:
                self._say_again_at = time.monotonic() + _SAY_EVERY_S
                self._messages.say(self.tr("{what}: {done} of {total} images").format(what=text, done=step.done, total=step.total), stop)

        self._task = self._context.run(work, done, stepped, failed=lambda fault: self._messages.warn(fault, [(self.tr("Try again"), again)]))
        self._task.ended.connect(self._ended)

    def _stop(self) -> None:
        if self._task:
            self._task.stop()
            self._messages.say(self.tr("Stopped; nothing was left behind."))

    def _ended(self) -> None:
        self._task = None

    def _exported(self, going: Going, summary: dict) -> None:
        out = going.out
        said = self.tr("{regions} regions on {images} images were written to {folder}.").format(regions=summary["regions"], images=summary["images"], folder=out)
        if summary["left_out"]:
            said += " " + self.tr("%n image(s) were left out because nobody called them complete.", "", summary["left_out"])
        notes = summary["notes"]
        self._messages.say(" ".join([said, *notes]), [(self.tr("Open the folder"), lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(out))))])

    def _take_in(self, coming: Coming, incoming: Incoming) -> None:
        title = self.tr("Import {name}").format(name=coming.path.name)
        self._context.do(formats.apply, incoming, as_shots=coming.as_shots, title=title, done=self._taken_in, failed=self._refused)

    def _taken_in(self, value: dict) -> None:
        said = self.tr("{regions} regions on {images} images were taken in, {new} of them new.")
        self._messages.say(" ".join([said.format(regions=value["regions"], images=value["images"], new=value["new_images"]), *value.get("notes", [])]))

    def _refused(self, fault: Fault) -> None:
        self._messages.warn(Fault(fault.sentence, fault.hint, details=fault.details))
