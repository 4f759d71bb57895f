"""Reads the published few-shot sets in the folder forms in which they are handed round.

Surface Defect-4i (TGRNet): CLASS/Images/NAME.jpg, CLASS/GT/NAME.png, CLASS/Nd/NAME.jpg (defect-free), and lists
`data_list/{train,test}/fold_N_{defective,mask,clean}.txt` of lines "path label", some of which begin with a byte-order mark.
FSSD-12 (CPANet, MAPTNet): the same folders of 12 classes, 50 images each, and no defect-free ones. The nine-class selection
of strip_steel_fss.md, section 5, is a part of FSSD-12.
"""

from __future__ import annotations

from pathlib import Path

from core_models.evaluation.benchmark.items import BenchmarkError, Item, NotThere, Pool

FOLDS_4I = {
    "0": ("AI_Rm", "MT_Uneven", "Steel_Ld", "Steel_Am"),
    "1": ("leather", "Steel_Pa", "Rail", "Steel_Sc"),
    "2": ("Al_Con", "MT_Break", "MT_Fray", "tile"),
}
FOLDS_12 = {
    "0": ("Steel_Am", "Steel_Ia", "Steel_Ld", "Steel_Op"),
    "1": ("Steel_Os", "Steel_Ws", "Steel_Pa", "Steel_Pk"),
    "2": ("Steel_Ri", "Steel_Rp", "Steel_Sc", "Steel_Se"),
}
FOLDS_9 = {
    "1": ("Steel_Ri", "Steel_Rp", "Steel_Os"),
    "2": ("Steel_Ia", "Steel_Ws", "Steel_Pk"),
    "3": ("Steel_Op", "Steel_Se", "Steel_Sc"),
}
NAMES = {"surface_defect_4i": "Surface Defect-4i", "fssd_12": "FSSD-12", "strip_steel_9": "the nine-class selection of FSSD-12"}
_FOLDS = {"surface_defect_4i": FOLDS_4I, "fssd_12": FOLDS_12, "strip_steel_9": FOLDS_9}
_IMAGES = (".jpg", ".jpeg", ".png", ".bmp")


def published_pool(source: str, root: Path, rule: str) -> Pool:
    """The pool of one of `NAMES` below `root`; BenchmarkError ("not run") where the folder is not there.

    Each class is on one list with its number; where there are no lists, every image of a class's folder counts.
    """
    folds = _FOLDS[source]
    wanted = [name for names in folds.values() for name in names]
    missing = [name for name in wanted if not (root / name / "Images").is_dir()]
    if missing:
        raise NotThere(f"{NAMES[source]} is not in {root} (no {missing[0]}/Images): not run.")
    listed = _listed(root, "defective") if source == "surface_defect_4i" else {}
    free = _listed(root, "clean") if source == "surface_defect_4i" else {}
    classes, clean = {}, {}
    for name in wanted:
        paths = _existing(root, listed[name], name) if name in listed else _inside(root / name / "Images")
        classes[name] = tuple(_item(root, name, path, rule) for path in paths)
        if not classes[name]:
            raise BenchmarkError(f"{root / name / 'Images'} holds no image. Put the data folder back from its source.")
        spare = _existing(root, free[name], name) if name in free else _inside(root / name / "Nd") if source == "surface_defect_4i" else []
        clean[name] = tuple(Item(f"{name}/Nd/{p.name}", p, None, f"{name}/Nd/{p.name}") for p in spare)
    empty = [item.name for items in classes.values() for item in items if item.share() == 0]
    notes = [f"A mask's pixel is a defect where it is {rule}."]
    if empty:
        notes.append(f"Empty under that rule, and never a shot: {', '.join(empty)}.")
    return Pool(classes, clean, folds, dict.fromkeys(wanted, NAMES[source]), tuple(notes))


def _item(root: Path, name: str, image: Path, rule: str) -> Item:
    mask = root / name / "GT" / (image.stem + ".png")
    if not mask.is_file():
        raise BenchmarkError(f"{name}/Images/{image.name} has no mask {name}/GT/{mask.name}. Put the data folder back from its source.")
    return Item(f"{name}/{image.name}", image, mask, f"{name}/{image.name}", (), rule)


def _inside(folder: Path) -> list[Path]:
    return sorted((p for p in folder.glob("*") if p.suffix.lower() in _IMAGES), key=lambda p: (len(p.stem), p.stem))


def _listed(root: Path, kind: str) -> dict[str, list[str]]:
    """Class -> paths in the order of the test lists; nothing where there are no lists."""
    found: dict[str, list[str]] = {}
    for folder in (root / "data_list" / "test", root / "test"):
        for path in sorted(folder.glob(f"fold_*_{kind}.txt")):
            for line in path.read_text(encoding="utf-8-sig").splitlines():
                words = line.replace("\ufeff", "").split()
                if words:
                    entry = words[0].replace("\\", "/")
                    known = found.setdefault(entry.split("/")[0], [])
                    if entry not in known:
                        known.append(entry)
        if found:
            break
    return found


def _existing(root: Path, paths: list[str], name: str) -> list[Path]:
    missing = [p for p in paths if not (root / p).is_file()]
    if missing:
        raise BenchmarkError(f"The lists of {name} name {len(missing)} images that are not there, {missing[0]} for one. Put the data folder back from its source.")
    return [root / p for p in paths]
