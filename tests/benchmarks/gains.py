"""What fine-tuning gains: `python -m tests.benchmarks.gains --data FOLDER --state FOLDER [--engine NAME | --report | --take-up]`.

Two classes of each of two sets. Five shots of each class are drawn, and 10, 30 and 100 other images are accepted, the classes and
good ones by turns; each is known whole, as when somebody corrected what was proposed. Every episodic engine goes on from the
weights that ship, once for each number of images and each of two draws, and answers before and after by the same shots. All that
is learnt from lies in groups whose hash is even, all that is asked in odd ones, so that no part is seen twice. The steps of each
engine are what takes it two to three minutes on one core.

Interrupted, it goes on where it stopped. `--report` writes what was answered so far into docs/results.md and keeps it in
`results/answers/gains.zip`, which `--take-up` puts into a new state folder. Answers of other code are left behind.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core_models import sources
from core_models.contract.episode import Shot, SupportSet
from core_models.contract.job import Compute, Failed, FineTuneSpec, Finished, LabelledImage, Metric, ModelRef, TrainLabel
from core_models.contract.mask import Mask
from core_models.evaluation.benchmark import figures
from core_models.evaluation.benchmark.episodes import Episode
from core_models.evaluation.benchmark.figures import Answered
from core_models.evaluation.benchmark.items import Item, Pool, usable
from core_models.evaluation.benchmark.pools import in_half, unseen_pool
from core_models.evaluation.benchmark.run import read_answers, write_answer
from core_models.evaluation.benchmark.shipped import Shipped
from core_models.evaluation.benchmark.trained import answered
from core_models.training import fine_tune
from tests.benchmarks import report
from tests.benchmarks.common import write
from tests.benchmarks.fewshot import ANSWERS, keep, take_up

SETS = {"magnetic_tile": ("blowhole", "crack"), "sd_saliency_900": ("patches", "scratches")}
STEPS = {"strip_steel": 300, "eamnet": 30, "in_context": 150}
BESIDE = "support_head"  # learns nothing that lasts: what the others must reach to take its place
ACCEPTED, DRAWS, SHOTS, SEED = (10, 30, 100), 2, 5, 1000
QUERIES, CLEAN = 40, 20
CACHE_BYTES = 10 * 2**30
REMARK = ("What is accepted is true to the pixel, as after a review; nothing else of the set is known. The weights that ship saw generated surfaces alone. "
          "Alarms are of defect-free tiles, which sd_saliency_900 does not have.")
CODE = ("core_models/inference/*.py", "core_models/models/segmentation/together.py", "data/surfaces/*.py", *(f"core_models/training/{name}.py" for name in (
    "confidence", "episode_source", "fine_tune", "gradients", "maps", "project_episodes", "schedule", "targets", "trying")))


@dataclass(frozen=True)
class Drawn:
    """One draw of one set: the shots of each class, what is accepted beside them, in its order, and what is asked."""

    shots: dict[str, list[Item]]
    accepted: list[Item]
    episodes: list[Episode]


def drawn(pool: Pool, where: str, draw: int) -> Drawn:
    rng = random.Random(SEED + draw)
    names = [f"{where}/{name}" for name in SETS[where]]
    shots, left, episodes = {}, [], []
    clean = rng.sample(pool.clean[names[0]], len(pool.clean[names[0]]))
    asked_clean = tuple(i.name for i in clean if in_half(i, "odd"))[:CLEAN]
    for name in names:
        items = rng.sample(pool.classes[name], len(pool.classes[name]))
        even = [i for i in usable(tuple(items)) if in_half(i, "even")]
        first = {i.group: i for i in reversed(even)}
        shots[name] = [i for i in even if first[i.group] is i][:SHOTS]
        left.append([i for i in even if i not in shots[name]])
        queries = tuple(i.name for i in items if in_half(i, "odd"))[:QUERIES]
        episodes.append(Episode(where, name, SHOTS, draw, tuple(i.name for i in shots[name]), queries, asked_clean))
    left.append([i for i in clean if in_half(i, "even")])
    accepted = []
    while any(left) and len(accepted) < max(ACCEPTED):
        accepted += [part.pop(0) for part in left if part]
    return Drawn(shots, accepted[: max(ACCEPTED)], episodes)


def spec_of(engine: str, pool: Pool, given: Drawn, count: int, draw: int, cache: Path) -> FineTuneSpec:
    """A fine-tune by the first so many accepted images."""
    images = [*dict.fromkeys([*(i for items in given.shots.values() for i in items), *given.accepted[:count]])]
    refs = {item.name: replace(item.ref(), id=number + 1) for number, item in enumerate(images)}
    values = {name: pool.classes[name][0].values for name in given.shots}

    def label(item: Item, class_id: int, name: str) -> TrainLabel:
        held = item if item.mask is None else replace(item, values=values[name])
        return TrainLabel(class_id, Mask.from_array(held.truth()), complete=True)

    classes = list(enumerate(given.shots, 1))
    train = tuple(LabelledImage(refs[item.name], item.group, tuple(label(item, k, name) for k, name in classes)) for item in images)
    supports = tuple(SupportSet(k, name, tuple(Shot(refs[i.name], Mask.from_array(i.truth())) for i in given.shots[name])) for k, name in classes)
    model = ModelRef(0, engine)
    return FineTuneSpec(model, model, supports, train, (), minutes=0.0, steps=STEPS[engine], compute=Compute(cache_folder=str(cache), cache_bytes=CACHE_BYTES, seed=draw))


def tuned(spec: FineTuneSpec, folder: Path) -> dict:
    """Trains, or goes on; the version's metrics. What stops it is an error with the job's own sentence."""
    folder.mkdir(parents=True, exist_ok=True)
    for event in fine_tune.run(spec, folder):
        if isinstance(event, Metric):
            print(f"  {event.step}: {event.values}", flush=True)
        if isinstance(event, Failed):
            raise SystemExit(event.sentence)
        if isinstance(event, Finished):
            return event.result["metrics"]
    raise SystemExit("The fine-tune ended without a result.")


def one(engine: str, where: str, draw: int, count: int, pool: Pool, state: Path) -> None:
    """Answers one draw with an engine that learnt from so many images (0: as it ships), unless that is done."""
    out = folder_of(engine, count, state)
    given, names, features = drawn(pool, where, draw), pool.by_name(), state / "features"
    left = [e for e in given.episodes if not (out / f"{kept_as(e)}.json").is_file()]
    if not left:
        return
    begun, work = time.monotonic(), state / "work" / f"{engine}-{where}-{draw}-{count}"
    out.mkdir(parents=True, exist_ok=True)
    if count:
        metrics = tuned(spec_of(engine, pool, given, count, draw, features), work)
        (out / f"{where}.{draw}.json").write_text(json.dumps({**metrics, "accepted": min(count, len(given.accepted))}), encoding="utf-8")
    engine_now = Shipped(engine, {}, str(work / fine_tune.MODEL) if count else "", "auto", features, CACHE_BYTES)
    for episode in left:
        write_answer(out / f"{kept_as(episode)}.json", answered(engine_now, names, episode, time.perf_counter))
    shutil.rmtree(work, ignore_errors=True)
    print(f"{engine}, {where}, draw {draw}, {count} accepted: {time.monotonic() - begun:.0f} s", flush=True)


def kept_as(episode: Episode) -> str:
    return f"{episode.class_name.replace('/', '-')}-{episode.draw}"


def folder_of(engine: str, count: int, state: Path) -> Path:
    """Where an engine's answers lie, by the code that they come from."""
    files = sources.of_engine(engine) + sources.of_engine(BESIDE) + [p for pattern in CODE for p in sorted(sources.ROOT.parent.glob(pattern))]
    weights = sources.ROOT.parent / "resources" / "weights" / engine / "weights.safetensors"
    return state / "answers" / engine / str(count) / sources.digest([*files, weights])[:12]


