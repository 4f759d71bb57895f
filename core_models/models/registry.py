"""The list of engines: a model is one file below this folder that registers itself, and nothing else has to learn of it."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn

_FOLDERS = ("segmentation",)  # of core_models.models: one for each kind of model
_KINDS = {"segmentation": "segment"}
_loaded = False


@dataclass(frozen=True)
class Engine:
    """`params` is a frozen dataclass whose defaults are the measured ones; `build` makes the model from one."""

    name: str
    kind: str
    params: type
    summary: str
    build: Callable[[object], nn.Module]


_engines: dict[str, Engine] = {}


class UnknownEngine(ValueError):
    """There is no such engine, or it has no such parameter; the sentence names what there is."""


def register(name: str, *, params: type, summary: str) -> Callable[[type], type]:
    """Class decorator: makes a model known by a name. The class takes its params dataclass as its only argument."""

    def known(model: type) -> type:
        folder = model.__module__.split(".")[-2]
        _engines[name] = Engine(name, _KINDS.get(folder, folder), params, summary, model)
        return model

    return known


def engines() -> dict[str, Engine]:
    """All engines by name; the first call imports every model file."""
    global _loaded
    if not _loaded:
        for folder in _FOLDERS:
            package = importlib.import_module(f"core_models.models.{folder}")
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{package.__name__}.{module.name}")
        _loaded = True
    return dict(sorted(_engines.items()))


def engine(name: str) -> Engine:
    """The engine of this name, or UnknownEngine."""
    known = engines()
    if name not in known:
        raise UnknownEngine(f"There is no engine named {name}. Known are {', '.join(known)}.")
    return known[name]


def parameters(name: str, values: dict | None = None) -> object:
    """The engine's params dataclass with `values` in it; UnknownEngine where a parameter is not the engine's."""
    kind = engine(name).params
    known = {f.name for f in dataclasses.fields(kind)}
    strange = sorted(set(values or {}) - known)
    if strange:
        raise UnknownEngine(f"The engine {name} has no parameter {', '.join(strange)}. It has {', '.join(sorted(known)) or 'none'}.")
    return kind(**(values or {}))


def create(name: str, values: dict | None = None) -> nn.Module:
    """A model with these parameters and fresh weights."""
    return engine(name).build(parameters(name, values))


def describe() -> list[dict]:
    """What a window needs to offer the engines: name, kind, summary, whether it can be fine-tuned, parameters with type and default."""
    return [
        {
            "name": e.name, "kind": e.kind, "summary": e.summary, "trained": bool(getattr(e.build, "trained", False)),
            "params": [{"name": f.name, "type": f.type if isinstance(f.type, str) else f.type.__name__, "default": f.default}
                       for f in dataclasses.fields(e.params)],
        }
        for e in engines().values()
    ]
