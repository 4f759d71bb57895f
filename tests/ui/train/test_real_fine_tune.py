"""The whole way with the engines as they are: improve, compare on check images, look at the pictures, use."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from PySide6.QtTest import QTest
from sqlalchemy import select

from app.jobs import batch
from app.operations import annotations, checking, classes, grouping, images, models, support
from app.store.records import Image, Job, ModelVersion
from app.workspace import Workspace
from core_models.contract.mask import Mask
from tests.toy_project import Toy, square
from tests.ui.driving import LEFT

pytestmark = pytest.mark.slow
SIDE = 96


def surface(k: int) -> tuple[np.ndarray, Mask]:
    """A grey surface with a dark square on it, somewhere else each time."""
    rng = np.random.default_rng(k)
    ground = rng.normal(140, 5, (SIDE, SIDE))
    mask = square(int(rng.integers(8, 64)), int(rng.integers(8, 64)), 20)
    ground[mask.full(SIDE, SIDE)] -= 60
    return ground.clip(0, 255).astype(np.uint8), mask


@pytest.fixture
def toy(tmp_path, make_image_file) -> Toy:
    """Sixteen surfaces, all marked; those that may be check images are."""
    made = [surface(k) for k in range(16)]
    files = [make_image_file(f"面 {k:02}.png", array) for k, (array, _) in enumerate(made)]
    with Workspace.create(tmp_path / "project 钢", by="tester") as workspace:
        found = workspace.do(images.register, workspace.folder, list(images.scan(files)), title="Add images")
        ids = [found.by_path[images.absolute(f)].id for f in files]

        def prepare(session) -> int:
            models.ensure_bundled(session)
            class_id = classes.add(session, "dent").id
            session.add(Job(kind="evaluate", state="failed", by="tester"))  # from the first answer on, check images are asked for
            session.flush()
            shots = 0
            for image_id, (_, mask) in zip(ids, made, strict=True):
                annotations.add(session, image_id, class_id, mask, source="import")
                session.flush()
                if grouping.is_candidate(session.get(Image, image_id).part_group):
                    checking.complete(session, image_id)
                elif shots < 3:
                    support.add_shot(session, class_id, image_id)
                    shots += 1
            return class_id

        return Toy(workspace, workspace.do(prepare, title="Prepare"), ids, files)


def test_improve_compare_and_use_with_the_real_worker(toy, opened, qtbot, monkeypatch):
    monkeypatch.setattr(batch, "finetune", partial(batch.finetune, steps=3, minutes=0.05, device="cpu"))
    window = opened(toy)
    window.context.go_to("train")
    page = window.view.page
    qtbot.waitUntil(page.improve_button.isEnabled, timeout=120_000)
    assert page.engines.engine.name == "strip_steel" and page.engines.sentence.text().startswith("For going on")
    qtbot.mouseClick(page.improve_button, LEFT)
    qtbot.waitUntil(lambda: bool(page.run_panel.curve.points), timeout=240_000)
    qtbot.waitUntil(lambda: bool(toy.find(select(ModelVersion).where(ModelVersion.job_id.is_not(None)))), timeout=240_000)
    made = toy.find(select(ModelVersion).where(ModelVersion.job_id.is_not(None)))[0]
    qtbot.waitUntil(lambda: page.versions.chosen.id == made.id and page.comparison is not None and bool(page.comparison.images))
    checks = {i.id for i in toy.find(select(Image).where(Image.split == "check"))}
    assert {i.image_id for i in page.comparison.images} == checks and f"Version {made.id} finds" in page.sentence.text()
    assert page.versions.chosen.iou.keys() == {"dent"} and page.comparison.result["regions"] == len(checks)
    QTest.mouseClick(page.use_button, LEFT)
    qtbot.waitUntil(lambda: toy.active_id() == made.id)