def found(engine: str, count: int, state: Path, where: str) -> list[Answered]:
    return [a for a in read_answers(folder_of(engine, count, state)) if a.fold == where]


def tables(state: Path) -> list[dict]:
    """Class mIoU and alarms before and after, the gain with its interval, each class, and how the trainings went."""
    gains, against, classes, trainings = [], [], [], []
    for where, names in SETS.items():
        fitted = found(BESIDE, 0, state, where)
        for engine in (*STEPS, BESIDE):
            before = found(engine, 0, state, where)
            counts = ACCEPTED if engine in STEPS else ()
            after = {count: found(engine, count, state, where) for count in counts}
            whole = {n: a for n, a in after.items() if len(a) == len(before) == DRAWS * len(names)}
            none = "not run" if counts else "learns nothing"
            gains.append([where, engine, said(before), *[said(whole.get(n, []), none) for n in ACCEPTED], *[gain(whole[n], before) if n in whole else "" for n in ACCEPTED]])
            if whole and len(fitted) == len(before):
                against.append([where, engine, *[gain(part, fitted) if part else "" for part in (before, *(whole.get(n) for n in ACCEPTED))]])
            for name in names:
                mine = [[a for a in part if a.class_name == f"{where}/{name}"] for part in (before, *(whole.get(n, []) for n in ACCEPTED))]
                classes.append([where, name, engine, *[f"{mean(part):.3f}" if part else "" for part in mine]])
            for count in counts:
                trainings += [[where, engine, path.suffixes[0][1:], *told(path)] for path in sorted(folder_of(engine, count, state).glob(f"{where}.*.json"))]
    numbers = [f"after {n} accepted" for n in ACCEPTED]
    return [
        {"title": "Class mIoU over the draws, and the share of clean images on which anything is proposed; the gain with its 95 % interval over draws and images:",
         "columns": ["set", "engine", "as it ships", *numbers, *[f"gain {n.removeprefix('after ')}" for n in numbers]], "rows": gains},
        {"title": f"Against {BESIDE}, by the same shots on the same images:", "columns": ["set", "engine", "as it ships", *numbers], "rows": against},
        {"title": "IoU of each class:", "columns": ["set", "class", "engine", "as it ships", *numbers], "rows": classes},
        {"title": f"The trainings. IoU is that of what the trained engine alone would show on the kept-aside groups of what was accepted, which chose the step; \"share\" is how much of an answer is the version's, the rest {BESIDE}'s:",
         "columns": ["set", "engine", "draw", "accepted", "best step", "chosen by", "IoU before", "IoU of the best step", "share", "minutes"], "rows": trainings},
    ]


