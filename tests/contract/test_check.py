"""`maxbooster check` finds what does not fit together, and names the plugin."""

from __future__ import annotations

import pydoc
from itertools import count

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
GRANTABLE = """
from uuid import UUID
from maxbooster.storage.models import FileRow

async def title(ctx, id): ...

@post("/{papa_id:uuid}", operation_id="touchPapa", permission="papa.read", grantable={"papa.papa": "papa_id"})
async def touch_papa(ctx: Context, papa_id: UUID) -> None: ...

@hookimpl
def register_routes():
    return [Routes("/papas", [touch_papa])]

@hookimpl
def register_grantables():
    see = Right("papa.read", "See")
    return [Grantable(name="papa.papa", title="Papa", rights=(see,), parts=(Part(FileRow),), load_title=title)]
"""
LIST = """
class PapaOut(Struct):
    name: str

@get("/", operation_id="listPapas", public=True)
async def list_papas({takes}) -> Page{of}:
    return Page([])

@hookimpl
def register_routes():
    return [Routes("/papas", [list_papas])]
"""
PERSONAL = """
from uuid import UUID
from sqlalchemy.orm import Mapped

class Row(Owned, Table):
    __tablename__ = "{family}_row"
    name: Mapped[str]
    made_by: Mapped[UUID]
    seen_by: Mapped[UUID | None]

@hookimpl
def register_tables():
    return [Row]

@hookimpl
def register_personal_data():
    return [PersonalData({declared})]
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
ACTION = """
from maxbooster.plugin import PanelAction

@hookimpl
def register_static():
    from pathlib import Path

    return Path(__file__).parent / "static"

@hookimpl
def register_panels():
    does = (PanelAction(id="{id}", title="Fly", path="{path}", permissions={who}),)
    return [Panel(id="papa", title="P", icon="mic", route="/papa", tag="mb-papa-all", module="all.js", actions=does)]
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


_FAMILIES = count(1)
"""A mapped class stays mapped: each gets a table of its own."""


def found(app, family: str) -> list[str]:
    members = {each for each in app.registry.plugins if each.partition(".")[0] == family}
    return [fault.what for fault in faults(app, of=members)]


@pytest.mark.parametrize(
    ("code", "manifest", "fault"),
    [
        (LIST.format(takes="cursor: Cursor = None", of="[PapaOut]"), "", "takes no limit; write limit: Limit"),
        (LIST.format(takes="limit: Limit = 50", of="[PapaOut]"), "", "takes no cursor; write cursor: Cursor"),
        (LIST.format(takes="cursor: Cursor = None, limit: int = 50", of="[PapaOut]"), "", "takes limit: <class 'int'>"),
        (
            LIST.format(takes="cursor: Cursor = None, limit: Limit = 50", of="[dict]"),
            "",
            "say which struct its items are",
        ),
        (ROUTES.format(who="permission='papa.fly'"), "", "readPapa needs 'papa.fly', which no manifest declares"),
        (
            GRANTABLE,
            "permissions=(Permission('papa.read', 'See'),)",
            "its right 'papa.read' writes nothing",
        ),
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
            PANEL.format(tag="mb-papa-all", module="../plugin.py", who=()),
            "",
            "panel 'papa': there is no module '../plugin.py' in its static folder",
        ),
        (
            PANEL.format(tag="mb-papa-all", module="all.js", who=()).replace("/papa", "papa"),
            "",
            "panel 'papa': its route 'papa' must begin with '/'",
        ),
        (
            ACTION.format(id="papa.fly", path="/elsewhere?do=fly", who=()),
            "",
            "panel 'papa': the action 'papa.fly' leads to '/elsewhere', not below /papa",
        ),
        (ACTION.format(id="fly", path="/papa", who=()), "", "its action 'fly' must begin with 'papa.'"),
        (
            ACTION.format(id="papa.fly", path="/papa", who=("papa.fly",)),
            "",
            "panel 'papa' needs 'papa.fly', which no manifest declares",
        ),
        (
            "@hookimpl\ndef register_translations():\n"
            "    return {'en': {'papa.a': 'A', 'papa.b': 'B'}, 'de': {'papa.a': 'A'}}",
            "",
            "translation 'de' and 'en' differ in papa.b",
        ),
        (
            "@hookimpl\ndef register_translations():\n"
            "    english = {'papa.a': 'A', 'papa.page_b': 'B', 'papa.page_c': 'C'}\n"
            "    return {'en': english, 'de': {'papa.page_b': 'B', 'papa.page_c': 'C'}, 'fr': {'papa.page_b': 'B'}}",
            "",
            "translation 'fr' and 'en' differ in papa.page_c",
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
        ("raise RuntimeError('no license')", "", "raised RuntimeError: no license"),
    ],
)
def test_each_kind_of_fault_is_found(site, assembled, code, manifest, fault):
    package = site.install("papa", code, manifest=manifest)
    site.write(package, "static/all.js", "")
    what = [fault.what for fault in faults(assembled(), of={"papa", "papa.all"})]
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


def test_a_table_that_no_migration_creates_is_found(site, assembled):
    package = site.install("forgetful", table("forgetful"), manifest="migrations=True")
    site.write(package, "migrations/forgetful_0001.py", "op.create_table('forgetful_other')")
    assert 'table forgetful_row is in no migration: run `maxbooster db revision forgetful "What it is"`' in found(
        assembled(), "forgetful"
    )


