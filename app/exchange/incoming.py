"""What a reader of label files hands on: labels as the files state them, before and after each image was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from core_models.contract.mask import Mask

COMPLETE, NEEDS_WORK = "complete", "needs_work"


@dataclass(frozen=True)
class Region:
    """One region of one class as a file gives it. `where` names it in a sentence."""

    class_name: str
    mask: Mask
    ignore: bool = False
    where: str = ""


@dataclass(frozen=True)
class Statement:
    """What a file says of one class on a whole image: complete or needs_work; blind: before any proposal was shown."""

    state: str
    blind: bool = True
    comment: str = ""


@dataclass
class Entry:
    """The labels of one image as a file states them.

    name: its path as the file writes it, checked (relative, "/", never ".."); other_names: further paths it may have
    below a root; file: where that path leads beside the labels, if a file lies there. width, height: as the file
    states them, in pixels, None where it does not. decode(height, width) gives the regions on an image of that size:
    it is called only when the image is known to have it, so that a file cannot ask for memory by naming a size.
    """

    name: str
    where: str
    decode: Callable[[int, int], list[Region]]
    other_names: tuple[str, ...] = ()
    file: Path | None = None
    any_suffix: bool = False
    sha256: str = ""
    width: int | None = None
    height: int | None = None
    statements: dict[str, Statement] = field(default_factory=dict)
    defect_free: bool = False


@dataclass
class Document:
    """All that a label file or folder states. classes: name -> colour ("#rrggbb") or None; by_pixels: the format keeps
    pixels of a class, not regions, so that regions are cut anew when it is read."""

    classes: dict[str, str | None]
    entries: list[Entry]
    notes: list[str] = field(default_factory=list)
    by_pixels: bool = False


@dataclass
class Labelled:
    """One image with its checked labels: an image of the project (image_id), or a file to be registered (scanned)."""

    where: str
    image_id: int | None
    scanned: object | None
    regions: list[Region]
    statements: dict[str, Statement]
    defect_free: bool


@dataclass
class Incoming:
    """An import that was read and checked whole: nothing of it can fail for what its files hold."""

    project_folder: Path
    classes: dict[str, str | None]
    images: list[Labelled]
    notes: list[str]
    by_pixels: bool = False
