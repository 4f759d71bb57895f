"""One golden file for each format: what we wrote once is written the same, and read the same, by every later version."""

import base64
import json
from pathlib import Path

import numpy as np
import pytest

from app.exchange import coco, labelme, masks, png, selection
from app.exchange.incoming import Statement
from app.exchange.staging import Staging
from core_models.contract.mask import Mask
from tests.exchange.conftest import Listed, out_image, out_region

GOLDEN = Path(__file__).parent / "golden"
RING = np.zeros((9, 12), bool)
RING[2:7, 1:8], RING[4, 3:5] = True, False
DOT = np.zeros((9, 12), bool)
DOT[0, 11] = True
BAR = np.zeros((9, 12), bool)
BAR[6, :] = True
FORMATS = {"coco": coco, "labelme": labelme, "masks": masks}


def content() -> list:
    said = {"crack": {"state": "complete", "blind": True, "comment": "", "by": "tester", "at": "2026-01-02T03:04:05.000Z"}}
    said["划 痕"] = {**said["crack"], "blind": False, "comment": "看"}
    marked = [out_region(3, Mask.from_array(RING)), out_region(3, Mask.from_array(DOT)), out_region(7, Mask.from_array(BAR))]
    return [
        (out_image("一/part 1.png", 9, 12, said=said, annotations=3, complete=True, state="reviewed"), marked),
        (out_image("free.tif", 9, 12, said=said, complete=True, state="defect_free"), []),
    ]


def pixels(value):
    """A JSON value with every embedded PNG as its rows: how a PNG is packed is the library's affair."""
    if isinstance(value, dict):
        return {k: png.values(base64.b64decode(v), k).tolist() if k == "mask" else pixels(v) for k, v in value.items()}
    return [pixels(v) for v in value] if isinstance(value, list) else value


def tree(folder: Path) -> dict:
    found = {}
    for file in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = file.read_bytes()
        found[file.relative_to(folder).as_posix()] = pixels(json.loads(data)) if file.suffix == ".json" else png.values(data, file.name).tolist()
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_writing_gives_the_golden_files(tmp_path, monkeypatch, name):
    monkeypatch.setattr(selection, "now", lambda: "2026-01-02T03:04:05.000Z")
    with Staging(tmp_path / "out") as staging:
        assert list(FORMATS[name].write(Listed({3: "crack", 7: "划 痕"}, content()), staging)) == [1, 2]
        staging.commit()
    assert tree(tmp_path / "out") == tree(GOLDEN / name)


@pytest.mark.parametrize("name", FORMATS)
def test_reading_the_golden_files_gives_their_labels(name):
    document = FORMATS[name].read(GOLDEN / name)
    entries = {Path(e.name).stem: e for e in document.entries}
    assert list(document.classes) == ["crack", "划 痕"] and set(entries) == {"part 1", "free"}
    stated = {"crack": Statement("complete", True, ""), "划 痕": Statement("complete", False, "看")}
    for entry in entries.values():
        assert entry.statements == stated and entry.sha256 == "0" * 64
        assert (entry.width, entry.height) == (12, 9)
    assert entries["free"].decode(9, 12) == []
    frames = {"crack": np.zeros((9, 12), bool), "划 痕": np.zeros((9, 12), bool)}
    for region in entries["part 1"].decode(9, 12):
        region.mask.paint(frames[region.class_name])
    assert np.array_equal(frames["划 痕"], BAR)
    assert np.array_equal(frames["crack"], (RING | DOT) & ~BAR if name == "masks" else RING | DOT)
