"""`maxbooster …` as it is typed, without a process of its own: starting one takes longer than most commands."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch as mocked

import pytest

from maxbooster.cli import run as run_command


class Answer(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str, data: Path, typed: str = "", **environment: str) -> Answer:
    """A command with this data folder, what is typed into it, and of all settings with these alone."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with mocked.dict(os.environ), pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("MAXBOOSTER_")]:
            patch.delenv(name)
        given = {"MAXBOOSTER_DATA": str(data), "MAXBOOSTER_EXAMPLES": "true"} | environment
        for name, value in given.items():
            patch.setenv(name, value)
        patch.chdir(data.parent)
        patch.setattr("sys.stdin", io.StringIO(typed))
        status = run_command(arguments)
    return Answer(status, _written(out), _written(err))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()
