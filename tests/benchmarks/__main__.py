"""All benchmarks, then docs/results.md: `make benchmark DATA=FOLDER`, or `python -m tests.benchmarks --data FOLDER`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from tests.benchmarks import report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of the real data sets")
    parser.add_argument("--tools", type=Path, help="a folder for the environments of labelme and X-AnyLabeling: the window is measured beside them")
    given = parser.parse_args()
    failed, beside = 0, [("other_tools", [str(given.tools.resolve())])] if given.tools else []
    for name, words in (("measures", []), ("window", []), ("canvas", []), *beside, ("real_input", [str(given.data.resolve())])):
        failed |= subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}", *words]).returncode
    report.main()
    return failed


if __name__ == "__main__":
    sys.exit(main())
