"""`maxbooster doctor`: it finds what is missing, says what to do, and changes nothing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text, update

from maxbooster.app import App
from maxbooster.cli import run
from maxbooster.db.types import new_id
from maxbooster.doctor import diagnose, state
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.jobs.models import JobRow
from maxbooster.settings import Sections
from maxbooster.storage.models import FileRow


class Installation:
    """A platform that somebody has used: a file, a secret, a finished job."""

    def __init__(self, folder: Path, database: str) -> None:
        self.data = folder / "data"
        self.environment = {"MAXBOOSTER_DATA": str(self.data), "MAXBOOSTER_DATABASE": database}

    async def use(self) -> None:
        settings = {"data": str(self.data), "database": self.environment["MAXBOOSTER_DATABASE"]}
        async with App(Sections({"core": settings})).opened(upgrade=True) as app:
            async with app.unit(Identity(new_id(), None, frozenset({EVERYTHING}))) as ctx:
                await ctx.files.put("song.txt", b"la la la")
            async with app.unit(Identity(new_id(), None, frozenset({EVERYTHING}))) as ctx:
                await ctx.secrets.put("bluesky", "kept")

    async def states(self, **more: str) -> dict[str, tuple[str, str]]:
        """Name → state and words."""
        given = {f"MAXBOOSTER_{name.upper()}": value for name, value in more.items()}
        found = await diagnose(self.environment | given)
        assert len({each.name for each in found}) == len(found), "one name, two verdicts"
        return {each.name: (state(each), each.reason or each.value or "") for each in found}

    async def change(self, act: Callable[[App], Any]) -> None:
        settings = {"data": str(self.data), "database": self.environment["MAXBOOSTER_DATABASE"]}
        async with App(Sections({"core": settings})).opened() as app:
            await app.database.transact(act)


@pytest.fixture
async def used(tmp_path: Path, database_url: str) -> Installation:
    installation = Installation(tmp_path, database_url)
    await installation.use()
    return installation


def _tree(folder: Path) -> Mapping[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mode, path.stat().st_size) for path in sorted(folder.rglob("*"))}


async def test_nothing_is_created_where_nothing_is(tmp_path):
    here = tmp_path / "empty"
    here.mkdir()
    installation = Installation(here, f"sqlite:///{here / 'data' / 'maxbooster.db'}")
    found = await installation.states()
    assert {name for name, (state, _) in found.items() if state == "missing"} == {
        "data folder", "secret keys", "database", "files",
    }  # fmt: skip
    assert "maxbooster db upgrade" in found["database"][1]
    assert list(here.iterdir()) == []


async def test_a_used_installation_is_well_and_stays_as_it_is(used, tmp_path):
    before = _tree(used.data)
    found = await used.states()
    assert {name: words for name, (state, words) in found.items() if state == "missing"} == {}
    assert found["files"] == ("ok", "1 looked at, all there")
    assert found["mail"][0] == "advice"
    assert _tree(used.data) == before


async def test_a_database_without_its_files(used):
    [blob] = [path for path in (used.data / "files").rglob("*") if path.is_file()]
    blob.write_bytes(b"cut")
    assert (await used.states())["files"][0] == "missing"
    blob.unlink()
    state, words = (await used.states())["files"]
    assert (state, "1 of 1 files" in words, "same backup" in words) == ("missing", True, True)
    shutil.rmtree(used.data / "files")
    state, words = (await used.states())["files"]
    assert (state, "does not exist" in words) == ("missing", True)
    assert not (used.data / "files").exists()


async def test_another_secret_key(used):
    (used.data / "secret.key").unlink()
    assert (await used.states())["secret keys"][0] == "missing"
    assert not (used.data / "secret.key").exists()
    state, words = (await used.states(secret_keys=Fernet.generate_key().decode()))["secret keys"]
    assert (state, "1 of 1 secrets can't be decrypted" in words) == ("missing", True)


async def test_pending_migrations(used):
    await used.change(lambda connection: connection.execute(text("DROP TABLE alembic_version_core")))
    state, words = (await used.states())["migrations"]
    assert (state, "core" in words, "db upgrade" in words) == ("missing", True, True)


@pytest.mark.parametrize(
    ("settings", "name", "state", "says"),
    [
        ({"listen": "0.0.0.0:8080"}, "public address", "missing", "MAXBOOSTER_PUBLIC_URL is not set"),
        ({"public_url": "http://music.example"}, "public address", "advice", "no TLS"),
        ({"public_url": "https://music.example"}, "public address", "advice", "TRUSTED_PROXIES"),
        ({"public_url": "https://music.example", "trusted_proxies": "127.0.0.1"}, "public address", "ok", "https://"),
        ({"public_url": "https://music.example"}, "mail", "missing", "Emails are not sent"),
        ({"mail": "smtp://u:hunter2@mail.example"}, "mail", "missing", "MAXBOOSTER_MAIL_FROM"),
        ({"mail": "smtp://mail.example", "mail_from": "a@music.example"}, "mail", "ok", "smtp://mail.example"),
        ({"mail": "smpt://u:hunter2@mail.example"}, "mail", "missing", "Did you mean 'smtp'"),
        ({"mail": "smtp://u:hunter2@mail.example?tls=none"}, "mail", "missing", "without TLS"),
        ({"redis": "redis://:hunter2@127.0.0.1:1"}, "redis", "missing", "does not answer"),
        ({"storage": "file:///nowhere/files"}, "files", "missing", "/nowhere/files does not exist"),
        ({"log_level": "loud"}, "settings", "missing", "'loud'"),
        ({"databse": "x"}, "settings", "missing", "Did you mean 'database'"),
        ({"disabled": "setlist"}, "plugins", "ok", "off: setlist"),
    ],
)
async def test_each_setting_that_is_wrong_has_its_line(used, settings, name, state, says):
    found = await used.states(**settings)
    assert (found[name][0], says in found[name][1]) == (state, True), found[name]
    assert "hunter2" not in str(found)


async def test_jobs_that_failed_or_that_nobody_runs(used):
    def job(name: str, state: str) -> Callable[[Any], None]:
        at = datetime.now(UTC) - timedelta(hours=1)
        values = {"id": new_id(), "name": name, "state": state, "run_at": at, "created_at": at, "arguments": "[]"}
        rest = {"queue": "default", "rank": 0, "per_key": 1, "attempts": 0, "token": 0, "cancel_asked": False}
        return lambda connection: connection.execute(JobRow.__table__.insert().values(values | rest)) and None

    await used.change(job("core.prune_access", "dead"))
    assert "1 jobs failed for good" in (await used.states())["jobs"][1]
    await used.change(job("core.prune_access", "ready"))
    assert (await used.states())["jobs"][0] == "missing"
    await used.change(job("gone.job", "ready"))
    assert "gone" in (await used.states())["leftovers"][1]


async def test_a_queue_that_no_worker_serves(used):
    """It is told once, with the command that serves it."""
    at = datetime.now(UTC) - timedelta(hours=1)
    values = {
        "name": "core.prune",
        "state": "ready",
        "run_at": at,
        "created_at": at,
        "arguments": "[]",
        "queue": "night",
    }
    rest = {"rank": 0, "per_key": 1, "attempts": 0, "token": 0, "cancel_asked": False}
    rows = [values | rest | {"id": new_id()} for _ in range(3)]
    await used.change(lambda connection: connection.execute(JobRow.__table__.insert(), rows) and None)
    found = await used.states()
    assert found["jobs"] == (
        "missing",
        "3 jobs in the queue 'night' have been due for ten minutes: no worker serves it; run `maxbooster worker"
        " --queues night`.",
    )
    assert found["leftovers"][0] == "ok"


async def test_a_clock_that_went_back(used):
    ahead = datetime.now(UTC) + timedelta(days=1)
    await used.change(lambda connection: connection.execute(update(FileRow).values(created_at=ahead)) and None)
    state, words = (await used.states())["clock"]
    is_sqlite = used.environment["MAXBOOSTER_DATABASE"].startswith("sqlite")
    assert state == ("missing" if is_sqlite else "ok"), words


def test_on_the_command_line(tmp_path, monkeypatch, capsys):
    for name in [name for name in os.environ if name.startswith("MAXBOOSTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    assert run(["doctor"]) == 1
    assert "missing  database" in capsys.readouterr().out
    assert run(["doctor", "--json"]) == 1
    assert '"state": "missing"' in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


async def test_a_database_that_does_not_answer_is_said_in_time(tmp_path):
    installation = Installation(tmp_path, "postgresql://postgres@127.0.0.1:1/x")
    began = time.monotonic()
    found = await installation.states()
    assert (found["database"][0], "does not answer" in found["database"][1]) == ("missing", True)
    assert time.monotonic() - began < 20
