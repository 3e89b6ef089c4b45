"""Who types the guide as it stands gets a plugin that works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .site import note_installed

GUIDE = Path(__file__).parents[2] / "docs" / "plugins" / "guide.md"
FILES = ("plugin", "models", "service", "routes")


def follow(folder: Path) -> None:
    """Write the guide's files, and what `pip install` would note of them."""
    project, *modules, tests = re.findall(r"```(?:toml|python)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    package = folder / "maxbooster_practice"
    for path, text in {
        folder / "pyproject.toml": project,
        package / "__init__.py": "",
        **{package / f"{name}.py": text for name, text in zip(FILES, modules, strict=True)},
        folder / "tests" / "test_practice.py": tests,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    note_installed(folder)


@pytest.mark.slow
def test_the_guide_leads_to_a_plugin_that_works(tmp_path):
    follow(tmp_path)
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "MAXBOOSTER_DATA": str(tmp_path / "data")}

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def maxbooster(*command: str) -> str:
        return run("-c", "from maxbooster.cli import main; main()", *command)

    assert re.search(r"practice +0\.1\.0 +enabled +Practice diary", maxbooster("plugins", "list"))
    maxbooster("db", "upgrade")
    assert "practice_0001_the_diary.py" in maxbooster("db", "revision", "practice", "The diary")
    assert "practice: nothing → practice_0001" in maxbooster("db", "upgrade")
    assert "plugins fit together" in maxbooster("check")
    assert "failed" not in run("-m", "pytest", "-q", "-p", "no:cacheprovider")
