"""`defectloop report`: the project in figures, as a page to print and a list of good and bad parts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import AsJson, ProjectFolder, command, end_progress, plural, reading, show_progress, table


@command("report")
def report(
    project: ProjectFolder,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report as one HTML page.", show_default=False)] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write a row for each image: good, bad or undecided.", show_default=False)] = None,
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Counts, sizes, false alarms and quality over versions; as a page (HTML) and as a list of good and bad parts (CSV)."""
    from app.exchange import report as exchange
    from app.store import figures

    with reading(project) as workspace, workspace.read() as session:
        found = figures.figures(session)
    if html:
        exchange.save_html(found, html)
    if csv:
        for done in exchange.save_csv(found, csv):
            show_progress(done, len(found.images), "rows written")
        end_progress()
    written = {"html": str(html) if html else None, "csv": str(csv) if csv else None}
    return {**exchange.summary(found), **written}, _said(exchange.summary(found), written)


def _said(value: dict, written: dict[str, str | None]) -> str:
    decisions = value["decisions"]
    head = f"{plural(value['images'], 'image')}: {decisions['good']} good, {decisions['bad']} bad, {decisions['undecided']} undecided."
    rows = [[c["name"], s["regions"], s["extent"][1], s["extent"][2], s["unit"]] for c in value["classes"] for s in c["sizes"]]
    sizes = [table(rows, ["class", "regions", "median size", "largest", "unit"])] if rows else []
    alarms = [f"version {a['version']}: false alarms on {a['alarmed']} of {plural(a['images'], 'defect-free image')}" for a in value["false_alarms"]]
    return "\n".join([head, *sizes, *alarms, *(f"Written: {path}" for path in written.values() if path)])
