"""`make demo`, without its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from maxbooster.testing.services import free_port


def test_the_demo_goes_all_the_way(tmp_path):
    demo = Path(__file__).parents[2] / "examples" / "demo.py"
    command = [sys.executable, str(demo), "--dir", str(tmp_path / "demo"), "--port", str(free_port()), "--headless"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert "audio/wav, 529244 bytes" in answer.stdout
    assert "4 songs" in answer.stdout
