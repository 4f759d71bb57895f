"""Which engine to train, with one sentence on what each is for: the worker says which there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from app.jobs import launchers
from app.ui import background
from app.ui.context import Context
from app.ui.writer import Fault

# The bundled engines' own sentences, for whoever translates them; an engine that is not among them is shown in its own words.
_SENTENCES = (
    QT_TRANSLATE_NOOP("Engines", "For a first rough look: compares every place with the marked ones, and answers at once."),
    QT_TRANSLATE_NOOP("Engines", "For the start: fits small networks to your one to five shots in seconds."),
    QT_TRANSLATE_NOOP("Engines", "For going on: was trained beforehand, matches what the shots have in common, and learns on from your own labels."),
    QT_TRANSLATE_NOOP("Engines", "For going on at a finer grain: was trained beforehand like strip_steel, looks twice as closely, takes longer, and learns on from your own labels."),
    QT_TRANSLATE_NOOP("Engines", "For going on: compares every place with the shots in many ways at once, and learns on from your own labels."),
)


@dataclass(frozen=True)
class Engine:
    """trained: it can be fine-tuned, None while the worker has not said so; summary: what it is for, in a sentence."""

    name: str
    summary: str = ""
    trained: bool | None = None


class EngineChoice(QWidget):
    """`chosen`: the person chose another one, or what is known of the chosen one is another. by_hand: the person chose it.
    failed: the worker did not answer; each engine may be tried then, for its own answer."""

    chosen = Signal()
    _known: list[Engine] = []  # the worker is asked once: it takes seconds to start

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asking = False
        self.by_hand = False
        self.failed = False
        self._names: list[str] = []
        self._first = ""
        self.box = QComboBox(self, focusPolicy=Qt.FocusPolicy.TabFocus, toolTip=self.tr("The engine that is trained"))
        self.sentence = QLabel(self, wordWrap=True)
        self.sentence.setProperty("role", "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.box)
        column.addWidget(self.sentence)
        self.box.activated.connect(self._picked)
        self._fill()

    @property
    def engine(self) -> Engine | None:
        return self.box.currentData()

    def ask(self) -> None:
        """Asks the worker which engines there are, once."""
        if not self._known and not self._asking:
            self._asking = True
            self._context.run(background.call(launchers.describe), self._answered, failed=self._failed)

    def set_versions(self, engines: Sequence[str], first: str) -> None:
        """The engines of the project's versions, which are those that are offered; `first`: what a fine-tune goes on with (models.to_train)."""
        self._first = first
        if list(engines) != self._names:
            self._names = list(engines)
            self._fill()
        elif not self.by_hand:
            self._choose_default()

    def _answered(self, described: list[dict]) -> None:
        self._asking = self.failed = False
        type(self)._known = [Engine(e["name"], e["summary"], e["trained"]) for e in described if e["kind"] == "segment"]
        self._fill()

    def _failed(self, fault: Fault) -> None:
        self._asking = False
        self.failed = True
        self._fill()
        self.sentence.setText(self.tr("The engines could not be asked what they are for: {reason}").format(reason=fault.sentence))

    def _fill(self) -> None:
        before, told = self.box.currentText(), {engine.name: engine for engine in self._known}
        self.box.clear()
        for name in self._names:
            self.box.addItem(name, told.get(name) or Engine(name, trained=True if self.failed else None))
        if self.by_hand and self.box.findText(before) >= 0:
            self.box.setCurrentText(before)
            self._tell()
        else:
            self._choose_default()

    def _choose_default(self) -> None:
        """The engine that a fine-tune goes on with, else any that can be trained."""
        trained = [e.name for k in range(self.box.count()) if (e := self.box.itemData(k)).trained]
        if trained:
            self.box.setCurrentText(self._first if self._first in trained else trained[0])
        self._tell()

    def _picked(self) -> None:
        self.by_hand = True
        self._tell()

    def _tell(self) -> None:
        engine = self.engine
        if engine is not None and not self.failed:
            self.sentence.setText(QCoreApplication.translate("Engines", engine.summary) if engine.summary else "")
        self.chosen.emit()
