"""What the walks leave: docs/walk.md with a picture of every step, and the figures for docs/results.md."""

from __future__ import annotations

from tests.benchmarks import common, report

PICTURES = common.CHECKOUT / "docs" / "walk"
_NAMES = {
    "start": "open the folder", "mark_shots": "mark the shots", "prelabel": "pre-label, until the first proposals", "review": "decide every proposal",
    "check": "mark the check images", "confirm_clean": "confirm the clean images", "improve": "fine-tune", "use_and_roll_back": "use it, and roll back",
    "export": "export",
}  # fmt: skip
_COLUMNS = ["step", "actions", "seconds", "of these with nothing to act on"]


def _rows(told: dict) -> list[list[object]]:
    rows = [[_NAMES[s["step"]], s["actions"], s["seconds"], s["idle_s"]] for s in told["steps"]]
    return [*rows, ["all", *(round(sum(s[key] for s in told["steps"]), 1) for key in ("actions", "seconds", "idle_s"))]]


def _said(told: dict) -> list[str]:
    """The sentences under a table."""
    clean, idle = told["clean"], sum(s["idle_s"] for s in told["steps"])
    lines = [f"{told['images']} images, {told['defective']} of them with the defect; {told['shots']} shot(s) marked by hand."]
    if clean.get("confirmed"):
        lines.append(f"{clean['confirmed']} clean images were confirmed with {clean['presses']} key presses (at most 110 for 100).")
    lines.append(f"She had nothing to act on for {idle:.0f} s in all (at most 60 s); the fine-tune took {told['fine_tune_s']} s and is not counted.")
    lines.append(f"What the fine-tune ended in: “{told['said']}”")
    held = told["longest"][0]
    lines.append(f"Longest call on the window's thread, file dialogs apart: {held['ms']} ms (processor {held['work_ms']} ms), while she was to {_NAMES[held['step']]}; at most 50 ms.")
    return lines


def write(told: dict[str, dict]) -> None:
    """docs/walk.md and the figures of both walks."""
    parts = [
        "# The loop, walked in the window",
        "Written by `python -m tests.walk`, which walks through the real window under a virtual display, with the mouse and the keyboard as the "
        "display's server sends them. The inspector of the walk knows the truth of each image and decides by it: a proposal that covers a defect "
        "is accepted, one that touches none is rejected, and the first few in between are opened and painted over. An action is a key press, a click, a "
        "stroke or a turn of the wheel; a name that is typed counts by its letters. In the pictures the surfaces are shown in coarse blocks, since the licence "
        "of the images does not let them be passed on.",
    ]
    tables = []
    for which, one in told.items():
        title = {"tiles": "Tiles (magnetic_tile, class crack)", "scans": "Line scans (aitex_fabric, 4096 x 256 pixels)"}[which]
        parts += [f"## {title}", report.markdown(_COLUMNS, _rows(one)), *_said(one)]
        parts += [f"**{caption}**\n\n![{caption}](walk/{which}/{name})" for name, caption in one["pictures"]]
        tables.append({"title": f"{title}. " + " ".join(_said(one)), "columns": _COLUMNS, "rows": _rows(one)})
    (common.CHECKOUT / "docs" / "walk.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    common.write("walk", "The loop, walked in the window", {"tables": tables})
    report.main()
