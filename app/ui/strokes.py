"""What the hand draws becomes a change: the draft stays on the screen until it is written, and is never lost to a fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, Signal

from app.operations import drawing
from app.ui.context import Context
from app.ui.name_field import NameField
from app.ui.writer import Fault
from core_models.contract.mask import Mask


@dataclass(frozen=True)
class Stroke:
    image_id: int
    mask: Mask
    how: str


class Strokes(QObject):
    """Takes the finished gestures of the canvas. `settled`: no stroke waits any more, so that the draft may go."""

    settled = Signal()
    asked = Signal()  # the field was shown or went
    first_shot = Signal()  # a class has its first example
    kept = Signal(object, object)  # Fault and the Stroke that is still on the screen

    def __init__(self, context: Context, names: NameField, class_name: Callable[[int | None], str], parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._names, self._class_name = context, names, class_name
        self._waiting = 0
        self._newest: tuple[str, int] | None = None  # what the stroke before made; set in the writer's thread
        self.unnamed: Stroke | None = None
        names.named.connect(self._named)
        names.dropped.connect(self.drop)

    def take(self, mask: Mask, how: str, at: QPoint) -> None:
        """A gesture has ended on the open image; `at` is where the field is shown while there is no class."""
        context = self._context
        if context.image_id is None or not context.writing:
            self.settled.emit()
            return
        stroke = Stroke(context.image_id, mask, how)
        if context.class_id is None and how != "erase":
            if self.unnamed and self.unnamed.image_id == stroke.image_id and self.unnamed.how == how:
                stroke = Stroke(stroke.image_id, self.unnamed.mask | mask, how)  # drawn on before the name was given
            self.unnamed = stroke
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
        follows, selected, class_id = self._waiting > 0, self._context.focus, self._context.class_id
        self._waiting += 1

        def act(session) -> tuple[str, int] | None:
            # On a slow disk the stroke before is not answered yet; what it made is selected all the same.
            region = self._newest if follows else selected
            self._newest = drawing.stroke(session, stroke.image_id, class_id, stroke.mask, stroke.how, region)
            return self._newest

        self._context.do(
            act, title=title,
            done=lambda key: self._written(stroke, key), failed=lambda fault: self._failed(stroke, fault),
        )  # fmt: skip

    def _named(self, name: str) -> None:
        stroke, self.unnamed = self.unnamed, None
        if stroke is None:
            return
        self._waiting += 1
        self._context.do(
            drawing.first_stroke, stroke.image_id, name, stroke.mask, stroke.how, title=self.tr("Draw {name}").format(name=name),
            done=lambda answer: self._named_written(stroke, *answer), failed=lambda fault: self._failed(stroke, fault),
        )  # fmt: skip
        self.asked.emit()

    def _named_written(self, stroke: Stroke, key: tuple[str, int], class_id: int) -> None:
        self._context.select_class(class_id)
        self._written(stroke, key)
        if stroke.how == "add":
            self.first_shot.emit()

    def _written(self, stroke: Stroke, key: tuple[str, int] | None) -> None:
        self._settle()
        if self._context.image_id == stroke.image_id:
            self._context.set_focus(key)

    def _failed(self, stroke: Stroke, fault: Fault) -> None:
        self._waiting -= 1
        if stroke.how == "erase":  # there is nothing to keep of it
            self._context.failed.emit(Fault(fault.sentence, fault.hint))
            self._emit_settled()
        else:
            self.kept.emit(fault, stroke)

    def again(self, fault: Fault) -> None:
        """Writes once more what could not be written."""
        self._waiting += 1
        fault.again()

    def drop(self) -> None:
        """The draft is not wanted."""
        self.unnamed = None
        self._names.hide()
        self._emit_settled()
        self.asked.emit()

    def _settle(self) -> None:
        self._waiting -= 1
        self._emit_settled()

    def _emit_settled(self) -> None:
        if not self._waiting and self.unnamed is None:
            self.settled.emit()
