"""What a plugin holds on people is theirs to take and to erase, whether or not the plugin is on or even installed."""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from importlib.metadata import entry_points
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from maxbooster.app import App
from maxbooster.auth.models import User
from maxbooster.auth.people import privacy
from maxbooster.cli import maxbooster
from maxbooster.health import examine
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.plugins.installed import GROUP
from maxbooster.plugins.registry import load
from maxbooster.testing import make_app
from maxbooster.testing.people import make_person
from maxbooster_setlist.jobs import fill
from maxbooster_setlist.models import Setlist, Song

INSTALLED = {"off": True, "uninstalled": False}


@pytest.fixture
async def planner(app: Any) -> Any:
    """Somebody who plans concerts by themselves, and has published one."""
    person = await make_person(app, "planner@example.org")
    async with app.unit(_as(person)) as ctx:
        row = Setlist(title="Tour", venue="Hall", played_on=date(2027, 1, 1), published_by=person.user)
        ctx.add(row, Song(setlist_id=row.id, position=1, title="So What", duration_s=545))
        ctx.enqueue(fill, row.id)
    return person


def _as(person: Any) -> Identity:
    return Identity(person.account, person.user, frozenset({EVERYTHING}), way="session")


def _without(installed: bool) -> Any:
    if installed:
        return load({"setlist"})
    return load(entries=[each for each in entry_points(group=GROUP) if not each.name.startswith("setlist")])


async def _rows(app: App) -> tuple[int, int]:
    def count(connection: Any) -> tuple[int, int]:
        return tuple(
            connection.execute(select(func.count()).select_from(table.__table__)).scalar_one()
            for table in (Setlist, Song)
        )

    return await app.database.read(count)


@pytest.mark.parametrize("installed", INSTALLED.values(), ids=INSTALLED)
async def test_it_is_exported_as_when_the_plugin_was_on(app, planner, database_url, tmp_path, installed):
    async with app.unit(_as(planner)) as ctx:
        whole = await privacy.export(ctx)
    assert "setlist_song" in whole.accounts[str(planner.account)]
    settings = {"migrated": True, "registry": _without(installed)}
    async with make_app(tmp_path / "data", database_url, **settings) as rest, rest.unit(_as(planner)) as ctx:
        assert "setlist.fill" not in rest.jobs
        taken = await privacy.export(ctx)
    assert taken.accounts == whole.accounts
    assert taken.person == whole.person


@pytest.mark.parametrize("installed", INSTALLED.values(), ids=INSTALLED)
async def test_it_is_erased(app, planner, database_url, tmp_path, installed):
    settings = {"migrated": True, "registry": _without(installed)}
    async with make_app(tmp_path / "data", database_url, **settings) as rest:
        due = update(User).where(User.id == planner.user).values(erase_at=rest.clock())
        await rest.database.transact(lambda connection: connection.execute(due))
        async with rest.unit(Identity(None, None, frozenset({EVERYTHING}))) as ctx:
            await rest.job("core.erase_person").handler(ctx, planner.user)
        assert await _rows(rest) == (0, 0)


@pytest.fixture
def command(database_url, tmp_path, monkeypatch):
    """Runs a command on the same database and folder, as from a terminal."""
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MAXBOOSTER_DATABASE", database_url)
    return partial(asyncio.to_thread, CliRunner().invoke, maxbooster)


@pytest.mark.usefixtures("planner")
async def test_tables_and_jobs_of_what_is_uninstalled_are_told_and_removed(app, database_url, tmp_path, clock, command):
    clock.advance(hours=1)
    async with make_app(tmp_path / "data", database_url, clock=clock, migrated=True, registry=_without(False)) as rest:
        told = next(each for each in await examine(rest) if each.name == "leftovers")
        assert not told.ok
        assert "setlist_setlist, setlist_song" in told.reason
        assert "1 jobs 'setlist.fill' wait for the plugin 'setlist'" in told.reason
        assert "maxbooster plugins purge setlist" in told.reason
        assert "leftovers" not in [each.name for each in await examine(rest, thorough=False)]
    assert "is enabled" in str((await command(["plugins", "purge", "setlist", "--yes"])).exception)
    assert (await command(["plugins", "disable", "setlist", "--yes"])).exit_code == 0
    asked = await command(["plugins", "purge", "setlist"], input="n\n")
    assert "setlist holds 2 rows" in asked.output
    assert await _rows(app) == (1, 1)
    assert (await command(["plugins", "purge", "setlist", "--yes"])).exit_code == 0
    assert (await command(["plugins", "enable", "setlist"])).exit_code == 0
    async with make_app(tmp_path / "data", database_url) as again:
        assert await _rows(again) == (0, 0), "it begins anew"


async def test_an_app_where_nothing_is_left_over_is_told_nothing(app):
    assert next(each for each in await examine(app) if each.name == "leftovers").ok
