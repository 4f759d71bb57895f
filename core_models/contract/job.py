"""Job specifications and events: what goes into a job folder and what comes out of it, as dataclasses and as JSON.

A job folder holds `spec.json` (written once), `events.jsonl` (appended by the worker, one event a line), `cancel`
(an empty file whose presence asks the worker to stop), `log.txt` and artefacts.
"""

from __future__ import annotations

import dataclasses
import json
import typing
from dataclasses import dataclass, field
from pathlib import Path

from core_models.contract.episode import ImageRef, SupportSet
from core_models.contract.mask import Mask

SPEC, EVENTS, CANCEL, LOG = "spec.json", "events.jsonl", "cancel", "log.txt"
EXIT_UNWRITABLE, EXIT_TAKEN = 74, 75  # of a worker: its events cannot be written; another one is in this folder


@dataclass(frozen=True)
class ModelRef:
    """One model version: its engine's registered name, its folder (absolute; "" = what ships), its parameters."""

    version_id: int
    engine: str
    folder: str = ""
    params: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Compute:
    """Where and how a worker computes. `device` is auto, cpu or cuda; `cache_folder` "" means no feature cache on disk."""

    device: str = "auto"
    cache_folder: str = ""
    cache_bytes: int = 5 * 2**30
    seed: int = 0


@dataclass(frozen=True)
class Item:
    """One image to pre-label, for these classes."""

    image: ImageRef
    class_ids: tuple[int, ...]


@dataclass(frozen=True)
class PrelabelSpec:
    model: ModelRef
    supports: tuple[SupportSet, ...]
    items: tuple[Item, ...]
    compute: Compute = Compute()
    kind: typing.Literal["prelabel"] = "prelabel"


@dataclass(frozen=True)
class TrainLabel:
    """What people hold true of one class on one image.

    Pixels of `positive` are the defect, those of `negative` are rejected proposals (hard negatives), those of `ignore`
    are neither. Every other pixel is good surface where `complete`, and unknown (no loss) elsewhere.
    """

    class_id: int
    positive: Mask
    negative: Mask = Mask.EMPTY
    ignore: Mask = Mask.EMPTY
    complete: bool = False
    bulk: bool = False


@dataclass(frozen=True)
class LabelledImage:
    """One image with its labels; `group` = images that show the same part."""

    image: ImageRef
    group: str
    labels: tuple[TrainLabel, ...]


@dataclass(frozen=True)
class FineTuneSpec:
    """`model` is trained on `train`; its result is compared with `incumbent` on `check` with the present `supports`."""

    model: ModelRef
    incumbent: ModelRef
    supports: tuple[SupportSet, ...]
    train: tuple[LabelledImage, ...]
    check: tuple[LabelledImage, ...]
    cuts: dict = field(default_factory=dict)  # class id (as text) -> least score of a region that counts
    minutes: float = 6.0
    steps: int = 0  # 0: as many as the minutes allow
    compute: Compute = Compute()
    kind: typing.Literal["finetune"] = "finetune"


@dataclass(frozen=True)
class EvaluateSpec:
    """Two versions on the same check images: `candidate` against `incumbent`."""

    candidate: ModelRef
    incumbent: ModelRef
    supports: tuple[SupportSet, ...]
    check: tuple[LabelledImage, ...]
    cuts: dict = field(default_factory=dict)
    compute: Compute = Compute()
    kind: typing.Literal["evaluate"] = "evaluate"


Spec = PrelabelSpec | FineTuneSpec | EvaluateSpec


@dataclass(frozen=True)
class Region:
    """A proposed region: its mask, its score in 0..1 (0.5 is the operating point), the level its outline was cut at."""

    mask: Mask
    score: float
    cut: float = 0.5


@dataclass(frozen=True)
class Started:
    device: str
    message: str = ""
    event: typing.Literal["started"] = "started"


@dataclass(frozen=True)
class Predicted:
    """One pass over one image for one class, also where nothing was found. `image_score` in 0..1: presence."""

    image_id: int
    class_id: int
    image_score: float
    regions: tuple[Region, ...]
    event: typing.Literal["predicted"] = "predicted"


@dataclass(frozen=True)
class ItemFailed:
    image_id: int
    reason: str
    event: typing.Literal["item_failed"] = "item_failed"


@dataclass(frozen=True)
class Metric:
    """One point of a running curve: `values` by name (loss, iou, ...), at training step `step`."""

    step: int
    values: dict
    event: typing.Literal["metric"] = "metric"


@dataclass(frozen=True)
class Progress:
    """How far the job is (in images), and a line of text; also the sign of life of a worker on another machine."""

    done: int
    total: int
    message: str = ""
    event: typing.Literal["progress"] = "progress"


@dataclass(frozen=True)
class Finished:
    result: dict = field(default_factory=dict)
    event: typing.Literal["finished"] = "finished"


@dataclass(frozen=True)
class Cancelled:
    result: dict = field(default_factory=dict)
    event: typing.Literal["cancelled"] = "cancelled"


@dataclass(frozen=True)
class Failed:
    """The job cannot go on: one sentence for the user; the log has the rest."""

    sentence: str
    event: typing.Literal["failed"] = "failed"


Event = Started | Predicted | ItemFailed | Metric | Progress | Finished | Cancelled | Failed
_SPECS = {"prelabel": PrelabelSpec, "finetune": FineTuneSpec, "evaluate": EvaluateSpec}
_EVENTS = {c.event: c for c in (Started, Predicted, ItemFailed, Metric, Progress, Finished, Cancelled, Failed)}


def to_json(value: object) -> object:
    """A dataclass of this module (or of `episode`) as plain JSON values."""
    if isinstance(value, Mask):
        return value.to_json()
    if dataclasses.is_dataclass(value):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_json(v) for v in value]
    if isinstance(value, dict):
        return {str(k): to_json(v) for k, v in value.items()}
    return value


def from_json(kind: type, js: object) -> object:
    """The dataclass `kind` from its plain JSON values; unknown keys are an error, as a spec of a newer program is."""
    if kind is Mask:
        return Mask.from_json(js)
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: from_json(hints[name], value) for name, value in js.items()})
    if typing.get_origin(kind) is tuple:
        return tuple(from_json(typing.get_args(kind)[0], v) for v in js)
    if kind is float:
        return float(js)
    return js


_known_hints: dict[type, dict] = {}


def _hints(kind: type) -> dict:
    if kind not in _known_hints:
        _known_hints[kind] = typing.get_type_hints(kind)
    return _known_hints[kind]


def write_spec(folder: Path, spec: Spec) -> None:
    """Writes `spec.json` into a job folder, whole or not at all."""
    part = folder / (SPEC + ".part")
    part.write_text(json.dumps(to_json(spec), ensure_ascii=False), encoding="utf-8")
    part.replace(folder / SPEC)


def read_spec(folder: Path) -> Spec:
    js = json.loads((folder / SPEC).read_text(encoding="utf-8"))
    return from_json(_SPECS[js["kind"]], js)


def event_line(event: Event) -> str:
    """One event as a line of `events.jsonl`, with its line end."""
    return json.dumps(to_json(event), ensure_ascii=False) + "\n"


def parse_event(line: str) -> Event:
    js = json.loads(line)
    return from_json(_EVENTS[js["event"]], js)

