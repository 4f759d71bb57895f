"""One table of all acts of the window: id, text, keys, icon and when it is offered; the key sheet is made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.ui import icons

# What must hold for an act to be offered.
ALWAYS, PROJECT, IMAGE, WRITING, WRITING_IMAGE = "always", "project", "image", "writing", "writing_image"
_SHEET_COLUMNS = 3  # of keys: it holds at 768 px of height
TOOLS = ("select", "brush", "eraser", "polygon", "rectangle", "ignore", "scale")


@dataclass(frozen=True)
class Act:
    """One act. keys: the first is shown, the others do the same (a Chinese keyboard's signs); in_sheet: the key sheet has a line for it."""

    id: str
    text: str
    keys: tuple[str, ...]
    when: str
    icon: str = ""
    in_sheet: bool = True


ACTS = (
    Act("select", QT_TRANSLATE_NOOP("Act", "Select"), ("V",), IMAGE, "mouse-pointer-2"),
    Act("brush", QT_TRANSLATE_NOOP("Act", "Brush"), ("B",), WRITING_IMAGE, "brush"),
    Act("eraser", QT_TRANSLATE_NOOP("Act", "Eraser"), ("E",), WRITING_IMAGE, "eraser"),
    Act("polygon", QT_TRANSLATE_NOOP("Act", "Polygon"), ("P",), WRITING_IMAGE, "pentagon"),
    Act("rectangle", QT_TRANSLATE_NOOP("Act", "Rectangle"), ("U",), WRITING_IMAGE, "square"),
    Act("ignore", QT_TRANSLATE_NOOP("Act", "Ignore brush: neither defect nor good surface"), ("I",), WRITING_IMAGE, "circle-slash-2"),
    Act("scale", QT_TRANSLATE_NOOP("Act", "Set the scale: draw a line of known length"), ("L",), WRITING_IMAGE, "ruler"),
    Act("smaller", QT_TRANSLATE_NOOP("Act", "Smaller brush"), ("[", "【"), IMAGE),
    Act("larger", QT_TRANSLATE_NOOP("Act", "Larger brush"), ("]", "】"), IMAGE),
    Act("delete", QT_TRANSLATE_NOOP("Act", "Remove the selected region"), ("Delete", "Backspace"), WRITING_IMAGE, "trash-2"),
    Act("shot", QT_TRANSLATE_NOOP("Act", "Image is a shot of the class, or no longer"), ("M",), WRITING_IMAGE),
    Act("accept", QT_TRANSLATE_NOOP("Act", "Accept the proposal"), ("A",), WRITING_IMAGE, "check"),
    Act("reject", QT_TRANSLATE_NOOP("Act", "Reject the proposal"), ("R",), WRITING_IMAGE, "x"),
    Act("accept_all", QT_TRANSLATE_NOOP("Act", "Accept all that is shown, and go on"), ("Shift+A",), WRITING_IMAGE),
    Act("tighter", QT_TRANSLATE_NOOP("Act", "Cut the proposal tighter"), (",", "，"), WRITING_IMAGE),
    Act("looser", QT_TRANSLATE_NOOP("Act", "Cut the proposal looser"), (".", "。"), WRITING_IMAGE),
    Act("ignore_folder", QT_TRANSLATE_NOOP("Act", "Ignore this on every image of the folder"), ("Shift+I",), WRITING_IMAGE),
    Act("accept_filter", QT_TRANSLATE_NOOP("Act", "Accept all that is listed, after a look at some"), ("Ctrl+Shift+A",), WRITING_IMAGE),
    Act("defect_free", QT_TRANSLATE_NOOP("Act", "Image is defect-free"), ("D",), WRITING_IMAGE, "circle-check"),
    Act("defect_free_page", QT_TRANSLATE_NOOP("Act", "All images in view are defect-free"), ("Shift+D",), WRITING_IMAGE),
    Act("needs_work", QT_TRANSLATE_NOOP("Act", "Image needs work"), ("X",), WRITING_IMAGE, "circle-alert"),
    Act("prelabel", QT_TRANSLATE_NOOP("Act", "Pre-label"), ("F",), WRITING, "sparkles"),
    Act("newer", QT_TRANSLATE_NOOP("Act", "Show new proposals"), ("F5",), IMAGE),
    Act("next_waiting", QT_TRANSLATE_NOOP("Act", "Next image to review"), ("N",), PROJECT),
    Act("previous_waiting", QT_TRANSLATE_NOOP("Act", "Previous image to review"), ("Shift+N",), PROJECT),
    Act("next", QT_TRANSLATE_NOOP("Act", "Next image"), ("Right",), PROJECT),
    Act("previous", QT_TRANSLATE_NOOP("Act", "Previous image"), ("Left",), PROJECT),
    Act("heat", QT_TRANSLATE_NOOP("Act", "Heat map of the chosen class"), ("H",), IMAGE, "flame"),
    Act("fit", QT_TRANSLATE_NOOP("Act", "Fit the image"), ("0",), IMAGE, "maximize"),
    Act("zoom_in", QT_TRANSLATE_NOOP("Act", "Zoom in"), ("+", "="), IMAGE),
    Act("zoom_out", QT_TRANSLATE_NOOP("Act", "Zoom out"), ("-",), IMAGE),
    Act("hide_gallery", QT_TRANSLATE_NOOP("Act", "Hide the gallery, or show it"), ("F8",), PROJECT),
    Act("hide_side", QT_TRANSLATE_NOOP("Act", "Hide classes and regions, or show them"), ("F9",), PROJECT),
    Act("undo", QT_TRANSLATE_NOOP("Act", "Undo"), ("Ctrl+Z",), WRITING, "undo-2"),
    Act("redo", QT_TRANSLATE_NOOP("Act", "Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), WRITING, "redo-2"),
    Act("history", QT_TRANSLATE_NOOP("Act", "History: who did what, to be taken back"), ("Ctrl+H",), PROJECT, "history"),
    Act("search", QT_TRANSLATE_NOOP("Act", "Search"), ("/", "、"), PROJECT),
    Act("escape", QT_TRANSLATE_NOOP("Act", "Leave the search, the selection"), ("Esc",), PROJECT),
    Act("palette", QT_TRANSLATE_NOOP("Act", "Find an act, a class or an image"), ("Ctrl+K",), ALWAYS, "search"),
    Act("keys", QT_TRANSLATE_NOOP("Act", "Show all keys"), ("?", "？", "F1"), ALWAYS),
    Act("add_images", QT_TRANSLATE_NOOP("Act", "Add images..."), ("Ctrl+I",), WRITING, "images"),
    Act("export", QT_TRANSLATE_NOOP("Act", "Export labels..."), ("Ctrl+E",), PROJECT, "file-output"),
    Act("import", QT_TRANSLATE_NOOP("Act", "Import labels..."), ("Ctrl+Shift+I",), WRITING, "file-input"),
    Act("open", QT_TRANSLATE_NOOP("Act", "Open a project..."), ("Ctrl+O",), ALWAYS, "folder-open"),
    Act("page_label", QT_TRANSLATE_NOOP("Act", "Label images"), ("Ctrl+1",), PROJECT),
    Act("page_review", QT_TRANSLATE_NOOP("Act", "Review proposals"), ("Ctrl+2",), PROJECT),
    Act("page_train", QT_TRANSLATE_NOOP("Act", "Train and compare versions"), ("Ctrl+3",), PROJECT),
    Act("page_report", QT_TRANSLATE_NOOP("Act", "Report: the project in figures"), ("Ctrl+4",), PROJECT),
    Act("improve", QT_TRANSLATE_NOOP("Act", "Improve the model with the new labels"), ("Ctrl+T",), WRITING, "trending-up"),
    *(Act(f"class_{k}", QT_TRANSLATE_NOOP("Act", "Class to draw with"), (str(k),), PROJECT, in_sheet=False) for k in range(1, 10)),
    *(Act(f"accept_as_{k}", QT_TRANSLATE_NOOP("Act", "Accept as that class"), (f"Alt+{k}",), WRITING_IMAGE, in_sheet=False) for k in range(1, 10)),
)


def text_of(act: Act) -> str:
    return QCoreApplication.translate("Act", act.text)


def make(window: QWidget, calls: Mapping[str, Callable[[], None]]) -> dict[str, QAction]:
    """A QAction of the window for each act that has a call; the tools are a group of which one is checked."""
    made: dict[str, QAction] = {}
    group = QActionGroup(window)
    for act in ACTS:
        if act.id not in calls:
            continue
        action = QAction(text_of(act), window)
        action.setObjectName(act.id)
        action.setShortcuts([QKeySequence(key) for key in act.keys])
        action.setToolTip(f"{text_of(act)}  ({shown_key(act)})")
        if act.icon:
            action.setIcon(icons.icon(act.icon))
        if act.id in TOOLS:
            action.setCheckable(True)
            group.addAction(action)
        # A held key repeats where repeating is meant: images, zoom and sizes, never a decision.
        action.setAutoRepeat(act.id in ("next", "previous", "smaller", "larger", "zoom_in", "zoom_out", "tighter", "looser"))
        action.triggered.connect(lambda _=False, call=calls[act.id]: call())
        window.addAction(action)
        made[act.id] = action
    return made


def shown_key(act: Act) -> str:
    return QKeySequence(act.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)


def offer(made: Mapping[str, QAction], *, project: bool, image: bool, writing: bool, has: Callable[[str], bool] = lambda act: True) -> None:
    """Enables what can be done now. has(act): whether the page in view knows the act."""
    holds = {ALWAYS: True, PROJECT: project, IMAGE: project and image, WRITING: project and writing, WRITING_IMAGE: project and image and writing}
    for act in ACTS:
        if act.id in made:
            made[act.id].setEnabled(holds[act.when] and has(act.id))


def key_sheet(parent: QWidget, made: Mapping[str, QAction]) -> QDialog:
    """A dialog with every key that works, from the table; it deletes itself when it is closed."""
    sheet = QDialog(parent)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    sheet.setWindowTitle(QCoreApplication.translate("Act", "Keys"))
    sheet.finished.connect(parent.activateWindow)  # not every window system gives the keyboard back by itself
    column, grid = QVBoxLayout(sheet), QGridLayout()
    column.setContentsMargins(24, 24, 24, 24)
    column.addLayout(grid)
    grid.setHorizontalSpacing(16)
    acts = [act for act in ACTS if act.id in made and act.in_sheet]
    lines = [(shown_key(act), text_of(act)) for act in acts] + [
        ("1-9", QCoreApplication.translate("Act", "Class to draw with")),
        ("Alt+1-9", QCoreApplication.translate("Act", "Accept the proposal as that class")),
        (QCoreApplication.translate("Act", "Space"), QCoreApplication.translate("Act", "Hide all overlays while held")),
        ("Ctrl", QCoreApplication.translate("Act", "Erase while drawing")),
        (QCoreApplication.translate("Act", "Wheel"), QCoreApplication.translate("Act", "Zoom at the cursor; with Ctrl: brush size")),
        (QCoreApplication.translate("Act", "Alt+wheel"), QCoreApplication.translate("Act", "Cut the proposal tighter or looser")),
        (QCoreApplication.translate("Act", "Right drag"), QCoreApplication.translate("Act", "Move the image")),
        (QCoreApplication.translate("Act", "Enter"), QCoreApplication.translate("Act", "Finish the polygon")),
    ]
    rows = -(-len(lines) // _SHEET_COLUMNS)
    for k, (key, text) in enumerate(lines):
        row, side = k % rows, k // rows * 2
        label = QLabel(key, sheet)
        label.setProperty("role", "heading")
        label.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid.addWidget(label, row, side)
        grid.addWidget(QLabel(text, sheet), row, side + 1)
    for side in range(2, 2 * _SHEET_COLUMNS, 2):
        grid.setColumnMinimumWidth(side, 104)
    return sheet