@pytest.mark.parametrize(
    ("operation", "table", "more"),
    [("drop_table", "setlist_song", ""), ("add_column", "core_file", ", None"), ("rename_table", "core_job", ", 'x'")],
)
def test_a_migration_that_touches_another_plugins_table_is_found(site, assembled, operation, table, more):
    package = site.install("papa", manifest="migrations=True")
    site.write(package, "migrations/papa_0001.py", MIGRATION.format(operation=operation, table=table, more=more))
    what = f"migration papa_0001.py touches '{table}', which is not its own table"
    assert what in found(assembled(), "papa")


STEPS = """
contracts = {contracts!r}

def upgrade():
    op.create_table("papa_song", sa.Column("id", Id(), nullable=False))
    with op.batch_alter_table("papa_song") as batch_op:
        batch_op.add_column(sa.Column("title", sa.Text(), nullable=False))
    with op.batch_alter_table("papa_chart") as batch_op:
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("rank", sa.Integer(), nullable=False, server_default="0"))
        batch_op.{step}

def downgrade():
    op.drop_table("papa_song")
"""


@pytest.mark.parametrize(
    ("step", "fault"),
    [
        ("drop_column('week')", "drop_column('week')"),
        ("alter_column('week', new_column_name='period')", "alter_column('week')"),
        ("alter_column('week', nullable=False)", "alter_column('week')"),
        ("add_column(sa.Column('place', sa.Integer(), nullable=False))", "add_column('place'), which can't be empty"),
        ("alter_column('week', nullable=True)", None),
        ("create_index('ix_papa_chart_week', ['week'])", None),
    ],
)
def test_a_migration_that_would_break_the_version_before_is_found(site, assembled, step, fault):
    """Both versions run while an upgrade rolls on. What takes something away says why it may."""
    package = site.install("papa", manifest="migrations=True")
    steps = STEPS.format(contracts="", step=step)
    site.write(package, "migrations/papa_0001.py", steps.replace("contracts = ''", ""))
    said = found(assembled(), "papa")
    assert [f"migration papa_0001.py does {fault}" in each for each in said] == ([True] if fault else [])
    site.write(package, "migrations/papa_0001.py", STEPS.format(contracts="1.2 no longer reads it", step=step))
    assert found(assembled(), "papa") == []


def test_what_is_installed_here_fits_together(assembled):
    assert faults(assembled()) == []


def test_the_command_names_each_fault_and_fails(site, tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path))
    assert "plugins fit together" in CliRunner().invoke(maxbooster, ["check"]).output
    site.install("papa", ROUTES.format(who="permission='papa.fly'"))
    refused = CliRunner().invoke(maxbooster, ["check"])
    assert refused.exit_code == 1
    assert refused.stderr == "papa: readPapa needs 'papa.fly', which no manifest declares\n"


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        ("table='Row', by='made_by'", "'Row' is not a mapped class"),
        ("table=Row, by='nosuch'", "by='nosuch' is none of its columns: account_id, id, name, made_by, seen_by"),
        ("table=Row, by='name'", "by='name' holds no ids"),
        ("table=Row, by='made_by', erase='all'", "erase='all'; it is 'row', 'keep' or a mapping"),
        ("table=Row, by='made_by', erase={'nosuch': None}", "erase='nosuch' is none of its columns"),
        ("table=Row, by='made_by', erase={'name': None}", "erase empties 'name', which cannot be null"),
        ("table=Row, by='made_by', secret=('nosuch',)", "secret='nosuch' is none of its columns"),
        ("table=Row, by='made_by', of_account='nosuch'", "of_account='nosuch' is none of its columns"),
    ],
)
def test_personal_data_that_would_stop_export_or_erasure_switches_its_plugin_off(site, assembled, declared, fault):
    family = f"papa{next(_FAMILIES)}"
    site.install(family, PERSONAL.format(family=family, declared=declared), manifest="migrations=False")
    app = assembled()
    assert app.registry.plugins[family].state == "broken"
    assert fault in str(app.registry.plugins[family].reason)
    assert not [
        each for each in app.offers.personal_data if getattr(each.table, "__tablename__", "").startswith(family)
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [("attempts=0", "attempts=0"), ("timeout_s=-1", "timeout_s=-1"), ("backoff_s=-2", "backoff_s=-2")],
)
def test_a_job_that_could_never_run_is_told(site, assembled, options, said):
    site.install("papa", f"@job('papa.tick', {options})\nasync def tick(ctx): ...\n")
    reason = str(assembled().registry.plugins["papa"].reason)
    assert "job 'papa.tick'" in reason
    assert said in reason


def test_a_table_and_an_event_of_another_name_are_told_with_what_to_write(site, assembled):
    site.install("papa", table("quebec").replace("Row", "Other"))
    assert "its table 'quebec_row' is not its own: let it begin with 'papa_'" in str(
        assembled().registry.plugins["papa"].reason
    )


def test_help_lists_everything_that_authors_import():
    shown = pydoc.plain(pydoc.render_doc("maxbooster.plugin"))
    assert "class Context" in shown
    assert "class Grantable" in shown
