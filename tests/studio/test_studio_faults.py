"""Killed at any moment, fed with anything, for two hours: nothing half-done, nothing unbounded."""

from __future__ import annotations

import asyncio
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maxbooster.app import App
from maxbooster.auth.keys.service import create
from maxbooster.db import new_id
from maxbooster.settings import read
from maxbooster.testing import services
from maxbooster.testing.processes import Process
from maxbooster_studio.audio import FORMATS, UnreadableAudio, open_audio
from maxbooster_studio.mastering import master, render
from maxbooster_studio.targets import TARGETS

from . import sounds
from .conftest import AT

pytestmark = pytest.mark.slow
LONGEST_MIB = 300
MOST_FRAMES = 10_000_000
"""No half second of sound, however damaged, decodes to more."""


def _command(*words: object) -> list[str]:
    return [sys.executable, "-m", "maxbooster", "studio", *map(str, words)]


@pytest.mark.timeout(300)
def test_a_killed_command_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    folder = tmp_path / "masters"
    folder.mkdir()
    song, out = sounds.write(tmp_path / "song.wav", sounds.song(120)), folder / "out.wav"
    out.write_bytes(b"the master of yesterday")
    whole_s = _seconds_of(_command("master", song, folder / "first.wav"))
    (folder / "first.wav").unlink()
    chance = random.Random(3)
    for _ in range(8):
        process = subprocess.Popen(_command("master", song, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.3, 0.97) * whole_s)
        process.kill()
        process.wait()
        assert [path.name for path in folder.iterdir()] == ["out.wav"]
        finished = out.read_bytes() != b"the master of yesterday"
        assert not finished or soundfile.info(out).frames == 120 * sounds.RATE
        out.write_bytes(b"the master of yesterday")


def _seconds_of(command: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


@pytest.mark.timeout(300)
async def test_a_killed_worker_leaves_one_whole_master(database_url, tmp_path):
    """The platform is killed while it masters, again and again; then it is let go on."""
    port, data = services.free_port(), tmp_path / "platform"
    environment = {
        "MAXBOOSTER_DATA": str(data), "MAXBOOSTER_DATABASE": database_url, "MAXBOOSTER_JOB_LEASE_S": "2",
        "MAXBOOSTER_LISTEN": f"127.0.0.1:{port}", "MAXBOOSTER_LOG_LEVEL": "error",
    }  # fmt: skip
    async with App(read(environment)).opened(upgrade=True) as app:
        account = new_id()
        token = await app.database.write(
            lambda connection: create(connection, account, frozenset({"*"}), at=app.clock())
        )
        async with app.unit(_owner(account)) as ctx:
            song = await asyncio.to_thread(sounds.write, tmp_path / "song.wav", sounds.song(240))
            file = (await ctx.files.put("song.wav", song)).id
    platform = Process(["up"], environment, log=tmp_path / "up.log")
    address, headers = f"http://127.0.0.1:{port}", {"authorization": f"Bearer {token}"}
    try:
        platform.start(port=port)
        async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as api:
            brought = (await api.post(f"{AT}/recordings", json={"file_id": str(file)})).json()
            await _state(api, f"recordings/{brought['id']}", "done")
            begun = (await api.post(f"{AT}/recordings/{brought['id']}/masters", json={"target": "club"})).json()
            chance = random.Random(5)
            for _ in range(3):
                await _state(api, f"masters/{begun['id']}", "working")
                await asyncio.sleep(chance.uniform(0.1, 1.5))
                platform.kill()
                platform.start(port=port)
            master = await _state(api, f"masters/{begun['id']}", "done")
            [rendering] = master["renderings"]
            files = (await api.get("/api/core/files")).json()["items"]
            assert sorted(each["id"] for each in files) == sorted([str(file), rendering["file_id"]])
            content = (await api.get(f"/api/core/files/{rendering['file_id']}/content")).content
    finally:
        platform.stop()
    await asyncio.to_thread((tmp_path / "master.wav").write_bytes, content)
    assert soundfile.info(tmp_path / "master.wav").frames == 240 * sounds.RATE
    assert master["met"] is True


def _owner(account):
    from maxbooster.identity import EVERYTHING, Identity

    return Identity(account, None, frozenset({EVERYTHING}))


async def _state(api: httpx.AsyncClient, path: str, wanted: str) -> dict:
    for _ in range(1200):
        found = (await api.get(f"{AT}/{path}")).json()
        if found["state"] in (wanted, "done"):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} is {found['state']}: {found['reason']}")


