"""The person's name in the title line, and under it what belongs to the person: name, language, theme, device and suggestions, changed at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QFormLayout, QFrame, QLabel, QLineEdit, QToolButton, QWidget

from app import settings
from app.errors import UserError
from app.ui import icons, theme, translation
from app.ui.writer import Fault, fault_of

_LONGEST_PX = 200


class SettingsMenu(QToolButton):
    """rebuild() makes the window anew, in the language, the theme and the name of the settings; warn(fault) says what could not be kept."""

    def __init__(self, rebuild: Callable[[], None], warn: Callable[[Fault], None], parent: QWidget) -> None:
        super().__init__(parent, icon=icons.icon("user"), toolTip=self.tr("Your name, language and theme"), focusPolicy=Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._rebuild, self._warn = rebuild, warn
        self.card: SettingsCard | None = None
        self.show_name()
        self.clicked.connect(self.open)

    def show_name(self) -> None:
        self.setText(self.fontMetrics().elidedText(settings.user_name(), Qt.TextElideMode.ElideRight, _LONGEST_PX))

    def open(self) -> None:
        """Shows the settings under the name."""
        self.card = SettingsCard(self._changed, self.window())
        self.card.adjustSize()
        corner = self.mapToGlobal(QPoint(self.width() - self.card.width(), self.height() + 4))
        self.card.move(corner)
        self.card.show()
        self.card.name.setFocus()

    def _changed(self, key: str, value: str | bool) -> None:
        try:
            settings.save(replace(settings.load(), **{key: value}))
        except (UserError, OSError) as fault:
            self._warn(Fault(self.tr("The settings could not be kept: {why}").format(why=fault)) if isinstance(fault, OSError) else fault_of(fault))
            return
        if key == "device":
            return  # it counts from the next job on
        app = QApplication.instance()
        own = settings.load()
        if key == "theme":
            theme.wear(app, theme.named(own.theme))
        elif key == "language":
            translation.speak(app, translation.chosen(own.language))
        self.card.close()
        # Not from within a call of a widget that goes with it.
        QTimer.singleShot(0, self.window(), self._rebuild)


class SettingsCard(QFrame):
    """changed(key, value) is called for each choice. It deletes itself when it is closed."""

    def __init__(self, changed: Callable[[str, str | bool], None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "card")
        self._changed = changed
        own = settings.load()
        self.name = QLineEdit(own.name, self, placeholderText=settings.user_name(), maxLength=80)
        self.name.editingFinished.connect(self._name)
        languages = [("", self.tr("As the system")), *translation.NAMES.items()]
        self.language = self._choice("language", languages, own.language)
        self.theme = self._choice("theme", [("dark", self.tr("Dark")), ("light", self.tr("Light"))], own.theme)
        devices = [("auto", self.tr("GPU where there is one")), ("cpu", self.tr("CPU only")), ("cuda", self.tr("GPU only"))]
        self.device = self._choice("device", devices, own.device)
        form = QFormLayout(self)
        form.setContentsMargins(16, 16, 16, 16)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for text, field in (
            (self.tr("Your name"), self.name), (self.tr("Language"), self.language), (self.tr("Theme"), self.theme), (self.tr("Computes on"), self.device),
        ):  # fmt: skip
            field.setMinimumWidth(200)
            form.addRow(text, field)
            form.labelForField(field).setMinimumHeight(field.sizeHint().height())  # in the middle of its field
        self.suggest = QCheckBox(self.tr("Suggest regions while I draw"), self, checked=own.suggest)
        self.suggest.clicked.connect(lambda on: self._changed("suggest", on))
        form.addRow("", self.suggest)
        note = QLabel(self.tr("Your name goes on every change that you make."), self, wordWrap=True)
        note.setProperty("role", "faint")
        form.addRow(note)

    def _choice(self, key: str, choices: Sequence[tuple[str, str]], now: str) -> QComboBox:
        box = QComboBox(self)
        for value, text in choices:
            box.addItem(text, value)
        box.setCurrentIndex(max(0, box.findData(now)))
        box.activated.connect(lambda _: self._changed(key, box.currentData()))
        return box

    def _name(self) -> None:
        if (name := self.name.text().strip()) != settings.load().name:
            self._changed("name", name)
