"""Long sessions: neither repaints nor image changes may eat what they use."""

import gc
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from app.ui.canvas.compose import Shown
from core_models.contract.mask import Mask

IMMORTAL = sys.version_info >= (3, 12)


@pytest.mark.skipif(IMMORTAL, reason="None cannot be used up from Python 3.12 on")
@pytest.mark.parametrize("repaints", [1000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_repaints_do_not_use_up_none(view, hand, repaints):
    """Each of some calls of PySide6 takes one reference to None too many: at zero the process aborts."""
    square = Mask.from_array(np.ones((30, 30)), 20, 20)
    view.show_regions([Shown(("proposal", 1), square, (255, 0, 0), "proposal", 0.5)])
    view.focus_region(("proposal", 1))
    view.set_tool("brush")
    hand.press(50, 50)
    view.viewport().repaint()
    gc.collect()
    before = sys.getrefcount(None)
    for k in range(repaints):
        QTest.mouseMove(view.viewport(), QPoint(50 + k % 300, 100 + k % 7))
        if k % 10 == 0:
            view.zoom_by(1.1 if k % 20 else 1 / 1.1)
        view.viewport().repaint()
    gc.collect()
    assert before - sys.getrefcount(None) < repaints / 20
    hand.release(50, 50)
