"""Switching off, uninstalling, reinstalling, upgrading and downgrading: the rows stay, the rest goes."""

from __future__ import annotations

import asyncio
import shutil
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, inspect, text

import maxbooster_setlist
from maxbooster.app import App
from maxbooster.cli import maxbooster
from maxbooster.db import migrate
from maxbooster.plugins import registry
from maxbooster.plugins.installed import GROUP
from maxbooster.settings import read
from maxbooster.testing import drain, make_app, open_api

from .conftest import AT, SUMMER

SECOND = '''"""The venue may be unknown"""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "setlist_0002", "setlist_0001", None, None


def upgrade():
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "auto"
    with op.batch_alter_table("setlist_setlist", recreate=recreate) as table:
        table.alter_column("venue", existing_type=sa.String(200), nullable=True)
        table.add_column(sa.Column("city", sa.String(200)))


def downgrade():
    with op.batch_alter_table("setlist_setlist") as table:
        table.drop_column("city")
        table.alter_column("venue", existing_type=sa.String(200), nullable=False)
'''


async def counts(app) -> tuple[int, int]:
    def counted(connection: Connection) -> tuple[int, int]:
        tables = ("setlist_setlist", "setlist_song")
        return tuple(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables)

    return await app.database.read(counted)


async def test_a_disabled_plugin_leaves_nothing_but_its_tables(database_url, tmp_path, account, app, setlist):
    settings = {"migrated": True, "disabled": "setlist"}
    async with (
        make_app(tmp_path / "data", database_url, **settings) as without,
        open_api(without, account.account) as api,
    ):
        assert "setlist" not in (await api.get("/schema/openapi.json")).text.lower()
        assert (await api.get(AT)).status_code == 404
        assert (await api.get("/static/setlist/overview.js")).status_code == 404
        assert "setlist" not in (await api.get("/api/core/panels")).text
        assert "setlist" not in (await api.get("/api/core/plugins")).text
        assert "setlist" not in (await api.get("/api/core/translations/en")).text
        assert "setlist" not in (await api.get("/health/ready")).text
        assert not [name for name in without.jobs if "setlist" in name]
        assert not [name for name in without.offers.permissions if "setlist" in name]
        assert not [view.id for _, view in without.offers.console_views if "setlist" in view.id]
        assert await counts(without) == (1, 2)
    async with (
        make_app(tmp_path / "data", database_url, migrated=True) as again,
        open_api(again, account.account) as api,
    ):
        assert (await api.get(setlist)).json()["title"] == "Summer"


def test_a_disabled_plugin_leaves_no_command(tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path))
    run = CliRunner().invoke
    assert "Print set lists" in run(maxbooster, ["--help"]).output
    assert run(maxbooster, ["plugins", "disable", "setlist"]).exit_code == 0
    assert "Print set lists" not in run(maxbooster, ["--help"]).output
    assert "There is no command 'setlist'" in run(maxbooster, ["setlist", "list"]).output
    assert run(maxbooster, ["plugins", "enable", "setlist"]).exit_code == 0
    assert "Print set lists" in run(maxbooster, ["--help"]).output


async def test_what_a_disabled_plugin_left_undone_is_done_when_it_is_back(
    database_url, tmp_path, account, setlist, clock
):
    opened = make_app(tmp_path / "data", database_url, clock=clock, migrated=True)
    async with opened as app, open_api(app, account.account) as api:
        await api.post(f"{setlist}/publish")
    for _ in range(10):
        async with make_app(tmp_path / "data", database_url, clock=clock, migrated=True, disabled="setlist") as without:
            await drain(without)
        clock.advance(minutes=2)
    async with make_app(tmp_path / "data", database_url, clock=clock, migrated=True) as again:
        await drain(again)
        async with open_api(again, account.account) as reader:
            sheets = (await reader.get("/api/core/audit", params={"action": "setlist.sheet_printed"})).json()["items"]
    assert len(sheets) == 1


@pytest.mark.parametrize("app_settings", [{"disabled": "setlist.demo"}])
async def test_a_connector_is_switched_off_alone(app, api, setlist):
    begun = (await api.post(f"{setlist}/fill")).json()
    await drain(app)
    assert (await api.get(f"/api/core/jobs/{begun['job']}")).json()["state"] == "done"
    assert len((await api.get(setlist)).json()["songs"]) == 2
    enabled = [plugin["name"] for plugin in (await api.get("/api/core/plugins")).json()]
    assert "setlist" in enabled
    assert "setlist.demo" not in enabled


