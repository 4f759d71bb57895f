"""A model folder is used as it was made, or not at all."""

from __future__ import annotations

import hashlib
import json

import pytest

from core_models.contract import card


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "weights.safetensors").write_bytes(b"weights")
    (tmp_path / "more" / "列表.json").write_text("{}", encoding="utf-8")
    card.write_card(tmp_path, {"engine": "toy"})
    return tmp_path


def test_a_card_lists_every_file_by_its_sha256(folder):
    written = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    assert written == card.check_folder(folder) == card.read_card(folder)
    assert written["engine"] == "toy"
    assert written["files"] == {
        "weights.safetensors": hashlib.sha256(b"weights").hexdigest(),
        "more/列表.json": hashlib.sha256(b"{}").hexdigest(),
    }


def test_an_altered_file_is_refused(folder):
    (folder / "weights.safetensors").write_bytes(b"weighty")
    with pytest.raises(card.CardError, match="weights.safetensors .* altered"):
        card.check_folder(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "weights.safetensors").unlink()
    with pytest.raises(card.CardError, match="lacks weights.safetensors"):
        card.check_folder(folder)


def test_a_foreign_file_is_refused(folder):
    (folder / "more" / "weights.pkl").write_bytes(b"")
    with pytest.raises(card.CardError, match="holds more/weights.pkl"):
        card.check_folder(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": {}}', '{"files": ["a"]}', "\x00"])
def test_what_is_no_card_is_refused(folder, text):
    (folder / "card.json").write_text(text, encoding="utf-8")
    with pytest.raises(card.CardError, match="card.json"):
        card.check_folder(folder)


def test_a_folder_without_a_card_is_refused(tmp_path):
    with pytest.raises(card.CardError, match="has no card.json"):
        card.check_folder(tmp_path)
