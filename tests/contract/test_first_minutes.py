"""The first five minutes of each kind of user: the blocks of commands run as they stand, one after the other."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from maxbooster.testing import services

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
STAYS = re.compile(r"maxbooster (up|serve|worker|demo --track)\b")
"""What ends with Ctrl-C alone; `demo --headless` would end by itself."""
TYPED = "tall giraffes sip cold tea\n"


def blocks(page: Path, heading: str) -> Iterator[list[str]]:
    """The commands of each block below a heading; comments go, and lines that are continued are one."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    if section is None:  # a heading with parts ends where the next of its kind begins
        raise AssertionError(f"{page} has no {heading!r}")
    for block in re.findall(r"```sh\n(.*?)```", section[1], re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines()
        yield [line for each in lines if (line := re.sub(r"(^|\s+)# .*", "", each).strip())]


class Terminal:
    """An empty folder and home. What a line exports, the next ones see; what stays is ended at the end."""

    def __init__(self, folder: Path, replaced: Mapping[str, str]) -> None:
        self.folder, self._replaced = folder, dict(replaced)
        (folder / ".venv").symlink_to(sys.prefix)
        listen = f"127.0.0.1:{services.free_port()}"
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        self.environment = {"PATH": path, "HOME": str(folder), "MAXBOOSTER_LISTEN": listen}
        self._staying: list[tuple[str, subprocess.Popen[Any]]] = []

    def type(self, lines: list[str]) -> None:
        for line in lines:
            words = line
            for documented, here in self._replaced.items():
                words = words.replace(documented, here)
            if STAYS.match(words):
                self._start(words)
            else:
                self._run(line, words)

    def _run(self, line: str, words: str) -> None:
        script = f"set -e\n{words}\nenv -0 > {self.folder}/.environment"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder, env=self.environment, input=TYPED * 2, start_new_session=True,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        said = (self.folder / ".environment").read_text("utf-8").split("\0")
        self.environment = dict(each.split("=", 1) for each in said if each)

    def _start(self, words: str) -> None:
        log = self.folder / f"{len(self._staying)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {words}"], cwd=self.folder, env=self.environment, stdout=out, stderr=out
            )
        self._staying.append((words, process))
        if " demo " in f" {words} ":
            until(lambda: "The platform is up" in log.read_text("utf-8") or process.poll() is not None)
        elif "worker" not in words:
            services.wait_for_port(int(self.environment["MAXBOOSTER_LISTEN"].rpartition(":")[2]), timeout_s=60)
        assert process.poll() is None, f"{words}: {log.read_text('utf-8')}"

    def close(self) -> None:
        """All of them are still there, and end when they are asked to."""
        for words, process in self._staying:
            assert process.poll() is None, f"{words} ended by itself"
            process.terminate()
        for _, process in self._staying:
            process.wait(30)

    def kill(self) -> None:
        for _, process in self._staying:
            with suppress(ProcessLookupError):
                process.kill()


def until(happened: Any, *, timeout_s: float = 200) -> None:
    ends = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.2)


@pytest.fixture
def replaced(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What stands in the documentation for what everybody has of their own."""
    server = services.postgres()
    url = services.create_database(server)
    yield {
        "make setup && ": "",
        "postgresql://maxbooster@db/maxbooster": url,
        "redis://redis:6379/0": services.redis(),
        "s3://bucket/prefix": (tmp_path / "bucket").as_uri(),
        "smtp://user:password@mail.example:587": "console:",
    }
    services.drop_database(server, url)


@pytest.fixture
def terminal(tmp_path: Path, replaced: dict[str, str]) -> Iterator[Terminal]:
    opened = Terminal(tmp_path, replaced)
    yield opened
    opened.kill()


def recording(at: Path) -> None:
    """Half a minute of sound."""
    time_s = np.arange(30 * 44_100) / 44_100
    sound = 0.3 * np.sin(2 * np.pi * 220 * time_s) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.5 * time_s))
    soundfile.write(at, np.stack([sound, sound], axis=1), 44_100, subtype="PCM_24")


def test_you_make_music(terminal):
    recording(terminal.folder / "song.wav")
    [lines] = blocks(ROOT / "README.md", "You make music")
    terminal.type(lines)
    assert list((terminal.folder / "packages").rglob("*.xml"))
    assert (terminal.folder / "master.wav").stat().st_size > 1_000_000
    terminal.close()


def test_you_run_it_yourself_on_one_machine(terminal):
    lines, _ = blocks(ROOT / "README.md", "You run it yourself")
    assert lines[0].startswith("make setup && ")
    terminal.type(lines)
    terminal.close()


def test_you_run_it_yourself_on_many(terminal):
    _, lines = blocks(ROOT / "README.md", "You run it yourself")
    terminal.type(lines)
    terminal.close()


def test_you_operate_it(terminal):
    first, _ = blocks(ROOT / "README.md", "You run it yourself")
    [lines] = blocks(ROOT / "README.md", "You operate it")
    terminal.type([*first[:-1], *lines])
    terminal.close()


def test_every_target_of_make_that_the_readme_names_is_there():
    named = set(re.findall(r"(?:^|`)make (\w[\w-]*)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert {"demo", "test", "setup"} <= named
    done = subprocess.run([shutil.which("make") or "make", "-n", *named], cwd=ROOT, env=os.environ,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
