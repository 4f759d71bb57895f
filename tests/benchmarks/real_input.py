"""The loop on real images, through the command line: `python -m tests.benchmarks.real_input DATA [--draws N] [--minutes M]`.

For each class of magnetic_tile and sd_saliency_900: K = 1 and 5 shots, several draws, up to 60 other images (25 clean
ones beside them where there are any), each engine on the same shots. Only groups whose hash is odd take part: recipes are
chosen on the even ones. Then, for two classes of each set, what scores well is accepted, the model is fine-tuned, and the
new version is compared with the old one on a third of the groups that nothing else touched.

Interrupted, it goes on where it stopped: each figure is kept in STATE as soon as it is there, under the code that made it (the
engines', and for the fine-tunes the training's as well); figures of other code are left behind.
Seconds an image are taken from the first draw of one class of each set: cold with an empty cache, cached when the same
command is run over again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import platformdirs

from core_models.contract.opencv import cv2
from tests.benchmarks.common import Program, code, commit, write

ENGINES = ("nearest", "support_head", "in_context")
SETS = {"magnetic_tile": ("blowhole", "break", "crack", "fray", "uneven"), "sd_saliency_900": ("inclusion", "patches", "scratches")}
TUNED = (("magnetic_tile", "blowhole"), ("magnetic_tile", "crack"), ("sd_saliency_900", "patches"), ("sd_saliency_900", "scratches"))
TIMED = ("blowhole", "patches")
REMARK = ("The untouched images of magnetic_tile hold defect-free tiles too, so that false alarms lower the pooled IoU there. What was accepted was "
          "accepted by its score alone, unseen: wrong regions teach as well, and no image was said to be complete.")
QUERIES, CLEAN = 60, 25
ENGINE_CODE = ("core_models/contract", "core_models/inference", "core_models/models", *(f"resources/weights/{name}/weights.safetensors" for name in ("backbone", "support_head", "in_context")))
STATE = Path(platformdirs.user_cache_dir("defectloop-benchmarks", appauthor=False)) / "real_input.json"


def odd(group: str) -> bool:
    return hashlib.sha256(group.encode("utf-8")).digest()[0] % 2 == 1


def rows(data: Path, name: str) -> list[dict]:
    with open(data / name / "manifest.csv", encoding="utf-8") as f:
        return [r for r in csv.DictReader(f) if odd(r["group"])]


def marked(table: list[dict], class_name: str) -> list[dict]:
    """The images of one class whose mask is not empty (a few in the set are)."""
    return [r for r in table if r["cls"] == class_name and r.get("mask_px") != "0"]


def masks_folder(data: Path, name: str, where: Path, images: list[str], class_name: str) -> Path:
    """A masks-form folder of these images with one class."""
    classes = json.loads((data / name / "classes.json").read_text(encoding="utf-8"))["classes"]
    for sub in ("images", "masks"):
        (where / sub).mkdir(parents=True)
    for image in images:
        shutil.copy(data / name / "images" / image, where / "images" / image)
        mask = cv2.imread(str(data / name / "masks" / f"{Path(image).stem}.png"), cv2.IMREAD_UNCHANGED)
        cv2.imwrite(str(where / "masks" / f"{Path(image).stem}.png"), (mask == classes[class_name]).astype(np.uint8))
    (where / "classes.json").write_text(json.dumps({"classes": {class_name: 1}}), encoding="utf-8")
    return where


def drawn(table: list[dict], class_name: str, shots: int, draw: int) -> tuple[list[str], list[str]]:
    """Shots of one class, each of a group of its own, and up to 60 others of groups that gave no shot."""
    own = marked(table, class_name)
    random.Random(1000 + draw).shuffle(own)
    chosen: list[dict] = []
    for r in own:
        if len(chosen) < shots and r["group"] not in {c["group"] for c in chosen}:
            chosen.append(r)
    used = {c["group"] for c in chosen}
    return [c["image"] for c in chosen], [r["image"] for r in own if r["group"] not in used][:QUERIES]


def one_draw(run: Program, data: Path, name: str, class_name: str, shots: int, draw: int) -> dict[str, dict]:
    """Every engine on one draw: pooled IoU, share of clean images with an alarm; of a timed one, seconds an image as well."""
    timing = draw == 0 and class_name in TIMED
    table = rows(data, name)
    examples, queries = drawn(table, class_name, shots, draw)
    clean = [r["image"] for r in table if r["cls"] == "free"][:CLEAN]
    out = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        place = Path(place)
        truth = masks_folder(data, name, place / "all", examples + queries, class_name)
        free = masks_folder(data, name, place / "clean", clean, class_name) if clean else None
        run("new", place / "p")
        run("add", place / "p", truth / "images", *([free / "images"] if free else []))
        run("import", place / "p", "--format", "masks", masks_folder(data, name, place / "shots", examples, class_name), "--as-shots")
        for engine in ENGINES:
            if timing:
                shutil.rmtree(run.home / "cache", ignore_errors=True)
            cold = timed(run, "prelabel", place / "p", "--class", class_name, "--engine", engine)
            cached = timed(run, "prelabel", place / "p", "--class", class_name, "--redo") if timing else None
            iou = run("evaluate", place / "p", "--truth", truth)["classes"][class_name]["iou"]
            alarms = run("evaluate", place / "p", "--truth", free)["classes"][class_name]["false_alarms"] if free else None
            out[engine] = {"iou": iou, "alarms": alarms, "cold": cold if timing else None, "cached": cached}
    return out


def timed(run: Program, *words: object) -> float:
    """Seconds for each image of a pre-label command."""
    begin = time.perf_counter()
    job = run(*words)
    return (time.perf_counter() - begin) / max(job["total"], 1)


def tuning(run: Program, data: Path, name: str, class_name: str, minutes: float) -> dict:
    """Accept what scores well on two thirds of the groups, fine-tune, compare on the third that nothing touched."""
    table = [r for r in rows(data, name) if r["cls"] in (class_name, "free")]
    apart = [r["image"] for r in table if int(hashlib.sha256(b"third" + r["group"].encode()).hexdigest(), 16) % 3 == 0]
    rest = [r for r in table if r["image"] not in set(apart)]
    shots = [r["image"] for r in marked(rest, class_name)][:5]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        place = Path(place)
        run("new", place / "p")
        run("add", place / "p", masks_folder(data, name, place / "rest", [r["image"] for r in rest], class_name) / "images")
        run("import", place / "p", "--format", "masks", masks_folder(data, name, place / "shots", shots, class_name), "--as-shots")
        run("prelabel", place / "p", "--class", class_name)
        accepted = run("review", place / "p", "--accept", "--class", class_name, "--min-score", 0.7)["decided"]
        version = run("finetune", place / "p", "--minutes", minutes, "--activate", "never")["version"]
        truth = masks_folder(data, name, place / "apart", apart, class_name)
        run("add", place / "p", truth / "images")
        ids = {m["engine"]: m["id"] for m in run("models", place / "p") if m["parent"] is None}
        figures = {"accepted": accepted, "images": len(apart)}
        for word, number in (("support_head", ids["support_head"]), ("in_context as it ships", ids["in_context"]), ("in_context fine-tuned", version)):
            run("models", place / "p", "--activate", number)
            run("prelabel", place / "p", "--class", class_name)
            figures[word] = run("evaluate", place / "p", "--truth", truth)["classes"][class_name]["iou"]
    return figures


def interval(values: list[float]) -> str:
    """Mean and 95 % interval by resampling the draws; the mean alone where there is one draw."""
    if len(values) < 2:
        return f"{np.mean(values):.3f}"
    rng = np.random.default_rng(0)
    means = rng.choice(values, (2000, len(values))).mean(axis=1)
    return f"{np.mean(values):.3f} [{np.quantile(means, 0.025):.3f}, {np.quantile(means, 0.975):.3f}]"


def tables(state: dict, minutes: float) -> list[dict]:
    out = []
    for shots in (5, 1):
        lines = []
        for name, class_names in SETS.items():
            for class_name in class_names:
                runs = [v for k, v in state["draws"].items() if k.startswith(f"{name}/{class_name}/{shots}/")]
                if runs:
                    lines.append([name, class_name, len(runs), *[interval([r[e]["iou"] for r in runs]) for e in ENGINES]])
        runs = [v for k, v in state["draws"].items() if f"/{shots}/" in k]
        if not runs:
            continue
        lines.append(["", "**mean**", "", *[f"**{np.mean([r[e]['iou'] for r in runs]):.3f}**" for e in ENGINES]])
        lines.append(["", "false alarms on clean tiles", "", *[f"{np.mean([r[e]['alarms'] for r in runs if r[e]['alarms'] is not None]):.2f}" for e in ENGINES]])
        for word, title in (("cold", "cold"), ("cached", "features and what was learnt cached")):
            timed_runs = [r for r in runs if r["support_head"][word] is not None]
            lines.append(["", f"seconds an image, {title}", "", *[f"{np.median([r[e][word] for r in timed_runs]):.2f}" if timed_runs else "" for e in ENGINES]])
        out.append({"title": f"Pooled IoU with {shots} shot{'s' if shots > 1 else ''} (mean and 95 % interval over the draws):", "columns": ["set", "class", "draws", *ENGINES], "rows": lines})
    lines = [[*key.split("/"), f["accepted"], f["images"], *[f"{f[w]:.3f}" for w in ("support_head", "in_context as it ships", "in_context fine-tuned")]] for key, f in state["tuned"].items()]
    columns = ["set", "class", "accepted regions", "untouched images", "support_head", "in_context as it ships", "in_context fine-tuned"]
    out.append({"title": f"What {minutes:g} minutes of fine-tuning gain: pooled IoU on a third of the groups that nothing else touched:", "columns": columns, "rows": lines})
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=3.0, help="of each fine-tune")
    options = parser.parse_args()
    state = json.loads(STATE.read_text(encoding="utf-8")) if STATE.exists() else {}
    for part, folders in (("draws", ENGINE_CODE), ("tuned", (*ENGINE_CODE, "core_models/training"))):
        if state.get(f"{part} of") != code(*folders):
            state |= {part: {}, f"{part} of": code(*folders), f"{part} at": commit()}

    def keep() -> None:
        STATE.parent.mkdir(parents=True, exist_ok=True)
        STATE.write_text(json.dumps(state, indent=1), encoding="utf-8")
        write("real_input", "The loop on real images", {"tables": tables(state, options.minutes), "remarks": [REMARK]}, draws=options.draws, shot_seeds="1000 + draw", groups="odd hash only", draws_measured_at=state["draws at"], fine_tunes_measured_at=state["tuned at"])

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        run = Program(Path(home))
        for name, class_name in TUNED:
            if f"{name}/{class_name}" not in state["tuned"]:
                state["tuned"][f"{name}/{class_name}"] = tuning(run, options.data, name, class_name, options.minutes)
                keep()
        for draw in reversed(range(options.draws)):  # the timed one at the end
            for name, class_names in SETS.items():
                for class_name in class_names:
                    for shots in (5, 1):
                        key = f"{name}/{class_name}/{shots}/{draw}"
                        if key not in state["draws"]:
                            state["draws"][key] = one_draw(run, options.data, name, class_name, shots, draw)
                            keep()
    keep()


if __name__ == "__main__":
    main()
