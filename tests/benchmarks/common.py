"""What the benchmarks share: running the program, naming machine and commit, and writing figures down.

Each benchmark writes its figures as JSON to `tests/benchmarks/results/NAME.json`; `report.py` makes `docs/results.md`
of all of them. No figure is ever typed in.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

CHECKOUT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parent / "results"


def git(*words: str) -> str:
    return subprocess.run(["git", "-C", str(CHECKOUT), *words], capture_output=True, text=True, encoding="utf-8").stdout.strip()


def code(*folders: str) -> str:
    """What tells one state of the program from another: the committed trees of these folders."""
    return " ".join(git("rev-parse", f"HEAD:{folder}")[:12] for folder in folders)


def commit() -> str:
    """The commit that was measured, with `+` where the working tree differs from it."""
    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "--", "app", "core_models", "data", "resources") else "")


def machine() -> dict:
    """Processor, cores, memory, system and the versions that decide speed."""
    from importlib.metadata import version

    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line.split(":", 1)[1].strip() for line in info.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        name = lines[0] if lines else name
    return {
        "processor": name,
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "torch": version("torch"),
    }


def write(name: str, title: str, figures: dict, folder: Path | None = None, **settings: object) -> Path:
    """Writes the figures of one benchmark into a folder (the repository's); `settings` are its seeds, draws and sizes."""
    folder = folder or RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    value = {
        "title": title,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "settings": settings,
        **figures,
    }
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


class Program:
    """The command line with a home of its own, so that the user's caches and settings have no part in what is measured."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {**os.environ, "DEFECTLOOP_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "PYTHONUTF8": "1"}

    def __call__(self, *words: object) -> object:
        """Runs one command with --json; its value. RuntimeError with what it said where it fails."""
        done = subprocess.run(
            [sys.executable, str(CHECKOUT / "main.py"), *map(str, words), "--json"],
            capture_output=True, text=True, encoding="utf-8", env=self.environment, cwd=CHECKOUT, stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def seconds(self, *words: object) -> float:
        """Seconds that one command takes, its start included."""
        begin = time.perf_counter()
        self(*words)
        return time.perf_counter() - begin
