"""The points of a running curve: each once, whole lines only."""

from __future__ import annotations

from app.jobs.curve import CurveReader
from core_models.contract import job as contract
from core_models.contract.job import Metric, Progress


def test_points_are_read_once_and_half_lines_wait(tmp_path):
    reader = CurveReader(tmp_path)
    assert reader.read() == []
    first, second = Metric(0, {"loss": 1.0}), Metric(5, {"loss": 0.5, "iou": 0.7})
    line = contract.event_line(second)
    events = tmp_path / contract.EVENTS
    events.write_text(contract.event_line(Progress(1, 2)) + contract.event_line(first) + "no event\n" + line[:9], encoding="utf-8")
    assert reader.read() == [first] and reader.read() == []
    with events.open("a", encoding="utf-8") as file:
        file.write(line[9:])
    assert reader.read() == [second] and reader.read() == []
