"""Takes what `defectloop benchmark` measured into docs/results.md: `python -m tests.benchmarks.fewshot NAME --data DIR --state DIR`.

Measures nothing: run `defectloop benchmark NAME --data DIR --state DIR` before, which goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.common import CHECKOUT, write
from tests.benchmarks.report import main as report


def figures(name: str, data: Path, state: Path) -> dict:
    """The benchmark's report as it stands."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "report.json"
        command = [sys.executable, "-m", "core_models.evaluation.benchmark", name, "--data", str(data.resolve()), "--state", str(state.resolve()), "--report", str(out)]
        subprocess.run(command, cwd=CHECKOUT, check=True)
        return json.loads(out.read_text(encoding="utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    given = parser.parse_args()
    said = figures(given.name, given.data, given.state)
    write(f"fewshot_{Path(given.name).stem}", said["title"], {k: said[k] for k in ("tables", "remarks", "figures")}, **said["settings"])
    report()


if __name__ == "__main__":
    main()
