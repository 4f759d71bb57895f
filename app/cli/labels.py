"""Commands on labels: import and export, shots, review, and the check against a known truth."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.cli.common import AsJson, By, ClassNames, ProjectFolder, command, end_progress, plural, reading, show_progress, table, writing
from app.operations import classes, support

Format = StrEnum("Format", ["labelme", "coco", "masks"])
What = StrEnum("What", ["annotations", "predictions"])
Images = StrEnum("Images", ["reference", "copy"])
FormatOption = Annotated[Format, typer.Option("--format", help="labelme, coco or masks.", show_default=False)]
Paths = Annotated[list[str], typer.Option("--image", metavar="PATH", help="Only this image; can be given several times.", show_default=False)]


@command("import")
def import_(
    project: ProjectFolder,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The COCO file, the Labelme folder or file, the masks folder.", show_default=False)],
    format: FormatOption,
    as_shots: Annotated[bool, typer.Option("--as-shots", help="The masks become shots.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Reads labels, checks them whole, then takes them in as one change."""
    from app.exchange import formats

    with writing(project, by) as workspace:
        incoming = formats.read(workspace, format.value, path)
        value = workspace.do(formats.apply, incoming, as_shots=as_shots, title=f"Import {path.name}")
    said = f"{plural(value['regions'], 'region')} on {plural(value['images'], 'image')} taken in ({value['new_images']} newly registered)."
    return value, "\n".join([said, *value.get("notes", [])])


@command("shots")
def shots(
    project: ProjectFolder,
    class_name: Annotated[str, typer.Option("--class", metavar="NAME", show_default=False)],
    add: Annotated[list[str], typer.Option("--add", metavar="IMAGE...", show_default=False)] = [],  # noqa: B006  (typer's form)
    drop: Annotated[list[str], typer.Option("--drop", metavar="IMAGE...", show_default=False)] = [],  # noqa: B006
    by: By = "",
    as_json: AsJson = False,
) -> tuple[list[dict], str]:
    """Lists the examples of a class; takes labelled images in or out."""
    from app.operations import images

    def change(session, folder):
        class_id = classes.get(session, class_name).id
        for name in add:
            support.add_shot(session, class_id, images.find(session, folder, name).id)
        for name in drop:
            support.drop_shot(session, class_id, images.find(session, folder, name).id)

    if add or drop:
        with writing(project, by) as workspace:
            workspace.do(change, workspace.folder, title=f"Change the shots of {class_name}")
    with reading(project) as workspace, workspace.read() as session:
        rows = [{"image": image.path, "id": image.id} for image in support.shots(session, classes.get(session, class_name).id)]
    return rows, "\n".join(row["image"] for row in rows) or f"{class_name} has no shot yet."


@command("review")
def review(
    project: ProjectFolder,
    accept: Annotated[bool, typer.Option("--accept", help="Pending regions become annotations.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Pending regions are no defects.")] = False,
    complete: Annotated[bool, typer.Option("--complete", help="All of the class is marked on these images.")] = False,
    defect_free: Annotated[bool, typer.Option("--defect-free", help="None of any class is on these images.")] = False,
    needs_work: Annotated[bool, typer.Option("--needs-work", help="Somebody has to look at these images again.")] = False,
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", show_default=False)] = "",
    class_names: ClassNames = [],  # noqa: B006
    min_score: Annotated[float | None, typer.Option("--min-score", metavar="S", show_default=False)] = None,
    max_score: Annotated[float | None, typer.Option("--max-score", metavar="S", show_default=False)] = None,
    image: Paths = [],  # noqa: B006
    by: By = "",
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Decides on proposals, or says what holds of whole images."""
    from app.operations import images, review_images

    chosen = [word for word, on in (("accept", accept), ("reject", reject), ("complete", complete), ("defect_free", defect_free), ("needs_work", needs_work)) if on]
    if len(chosen) != 1:
        raise typer.BadParameter("Give exactly one of --accept, --reject, --complete, --defect-free and --needs-work.")

    def act(session, folder):
        class_ids = [classes.get(session, name).id for name in class_names] or None
        image_ids = [images.find(session, folder, name).id for name in image] or None
        return review_images.decide(session, chosen[0], class_ids, image_ids, min_score=min_score, max_score=max_score, comment=comment)

    names = ", ".join(class_names)
    with writing(project, by) as workspace:
        value = workspace.do(act, workspace.folder, title={
            "accept": f"Accept proposals of {names}" if names else "Accept proposals",
            "reject": f"Reject proposals of {names}" if names else "Reject proposals",
            "complete": f"Call complete for {names}" if names else "Call complete",
            "defect_free": "Call defect-free",
            "needs_work": f"Ask for work on {names}" if names else "Ask for work",
        }[chosen[0]])  # fmt: skip
    thing = "region" if chosen[0] in ("accept", "reject") else "image"
    said = f"{plural(value['decided'], thing)} decided."
    if value.get("check_images"):
        said += f" {plural(value['check_images'], 'check image')} left out: these are decided one by one."
    return value, said


@command("export")
def export(
    project: ProjectFolder,
    format: FormatOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", show_default=False)],
    what: Annotated[What, typer.Option("--what")] = What.annotations,
    class_names: ClassNames = [],  # noqa: B006
    images: Annotated[Images, typer.Option("--images", help="Name the images where they lie, or copy them.")] = Images.reference,
    include_unreviewed: Annotated[bool, typer.Option("--include-unreviewed", help="Images that nobody called complete too.")] = False,
    version: Annotated[int | None, typer.Option("--version", metavar="ID", show_default=False)] = None,
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Writes a Labelme, COCO or masks data set."""
    from app.exchange import formats

    with reading(project) as workspace, workspace.read() as session:
        class_ids = [classes.get(session, name).id for name in class_names] or None
        options = formats.ExportOptions(what=what.value, class_ids=class_ids, images=images.value, include_unreviewed=include_unreviewed, version_id=version)
        for step in formats.export(session, workspace.folder, format.value, out, options):
            show_progress(step.done, step.total, "images written")
        end_progress()
        value = step.summary
    said = f"{plural(value['regions'], 'region')} on {plural(value['images'], 'image')} written to {out}."
    if value["left_out"]:
        said += f" {plural(value['left_out'], 'image')} left out because nobody called them complete (--include-unreviewed takes them along)."
    return value, "\n".join([said, *value.get("notes", [])])


@command("evaluate")
def evaluate(
    project: ProjectFolder,
    truth: Annotated[Path, typer.Option("--truth", metavar="DIR", show_default=False)],
    format: Annotated[Format, typer.Option("--format")] = Format.masks,
    version: Annotated[int | None, typer.Option("--version", metavar="ID", show_default=False)] = None,
    as_json: AsJson = False,
) -> tuple[dict, str]:
    """Compares the proposals with a known truth; shots are left out."""
    from app.exchange import evaluate as evaluation

    with reading(project) as workspace:
        value = evaluation.evaluate(workspace, truth, format.value, version)
    rows = [[name, f"{c['iou']:.3f}", f"{c['f1']:.3f}", f"{c['recall']:.3f}", f"{c['false_alarms']:.3f}"] for name, c in value["classes"].items()]
    return value, table(rows, ["class", "IoU", "F1", "recall", "false alarms"]) + f"\nmean IoU {value['mean_iou']:.3f}"