def told(path: Path) -> list:
    """How a training went, by its file."""
    m = json.loads(path.read_text(encoding="utf-8"))
    share = f"{m['share']:.0%}" if "share" in m else "all"
    return [m["accepted"], f"{m['best_step']} of {m['steps']}", m["chosen_by"], m.get("iou_before", ""), m.get("iou", ""), share, m["minutes"]]


def mean(answers: list[Answered]) -> float:
    return float(np.mean(figures.per_draw(answers, "class mIoU")))


def said(answers: list[Answered], none: str = "not run") -> str:
    """Class mIoU, and alarms where there are clean images."""
    if not answers:
        return none
    alarms = figures.false_alarms(answers)
    return f"{mean(answers):.3f}" + ("" if alarms is None else f"; {alarms:.0%}")


def gain(after: list[Answered], before: list[Answered]) -> str:
    d = figures.difference(after, before)
    return f"{d.mean:+.3f} [{d.images[0]:.3f}, {d.images[1]:.3f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--engine", choices=(*STEPS, BESIDE), help="only this one")
    what.add_argument("--report", action="store_true", help="measure nothing: write the tables of what was answered so far")
    what.add_argument("--take-up", action="store_true", help="measure nothing: put into the state folder what was answered before")
    given = parser.parse_args()
    archive = ANSWERS / "gains.zip"
    if given.take_up:
        print(f"{take_up(archive, given.state)} files of {archive.name} taken up")
    elif given.report:
        keep(given.state, archive)
        write("gains", "What fine-tuning gains", {"tables": tables(given.state), "remarks": [REMARK]}, draws=DRAWS, seed=SEED, shots=SHOTS,
              steps="; ".join(f"{engine} {steps}" for engine, steps in STEPS.items()), queries=QUERIES, clean_images=CLEAN)
        report.main()
    else:
        measure([given.engine] if given.engine else [*STEPS, BESIDE], given.data, given.state)


def measure(engines: list[str], data: Path, state: Path) -> None:
    pool = unseen_pool(data)
    for engine in engines:
        for count in (0, *ACCEPTED) if engine in STEPS else (0,):
            for where in SETS:
                for draw in range(DRAWS):
                    one(engine, where, draw, count, pool, state)


if __name__ == "__main__":
    main()