def without_setlist(data: Path, database_url: str) -> App:
    """As after `pip uninstall maxbooster-setlist`."""
    left = [entry for entry in entry_points(group=GROUP) if entry.dist.name != "maxbooster-setlist"]
    settings = read({"MAXBOOSTER_EXAMPLES": "true", "MAXBOOSTER_DATA": str(data), "MAXBOOSTER_DATABASE": database_url})
    return App(settings, registry=registry.load(entries=left))


async def test_an_uninstalled_plugin_leaves_its_rows_for_its_return(database_url, tmp_path, account, app, setlist):
    rest = without_setlist(tmp_path / "data", database_url)
    async with rest.opened(upgrade=True), open_api(rest, account.account) as api:
        assert (await api.get(AT)).status_code == 404
        assert (await api.get("/health/ready")).status_code == 200
        assert (await api.get("/api/core/jobs")).status_code == 200
        assert await counts(rest) == (1, 2)
    async with make_app(tmp_path / "data", database_url) as again, open_api(again, account.account) as api:
        assert [song["title"] for song in (await api.get(setlist)).json()["songs"]] == ["Blue in Green", "So What"]
        assert (await api.post(AT, json=SUMMER)).status_code == 409


def next_version(folder: Path) -> migrate.Namespace:
    """The plugin's migrations with one more, as a newer release would bring."""
    shutil.copytree(Path(maxbooster_setlist.__file__).parent / "migrations", folder)
    (folder / "setlist_0002_unknown_venues.py").write_text(SECOND, "utf-8")
    return migrate.Namespace("setlist", folder, "setlist")


async def test_an_upgrade_that_recreates_the_parent_table_keeps_its_children(app, api, setlist, tmp_path):
    newer = next_version(tmp_path / "migrations")
    [before] = migrate.upgrade(app.database, [newer])
    assert (before.current, before.newest) == ("setlist_0001", "setlist_0002")
    assert await counts(app) == (1, 2)
    columns = await app.database.read(lambda connection: inspect(connection).get_columns("setlist_setlist"))
    assert "city" in [column["name"] for column in columns]
    assert len((await api.get(setlist)).json()["songs"]) == 2
    assert (await api.post(AT, json=SUMMER)).status_code == 409
    assert (await api.delete(setlist)).status_code == 204
    assert await counts(app) == (0, 0)


async def test_a_downgrade_goes_back_one_version_and_keeps_the_rows(app, api, setlist, tmp_path):
    newer = next_version(tmp_path / "migrations")
    migrate.upgrade(app.database, [newer])
    migrate.downgrade(app.database, newer, "setlist_0001")
    [status] = migrate.status(app.database, [newer])
    assert (status.current, status.pending) == ("setlist_0001", True)
    assert await counts(app) == (1, 2)
    assert len((await api.get(setlist)).json()["songs"]) == 2


async def test_going_back_to_the_beginning_asks_first_and_leaves_the_others(
    database_url, tmp_path, app, setlist, monkeypatch
):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MAXBOOSTER_DATABASE", database_url)
    run = CliRunner().invoke
    asked = run(maxbooster, ["db", "downgrade", "setlist", "base"], input="n\n")
    assert asked.exit_code == 1
    assert "setlist holds 3 rows" in asked.output
    assert await counts(app) == (1, 2)
    assert run(maxbooster, ["db", "downgrade", "setlist", "base", "--yes"]).exit_code == 0
    tables = await app.database.read(lambda connection: inspect(connection).get_table_names())
    assert not [name for name in tables if "setlist" in name]
    assert "core_job" in tables
    assert "setlist_0001 pending" in run(maxbooster, ["db", "status"]).output
    assert "setlist: nothing → setlist_0001" in run(maxbooster, ["db", "upgrade"]).output
    assert await counts(app) == (0, 0)


async def test_the_command_prints_an_accounts_set_lists(database_url, tmp_path, account, setlist, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MAXBOOSTER_DATABASE", database_url)
    printed = await asyncio.to_thread(CliRunner().invoke, maxbooster, ["setlist", "list", str(account.account)])
    assert printed.stdout == "2027-06-01  Summer  Quay 9  2 songs\n"
