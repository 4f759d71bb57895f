"""The command line's own grammar: exit codes, JSON, several values after one option."""

import importlib
import io
import json
import sys

import pytest

from app import cli
from app.cli.common import app


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["shots", "P", "--add", "a", "b", "--drop", "c"], ["shots", "P", "--add", "a", "--add", "b", "--drop", "c"]),
        (["shots", "P", "--add", "a", "--class", "x", "y"], ["shots", "P", "--add", "a", "--class", "x", "y"]),
        (["shots", "P", "--add"], ["shots", "P", "--add"]),
        (["review", "P", "--image", "a", "b"], ["review", "P", "--image", "a", "b"]),
        ([], []),
    ],
)
def test_several_values_after_one_option(given, meant):
    assert cli.spread(given) == meant


def test_wrong_usage_ends_with_2_and_says_what_is_wrong(capsys):
    assert cli.run(["frobnicate"]) == 2
    assert "frobnicate" in capsys.readouterr().err
    assert cli.run(["export", "p", "--format", "nonsense", "--out", "x"]) == 2
    assert cli.run(["review", "p"]) == 2
    assert cli.run(["prelabel", "p", "--device", "abacus"]) == 2


def test_what_the_user_can_mend_ends_with_1_and_one_sentence(tmp_path, capsys):
    assert cli.run(["status", str(tmp_path / "none")]) == 1
    said = capsys.readouterr()
    assert said.out == "" and 0 < len(said.err.strip().splitlines()) <= 2


def test_a_bug_leaves_its_details_in_a_file_and_no_traceback(monkeypatch, tmp_path, capsys):
    from app.workspace import Workspace

    monkeypatch.setenv("DEFECTLOOP_HOME", str(tmp_path / "home"))

    def broken(*args, **kwargs):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(Workspace, "open", broken)
    assert cli.run(["status", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said and "errors.txt" in said
    assert "a fault of ours" in next((tmp_path / "home").rglob("errors.txt")).read_text(encoding="utf-8")


def test_a_full_disk_is_a_sentence(monkeypatch, tmp_path, capsys):
    from app.workspace import Workspace

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device", str(tmp_path / "project.sqlite"))

    monkeypatch.setattr(Workspace, "create", full)
    assert cli.run(["new", str(tmp_path / "p")]) == 1
    said = capsys.readouterr().err
    assert "No space left" in said and "project.sqlite" in said


def test_json_is_one_value_on_stdout(tmp_path, capsys):
    project = tmp_path / "项目 1"
    assert cli.run(["new", str(project), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"project": str(project)}
    assert cli.run(["classes", str(project), "--add", "划痕", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == ["划痕"]
    assert cli.run(["status", str(project), "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert status["images"] == 0 and status["classes"][0]["name"] == "划痕"
    assert cli.run(["undo", str(project)]) == 0
    assert "划痕" in capsys.readouterr().out


def narrow(monkeypatch, name: str) -> io.TextIOWrapper:
    """Puts a stream in place that knows ASCII only, as a console of another code page."""
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", errors="strict", write_through=True)
    monkeypatch.setattr(sys, name, stream)
    return stream


def test_signs_that_the_terminal_lacks_end_no_command(tmp_path, monkeypatch):
    project = tmp_path / "项目 1"
    assert cli.run(["new", str(project)]) == 0 and cli.run(["classes", str(project), "--add", "划痕"]) == 0
    out = narrow(monkeypatch, "stdout")
    assert cli.run(["classes", str(project)]) == 0
    assert b"??" in out.buffer.getvalue()


def test_nor_do_they_end_the_sentence_on_what_is_wrong(tmp_path, monkeypatch):
    said = narrow(monkeypatch, "stderr")
    monkeypatch.setattr(sys, "argv", ["defectloop", "status", str(tmp_path / "没有")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1 and b"There is no project" in said.buffer.getvalue()


def test_every_command_is_found_where_it_is_looked_for():
    """Only the file that holds a command is loaded, so the table of places must be right."""
    for place, commands in cli._PLACES.items():
        module = importlib.import_module(f"app.cli.{place}")
        here = {info.name for info in app.registered_commands if info.callback.__wrapped__.__module__ == module.__name__}
        assert here == set(commands)