@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc, which is not here")
@pytest.mark.parametrize("command", ["analyze", "master"])
def test_two_hours_need_no_more_memory_than_two_minutes(tmp_path, monkeypatch, command):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    path = _two_hours(tmp_path / "long.wav")
    words = [path] if command == "analyze" else [path, tmp_path / "out.flac"]
    process = subprocess.Popen(_command(command, *words), stdout=subprocess.DEVNULL)
    most_kib = 0
    while process.poll() is None:
        most_kib = max(most_kib, _resident_kib(process.pid))
        time.sleep(0.1)
    assert process.returncode == 0
    print(f"{command}: {most_kib / 1024:.0f} MiB")
    assert 0 < most_kib < LONGEST_MIB * 1024


def _resident_kib(pid: int) -> int:
    """The most that it ever had; what `wait4` says includes the process that started it."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found.group(1)) if found else 0


def _two_hours(path: Path) -> Path:
    """A minute of song, then silence that takes no room on the disk."""
    sounds.write(path, sounds.song(60))
    size = 2 * 3600 * sounds.RATE * 4
    with path.open("r+b") as file:
        file.truncate(44 + size)
        file.seek(4)
        file.write(struct.pack("<I", 36 + size))
        file.seek(40)
        file.write(struct.pack("<I", size))
    return path


ORIGINALS = {
    "a.wav": {}, "b.wav": {"subtype": "FLOAT"}, "c.wav": {"format": "RF64"}, "d.wav": {"subtype": "IMA_ADPCM"},
    "a.flac": {}, "a.caf": {}, "a.aiff": {}, "b.aiff": {"subtype": "FLOAT"}, "a.ogg": {},
    "a.opus": {"format": "OGG", "subtype": "OPUS"}, "a.mp3": {},
}  # fmt: skip
ENCODED = {"a.m4a": "aac", "b.m4a": "alac", "b.ogg": "flac"}
WORDS = (0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, 0xFFFF_FFFF)
"""Lengths and counts at which arithmetic goes wrong."""


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("originals")
    samples = sounds.song(0.5, rate_hz=48_000)
    written = {name: sounds.write(folder / name, samples, 48_000, **how) for name, how in ORIGINALS.items()}
    written |= {name: sounds.encode(folder / name, samples, 48_000, codec) for name, codec in ENCODED.items()}
    return {name: path.read_bytes() for name, path in written.items()}


@st.composite
def damages(draw):
    """What is done to a file, one after another: `(from, to, instead)`, places as shares of its length or its head."""
    place = st.one_of(st.floats(0, 1), st.floats(0, 0.02), st.just(0.0))
    instead = st.one_of(
        st.binary(min_size=1, max_size=8),
        st.builds(
            lambda word, order: word.to_bytes(4, order), st.sampled_from(WORDS), st.sampled_from(["little", "big"])
        ),
    )
    written = st.builds(lambda at, new: (at, len(new), new), place, instead)
    inserted = st.builds(lambda at, new: (at, 0, new), place, instead)
    removed = st.builds(lambda at, length: (at, length, b""), place, st.integers(1, 5_000))
    ended = st.builds(lambda at: (at, 1 << 40, b""), place)
    return draw(st.lists(st.one_of(written, inserted, removed, ended), max_size=12))


def damaged(content: bytes, done: list[tuple[float, int, bytes]]) -> bytes:
    for share, length, instead in done:
        at = int(share * len(content))
        content = content[:at] + instead + content[at + length :]
    return content


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*ORIGINALS, *ENCODED]), done=damages())
def test_the_reader_reads_or_says_why(originals, tmp_path, name, done):
    """Cut, damaged, filled in and shortened anywhere: blocks of the right shape and of numbers, never more than the
    bytes can hold, or one error that names the file."""
    path = tmp_path / name
    path.write_bytes(damaged(originals[name], done))
    with _refused_by_name(path), open_audio(path) as audio:
        frames = 0
        for block in audio.blocks():
            frames += len(block)
            assert block.shape[1] == audio.channels
            assert np.isfinite(block).all()
            assert frames < MOST_FRAMES


@contextmanager
def _refused_by_name(path):
    """What is in the block may refuse the file, if it says which."""
    reason = path.name
    try:
        yield
    except UnreadableAudio as unreadable:
        reason = unreadable.detail
    assert path.name in reason


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*ORIGINALS, *ENCODED]), done=damages())
def test_whatever_can_be_read_can_be_measured_and_mastered(originals, tmp_path, name, done):
    path = tmp_path / name
    path.write_bytes(damaged(originals[name], done))
    with _refused_by_name(path), open_audio(path, most_channels=2) as audio:
        mastered = master(audio, TARGETS["spotify"], lambda share: None)
        with tempfile.TemporaryFile() as file:
            after = render(audio, mastered.chain, FORMATS["wav16"], file, lambda share: None)
        peak = after.analysis.true_peak_dbtp
        assert peak is None or peak <= TARGETS["spotify"].ceiling_dbtp
