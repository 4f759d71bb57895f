"""The charts by mouse and key: every part that has images leads to them, and the page is as high as what it shows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui import theme
from app.ui.main_window import application
from app.ui.report import charts
from app.ui.report.charts import Part

LEFT = Qt.MouseButton.LeftButton
PARTS = [Part("one", 3, "#112233", "3", (1, 2, 3), "why one"), Part("two", 0, "#445566", "0"), Part("three", 1, "#778899", "1", (9,), "why three")]
POINTS = [Part("a", 0.5, "#112233", "0.50", (1,), "a", 0), Part("a", 0.9, "#112233", "0.90", (1, 2), "a", 1), Part("b", 0.85, "#445566", "0.85", (3,), "b", 1)]


def shown(chart: charts.Chart, qtbot) -> charts.Chart:
    application()
    qtbot.addWidget(chart)
    chart.resize(400, chart.height_px())
    chart.show()
    qtbot.waitExposed(chart)
    return chart


@pytest.fixture(params=["stacked", "bars", "columns"])
def chart(request, qtbot):
    made = {"stacked": charts.StackedBar, "bars": charts.Bars, "columns": charts.Columns}[request.param]("a chart")
    made.show_columns(PARTS, "mm") if request.param == "columns" else made.show_parts(PARTS)
    chosen = []
    made.chosen.connect(chosen.append)
    made.answers = chosen
    return shown(made, qtbot)


def test_a_click_on_a_part_chooses_it(chart, qtbot):
    for k, part in enumerate(PARTS):
        chart.answers.clear()
        qtbot.mouseClick(chart, LEFT, pos=chart.areas(k)[-1].center().toPoint())
        assert chart.answers == ([part] if part.image_ids else [])


def test_arrows_and_enter_choose_a_part(chart):
    chart.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    for _ in range(5):  # past the end it stays
        QTest.keyClick(chart, Qt.Key.Key_Down)
    QTest.keyClick(chart, Qt.Key.Key_Enter)
    QTest.keyClick(chart, Qt.Key.Key_Left)
    QTest.keyClick(chart, Qt.Key.Key_Return)  # nothing is behind it
    assert chart.answers == [PARTS[0], PARTS[2]]
    assert chart.accessibleDescription() == "two: 0"


def test_the_hand_shows_where_a_part_leads_somewhere(chart):
    for k, shape in ((0, Qt.CursorShape.PointingHandCursor), (1, Qt.CursorShape.ArrowCursor)):
        # Sent to the chart itself: the cursor's own place may lie over another window.
        there = chart.areas(k)[-1].center()
        none = Qt.MouseButton.NoButton
        QApplication.sendEvent(chart, QMouseEvent(QEvent.Type.MouseMove, there, chart.mapToGlobal(there), none, none, Qt.KeyboardModifier.NoModifier))
        assert chart.cursor().shape() == shape


def test_a_stacked_bar_is_divided_by_the_numbers(qtbot):
    made = charts.StackedBar("a chart")
    made.show_parts(PARTS)
    shown(made, qtbot)
    picture = made.grab().toImage()
    assert picture.pixelColor(296, 10) == QColor("#112233") and picture.pixelColor(304, 10) == QColor("#778899")  # 3 to 1 of 400


def test_a_bar_against_a_fixed_top_is_as_long_as_its_share(qtbot):
    made = charts.Bars("a chart", top=1.0)
    made.show_parts([Part("v", 0.25, "#112233", "1 of 4", (1,), "w")])
    shown(made, qtbot)
    picture, line = made.grab().toImage(), 13
    colours = [picture.pixelColor(x, line).name() for x in range(400)]
    assert colours.count("#112233") == pytest.approx((colours.count("#112233") + colours.count(theme.current().raised)) / 4, abs=2)


def test_of_two_points_that_are_close_the_nearer_one_is_meant(qtbot):
    made = charts.Lines("a chart")
    made.show_lines(POINTS, ["v1", "v2"])
    chosen = []
    made.chosen.connect(chosen.append)
    shown(made, qtbot)
    for k, part in enumerate(POINTS):
        qtbot.mouseClick(made, LEFT, pos=made.areas(k)[0].center().toPoint())
        assert chosen[-1] is part
    before = len(chosen)
    qtbot.mouseClick(made, LEFT, pos=QPoint(2, 2))
    assert len(chosen) == before


def test_many_classes_get_further_lines_of_keys(qtbot):
    made = charts.Lines("a chart")
    made.show_lines(POINTS, ["v1", "v2"])
    shown(made, qtbot)
    few = made.height_px()
    made.show_lines([Part(f"a class with a long name {k}", 0.5, "#112233", "0.50") for k in range(9)], ["v1"])
    assert made.height_px() > few


def test_a_chart_without_parts_takes_keys_and_clicks(qtbot):
    for made in (charts.StackedBar("x"), charts.Bars("x"), charts.Columns("x"), charts.Lines("x")):
        shown(made, qtbot)
        qtbot.mouseClick(made, LEFT)
        QTest.keyClick(made, Qt.Key.Key_Return)
        assert not made.grab().isNull()
