"""Takes what `defectloop benchmark` measured into docs/results.md: `python -m tests.benchmarks.fewshot NAME --data DIR --state DIR`.

Measures nothing: run `defectloop benchmark NAME --data DIR --state DIR` before, which goes on where it stopped. Every answer is kept
in `results/answers/NAME.zip` too, so that a benchmark of many hours can be done in parts and on several machines: `--take-up` puts
into the state folder what was answered before.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.benchmarks.common import CHECKOUT, RESULTS, write
from tests.benchmarks.report import main as report

ANSWERS = RESULTS / "answers"
_KEPT = ("protocol.json", "episodes.json", "answers/*/*/*/*.json", "training/*/rate.json", "training/*/*/trained.json", "training/*/*/recipe.json")


def figures(name: str, data: Path, state: Path) -> dict:
    """The benchmark's report as it stands."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "report.json"
        command = [sys.executable, "-m", "core_models.evaluation.benchmark", name, "--data", str(data.resolve()), "--state", str(state.resolve()), "--report", str(out)]
        subprocess.run(command, cwd=CHECKOUT, check=True)
        return json.loads(out.read_text(encoding="utf-8"))


def keep(state: Path, archive: Path) -> None:
    """Writes what a state folder holds of answers and of how trainings went; neither features nor weights."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_LZMA) as packed:
        for path in sorted({path for pattern in _KEPT for path in state.glob(pattern)}):
            # One date for all: the same answers make the same file.
            packed.writestr(zipfile.ZipInfo(path.relative_to(state).as_posix()), path.read_bytes(), zipfile.ZIP_LZMA)


def take_up(archive: Path, state: Path) -> int:
    """Puts into a state folder what it does not hold yet; the number of files. ValueError where it holds another benchmark."""
    with zipfile.ZipFile(archive) as packed:
        for name in _KEPT[:2]:
            if (state / name).is_file() and (state / name).read_bytes() != packed.read(name):
                raise ValueError(f"{state} holds the state of another benchmark than {archive.name}. Name another folder with --state.")
        lacking = [name for name in packed.namelist() if not (state / name).exists()]
        packed.extractall(state, lacking)
    return len(lacking)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--take-up", action="store_true", help="only put into the state folder what was answered before")
    given = parser.parse_args()
    archive = ANSWERS / f"{Path(given.name).stem}.zip"
    if given.take_up:
        print(f"{take_up(archive, given.state)} files of {archive.name} taken up")
        return
    said = figures(given.name, given.data, given.state)
    keep(given.state, archive)
    write(f"fewshot_{Path(given.name).stem}", said["title"], {k: said[k] for k in ("tables", "remarks", "figures")}, **said["settings"])
    report()


if __name__ == "__main__":
    main()
