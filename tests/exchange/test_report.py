"""The report's files: the CSV that a spreadsheet opens, and a page that stands alone; values counted by hand, names of any sort."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
import sys
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.exchange import report
from app.store.figures import Alarms, Figures, ImageFigures, Quality, RegionFigures

AT = "2026-01-02T03:04:05.678Z"
SVG = "{http://www.w3.org/2000/svg}"
HTML = "{http://www.w3.org/1999/xhtml}"


def figures(**more) -> Figures:
    given = {
        "project": "Line 3 钢", "at": AT, "by": "M. Chen", "active": (2, "support_head"), "classes": ((1, "scratch", "#E69F00"), (2, "划痕", "#56B4E9")),
        "images": [
            ImageFigures(11, "images/a/1.png", "part 1", "reviewed", "bad", {1: 2, 2: 1}, 3.25, "mm", "M. Chen", AT),
            ImageFigures(12, "images/a/2.png", "part 1", "defect_free", "good", {}, None, "", "M. Chen", AT),
            ImageFigures(13, "images/b/图.png", "", "annotated", "bad", {1: 1}, 20.0, "px", "陈", AT),
            ImageFigures(14, "images/b/4.png", "", "new", "undecided", {}, None, "", "", ""),
        ],
        "regions": [
            RegionFigures(11, 1, 3.25, 2.0, "mm"), RegionFigures(11, 1, 1.0, 0.5, "mm"), RegionFigures(11, 2, 0.5, 0.1, "mm"),
            RegionFigures(13, 1, 20.0, 90.0, "px"),
        ],
        "alarms": [Alarms(1, "nearest", (12,), (12,)), Alarms(2, "support_head", (12,), ())],
        "quality": [Quality(1, "nearest", {"scratch": 0.5}, {"scratch": 7}, AT), Quality(2, "support_head", {"scratch": 0.75, "gone": 0.1}, {"scratch": 7, "gone": 2}, AT)],
        "checks": {"scratch": (12,)},
    }  # fmt: skip
    return Figures(**{**given, **more})


def rows_of(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def local() -> str:
    return datetime.fromisoformat("2026-01-02T03:04:05+00:00").astimezone().strftime("%Y-%m-%d %H:%M:%S")


def test_the_csv_has_a_row_for_each_image(tmp_path):
    steps = list(report.save_csv(figures(), tmp_path / "表.csv"))
    assert steps == [4]
    assert rows_of(tmp_path / "表.csv") == [
        ["image", "state", "decision", "defects", "classes", "largest size", "unit", "by", "when", "path", "group"],
        ["1.png", "reviewed, with defects", "bad", "3", "scratch: 2; 划痕: 1", "3.250", "mm", "M. Chen", local(), "images/a/1.png", "part 1"],
        ["2.png", "defect-free", "good", "0", "", "", "", "M. Chen", local(), "images/a/2.png", "part 1"],
        ["图.png", "marked, not reviewed", "bad", "1", "scratch: 1", "20", "px", "陈", local(), "images/b/图.png", ""],
        ["4.png", "nothing said yet", "undecided", "0", "", "", "", "", "", "images/b/4.png", ""],
    ]


@given(st.text(), st.text(), st.text())
def test_no_name_becomes_a_formula_or_breaks_a_row(tmp_path_factory, path, group, by):
    out = tmp_path_factory.mktemp("csv") / "list.csv"
    list(report.save_csv(figures(images=[ImageFigures(1, path, group, "new", "undecided", {}, None, "", by, AT)]), out))
    _, row = rows_of(out)
    assert [row[k].removeprefix("'") for k in (9, 10, 7)] == [text.removeprefix("'") for text in (path, group, by)]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in row)


def test_the_page_stands_alone_and_holds_the_figures(tmp_path):
    report.save_html(figures(), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = ElementTree.fromstring(text.split("\n", 1)[1])  # after the doctype
    assert not re.search(r'(src|href)=|url\(|@import|<script', text)
    assert page.find(f"{HTML}head/{HTML}title").text == "Inspection report: Line 3 钢"
    tables = [[[re.sub(r"\s+", " ", "".join(cell.itertext())) for cell in line] for line in table] for table in page.iter(f"{HTML}table")]
    states, sizes, quality = tables
    assert [row[1:] for row in states[1:]] == [["1", "25 %"], ["0", "0 %"], ["1", "25 %"], ["0", "0 %"], ["1", "25 %"], ["1", "25 %"]]
    assert sizes[1:] == [
        ["scratch", "2", "1 mm", "2.12 mm", "3.25 mm", "1.25 mm²", "2.5 mm²"],
        ["scratch", "1", "20 px", "20 px", "20 px", "90 px²", "90 px²"],
        ["划痕", "1", "0.5 mm", "0.5 mm", "0.5 mm", "0.1 mm²", "0.1 mm²"],
    ]
    assert quality == [["version", "scratch", "gone", "measured"], ["1: nearest", "0.50 (7)", "", local()], ["2: support_head", "0.75 (7)", "0.10 (2)", local()]]
    assert "Images: 4. Good: 1, bad: 2, undecided: 1." in text
    assert "M. Chen" in text and local() in text and "version 2 (support_head)" in text


def test_the_charts_show_the_numbers(tmp_path):
    page = ElementTree.fromstring(report.page(figures()).split("\n", 1)[1])
    charts = list(page.iter(f"{SVG}svg"))
    assert [c.get("aria-label") for c in charts] == [
        "Progress", "Defects", "scratch: regions by size", "scratch: regions by size", "划痕: regions by size", "False alarms on defect-free images", "Quality over versions",
    ]  # fmt: skip
    assert [r.find(f"{SVG}title").text for r in charts[0].iter(f"{SVG}rect")] == [
        "nothing said yet: 1", "marked, not reviewed: 1", "reviewed, with defects: 1", "defect-free: 1",
    ]  # fmt: skip
    assert [float(r.get("width")) for r in charts[0].iter(f"{SVG}rect")] == [180.0] * 4
    bars = [float(r.get("width")) for r in charts[1].iter(f"{SVG}rect")]
    assert bars[0] == pytest.approx(3 * bars[1], abs=0.2)  # three regions and one
    alarms = list(charts[5].iter(f"{SVG}text"))
    assert [t.text for t in alarms] == ["1: nearest", "1 of 1", "2: support_head", "0 of 1"]
    assert len(list(charts[6].iter(f"{SVG}circle"))) == 3


@pytest.mark.parametrize("empty", ["images", "classes", "alarms", "quality"])
def test_what_is_not_there_is_said(empty):
    nothing = {"images": {"images": [], "regions": []}, "classes": {"classes": (), "regions": []}, "alarms": {"alarms": []}, "quality": {"quality": []}}
    whole, without = report.page(figures()), report.page(figures(**nothing[empty]))
    said = {"images": "There is no image", "classes": "There is no class", "alarms": "No version has looked", "quality": "No version has been measured"}[empty]
    assert said in without and said not in whole
    ElementTree.fromstring(without.split("\n", 1)[1])


@given(st.text(), st.text())
def test_any_name_leaves_the_page_whole(project, name):
    def tags(project: str, name: str) -> list[str]:
        text = report.page(figures(project=project, quality=[], classes=((1, name, "#E69F00"), (2, "b", "#56B4E9"))))
        return [part.tag for part in ElementTree.fromstring(text.split("\n", 1)[1]).iter()]

    assert tags(project, name) == tags("project", "name")  # a name is text, and nothing else


def test_texts_are_translated():
    said = set()

    def translate(context: str, text: str) -> str:
        said.add((context, text))
        return text.upper().replace("{PROJECT}", "{project}") if "{" not in text or "PROJECT" in text.upper() else text

    assert "INSPECTION REPORT: Line 3 钢" in report.page(figures(), translate)
    assert {context for context, _ in said} == {"Report"}


def test_mm_and_px_are_never_of_one_figure():
    value = report.summary(figures())
    scratch, other = value["classes"]
    assert (scratch["regions"], scratch["images"]) == (3, 2)
    assert scratch["sizes"] == [
        {"unit": "mm", "regions": 2, "extent": [1.0, 2.125, 3.25], "area": [0.5, 1.25, 2.0]},
        {"unit": "px", "regions": 1, "extent": [20.0, 20.0, 20.0], "area": [90.0, 90.0, 90.0]},
    ]
    assert other["sizes"] == [{"unit": "mm", "regions": 1, "extent": [0.5] * 3, "area": [0.1] * 3}]
    assert value["decisions"] == {"good": 1, "bad": 2, "undecided": 1} and value["states"]["annotated"] == 1
    assert value["false_alarms"][0] == {"version": 1, "engine": "nearest", "alarmed": 1, "images": 1}


def test_a_fault_while_writing_leaves_what_was_there(tmp_path, monkeypatch):
    out = tmp_path / "list.csv"
    out.write_text("before", encoding="utf-8")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(UserError, match="No space left"):
        list(report.save_csv(figures(), out))
    assert out.read_text(encoding="utf-8") == "before" and os.listdir(tmp_path) == ["list.csv"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="rights are not asked of this user")
def test_a_folder_without_rights_is_a_sentence(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(UserError, match="Permission denied"):
            report.save_html(figures(), tmp_path / "report.html")
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_missing_folder_is_a_sentence(tmp_path):
    with pytest.raises(UserError, match="could not be written"):
        report.save_html(figures(), tmp_path / "none" / "report.html")
