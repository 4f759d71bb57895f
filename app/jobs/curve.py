"""The curve of a running fine-tune: its points as the worker writes them, each read once."""

from __future__ import annotations

from pathlib import Path

from core_models.contract import job as contract
from core_models.contract.job import Metric


class CurveReader:
    """Reads the Metric events of a job folder from where it stopped the last time. Not for several threads at once."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / contract.EVENTS
        self._read_to = 0

    def read(self) -> list[Metric]:
        """The points that are new, whole lines only; [] where there are none or the file is not there yet."""
        try:
            with open(self._path, "rb") as file:
                file.seek(self._read_to)
                part = file.read()
        except FileNotFoundError:
            return []
        part = part[: part.rfind(b"\n") + 1]
        self._read_to += len(part)
        return [event for line in part.splitlines() if isinstance(event := _parsed(line), Metric)]


def _parsed(line: bytes) -> object | None:
    """The event of a line; None for one that is damaged, which the runner says in its log."""
    try:
        return contract.parse_event(line.decode("utf-8"))
    except (ValueError, KeyError, TypeError):
        return None
