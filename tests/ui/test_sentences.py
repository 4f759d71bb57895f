"""Sentences from below the window are said in the person's language, with what was filled in, also several in a row."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication

from app import settings
from app.errors import UserError
from app.operations import classes
from app.store import faults
from app.ui import sentences, translation
from app.ui.main_window import application
from app.ui.message_bar import MessageBar
from app.ui.writer import Fault, fault_of
from core_models.contract.card import CardError, read_card
from core_models.evaluation import gate
from core_models.worker import _sentence
from resources.translations.sentences import _of_tree, _titles, split


@pytest.fixture
def chinese(qapp):
    application()
    assert translation.speak(qapp, "zh_CN")
    yield
    translation.speak(qapp, "en")


@pytest.mark.parametrize(("english", "said"), [
    ("Version 3 was retired.", "版本 3 已停用。"),
    ("This project is open for writing already: Ada 李 holds it (process 12 on pc-3, since 2026-11-02).",
     "此项目已在别处以可写方式打开：正由 Ada 李 占用（pc-3 上的进程 12，自 2026-11-02 起）。"),
    ("Nothing was changed. Make room and try again.", "未作任何更改。请腾出空间后重试。"),
    ("a. B cannot be opened: No such file or directory.", "无法打开 a. B：没有此文件或文件夹。"),
    ("Version 4 cannot be used: The model folder /x has no card.json. Choose another version, or put the folder back from a copy.",
     "版本 4 无法使用：模型文件夹 /x 缺少 card.json。请选择另一个版本，或用副本恢复该文件夹。"),
    ("The worker ended unexpectedly (code 9). Run the same command again to go on; what was done is kept.",
     "后台进程意外结束（代码 9）。重试即可继续；已完成的部分会保留。"),
    ("step 12, minute 1 of 6 (on the CPU, for the GPU's memory was not enough)", "第 12 步，第 1 / 6 分钟（GPU 内存不足，改用 CPU）"),
    ("Annotation 3 of a b.json: The run lengths are cut short. Nothing was changed.", "a b.json 的标注 3：游程编码不完整。未作任何更改。"),
    ("Shape 2 of 甲.json has no polygon.", "甲.json 的形状 2 没有多边形。"),
    ("“shapes” of 甲.json is not a list.", "甲.json 的“shapes” 不是列表。"),
    ("Job 4: proposals on 10 of 12 images", "任务 4：12 张图像中的 10 张已有候选结果"),
    ("Accept proposals of scratch, 压痕", "接受“scratch, 压痕”的候选区域"),
    ("Import parts.json", "导入“parts.json”"),
    ("Add 60 images", "添加 60 张图像"),
])  # fmt: skip
def test_a_sentence_is_said_in_chinese(chinese, english, said):
    assert sentences.shown(english) == said


def test_what_is_chinese_already_is_joined_with_what_is_not(chinese):
    assert sentences.shown("已导入 3 张图像。 Regions without a pixel, left out: 2.") == "已导入 3 张图像。没有像素而略过的区域：2。"
    assert sentences.joined(("One.", "", "Two.")) == "One. Two." and sentences.joined(("一。", "二。")) == "一。二。"


@pytest.mark.parametrize("text", ["", "Something nobody ever wrote here.", "划痕", "已撤销：绘制“划痕”", "scratch 3.5 {x}", "5 % of {0} {{"])
def test_what_is_no_sentence_of_ours_stays(chinese, text):
    assert sentences.shown(text) == text


def test_english_stays_english_but_names_no_command(qapp):
    application()
    assert sentences.shown("Version 3 was retired. Nothing was changed.") == "Version 3 was retired. Nothing was changed."
    fault = fault_of(UserError("Version 3 was retired.", "Choose another one: defectloop models PROJECT"))
    assert fault.hint == "Choose another version on the Train page."


def test_real_faults_are_chinese_to_the_last_word(chinese, workspace, tmp_path, qtbot):
    with pytest.raises(UserError) as unknown, workspace.read() as session:
        classes.get(session, "划痕")
    assert fault_of(unknown.value) == Fault("此项目中没有类别“划痕”。", "目前还没有类别。")
    assert fault_of(faults.full(tmp_path)).hint == "未作任何更改。请腾出空间后重试。"
    with pytest.raises(CardError) as card:
        read_card(tmp_path)
    assert "缺少 card.json" in sentences.shown(str(card.value)) and "Choose" not in sentences.shown(str(card.value))
    assert "Close" not in sentences.shown(_sentence(MemoryError()))
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.warn(Fault(_sentence(OSError(28, "No space left on device"))))
    assert bar.text.text() == "磁盘已满。请腾出空间后重试；已完成的部分会保留。"


def test_the_catalogue_takes_what_a_person_sees_and_no_more():
    import ast

    source = '''
"""A docstring of the module. It is not shown."""
def f(x, session):
    """Not shown. Either."""
    raise UserError(f"There is no {x.name} here. {_WAY}" if x else "Nothing " + "was found.", "Look elsewhere")
    raise RuntimeError("A fault of the program.")
    _log.warning("A line of the log.")
    yield Progress(1, 2, message="still at it")
    note(session, f"Made {x!r}")
    sql("SELECT one FROM many WHERE x")
'''
    found = list(_of_tree(ast.parse(source)))
    assert sorted(found) == ["Look elsewhere", "Made {0}", "Nothing was found.", "There is no {0} here.", "still at it"]
    command = 'def f(n, w):\n    do(act, title=f"Take {n} away" if n else {"a": "Look again", "b": f"Call {w} good"}[w])\n    say("What a terminal is told.")'
    assert list(_titles(ast.parse(command))) == ["Take {0} away", "Look again", "Call {0} good"]
    assert split("It has {3}. {4} And {5} more.") == ["It has {0}.", "{0} And {1} more."]


def test_a_sentence_is_found_at_once(chinese):
    sentences.shown("Nothing was changed.")
    began = time.process_time()
    for k in range(50):
        sentences.shown(f"/data/图 {k}.png cannot be opened: Permission denied. Version {k} was retired. What nobody wrote.")
    assert time.process_time() - began < 1.0  # 20 ms each


def test_the_gate_is_understood_in_chinese(chinese):
    def outcome(image_id: int, found: int):
        return gate.Outcome(image_id, str(image_id), 1, 50 * found, 60, 1, found, found)

    few = gate.decide([outcome(1, 1)], [outcome(1, 0)], {1: "划痕"}, "version 2").sentence
    better = gate.decide([outcome(k, 1) for k in range(20)], [outcome(k, 0) for k in range(20)], {1: "划痕"}, "version 2").sentence
    for sentence in (few, better):
        assert not any(word in sentences.shown(sentence) for word in ("finds", "more", "say", "check")), sentences.shown(sentence)


def test_the_window_says_in_chinese_what_is_wrong_with_an_image(opened, toy_of, qtbot):
    settings.save(settings.Settings(language="zh_CN"))
    toy = toy_of()
    toy.files[1].write_bytes(b"no image")
    toy.files[2].unlink()
    window = opened(toy)
    try:
        window.context.select_image(toy.image_ids[1])
        qtbot.waitUntil(lambda: "不是可读取的图像" in window.messages.text.text())
        window.context.select_image(toy.image_ids[2])
        qtbot.waitUntil(lambda: [button.text() for button in window.messages.ways] == ["查找…"])
        assert window.messages.text.text() == f"无法打开 {toy.files[2].name}：没有此文件或文件夹。"
    finally:
        translation.speak(QApplication.instance(), "en")


def test_a_job_says_in_the_title_line_what_it_is_in_chinese(chinese, qtbot):
    from app.ui.job_strip import JobStrip

    strip = JobStrip()
    qtbot.addWidget(strip)
    strip.watch(SimpleNamespace(jobs_changed=SimpleNamespace(connect=lambda _: None)))
    strip.show_jobs([{"id": 1, "kind": "finetune", "state": "running", "done": 3, "total": 8, "message": ""}])
    assert strip.text.text().startswith("正在微调")


def test_the_title_line_says_how_long_a_job_will_still_take(qtbot, monkeypatch):
    from app.ui import job_strip

    application()
    strip = job_strip.JobStrip()
    qtbot.addWidget(strip)
    clock = iter((100.0, 160.0, 200.0))
    monkeypatch.setattr(job_strip.time, "monotonic", lambda: next(clock))
    said = []
    for job_id, done in ((1, 10), (1, 40), (2, 41)):
        strip.show_jobs([{"id": job_id, "kind": "prelabel", "state": "running", "done": done, "total": 100, "message": ""}])
        said.append(strip.left.text())
    assert said == ["", "2 min left", ""], "another job is timed anew"
