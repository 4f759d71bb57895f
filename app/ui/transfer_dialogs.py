"""What is asked before labels leave or come: format, place, and what goes along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.exchange import formats
from app.exchange.formats import FORMATS, ExportOptions

_TITLES = {"coco": "COCO", "labelme": "Labelme"}


class _Question(QDialog):
    """A column of fields over two buttons; the first one is offered when `_ready` says so. It deletes itself when it is answered."""

    def __init__(self, title: str, go: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(560)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 24, 24, 16)
        whole.setSpacing(16)
        self.column = QVBoxLayout()
        self.column.setSpacing(8)
        whole.addLayout(self.column)
        buttons = QDialogButtonBox(self)
        self.go = QPushButton(go, self)
        self.go.setProperty("role", "primary")
        buttons.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole.addWidget(buttons)
        self.field = QLineEdit(self)
        self.field.textChanged.connect(self._changed)

    def _head(self, text: str) -> None:
        label = QLabel(text, self)
        label.setProperty("role", "heading")
        self.column.addWidget(label)

    def _faint(self, text: str, indent: int = 24) -> QLabel:
        label = QLabel(text, self, wordWrap=True)
        label.setProperty("role", "faint")
        label.setContentsMargins(indent, 0, 0, 4)
        self.column.addWidget(label)
        return label

    def _place(self, *ways: tuple[str, Callable[[], str]]) -> None:
        """The field with buttons that fill it."""
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        for text, ask in ways:
            button = QPushButton(text, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, ask=ask: self._take(ask()))
            row.addWidget(button)
        self.column.addLayout(row)

    def _take(self, path: str) -> None:
        if path:
            self.field.setText(str(Path(path)))

    def path(self) -> Path:
        return Path(self.field.text().strip())

    def _changed(self) -> None:
        self.go.setEnabled(self._ready())

    def _ready(self) -> bool:
        raise NotImplementedError


class ExportDialog(_Question):
    """format(), path() and options() are what was chosen."""

    def __init__(self, project: Path, parent: QWidget) -> None:
        super().__init__(self.tr("Export labels"), self.tr("Export"), parent)
        self._formats = QButtonGroup(self)
        self._head(self.tr("Format"))
        said = {
            "coco": self.tr("One file for all images; run lengths, exact to the pixel."),
            "labelme": self.tr("One file beside each image; masks, exact to the pixel."),
            "masks": self.tr("One grey picture an image. Where classes share pixels, the smaller region has them; regions that touch become one."),
        }
        self.buttons: dict[str, QRadioButton] = {}
        for name in FORMATS:
            self.buttons[name] = QRadioButton(_TITLES.get(name) or self.tr("Masks"), self)
            self._formats.addButton(self.buttons[name])
            self.column.addWidget(self.buttons[name])
            self._faint(said[name])
        self.buttons["coco"].setChecked(True)
        self._head(self.tr("What"))
        self.what = QComboBox(self)
        self.what.addItem(self.tr("what people hold true"), "annotations")
        self.what.addItem(self.tr("what the model in use proposes"), "predictions")
        self.column.addWidget(self.what)
        self.unreviewed = QCheckBox(self.tr("Also images that nobody called complete"), self)
        self.column.addWidget(self.unreviewed)
        self._faint(self.tr("There, what is unmarked is unknown: do not take it for good surface."))
        self.copies = QCheckBox(self.tr("Copy the images into the folder"), self)
        self.column.addWidget(self.copies)
        self._head(self.tr("Folder"))
        self._place((self.tr("Choose..."), lambda: QFileDialog.getExistingDirectory(self, self.tr("A folder for the labels"), str(self.path().parent))))
        self.field.setText(str(project / "export"))
        self.what.currentIndexChanged.connect(lambda _: self.unreviewed.setEnabled(self.what.currentData() == "annotations"))

    def _ready(self) -> bool:
        return bool(self.field.text().strip()) and self.path().is_absolute()

    def format(self) -> str:
        return next(name for name, button in self.buttons.items() if button.isChecked())

    def options(self) -> ExportOptions:
        annotations = self.what.currentData() == "annotations"
        return ExportOptions(
            what=self.what.currentData(), images="copy" if self.copies.isChecked() else "reference", include_unreviewed=annotations and self.unreviewed.isChecked()
        )


class ImportDialog(_Question):
    """format(), path() and as_shots are what was chosen; the format is found out and may be said otherwise."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(self.tr("Import labels"), self.tr("Import"), parent)
        self._head(self.tr("A COCO file, a folder of Labelme files, or a folder with images and masks"))
        self._place(
            (self.tr("File..."), lambda: QFileDialog.getOpenFileName(self, self.tr("A file of labels"), "", "JSON (*.json)")[0]),
            (self.tr("Folder..."), lambda: QFileDialog.getExistingDirectory(self, self.tr("A folder of labels"))),
        )
        self._head(self.tr("Format"))
        self.kind = QComboBox(self)
        for name in FORMATS:
            self.kind.addItem(_TITLES.get(name) or self.tr("Masks"), name)
        self.column.addWidget(self.kind)
        self.as_shots = QCheckBox(self.tr("Use the masks as shots"), self)
        self.column.addWidget(self.as_shots)
        self._faint(self.tr("The model takes these images as examples. Without it, complete masks may serve as check images."))
        self._changed()

    def _changed(self) -> None:
        if found := formats.recognised(self.path()):
            self.kind.setCurrentIndex(self.kind.findData(found))
        super()._changed()

    def _ready(self) -> bool:
        return bool(self.field.text().strip()) and self.path().exists()

    def format(self) -> str:
        return self.kind.currentData()
