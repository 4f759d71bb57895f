"""The page that shows the project in figures: how far it is, what was found and how large, and how good the versions are; to be saved for others."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QFileDialog, QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.exchange import report
from app.store import figures
from app.store.changes import Change
from app.ui.context import Context
from app.ui.message_bar import MessageBar
from app.ui.page import Page
from app.ui.report import report_content
from app.ui.report.charts import Bars, Chart, Columns, Lines, Part, StackedBar
from app.ui.report.report_content import Content
from app.ui.rereading import Rereading
from app.ui.writer import Fault

_REREAD_MS = 1000
_PAUSES = 5  # a large project is not read all the time
_WIDEST_PX = 1280
HTML, CSV = "html", "csv"


class ReportPage(Page):
    """Read anew when it comes into view and while it is there; what is behind a part of a chart is listed by the gallery."""

    def __init__(self, context: Context, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._messages = context, messages
        self.content: Content | None = None
        self._reading = Rereading(context, lambda: (report_content.read,), _REREAD_MS, self, failed=self._not_read, pauses=_PAUSES)
        self._reading.came.connect(self._show)
        self._saving = False
        self._folder: Path | None = None  # that was chosen last
        self._build()
        context.changed.connect(self._changed)

    # -- the parts ------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        inside = QWidget(self)
        inside.setMaximumWidth(_WIDEST_PX)
        column = QVBoxLayout(inside)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(16)
        column.addLayout(self._head())
        self.progress, self.defects = StackedBar(self.tr("Progress"), self), Bars(self.tr("Defects"), self)
        self.alarms = Bars(self.tr("False alarms on defect-free images"), self, top=1.0)
        self.quality = Lines(self.tr("Quality over versions"), self)
        self.empty: dict[QWidget, QLabel] = {}  # what is said in a chart's place
        self._notes: dict[QWidget, QLabel] = {}
        no_image, self._no_class = self.tr("There is no image in this project yet."), self.tr("There is no class of defects yet.")
        no_alarms = self.tr("No version has looked at a defect-free image yet. Call clean images defect-free (D), and it is counted.")
        no_quality = self.tr("No version has been measured on check images yet. A fine-tune, or a comparison of two versions, measures them.")
        say = report_content.translate
        alarms = self._card(self.alarms, no_alarms, report.alarm_note(say))
        left = (self._card(self.progress, no_image, report.decision_note(say)), self._sizes_card())
        right = (self._card(self.defects, self._no_class), alarms, self._card(self.quality, no_quality, report.quality_note(say)))
        columns = QHBoxLayout()
        columns.setSpacing(16)
        for cards in (left, right):
            side = QVBoxLayout()
            side.setSpacing(16)
            for card in cards:
                side.addWidget(card)
            side.addStretch(1)
            columns.addLayout(side, 1)
        column.addLayout(columns)
        column.addStretch(1)
        for chart in (self.progress, self.defects, self.alarms, self.quality):
            chart.chosen.connect(self._show_images)
        self.area = QScrollArea(self, widgetResizable=True, alignment=Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.area)

    def _head(self) -> QHBoxLayout:
        title = QLabel(self.tr("Report"), self)
        title.setProperty("role", "title")
        self.sentence = QLabel(self)
        self.save_html = QPushButton(self.tr("Save as HTML..."), self)
        self.save_html.setProperty("role", "primary")
        self.save_csv = QPushButton(self.tr("Save as CSV..."), self, toolTip=self.tr("One row for each image: good, bad or undecided"))
        self.save_html.clicked.connect(lambda: self._ask(HTML))
        self.save_csv.clicked.connect(lambda: self._ask(CSV))
        self.bar = QProgressBar(self, textVisible=False)
        self.bar.setFixedWidth(120)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes
        self.bar.setSizePolicy(policy)
        self.bar.hide()
        words, head = QVBoxLayout(), QHBoxLayout()
        words.setSpacing(4)
        words.addWidget(title)
        words.addWidget(self.sentence)
        head.setSpacing(8)
        head.addLayout(words, 1)
        for widget in (self.bar, self.save_csv, self.save_html):
            head.addWidget(widget)
        return head

    def _card(self, chart: Chart, nothing: str, note: str = "") -> QFrame:
        card, column = self._frame(chart.accessibleName())
        self.empty[chart] = self._faint(nothing, card)
        column.addWidget(self.empty[chart])
        column.addWidget(chart)
        if note:
            self._notes[chart] = self._faint(note, card)
            column.addWidget(self._notes[chart])
        return card

    def _sizes_card(self) -> QFrame:
        self.of_class = QComboBox(self, toolTip=self.tr("The class whose sizes are shown"))
        self.of_class.setMinimumContentsLength(14)
        card, column = self._frame(self.tr("Sizes"), self.of_class)
        self.sizes = {unit: Columns(self.tr("Sizes"), self) for unit in (figures.MM, figures.PX)}
        self.no_size, self._size_note = self._faint("", card), self._faint(report.size_note(report_content.translate), card)
        column.addWidget(self.no_size)
        for chart in self.sizes.values():
            chart.chosen.connect(self._show_images)
            column.addWidget(chart)
        column.addWidget(self._size_note)
        self.of_class.currentIndexChanged.connect(self._show_sizes)
        return card

    def _frame(self, title: str, beside: QWidget | None = None) -> tuple[QFrame, QVBoxLayout]:
        card = QFrame(self)
        card.setProperty("role", "card")
        heading = QLabel(title, card)
        heading.setProperty("role", "heading")
        head, column = QHBoxLayout(), QVBoxLayout(card)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        head.addWidget(heading, 1)
        if beside:
            head.addWidget(beside)
        column.addLayout(head)
        return card, column

    def _faint(self, text: str, parent: QWidget) -> QLabel:
        label = QLabel(text, parent, wordWrap=True)
        label.setProperty("role", "faint")
        return label

    # -- as a page ------------------------------------------------------------------------------------------------------------

    def acts(self) -> dict[str, Callable[[], None]]:
        return {"escape": self._messages.dismiss}

    def entered(self) -> None:
        self.progress.setFocus()
        self._read()

    def close_project(self) -> None:
        self._reading.stop()

    def _changed(self, change: Change) -> None:
        if self.isVisible():
            self._reading.soon()
        else:
            self._reading.stale = True

    def _read(self) -> None:
        if self.content is None:
            self.sentence.setText(self.tr("Counting..."))
        self._reading.catch_up()

    def _not_read(self, fault: Fault) -> None:
        if self.content is None:
            self.sentence.setText("")
        self._messages.warn(fault, [(self.tr("Try again"), self._read)])

    # -- what is shown --------------------------------------------------------------------------------------------------------

    def _show(self, content: Content) -> None:
        self.content = content
        self.sentence.setText(content.sentence if content.images else "")
        self.progress.show_parts(content.progress if content.images else ())
        self.defects.show_parts(content.defects)
        self.alarms.show_parts(content.alarms)
        self.quality.show_lines(content.quality, content.places)
        self._offer_classes(content)
        for chart in (self.progress, self.defects, self.alarms, self.quality):
            self._show_if_any(chart)
        self._show_sizes()

    def _show_if_any(self, chart: Chart) -> None:
        chart.setVisible(bool(chart.parts))
        self.empty[chart].setVisible(not chart.parts)
        if chart in self._notes:
            self._notes[chart].setVisible(bool(chart.parts))

    def _offer_classes(self, content: Content) -> None:
        there = [(self.of_class.itemData(k), self.of_class.itemText(k)) for k in range(self.of_class.count())]
        self.of_class.setVisible(bool(content.classes))
        if there == list(content.classes):
            return
        chosen = self.of_class.currentData()
        self.of_class.blockSignals(True)
        self.of_class.clear()
        for id_, name in content.classes:
            self.of_class.addItem(name, id_)
        self.of_class.setCurrentIndex(max(0, self.of_class.findData(chosen)))
        self.of_class.blockSignals(False)

    def _show_sizes(self) -> None:
        found = dict(self.content.sizes.get(self.of_class.currentData(), ())) if self.content else {}
        for unit, chart in self.sizes.items():
            chart.show_columns(found.get(unit, ()), unit)
            chart.setVisible(bool(chart.parts))
        self.no_size.setText(self.tr("Nothing is marked of this class yet.") if self.of_class.count() else self._no_class)
        self.no_size.setVisible(not found)
        self._size_note.setVisible(bool(found))

    def _show_images(self, part: Part) -> None:
        self._context.show_images(part.image_ids, part.why, back_to="report")

    # -- saving ---------------------------------------------------------------------------------------------------------------

    def _ask(self, kind: str) -> None:
        kinds = {HTML: self.tr("Web page (*.html)"), CSV: self.tr("Table (*.csv)")}
        name = self.tr("{project} report {date}").format(project=self._context.folder.name, date=date.today().isoformat())
        start = (self._folder or Path.home()) / f"{name}.{kind}"
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save the report"), str(start), kinds[kind])
        if chosen:
            path = Path(chosen)
            self._folder = path.parent
            self.save(kind, path if path.suffix else path.with_suffix(f".{kind}"))

    def save(self, kind: str, path: Path) -> None:
        """Writes the report as it stands now; one at a time."""
        if self._saving:
            return
        self._busy(True)
        self._context.run(_saving(self._context, kind, path), self._saved, stepped=self._step, failed=lambda fault: self._not_saved(fault, kind, path))

    def _busy(self, busy: bool) -> None:
        self._saving = busy
        self.bar.setRange(0, 0)
        self.bar.setVisible(busy)
        self.save_html.setEnabled(not busy)
        self.save_csv.setEnabled(not busy)

    def _step(self, step: tuple[int, int]) -> None:
        self.bar.setRange(0, step[1])
        self.bar.setValue(step[0])

    def _saved(self, path: Path) -> None:
        self._busy(False)
        folder = QUrl.fromLocalFile(str(path.parent))
        self._messages.say(self.tr("The report is saved as {path}.").format(path=path), [(self.tr("Open folder"), lambda: QDesktopServices.openUrl(folder))])

    def _not_saved(self, fault: Fault, kind: str, path: Path) -> None:
        self._busy(False)
        ways = [(self.tr("Try again"), lambda: self.save(kind, path)), (self.tr("Save elsewhere..."), lambda: self._ask(kind))]
        self._messages.warn(fault, ways)


def _saving(context: Context, kind: str, path: Path) -> Generator[tuple[int, int], None, Path]:
    """Reads and writes the report; yields (images written, images)."""
    found = context.read(figures.figures)
    if kind == CSV:
        for done in report.save_csv(found, path, QCoreApplication.translate):
            yield done, len(found.images)
    else:
        report.save_html(found, path, QCoreApplication.translate)
        yield len(found.images), len(found.images)
    return path
