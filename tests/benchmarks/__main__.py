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
    data = parser.parse_args().data.resolve()
    failed = 0
    for name, words in (("measures", []), ("window", []), ("canvas", []), ("real_input", [str(data)])):
        failed |= subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}", *words]).returncode
    report.main()
    return failed


if __name__ == "__main__":
    sys.exit(main())
