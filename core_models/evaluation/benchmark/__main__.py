"""The process of a benchmark: `python -m core_models.evaluation.benchmark NAME --data DIR --state DIR --engine LABEL`.

Says on stdout how far it is, a line at a time. With --report FILE it makes the tables of what was answered so far. Exit codes:
0 done, 1 a sentence on stderr on what the user can mend.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from core_models.contract.card import CardError
from core_models.evaluation.benchmark import protocol as protocols
from core_models.evaluation.benchmark.items import BenchmarkError, NotThere
from core_models.evaluation.benchmark import tables
from core_models.evaluation.benchmark.run import Place, begin, run
from core_models.inference.features import UnreadableImage


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="a bundled benchmark, or its file")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--engine", help="its label")
    what.add_argument("--report", type=Path, help="a JSON file; the same as text beside it, .md")
    parser.add_argument("--fold", action="append", default=[])
    parser.add_argument("--seed", type=int, action="append", default=[], help="of a training")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--cache-gb", type=float, default=20.0)
    parser.add_argument("--keep-cache", action="store_true")
    parser.add_argument("--imagenet", type=Path)
    given = parser.parse_args(words)
    try:
        protocol = protocols.load(given.name)
        place = Place(given.data, given.state, given.device, int(given.cache_gb * 2**30), given.keep_cache, given.imagenet, _say)
        protocol = dataclasses.replace(protocol, folds=tuple(given.fold) or protocol.folds)
        if given.report is None:
            run(protocol, given.engine, place, tuple(given.seed))
        else:
            _report(protocol, place, given.report)
    except (BenchmarkError, CardError, UnreadableImage) as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


def _report(protocol: protocols.Protocol, place: Place, path: Path) -> None:
    try:
        pool, _ = begin(protocol, dataclasses.replace(place, said=lambda line: None))
        said = tables.report(protocol, pool, place.state)
    except NotThere:
        said = tables.absent(protocol)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")
    path.with_suffix(".md").write_text(tables.markdown(said), encoding="utf-8")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
