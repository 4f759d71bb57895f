"""Starts DefectLoop from a checkout: `python main.py ...` is the same as the installed command `defectloop ...`."""

import sys

from app.cli import main

if __name__ == "__main__":
    sys.exit(main())
