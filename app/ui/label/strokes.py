"""What the hand draws becomes a change: the draft stays on the screen until it is written, and is never lost to a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QTimer, Signal

from app.operations import drawing, suggesting
from app.ui.context import Context
from app.ui.label.name_field import NameField
from app.ui.label.suggestions import Suggestions
from app.ui.writer import Fault
from core_models.contract.mask import Mask

_RETRY_MS = 3000  # between two attempts to write what a full disk, say, did not take


@dataclass(frozen=True)
class Stroke:
    image_id: int
    mask: Mask
    how: str


class Strokes(QObject):
    """Takes the finished gestures of the canvas. unnamed: those that wait for the name of their class.

    settled: no stroke waits any more, so that the draft may go; asked: the field was shown or went; first_shot: a class has its
    first example; kept: why a stroke is not written, which stays on the screen; rescued: it is written after all.
    """

    settled = Signal()
    asked = Signal()
    first_shot = Signal()
    kept = Signal(object)  # Fault
    rescued = Signal()

    def __init__(self, context: Context, names: NameField, class_name: Callable[[int | None], str], suggestions: Suggestions, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._names, self._class_name, self._suggestions = context, names, class_name, suggestions
        self.outline: Callable[[tuple[str, int] | None], Mask | None] = lambda key: None  # of a proposal that the person has cut anew
        self._waiting = 0
        self._newest: tuple[str, int] | None = None  # what the stroke before made; set in the writer's thread
        self._unwritten: list[Fault] = []
        self._trying = False  # the unwritten are being tried again by themselves: their fault was said
        self.unnamed: list[Stroke] = []
        self._retry = QTimer(self, singleShot=True, interval=_RETRY_MS)
        self._retry.timeout.connect(self._try_quietly)
        names.named.connect(self._named)
        names.dropped.connect(self.drop_unnamed)

    @property
    def unwritten(self) -> int:
        """How many strokes could not be written yet."""
        return len(self._unwritten)

    def take(self, mask: Mask, how: str, at: QPoint) -> None:
        """A gesture has ended on the open image; `at` is where the field is shown while there is no class."""
        context = self._context
        if context.image_id is None or not context.writing:
            self.settled.emit()
            return
        stroke = Stroke(context.image_id, mask, how)
        if context.class_id is None and how != "erase":
            before = self.unnamed[-1] if self.unnamed else None
            if before and before.image_id == stroke.image_id and before.how == how:
                stroke = Stroke(stroke.image_id, before.mask | mask, how)  # drawn on before the name was given
                self.unnamed.pop()
            self.unnamed.append(stroke)
            self._names.ask(at)
            self.asked.emit()
        else:
            self._write(stroke)

    def _write(self, stroke: Stroke) -> None:
        name = self._class_name(self._context.class_id)
        title = {
            "add": self.tr("Draw {name}"),
            "erase": self.tr("Erase"),
            "ignore": self.tr("Ignore a region"),
        }[stroke.how].format(name=name)
        if self._take_over(stroke, title):
            return
        follows, selected, class_id = self._waiting > 0, self._context.focus, self._context.class_id
        outline = self.outline(selected)
        self._waiting += 1

        def act(session) -> tuple[str, int] | None:
            # On a slow disk the stroke before is not answered yet; what it made is selected all the same.
            region = self._newest if follows else selected
            self._newest = drawing.stroke(session, stroke.image_id, class_id, stroke.mask, stroke.how, _in_project(region), outline if region == selected else None)
            return self._newest

        self._context.do(
            act, title=title,
            done=lambda key: self._written(stroke, key), failed=lambda fault: self._failed(stroke, fault),
        )  # fmt: skip

    def _take_over(self, stroke: Stroke, title: str) -> bool:
        """A stroke on the suggestion in focus makes a mark of it, in one step; whether it is one."""
        key = self._context.focus
        found = self._suggestions.mask_of(key)
        if found is None or stroke.how == "ignore" or not found[0].intersection_area(stroke.mask):
            return False
        mask, class_id = found
        if stroke.how == "erase" and not (mask - stroke.mask).area:
            self._suggestions.drop(key)
            self._emit_settled()
            return True
        self._suggestions.take(key)
        self._waiting += 1

        def act(session) -> tuple[str, int] | None:
            self._newest = suggesting.take_over(session, stroke.image_id, class_id, mask, stroke.mask, stroke.how)
            return self._newest

        def done(made: tuple[str, int] | None) -> None:
            self._suggestions.taken(key, written=True)
            self._written(stroke, made)

        self._context.do(act, title=title, done=done, failed=lambda fault: self._failed(stroke, fault))
        return True

    def _named(self, name: str) -> None:
        strokes, self.unnamed = self.unnamed, []
        title = self.tr("Draw {name}").format(name=name)
        self._waiting += len(strokes)
        for stroke in strokes:
            self._context.do(
                drawing.first_stroke, stroke.image_id, name, stroke.mask, stroke.how, title=title,
                done=lambda answer, stroke=stroke: self._named_written(stroke, *answer),
                failed=lambda fault, stroke=stroke: self._failed(stroke, fault),
            )  # fmt: skip
        self.asked.emit()

    def _named_written(self, stroke: Stroke, key: tuple[str, int], class_id: int) -> None:
        self._context.select_class(class_id)
        self._written(stroke, key)
        if stroke.how == "add":
            self.first_shot.emit()

    def _written(self, stroke: Stroke, key: tuple[str, int] | None) -> None:
        self._waiting -= 1
        self._emit_settled()
        if self._context.image_id == stroke.image_id:
            self._context.set_focus(key)
        if self._trying and not self._waiting and not self._unwritten:
            self._trying = False
            self.rescued.emit()

    def _failed(self, stroke: Stroke, fault: Fault) -> None:
        self._waiting -= 1
        if stroke.how == "erase" and not fault.passing:  # there is nothing to keep of it
            self._context.failed.emit(Fault(fault.sentence, fault.hint))
            self._emit_settled()
            return
        self._unwritten.append(fault)
        if not self._trying:
            self.kept.emit(fault)
        if fault.passing:
            self._retry.start()

    def again(self) -> None:
        """Writes once more what could not be written, in its order."""
        self._trying = False
        self._try()

    def _try_quietly(self) -> None:
        self._trying = bool(self._unwritten)
        self._try()

    def _try(self) -> None:
        faults, self._unwritten = self._unwritten, []
        self._waiting += len(faults)
        for fault in faults:
            fault.again()

    def drop(self) -> None:
        """What could not be written is not wanted any more."""
        self._unwritten, self._trying = [], False
        self._retry.stop()
        self._emit_settled()

    def keep_unnamed(self) -> None:
        """The project is about to be closed: what waits for a name is kept under what is written so far, or a word for any defect."""
        if self.unnamed:
            self._names.hide()
            self._named(self._names.name or self.tr("defect"))

    def drop_unnamed(self) -> None:
        """What waits for a name is not wanted."""
        self.unnamed = []
        self._names.hide()
        self._emit_settled()
        self.asked.emit()

    def _emit_settled(self) -> None:
        if not self._waiting and not self._unwritten and not self.unnamed:
            self.settled.emit()


def _in_project(key: tuple[str, int] | None) -> tuple[str, int] | None:
    """The key of a region that the project knows; a suggestion is none."""
    return None if key and key[0] == "suggestion" else key
