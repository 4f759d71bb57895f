"""What `defectloop prelabel` does, with toy workers, as a process that can be killed: python toy_command.py PROJECT."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.jobs import batch, launchers
from app.jobs.runner import JobRunner
from app.workspace import Workspace

if __name__ == "__main__":
    toy = str(Path(__file__).with_name("toy_worker.py"))
    launchers.worker_command = lambda *words: [sys.executable, toy, *words]
    with Workspace.open(Path(sys.argv[1]), writing=True) as workspace:
        job_id = batch.prelabel(workspace, ["scratch"])
        if job_id is not None:
            JobRunner(workspace).run_until_done(job_id, every_s=0.01)
            print(batch.report(workspace, job_id)["state"])
