"""Commands on the project itself: its images, classes, state, history and backups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import AsJson, By, ProjectFolder, command, end_progress, plural, reading, show_progress, table, writing
from app.errors import UserError
from app.workspace import Workspace

Names = Annotated[list[str], typer.Argument(metavar="IMAGE...", help="A path on the disk, or as the project lists it.", show_default=False)]


@command("new")
def new(
    project: ProjectFolder,
    url: Annotated[str, typer.Option("--url", metavar="SQLALCHEMY_URL", help="A database server instead of PROJECT/project.sqlite.", show_default=False)] = "",
    by: By = "",
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Makes an empty project in a folder that holds none yet."""
    from app.operations import models

    with Workspace.create(project, url=url or None, by=by or None) as workspace:
        workspace.do(models.ensure_bundled, title="Know the engines that ship", undoable=False)
        folder = str(workspace.folder)
    return {"project": folder}, f"Made the project {folder}. Next: defectloop add PROJECT FOLDER_OF_IMAGES"


@command("add")
def add(
    project: ProjectFolder,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Image files, or folders of them.", show_default=False)],
    recursive: Annotated[bool, typer.Option("--recursive", help="Folders inside the folders too.")] = False,
    group_by: Annotated[str, typer.Option("--group-by", metavar="folder|PATTERN", help="Images of one part: by folder, or by what a pattern finds in the name.", show_default=False)] = "",
    by: By = "",
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Registers images where they lie; they are neither copied nor changed."""
    from app.operations import images

    with writing(project, by) as workspace:
        scanned, refused = [], []
        for one in images.scan(paths, recursive, without=[workspace.folder / name for name in ("jobs", "models", "backups")]):
            (refused if isinstance(one, images.Refused) else scanned).append(one)
            show_progress(len(scanned) + len(refused), 0, "files looked at")
        end_progress()
        if not scanned:
            reasons = " ".join(r.reason for r in refused[:3])
            raise UserError(f"None of these files is an image. {reasons}".rstrip(), "PNG, JPEG, TIFF, BMP and WebP files are read.")
        made = workspace.do(images.register, workspace.folder, scanned, group_by=group_by or None, title="Add one image" if len(scanned) == 1 else f"Add {len(scanned)} images")
        value = {
            "added": len(made.added),
            "known": len(made.known),
            "changed": len(made.changed),
            "refused": [{"path": str(r.path), "reason": r.reason} for r in refused],
            "warnings": made.warnings,
        }
    changed = f", {value['changed']} changed on the disk" if made.changed else ""
    lines = [f"{plural(value['added'], 'image')} added, {value['known']} there already{changed}.", *made.warnings]
    return value, "\n".join(lines + [f"left out: {r.reason}" for r in refused])


@command("remove")
def remove(project: ProjectFolder, images: Names, by: By = "", as_json: AsJson = False) -> tuple[dict, str]:
    """Takes images out of the project, never from the disk; undo brings them back with all that belongs to them."""
    from app.operations import images as operations

    def act(session, folder):
        return operations.remove(session, operations.find_all(session, folder, images))

    with writing(project, by) as workspace:
        count = workspace.do(act, workspace.folder, title="Remove one image" if len(images) == 1 else f"Remove {len(images)} images")
    return {"removed": count}, f"{plural(count, 'image')} taken out of the project."


@command("locate")
def locate(
    project: ProjectFolder, folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where they lie now.", show_default=False)], by: By = "", as_json: AsJson = False
) -> tuple[dict, str]:
    """Finds moved images again by their content (sha256)."""
    from app.operations import images

    with writing(project, by) as workspace:
        found = workspace.do(images.locate, folder, title="Locate moved images")
        with workspace.read() as session:
            left = len(images.missing(session))
    return {"found": found, "missing": left}, f"{plural(found, 'image')} found again; {left} still missing."


@command("classes")
def classes(
    project: ProjectFolder,
    add_name: Annotated[str, typer.Option("--add", metavar="NAME", show_default=False)] = "",
    rename: Annotated[tuple[str, str], typer.Option("--rename", metavar="OLD NEW", show_default=False)] = ("", ""),
    merge: Annotated[tuple[str, str], typer.Option("--merge", metavar="FROM INTO", show_default=False)] = ("", ""),
    remove_name: Annotated[str, typer.Option("--remove", metavar="NAME", show_default=False)] = "",
    by: By = "",
    as_json: AsJson = False,
) -> tuple[list[dict], str]:
    """Lists the defect classes; adds, renames, merges or removes one."""
    from app.operations import classes as class_operations
    from app.store import queries

    acts = []
    if add_name:
        acts.append(dict(title=f"Add class {add_name}", what=(class_operations.add, [], add_name)))
    if rename[0]:
        acts.append(dict(title=f"Rename {rename[0]} to {rename[1]}", what=(class_operations.rename, [rename[0]], rename[1])))
    if merge[0]:
        acts.append(dict(title=f"Merge {merge[0]} into {merge[1]}", what=(class_operations.merge, list(merge))))
    if remove_name:
        acts.append(dict(title=f"Remove class {remove_name}", what=(class_operations.remove, [remove_name])))

    def act(session, operation, names, *rest):
        return operation(session, *[class_operations.get(session, name) for name in names], *rest) and None

    if acts:
        with writing(project, by) as workspace:
            for one in acts:
                workspace.do(act, *one["what"], title=one["title"])
    with reading(project) as workspace, workspace.read() as session:
        rows = queries.class_counts(session)
    return rows, table([[r["name"], r["colour"], r["annotations"], r["shots"]] for r in rows], ["class", "colour", "regions", "shots"]) if rows else "No class yet."


@command("status")
def status(project: ProjectFolder, as_json: AsJson = False) -> tuple[dict, str]:
    """How far the project is: images by state, regions, shots and pending proposals by class."""
    from app.operations import places
    from app.store import queries

    with reading(project) as workspace, workspace.read() as session:
        value = queries.status(session)
        value["missing"] = len(places.missing(session))
    head = "  ".join(f"{name.replace('_', '-')} {value[name]}" for name in ("images", "new", "prelabelled", "annotated", "needs_work", "reviewed", "defect_free", "missing"))
    rows = [[c["name"], c["annotations"], c["shots"], c["pending"]] for c in value["classes"]]
    active = value["active"]
    used = f"proposals by {active['engine']}, version {active['id']}" if active else "no version is active"
    return value, "\n".join([head, used, table(rows, ["class", "regions", "shots", "pending"])] if rows else [head, used])


@command("history")
def history(project: ProjectFolder, limit: Annotated[int, typer.Option("--limit", help="How many of the latest.")] = 50, as_json: AsJson = False) -> tuple[list[dict], str]:
    """Lists the changes, newest first: who did what, and when."""
    with reading(project) as workspace:
        rows = workspace.history(limit)
    return rows, table([[r["id"], r["at"], r["by"], r["title"] + (" (taken back)" if r.get("undone") else "")] for r in rows], ["id", "at", "by", "what"])


@command("undo")
def undo(project: ProjectFolder, by: By = "", as_json: AsJson = False) -> tuple[dict, str]:
    """Takes your last change back."""
    with writing(project, by) as workspace:
        title = workspace.undo()
    return {"undone": title}, f"Taken back: {title}"


@command("redo")
def redo(project: ProjectFolder, by: By = "", as_json: AsJson = False) -> tuple[dict, str]:
    """Does again what undo took back."""
    with writing(project, by) as workspace:
        title = workspace.redo()
    return {"redone": title}, f"Done again: {title}"


@command("backup")
def backup(project: ProjectFolder, as_json: AsJson = False) -> tuple[dict, str]:
    """Copies the project's database into its folder `backups` now."""
    from app.store import backups

    with reading(project) as workspace:
        path = backups.backup(workspace.database, workspace.folder)
    return {"backup": str(path)}, f"Backed up to {path}."


@command("restore")
def restore(
    project: ProjectFolder, file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The newest good backup unless given.", show_default=False)] = None, as_json: AsJson = False
) -> tuple[dict, str]:
    """Puts a backup in the database's place; the present database is kept beside it."""
    from app.store import backups

    used = backups.restore(project, file)
    return {"restored": str(used)}, f"Restored from {used}. The database that was there is kept beside it."
