"""The button that improves the model, and the line under it that says why it cannot be pressed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.operations.last_run import Run
from app.operations.learning import Ahead
from app.ui import icons, theme
from app.ui.train.engines import Engine


class ImproveOffer(QWidget):
    """tell() brings it up to date."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.button = QPushButton(self, focusPolicy=Qt.FocusPolicy.TabFocus, toolTip=self.tr("Improve the model (Ctrl+T)"))
        self.button.setProperty("role", "primary")
        self.button.setEnabled(False)
        self.hint = QLabel(self, wordWrap=True, visible=False)
        self.hint.setProperty("role", "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.button)
        column.addWidget(self.hint)

    def tell(self, ahead: Ahead, engine: Engine | None, run: Run | None, writing: bool) -> None:
        """ahead: what a fine-tune would learn from; engine: the chosen one, None while none is known; run: the newest."""
        at_work = run is not None and run.is_open and run.kind == "finetune"
        minutes, why = max(1, round(ahead.minutes)), ""
        if ahead.new:
            text = self.tr("Improve with %n new label(s), about {minutes} min", "", ahead.new).format(minutes=minutes)
        elif ahead.labels:
            text = self.tr("Train once more on %n label(s), about {minutes} min", "", ahead.labels).format(minutes=minutes)
        else:
            text = self.tr("Nothing to learn from yet")
            why = self.tr("Mark defects, or accept proposals, on images that are no check images: a fine-tune learns from those.")
        if at_work:
            text, why = self.tr("Fine-tuning"), ""
        elif not writing:
            why = self.tr("You can look at everything, and change nothing: the project is open for reading only.")
        elif ahead.labels and (engine is None or engine.trained is None):
            why = self.tr("Asking which engines can be trained...")
        elif engine is not None and engine.trained is False:
            text = self.tr("{engine} needs no training").format(engine=engine.name)
            why = self.tr("It learns from the shots alone. Choose its version below to use it.")
        self.button.setText(text)
        self.button.setEnabled(bool(ahead.labels) and not at_work and not why and engine is not None)
        self.button.setIcon(icons.icon("trending-up", theme.current().on_accent) if self.button.isEnabled() else QIcon())
        self.hint.setText(why)
        self.hint.setVisible(bool(why))
