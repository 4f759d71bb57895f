"""Runs one engine of a benchmark: every episode once, each answer a file of its own, so that it goes on where it stopped."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import torch

from core_models import sources
from core_models.contract.card import CardError
from core_models.contract.image_file import sha256
from core_models.evaluation.benchmark import episodes as drawing
from core_models.evaluation.benchmark.blended import Blended
from core_models.evaluation.benchmark.episodes import Episode
from core_models.evaluation.benchmark.figures import Answered
from core_models.evaluation.benchmark.items import BenchmarkError, Pool
from core_models.evaluation.benchmark.protocol import BEST_ON_TEST, CHOSEN, LAST, Entry, Protocol
from core_models.evaluation.benchmark.raw_cache import RawCache
from core_models.evaluation.benchmark.shipped import Shipped
from core_models.evaluation.benchmark.trained import FoldEngine, Trained, answered, pick_rate, strides_of
from core_models.inference.device import pick
from core_models.inference.features import BACKBONE
from core_models.models.architectures import ARCHITECTURES
from core_models.models.backbone import Backbone
from core_models.training.backbone import load_imagenet
from core_models.training.folds import Recipe
from core_models.weights import checksum, load_folder

PROTOCOL, EPISODES, ABOUT = "protocol.json", "episodes.json", "about.json"


@dataclass(frozen=True)
class Place:
    """Where a benchmark reads and writes: `data`, the `state` that it goes on from, and how large its caches may become."""

    data: Path
    state: Path
    device: str = "auto"
    cache_bytes: int = 20 * 2**30
    keep_cache: bool = False
    imagenet: Path | None = None
    said: Callable[[str], None] = print


def begin(protocol: Protocol, place: Place) -> tuple[Pool, list[Episode]]:
    """The images and the episodes of the state folder: drawn at the first time, read from there ever after."""
    pool = protocol.pool(place.data)
    place.state.mkdir(parents=True, exist_ok=True)
    kept = place.state / PROTOCOL
    text = json.dumps({"title": protocol.title, "source": protocol.source, "drawing": dataclasses.asdict(protocol.drawing), "rule": protocol.rule}, ensure_ascii=False)
    if kept.is_file() and kept.read_text(encoding="utf-8") != text:
        raise BenchmarkError(f"{place.state} holds the state of another benchmark. Name another folder with --state, or delete this one.")
    path = place.state / EPISODES
    if not path.is_file():
        whole = dataclasses.replace(protocol, folds=()).pool(place.data)  # a later run may ask for the other folds
        drawing.write(path, protocol.drawing, drawing.draw(whole, protocol.drawing))
    kept.write_text(text, encoding="utf-8")
    said, found = drawing.read(path, pool)
    if said != protocol.drawing:
        raise BenchmarkError(f"{path} was drawn in another way than this benchmark asks for. Name another folder with --state.")
    for note in pool.notes:
        place.said(note)
    return pool, [e for e in found if e.fold in pool.folds]


def run(protocol: Protocol, label: str, place: Place, seeds: tuple[int, ...] = ()) -> None:
    """Answers every episode with one engine; what is answered already is not asked again. BenchmarkError, CardError.

    `seeds`: those of its trainings that are wanted (none: all).
    """
    entry = protocol.entry(label)
    if seeds:
        if strange := [s for s in seeds if s not in entry.seeds]:
            raise BenchmarkError(f"{label} has no seed {strange[0]}. It has {', '.join(map(str, entry.seeds))}.")
        entry = dataclasses.replace(entry, seeds=seeds)
    pool, found = begin(protocol, place)
    if entry.beside is not None:
        _run_blended(entry, protocol, pool, found, place)
    elif entry.recipe is None:
        _run_shipped(entry, pool, found, place)
    else:
        _run_trained(entry, protocol, pool, found, place)


def _run_shipped(entry: Entry, pool: Pool, found: list[Episode], place: Place) -> None:
    engine, features = _shipped(entry, place)
    folder = folder_of(entry, place.state, "as it ships", engine.weights)
    _about(folder, entry, "as it ships", 0, engine.weights)
    _answer_all(engine, pool, found, folder, place, entry.label)
    if not place.keep_cache:
        shutil.rmtree(features, ignore_errors=True)


def _shipped(entry: Entry, place: Place) -> tuple[Shipped, Path]:
    """The engine, and where its features are kept meanwhile."""
    features = place.state / "cache" / "features"
    return Shipped(entry.engine, entry.params, entry.folder, place.device, features, place.cache_bytes), features


def _run_blended(entry: Entry, protocol: Protocol, pool: Pool, found: list[Episode], place: Place) -> None:
    """With the weights that a run of the trained entry left behind, of the epoch that held-out base classes chose, else the last."""
    shipped, features = _shipped(entry, place)
    cache, weights = _raw(entry.beside, protocol, place)
    for seed in entry.seeds:
        for fold in pool.folds:
            work = place.state / "training" / entry.beside.label / f"{fold}-{seed}"
            if not (work / "trained.json").is_file():
                raise BenchmarkError(f"{entry.label} needs {entry.beside.label} trained on fold {fold} with seed {seed}. Run the benchmark with --engine {entry.beside.label} --seed {seed} before.")
            epochs = json.loads((work / "trained.json").read_text(encoding="utf-8"))["epochs"]
            way = CHOSEN if CHOSEN in epochs else LAST
            said = f"{shipped.weights}/{weights}/{seed}"
            folder, mine = folder_of(entry, place.state, way, said), [e for e in found if e.fold == fold]
            if not _left(mine, folder):
                place.said(f"{entry.label}: fold {fold}, seed {seed} is answered")
                continue
            of_fold = FoldEngine(entry.beside, pool, fold, protocol.held_out.get(fold, ()), protocol.drawing, cache, work, seed, place.said)
            engine = Blended(shipped, of_fold.at(epochs[way])).chosen(of_fold.looking["held_out"], of_fold.by_name)
            place.said(f"{entry.label}: fold {fold}, {engine.share:.0%} of {entry.beside.label}, regions from {engine.peak} on")
            _about(folder, entry, way, seed, said)
            _answer_all(engine, pool, mine, folder, place, entry.label)
    if not place.keep_cache:
        cache.clear()
        shutil.rmtree(features, ignore_errors=True)


def _raw(entry: Entry, protocol: Protocol, place: Place) -> tuple[RawCache, str]:
    """The cache of the stages that a trained engine reads, and the checksum of the backbone that they come from."""
    device = pick(place.device)
    network, weights = _backbone(place.imagenet, entry.recipe)
    return RawCache(place.state / "cache" / "raw", network.to(device.torch), weights, device, strides_of(entry.engine), protocol.side, place.cache_bytes, place.said,
                    keep=not entry.recipe.adapt), weights


def _run_trained(entry: Entry, protocol: Protocol, pool: Pool, found: list[Episode], place: Place) -> None:
    cache, weights = _raw(entry, protocol, place)
    for seed in entry.seeds:
        for fold in pool.folds:
            work = place.state / "training" / entry.label / f"{fold}-{seed}"
            mine, known = [e for e in found if e.fold == fold], {}
            if _is_answered(work / "trained.json", entry, mine, place, f"{weights}/{seed}"):
                place.said(f"{entry.label}: fold {fold}, seed {seed} is answered")
                continue
            engine = FoldEngine(entry, pool, fold, protocol.held_out.get(fold, ()), protocol.drawing, cache, work, seed, place.said)
            engine.fill()
            rate, tried = pick_rate(engine, work.parent / "rate.json")
            place.said(f"rate {rate[0]}, weight decay {rate[1]}")
            trained = engine.train(rate, tried)
            _keep(work / "trained.json", trained, weights)
            for way, epoch in trained.epochs.items():
                if way == BEST_ON_TEST:
                    continue  # its figure is that of the look itself, as papers give it
                folder = folder_of(entry, place.state, way, f"{weights}/{seed}")
                _about(folder, entry, way, seed, weights)
                if epoch in known:
                    _copy_answers(mine, known[epoch], folder)
                _answer_all(engine.at(epoch), pool, mine, folder, place, f"{entry.label}, {way} (epoch {epoch})")
                known[epoch] = folder
    if not place.keep_cache:
        cache.clear()


def _is_answered(trained: Path, entry: Entry, found: list[Episode], place: Place, weights: str) -> bool:
    """Whether a fold's training is over and every episode of it is answered: its features and weights are then not needed, and
    need not be there."""
    if not trained.is_file():
        return False
    ways = [way for way in json.loads(trained.read_text(encoding="utf-8"))["epochs"] if way != BEST_ON_TEST]
    return not any(_left(found, folder_of(entry, place.state, way, weights)) for way in ways)


def _left(found: list[Episode], folder: Path) -> list[Episode]:
    """The episodes that have no answer in a folder yet."""
    return [e for e in found if not (folder / f"{e.key}.json").is_file()]


def _backbone(imagenet: Path | None, recipe: Recipe) -> tuple[Backbone, str]:
    """The frozen backbone that ships, or one with ImageNet weights from a file, and the checksum of its weights."""
    try:
        if imagenet is None:
            state, card = load_folder(BACKBONE)
            network, digest = ARCHITECTURES[card["architecture"]](), checksum(card)
            network.load_state_dict(state)
        else:
            network, digest = load_imagenet(imagenet), sha256(imagenet)
    except (CardError, SystemExit) as fault:
        raise BenchmarkError(str(fault)) from fault
    except Exception as fault:  # of a damaged file there are many kinds
        raise BenchmarkError(f"{imagenet or BACKBONE} holds no weights that can be read, or they were altered. Put the file back from its source.") from fault
    network.adapts = recipe.adapt
    if not recipe.adapt:
        network.fold_batch_norms()
    if recipe.dilate:
        network.dilate()
    return network.eval().to(memory_format=torch.channels_last).requires_grad_(False), digest


def _copy_answers(found: list[Episode], known: Path, folder: Path) -> None:
    """The same weights give the same answers."""
    for episode in _left(found, folder):
        shutil.copyfile(known / f"{episode.key}.json", folder / f"{episode.key}.json")


def _answer_all(engine, pool: Pool, found: list[Episode], folder: Path, place: Place, title: str) -> None:
    left = _left(found, folder)
    by_name, begun, loads = pool.by_name(), time.monotonic(), [psutil.getloadavg()[0]]
    for done, episode in enumerate(left):
        if done % 10 == 0:
            loads.append(psutil.getloadavg()[0])
            place.said(f"{title}: {len(found) - len(left) + done} of {len(found)} episodes, {time.monotonic() - begun:.0f} s")
        write_answer(folder / f"{episode.key}.json", answered(engine, by_name, episode, time.perf_counter))
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    about["peak_bytes"] = max(peak_bytes(), about.get("peak_bytes", 0))
    if left:
        about["load"] = round(float(np.mean(loads)), 1)
    (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    place.said(f"{title}: {len(found)} episodes answered")


def _about(folder: Path, entry: Entry, way: str, seed: int, weights: str) -> None:
    """Says beside the answers whose they are."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ABOUT).is_file():
        about = {"label": entry.label, "way": way, "seed": seed, "weights": weights, "code": code_of(entry), "torch": torch.__version__}
        (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")


def folder_of(entry: Entry, state: Path, way: str, weights: str) -> Path:
    """Where an engine's answers lie: by its label, by how its epoch was chosen, and by what they depend on."""
    parts = (entry.engine, sorted(entry.params.items()), entry.recipe.said() if entry.recipe else None, weights, code_of(entry))
    if entry.beside:
        parts += (sorted(entry.beside.params.items()), entry.beside.recipe.said())
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
    return state / "answers" / entry.label / way.split(" (")[0].replace(" ", "-") / digest


def code_of(entry: Entry) -> str:
    """The sha256 of the code that an engine's answers come from: its file, what that takes from other models, and, where it
    answers as it ships, what the program makes of its logits."""
    files = sources.of_engine(entry.engine) + ([*sources.of_engine(entry.beside.engine), sources.ROOT / "evaluation" / "benchmark" / "blended.py"] if entry.beside else [])
    if entry.recipe is None:
        files += [sources.ROOT / "inference" / f"{name}.py" for name in ("calibration", "postprocess", "shot_views", "view")]
    return sources.digest(files)


def write_answer(path: Path, said: Answered) -> None:
    value = {**dataclasses.asdict(said), "counts": said.counts.tolist(), "alarms": said.alarms.tolist()}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def read_answers(folder: Path) -> list[Answered]:
    """All answers in a folder; one that cannot be read is deleted, to be given anew."""
    found = []
    for path in sorted(folder.glob("*-*.json")):
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            found.append(Answered(**{**said, "groups": tuple(said["groups"]), "counts": np.array(said["counts"], np.int64).reshape(-1, 4),
                                     "alarms": np.array(said["alarms"], np.int64)}))
        except (ValueError, KeyError, TypeError):
            path.unlink()
    return found


def peak_bytes() -> int:
    """The most memory that this process has held so far, the GPU's apart."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _keep(path: Path, trained: Trained, backbone: str) -> None:
    value = {**dataclasses.asdict(trained), "backbone": backbone}
    path.write_text(json.dumps(value), encoding="utf-8")
