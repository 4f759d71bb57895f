"""The whole loop through the command line on generated images: shots, proposals, review, fine-tune, rollback, export."""


def test_the_loop_closes(run, folders, tmp_path):
    every, shots = folders
    p = tmp_path / "项目"
    run("new", p)
    assert run("add", p, every / "images")["added"] == 16
    assert run("import", p, "--format", "masks", shots, "--as-shots")["regions"] >= 3
    assert [row["image"] for row in run("shots", p, "--class", "blot")] == ["00.png", "01.png", "02.png"]

    job = run("prelabel", p, "--device", "cpu")
    assert job["state"] == "finished" and job["failed"] == [] and job["proposals"] > 5
    assert run("evaluate", p, "--truth", every)["classes"]["blot"]["iou"] > 0.5, "plain dark blots are found from three masks"
    assert run("prelabel", p, "--device", "cpu")["job"] is None, "nothing is done again"

    before = run("status", p)
    decided = run("review", p, "--accept")["decided"]
    after = run("status", p)
    assert after["classes"][0]["annotations"] == before["classes"][0]["annotations"] + decided
    assert run("undo", p) and run("status", p)["classes"] == before["classes"]
    assert run("redo", p) and run("status", p)["classes"] == after["classes"]

    tuned = run("finetune", p, "--steps", 4, "--device", "cpu", "--activate", "always")
    versions = {m["id"]: m for m in run("models", p)}
    assert versions[tuned["version"]]["active"] and versions[tuned["version"]]["parent"]
    assert tuned["better"] is None, "no check image was marked, so nobody can say"
    first = next(k for k, m in versions.items() if m["engine"] == "support_head")
    assert {m["id"]: m for m in run("models", p, "--activate", first)}[first]["active"]
    assert run("status", p)["classes"] == after["classes"]

    assert run("export", p, "--format", "coco", "--out", tmp_path / "coco", "--what", "predictions")["images"] == 16
    assert [j["kind"] for j in run("jobs", p)].count("prelabel") == 1


def test_a_class_without_shots_is_a_sentence(run, folders, tmp_path):
    p = tmp_path / "p"
    run("new", p)
    run("add", p, folders[0] / "images")
    run("classes", p, "--add", "dent")
    assert "dent" in run("prelabel", p, "--class", "dent", code=1)
    assert run("finetune", p, code=1)
