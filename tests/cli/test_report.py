"""`defectloop report` on a project made by the command line alone."""

from __future__ import annotations

import csv

from app import cli


def test_the_report_of_imported_masks(run, folders, tmp_path, capsys):
    every, _ = folders
    where = tmp_path / "project 钢"
    run("new", where)
    run("add", where, every / "images")
    run("import", where, every, "--format", "masks", "--by", "M. Chen")
    html, list_ = tmp_path / "报告.html", tmp_path / "list.csv"
    value = run("report", where, "--html", html, "--csv", list_)
    # 16 images, of which every fourth is clean: twelve hold blots, and masks say of each image that all is marked.
    assert value["images"] == 16 and value["decisions"] == {"good": 4, "bad": 12, "undecided": 0}
    assert value["classes"][0]["name"] == "blot" and value["classes"][0]["images"] == 12
    assert value["html"] == str(html) and "<svg" in html.read_text(encoding="utf-8")
    with open(list_, encoding="utf-8-sig", newline="") as f:
        rows = list(csv.DictReader(f))
    assert [r["image"] for r in rows if r["decision"] == "good"] == ["03.png", "07.png", "11.png", "15.png"]
    assert {r["by"] for r in rows} == {"M. Chen"} and sum(int(r["defects"]) for r in rows) == value["classes"][0]["regions"]


def test_without_files_it_says_the_figures(run, tmp_path, capsys):
    where = tmp_path / "project"
    run("new", where)
    assert run("report", where)["html"] is None
    assert cli.run(["report", str(where)]) == 0
    assert capsys.readouterr().out.strip() == "0 images: 0 good, 0 bad, 0 undecided."


def test_a_file_that_cannot_be_written_is_one_sentence(run, tmp_path):
    where = tmp_path / "project"
    run("new", where)
    assert "could not be written" in run("report", where, "--csv", tmp_path / "none" / "list.csv", code=1)
