"""Makes docs/results.md of the figures that the benchmarks wrote: `python -m tests.benchmarks.report`."""

from __future__ import annotations

import json

from tests.benchmarks.common import CHECKOUT, RESULTS

HEAD = """# Results

Written by `python -m tests.benchmarks.report` from what the benchmarks in `tests/benchmarks` measured; nothing here is typed in.
"""


def markdown(columns: list[str], rows: list[list[object]]) -> str:
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join("" if v is None else str(v) for v in row) + " |" for row in rows])


def section(js: dict) -> str:
    """One benchmark as text: what was measured where, its tables, its remarks."""
    m = js["machine"]
    where = f"Commit {js['commit']}, {js['date']}; {m['processor']}, {m['cores']} cores, {m['memory_gb']} GB, {m['system']}, Python {m['python']}, torch {m['torch']}"
    settings = "; ".join(f"{k.replace('_', ' ')} {v}" for k, v in js["settings"].items())
    parts = [f"## {js['title']}", where + (f". Settings: {settings}." if settings else ".")]
    for table in js["tables"]:
        parts += [table["title"], markdown(table["columns"], table["rows"])]
    parts += js.get("remarks", [])
    return "\n\n".join(parts)


def main() -> None:
    sections = [section(json.loads(p.read_text(encoding="utf-8"))) for p in sorted(RESULTS.glob("*.json"))]
    (CHECKOUT / "docs" / "results.md").write_text("\n".join([HEAD, "\n\n".join(sections), ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
