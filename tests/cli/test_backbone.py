"""Another backbone through the command line: fetched by torchvision, a version on it, and nothing where it cannot be had."""

import socket
import sys
from pathlib import Path

import pytest

from app.errors import UserError
from app.jobs import launchers

FILE = "resnet18-f37072fd.pth"  # as torchvision calls it


@pytest.fixture
def checkpoints(tmp_path, monkeypatch) -> Path:
    """The folder where torch.hub looks for weights, empty, and no network."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed.getsockname()[1]}")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def few_surfaces(monkeypatch) -> None:
    command = launchers.backbone_command
    monkeypatch.setattr(launchers, "backbone_command", lambda name, out: [*command(name, out), "--surfaces", "3"])


def save_random(path: Path) -> None:
    import torch
    from torchvision import models

    torch.manual_seed(0)
    torch.save(models.resnet18().state_dict(), path)


def test_a_version_on_another_backbone_proposes(run, folders, tmp_path, checkpoints, few_surfaces):
    save_random(checkpoints / FILE)
    every, shots = folders
    p = tmp_path / "项目"
    run("new", p)
    run("add", p, every / "images")
    run("import", p, "--format", "masks", shots, "--as-shots")

    made = run("models", p, "--backbone", "resnet18")
    versions = {m["id"]: m for m in run("models", p)}
    new = versions.pop(made["version"])
    assert (new["engine"], new["backbone"], new["active"], new["parent"]) == ("support_head", "resnet18", False, None)
    assert {m["backbone"] for m in versions.values()} == {"bundled"} and len(versions) == 5
    assert [f.name for f in (p / "models").iterdir()] == [Path(new["folder"]).name]
    assert any("resnet18" in change["title"] for change in run("history", p))

    run("models", p, "--activate", made["version"])
    job = run("prelabel", p, "--device", "cpu", "--limit", 2)
    assert (job["state"], job["done"], job["failed"]) == ("finished", 2, [])
    assert {m["id"] for m in run("models", p) if m["active"]} == {made["version"]}

    with open(p / new["folder"] / "weights.safetensors", "ab") as f:
        f.write(b"x")
    assert "altered" in run("prelabel", p, "--redo", code=1)


def test_without_a_network_it_is_a_sentence_and_nothing_is_kept(run, tmp_path, checkpoints):
    p = tmp_path / "p"
    run("new", p)
    said = run("models", p, "--backbone", "resnet18", code=1)
    assert len(said.splitlines()) == 1 and FILE in said and str(checkpoints) in said and "by hand" in said
    assert not list((p / "models").rglob("*")) and not list(checkpoints.iterdir())
    assert {m["backbone"] for m in run("models", p)} == {"bundled"}


def test_what_can_be_chosen_is_named(run, tmp_path):
    run("new", tmp_path / "p")
    said = run("models", tmp_path / "p", "--backbone", "vgg16", code=2)
    assert "vgg16" in said and "resnet18" in said and "resnet101" in said


def test_progress_is_told_as_it_comes_and_a_killed_process_is_said(monkeypatch, tmp_path):
    def process(code: str) -> list[str]:
        monkeypatch.setattr(launchers, "backbone_command", lambda name, out: [sys.executable, "-c", f"import sys; {code}"])
        said = []
        launchers.make_backbone("resnet18", tmp_path / "out", said.append)
        return said

    assert process(r"sys.stderr.write('\r10.0%\r99.0%\n' 'fitting\r')") == ["", "10.0%", "99.0%", "fitting"]
    with pytest.raises(UserError, match="^No disk.$"):
        process(r"sys.stderr.write('fitting\r'); sys.exit('No disk.')")
    with pytest.raises(UserError, match="could not be made"):
        process("import os; os._exit(9)")
