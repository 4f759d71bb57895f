"""`python -m tests.screenshots [SCENE ...]`: takes the pictures, without a display, in a home of its own."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
# Every scene in both themes and both languages, each once.
LOOKS = (("dark", "en", "M. Chen"), ("light", "zh_CN", "陈敏"))


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("scenes", nargs="*", help="these alone")
    given.add_argument("--out", type=Path, default=PICTURES)
    args = given.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="pictures-") as home:
        os.environ["DEFECTLOOP_HOME"] = home
        return take(args, Path(home))


def take(args: argparse.Namespace, home: Path) -> int:
    from app import settings
    from app.ui import theme, translation
    from app.ui.main_window import application
    from tests.screenshots.projects import Projects
    from tests.screenshots.scenes import SCENES
    from tests.screenshots.stage import Stage

    settings.save(replace(settings.load(), name=LOOKS[0][2]))  # who made the projects
    app = application()
    args.out.mkdir(parents=True, exist_ok=True)
    projects = Projects(home)
    wanted = [scene for scene in SCENES if not args.scenes or scene.__name__ in args.scenes]
    for colours, language, person in LOOKS:
        settings.save(replace(settings.load(), name=person, theme=colours, language=language))
        theme.wear(app, theme.named(colours))
        translation.speak(app, language)
        for scene in wanted:
            began = time.monotonic()
            stage = Stage(app, projects, f"{scene.__name__}-{colours}")
            scene(stage)
            stage.take(args.out / f"{scene.__name__}-{colours}-{language}.jpg")
            stage.close()
            print(f"{scene.__name__}, {colours}, {language}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{len(wanted) * len(LOOKS)} pictures in {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
