"""`maxbooster check` finds what does not fit together, and names the plugin."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from maxbooster.cli import maxbooster
from maxbooster.plugins.check import faults

ROUTES = """
@get("/", operation_id="readPapa", {who})
async def read_papa() -> str:
    return "papa"

@hookimpl
def register_routes():
    return [Routes("/papas", [read_papa])]
"""
PANEL = """
from pathlib import Path

@hookimpl
def register_static():
    return Path(__file__).parent / "static"

@hookimpl
def register_panels():
    return [Panel(id="papa", title="P", icon="mic", route="/papa", tag="{tag}", module="{module}", permissions={who})]
"""
VIEW = """
@hookimpl
def register_console_views():
    return [ConsoleView(id="papa.all", title="Papas", operation="{rows}", columns=("id",), actions={{"x": "{action}"}})]
"""
TABLE = """
from sqlalchemy import UniqueConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid import UUID

class Row({kind}Table):
    __tablename__ = "{family}_row"
    __table_args__ = ({keys})
    name: Mapped[str] = mapped_column({options})

@hookimpl
def register_tables():
    return [{registered}]
"""
MIGRATION = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "papa_0001", None, None, None

def upgrade():
    op.{operation}("{table}"{more})

def downgrade(): ...
"""


def table(family: str, *, kind: str = "Owned, ", keys: str = "", options: str = "", registered: str = "Row") -> str:
    return TABLE.format(family=family, kind=kind, keys=keys, options=options, registered=registered)


def found(app, family: str) -> list[str]:
    return [fault.what for fault in faults(app) if fault.plugin.partition(".")[0] == family]


@pytest.mark.parametrize(
    ("code", "manifest", "fault"),
    [
        (ROUTES.format(who="permission='papa.fly'"), "", "readPapa needs 'papa.fly', which no manifest declares"),
        (
            PANEL.format(tag="mb-papa-all", module="all.js", who=("papa.fly",)),
            "",
            "panel 'papa' needs 'papa.fly', which no manifest declares",
        ),
        (
            PANEL.format(tag="mb-quebec-all", module="all.js", who=()),
            "",
            "panel 'papa': its tag 'mb-quebec-all' must begin with 'mb-papa-'",
        ),
        (
            PANEL.format(tag="mb-papa-all", module="missing.js", who=()),
            "",
            "panel 'papa': there is no module 'missing.js' in its static folder",
        ),
        (
            "@hookimpl\ndef register_translations():\n"
            "    return {'en': {'papa.a': 'A', 'papa.b': 'B'}, 'de': {'papa.a': 'A'}}",
            "",
            "translation 'de' and 'en' differ in papa.b",
        ),
        (
            ROUTES.format(who="public=True") + VIEW.format(rows="readPapas", action="readPapa"),
            "",
            "calls 'readPapas', which no route answers",
        ),
        (
            ROUTES.format(who="public=True") + VIEW.format(rows="readPapa", action="flyPapa"),
            "",
            "calls 'flyPapa', which no route answers",
        ),
        ("", "commands=(Command('papa', 'P', 'nowhere:papa'),)", "command 'papa' cannot be imported"),
        ("", "commands=(Command('db', 'P', 'json:dumps'),)", "its command 'db' is not its own"),
        ("", "migrations=True", "it promises migrations, but"),
        ("raise RuntimeError('no licence')", "", "raised RuntimeError: no licence"),
    ],
)
def test_each_kind_of_fault_is_found(site, assembled, code, manifest, fault):
    package = site.install("papa", code, manifest=manifest)
    site.write(package, "static/all.js", "")
    what = [fault.what for fault in faults(assembled()) if fault.plugin in ("papa", "papa.all")]
    assert len(what) == 1
    assert fault in what[0]


@pytest.mark.parametrize(
    ("family", "code", "fault"),
    [
        ("unregistered", table("unregistered", registered=""), "Row is mapped but not in register_tables()"),
        ("unmigrated", table("unmigrated"), "table unmigrated_row has no migrations: set migrations=True"),
        (
            "badunique",
            table("badunique", keys="UniqueConstraint('name'),"),
            "badunique_row: the key (name) must begin with account_id",
        ),
        (
            "badindex",
            table("badindex", options="index=True, unique=True"),
            "badindex_row: the key (name) must begin with account_id",
        ),
        (
            "badreference",
            table("badreference", keys="ForeignKeyConstraint(['name'], ['core_account.id']),"),
            "badreference_row: the key (name) must begin with account_id",
        ),
        (
            "ownerless",
            table("ownerless", kind="", options="primary_key=True"),
            "ownerless_row is neither Owned nor Reference nor Local",
        ),
    ],
)
def test_tables_that_could_not_be_spread_over_nodes_are_found(site, assembled, family, code, fault):
    site.install(family, code)
    assert any(fault in what for what in found(assembled(), family))


@pytest.mark.parametrize(
    ("operation", "table", "more"),
    [("drop_table", "setlist_song", ""), ("add_column", "core_file", ", None"), ("rename_table", "core_job", ", 'x'")],
)
def test_a_migration_that_touches_another_plugins_table_is_found(site, assembled, operation, table, more):
    package = site.install("papa", manifest="migrations=True")
    site.write(package, "migrations/papa_0001.py", MIGRATION.format(operation=operation, table=table, more=more))
    [what] = found(assembled(), "papa")
    assert what == f"migration papa_0001.py touches '{table}', which is not its own table"


def test_what_is_installed_here_fits_together(assembled):
    assert faults(assembled()) == []


def test_the_command_names_each_fault_and_fails(site, tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path))
    assert "plugins fit together" in CliRunner().invoke(maxbooster, ["check"]).output
    site.install("papa", ROUTES.format(who="permission='papa.fly'"))
    refused = CliRunner().invoke(maxbooster, ["check"])
    assert refused.exit_code == 1
    assert refused.stderr == "papa: readPapa needs 'papa.fly', which no manifest declares\n"
