"""A person's folders and settings: kept apart from projects, moved by one variable, never half read."""

from __future__ import annotations

import pytest

from app import settings
from app.errors import UserError


def test_one_variable_moves_every_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("DEFECTLOOP_HOME", str(tmp_path / "家"))
    for folder in (settings.config_folder(), settings.data_folder(), settings.cache_folder(), settings.log_folder(), settings.sample_folder(), settings.features_folder()):
        assert folder.is_relative_to(tmp_path / "家")
    monkeypatch.delenv("DEFECTLOOP_HOME")
    assert "defectloop" in str(settings.cache_folder()) and not settings.cache_folder().is_relative_to(tmp_path)


def test_what_is_saved_is_read_again(tmp_path):
    assert settings.load() == settings.Settings()
    mine = settings.Settings(name="李", device="cpu", features_folder=str(tmp_path / "特征"), features_gb=2.5, launchers={"slurm": ["sbatch", "{job}"]})
    settings.save(mine)
    assert settings.load() == mine
    assert settings.user_name() == "李" and settings.features_folder() == tmp_path / "特征"


@pytest.mark.parametrize("text", ["{", "[]", '{"device": "abacus"}', '{"features_gb": -1}', '{"features_gb": "x"}', '{"name": 5}'])
def test_settings_that_cannot_be_read_are_said_not_guessed(text):
    settings.settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings.settings_file().write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"settings\.json"):
        settings.load()


def test_without_a_name_on_this_computer_somebody_writes_all_the_same(monkeypatch):
    def none():
        raise OSError("no such user")

    monkeypatch.setattr(settings.getpass, "getuser", none)
    assert settings.user_name() == "unknown"
