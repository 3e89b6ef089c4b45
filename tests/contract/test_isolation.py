"""Whatever one plugin answers, the platform starts, the others work, and that plugin is named with the reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from time import monotonic
from typing import Any

import httpx
import pytest
from sqlalchemy import inspect

from maxbooster.cli.serve import web
from maxbooster.errors import PluginError
from maxbooster.plugins.check import faults
from maxbooster.plugins.registry import load
from maxbooster.testing import drain, make_app, open_api

JOB = "@job('papa.tick'{options})\nasync def tick(ctx{arguments}): ...\n"
GIVEN = "@hookimpl\ndef register_jobs(): return [tick]"


async def outcome(site, tmp_path, sqlite_url, code: str, manifest: str = "", **settings: str) -> list[str]:
    """What is said about the plugin, while everything else works."""
    site.install("papa", code, manifest=f"requires=('setlist',), {manifest}")
    async with make_app(tmp_path, sqlite_url, **settings) as app, open_api(app) as api:
        assert (await api.get("/api/setlist/setlists")).status_code == 401
        assert (await api.get("/api/distribution/releases")).status_code == 401
        assert "setlist.fill" in app.jobs
        assert [each.name for each in app.registry.plugins.values() if each.state == "broken"] in ([], ["papa"])
        ready = await api.get("/health/ready")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert ready.json()["degraded"] == (app.registry.plugins["papa"].state == "broken")
        return [fault.what for fault in faults(app, of={"papa"})]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("@hookimpl\ndef register_jobs(): return 5", id="not-a-sequence"),
        pytest.param("@hookimpl\nasync def register_jobs(): return []", id="a-coroutine"),
        pytest.param("@hookimpl\ndef register_routes():\n    yield 1 / 0", id="a-generator-that-raises"),
        pytest.param("@hookimpl\ndef register_routes(): return ['x']", id="routes"),
        pytest.param("@hookimpl\ndef register_jobs(): return ['x']", id="jobs"),
        pytest.param("@hookimpl\ndef register_subscriptions(): return ['x']", id="subscriptions"),
        pytest.param("@hookimpl\ndef register_tables(): return ['x']", id="tables"),
        pytest.param("@hookimpl\ndef register_panels(): return ['x']", id="panels"),
        pytest.param("@hookimpl\ndef register_console_views(): return ['x']", id="console-views"),
        pytest.param("@hookimpl\ndef register_health_checks(): return ['x']", id="health-checks"),
        pytest.param("@hookimpl\ndef register_translations(): return ['x']", id="translations"),
        pytest.param("@hookimpl\ndef register_static(): return '/nowhere'", id="static-text"),
        pytest.param("@hookimpl\ndef job_doorbell(settings): raise RuntimeError('no broker')", id="doorbell"),
    ],
)
async def test_an_answer_of_the_wrong_kind_is_told(site, tmp_path, sqlite_url, code):
    assert await outcome(site, tmp_path, sqlite_url, code)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(JOB.format(options=", cron='never'", arguments="") + GIVEN, id="cron-unreadable"),
        pytest.param(JOB.format(options=", cron='* * * * *'", arguments=", id") + GIVEN, id="cron-with-arguments"),
        pytest.param(
            "@on('file.ready', 'setlist.print_sheet')\nasync def hear(ctx, facts): ...\n"
            "@hookimpl\ndef register_subscriptions(): return [hear]",
            id="subscription-name-taken",
        ),
        pytest.param(
            "@get('/', operation_id='greet', public=True)\nasync def greet() -> str: ...\n"
            "@get('/', operation_id='greetAgain', public=True)\nasync def greet_again() -> str: ...\n"
            "@hookimpl\ndef register_routes(): return [Routes('/x', [greet, greet_again])]",
            id="two-routes-at-one-address",
        ),
    ],
)
async def test_a_contribution_that_cannot_work_is_told(site, tmp_path, sqlite_url, code):
    assert await outcome(site, tmp_path, sqlite_url, code)


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        pytest.param("settings=dict", "", id="settings-of-the-wrong-kind"),
        pytest.param("permissions=(Permission('setlist.read', 'Mine'),)", "", id="permission-taken"),
        pytest.param("hookspecs=('maxbooster_setlist.hookspecs',)", "", id="hookspecs-taken"),
    ],
)
async def test_a_manifest_that_cannot_work_is_told(site, tmp_path, sqlite_url, manifest, code):
    assert await outcome(site, tmp_path, sqlite_url, code, manifest)


async def test_of_a_plugin_whose_routes_cannot_be_served_nothing_else_stays(site, tmp_path, sqlite_url, account):
    code = """
@get("/{greeting:rhyme}", operation_id="greet", public=True)
async def greet() -> str: ...

@hookimpl
def register_routes(): return [Routes("/greeting", [greet])]

@job("papa.tick")
async def tick(ctx): ...

@hookimpl
def register_jobs(): return [tick]

@hookimpl
def register_panels():
    return [Panel(id="papa", title="P", icon="mic", route="/papa", tag="mb-papa-all", module="all.js")]

@hookimpl
def register_translations(): return {"en": {"papa.title": "Papa"}}
"""
    site.install("papa", code)
    async with make_app(tmp_path, sqlite_url) as app, open_api(app, account.account) as api:
        assert app.registry.plugins["papa"].state == "broken"
        assert "papa" not in (await api.get("/api/core/panels")).text
        assert "papa" not in (await api.get("/api/core/translations/en")).text
        assert "papa.tick" not in app.jobs


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import sys\nsys.exit(3)", id="exit-at-import"),
        pytest.param("raise SystemExit", id="bare-exit-at-import"),
        pytest.param("import sys\n@hookimpl\ndef register_jobs(): sys.exit()", id="exit-in-a-hook"),
        pytest.param("@hookimpl\ndef register_routes(): exit('no license')", id="exit-with-words"),
        pytest.param("import sys\n@hookimpl\ndef mail_transport(settings): sys.exit(1)", id="exit-when-opened"),
    ],
)
async def test_a_plugin_that_exits_is_named_and_nothing_else_ends(site, tmp_path, sqlite_url, code):
    [what] = await outcome(site, tmp_path, sqlite_url, code)
    assert "SystemExit" in what


async def test_ctrl_c_still_ends_the_process(site):
    site.install("papa", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        load()


ROUTE = """
import sys
@get("/{path}", operation_id="{operation}", public=True)
async def greet() -> str: {body}
@hookimpl
def register_routes(): return [Routes("/greeting", [greet])]
"""


async def test_a_handler_that_exits_fails_alone(site, tmp_path, sqlite_url, account):
    site.install(
        "papa",
        ROUTE.format(path="", operation="greet", body="sys.exit(3)")
        + "@job('papa.tick', attempts=1)\nasync def tick(ctx): sys.exit(3)\n"
        "@hookimpl\ndef register_jobs(): return [tick]\n"
        "async def ask(ctx): sys.exit(3)\n"
        "@hookimpl\ndef register_health_checks(): return [HealthCheck('papa', ask)]\n"
        "@hookimpl\nasync def first_steps(ctx): sys.exit(3)\n",
    )
    async with make_app(tmp_path, sqlite_url) as app, open_api(app, account.account) as api:
        assert (await api.get("/api/papa/greeting")).status_code == 500
        assert (await api.get("/api/core/first-steps")).status_code == 200
        assert (await api.get("/health/ready")).json()["degraded"]
        async with app.unit(account) as ctx:
            ctx.enqueue(app.job("papa.tick"))
        await drain(app)
        [failed] = (await api.get("/api/core/jobs", params={"job_state": "dead"})).json()["items"]
        assert failed["name"] == "papa.tick"


MIGRATION = """
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "{family}_0001", None, None, None

def upgrade():
    op.create_table("{family}_row", sa.Column("id", sa.Integer, primary_key=True))
    {wrong}

def downgrade(): ...
"""


@pytest.mark.parametrize(
    "wrong",
    [
        "raise RuntimeError('no disk')",
        "import sys; sys.exit(3)",
        "op.execute('nonsense')",
        "op.drop_table('core_job')",
        "nonsense(",
    ],
)
async def test_a_migration_that_fails_switches_off_its_plugin_and_what_requires_it(site, tmp_path, database_url, wrong):
    broken = site.install("papa", manifest="migrations=True")
    site.write(broken, "migrations/papa_0001.py", MIGRATION.format(family="papa", wrong=wrong))
    site.install("quebec", manifest="requires=('papa',)")
    sound = site.install("zulu", manifest="migrations=True")
    site.write(sound, "migrations/zulu_0001.py", MIGRATION.format(family="zulu", wrong=""))
    async with make_app(tmp_path, database_url) as app, open_api(app) as api:
        states = {name: app.registry.plugins[name] for name in ("papa", "quebec", "zulu")}
        assert [each.state for each in states.values()] == ["broken", "broken", "enabled"]
        assert "migration failed" in states["papa"].reason
        assert states["quebec"].reason == "it requires 'papa', which is broken"
        tables = await app.database.read(lambda connection: inspect(connection).get_table_names())
        assert ("papa_row" in tables, "zulu_row" in tables, "core_job" in tables) == (False, True, True)
        ready = await api.get("/health/ready")
        assert (ready.status_code, ready.json()["degraded"]) == (200, True)
    async with make_app(tmp_path, database_url, migrated=True) as app:
        assert app.registry.plugins["papa"].state == "broken", "a process that only looks leaves it out too"
    site.write(broken, "migrations/papa_0001.py", MIGRATION.format(family="papa", wrong=""))
    async with make_app(tmp_path, database_url) as app:
        assert [app.registry.plugins[name].state for name in states] == ["enabled"] * 3, "a later start tries again"
    async with make_app(tmp_path, database_url, migrated=True) as app:
        assert app.registry.plugins["papa"].state == "enabled"


MAPPED = """
class Row(Owned, Table):
    __tablename__ = "NAME"

@hookimpl
def register_tables():
    return [Row]
"""


_MAPPED = count(1)
"""A mapped class stays mapped: each gets a table of its own."""


@pytest.mark.parametrize(("table", "lacks"), [("row", "column {}_row.account_id"), ("other", "table {}_other")])
async def test_a_model_without_its_migration_switches_its_plugin_off_by_name(
    site, tmp_path, database_url, table, lacks
):
    family = f"kilo{next(_MAPPED)}"
    package = site.install(family, MAPPED.replace("NAME", f"{family}_{table}"), manifest="migrations=True")
    site.write(package, f"migrations/{family}_0001.py", MIGRATION.format(family=family, wrong=""))
    site.install("quebec", manifest=f"requires=('{family}',)")
    async with make_app(tmp_path, database_url) as app, open_api(app) as api:
        states = {name: app.registry.plugins[name] for name in (family, "quebec")}
        assert [each.state for each in states.values()] == ["broken", "broken"]
        assert states[family].reason == (
            f"the database lacks the {lacks.format(family)}, which no migration makes: write it with `maxbooster db"
            f' revision {family} "What it is"`, then run `maxbooster db upgrade`'
        )
        assert (await api.get("/health/ready")).json()["degraded"] is True


SETTINGS = (
    "class Mine(PluginSettings, kw_only=True, frozen=True):\n    size: int = 1\nmanifest = Manifest(name='papa', "
)
SETTINGS += "version='1', title='Papa', requires=('setlist',), settings=Mine)\n"


@pytest.mark.parametrize("setting", [{"papa__size": "large"}, {"papa__color": "blue"}])
async def test_a_wrong_setting_switches_off_its_plugin(site, tmp_path, sqlite_url, setting):
    [what] = await outcome(site, tmp_path, sqlite_url, SETTINGS, **setting)
    assert "settings" in what
    assert next(iter(setting)).rpartition("__")[2] in what or "int" in what


async def test_a_section_that_is_left_over_is_told_and_stops_nothing(tmp_path, sqlite_url):
    async with make_app(tmp_path, sqlite_url, gone__size="1") as app, open_api(app) as api:
        ready = (await api.get("/health/ready")).json()
        assert (ready["ready"], ready["degraded"]) == (True, True)
        told = next(check for check in ready["checks"] if check["name"] == "settings")
        assert "[gone]" in told["reason"]


PANEL = "Panel(id='{id}', title='P', icon='mic', route='{route}', tag='mb-papa-all', module='all.js')"
FOREIGN = {
    "permission": ("permissions=(Permission('release.submit', 'Mine'),)", ""),
    "permission-unclaimed": ("permissions=(Permission('track.write', 'Mine'),)", ""),
    "permission-of-the-core": ("permissions=(Permission('user.control', 'Mine'),)", ""),
    "claimed-area": ("areas=('release',), permissions=(Permission('release.fly', 'Mine'),)", ""),
    "command": ("commands=(Command('demo', 'Mine', 'json:dumps'),)", ""),
    "command-of-the-core": ("commands=(Command('db', 'Mine', 'json:dumps'),)", ""),
    "operation": ("", ROUTE.format(path="", operation="listReleases", body="...")),
    "operation-of-the-core": ("", ROUTE.format(path="", operation="logIn", body="...")),
    "job": ("", JOB.format(options="", arguments="").replace("papa.tick", "royalties.import") + GIVEN),
    "job-unclaimed": ("", JOB.format(options="", arguments="").replace("papa.tick", "fly") + GIVEN),
    "subscription": (
        "",
        "@on('file.ready', 'distribution.tell_live')\nasync def hear(ctx, facts): ...\n"
        "@hookimpl\ndef register_subscriptions(): return [hear]",
    ),
    "page": ("", f"@hookimpl\ndef register_panels(): return [{PANEL.format(id='papa.all', route='/releases')}]"),
    "page-below": ("", f"@hookimpl\ndef register_panels(): return [{PANEL.format(id='papa.all', route='/money/x')}]"),
    "page-of-the-shell": ("", f"@hookimpl\ndef register_panels(): return [{PANEL.format(id='papa.all', route='/')}]"),
    "panel": ("", f"@hookimpl\ndef register_panels(): return [{PANEL.format(id='billing.money', route='/papa')}]"),
    "view": (
        "",
        "@hookimpl\ndef register_console_views():\n"
        "    return [ConsoleView(id='setlist.setlists', title='S', operation='listSetlists', columns=('id',))]",
    ),
    "text": ("", "@hookimpl\ndef register_translations(): return {'en': {'core.title': 'Mine'}}"),
    "text-of-a-job": ("", "@hookimpl\ndef register_translations(): return {'en': {'job.distribution.send': 'Mine'}}"),
    "text-elsewhere": ("", "@hookimpl\ndef register_translations(): return {'en': {}, 'de': {'setlist.title': 'X'}}"),
    "hook": ("hookspecs=('maxbooster_distribution.hookspecs',)", ""),
}


@pytest.mark.parametrize("name", ["aaa", "papa", "zulu"])
@pytest.mark.parametrize(("manifest", "code"), [pytest.param(*each, id=kind) for kind, each in FOREIGN.items()])
def test_a_name_of_somebody_else_is_refused_and_the_owner_stays(site, assembled, manifest, code, name):
    """Whatever the order of the names, in which plugins are loaded."""
    before = assembled()
    site.install(name, code.replace("papa", name), manifest=manifest)
    app = assembled()
    assert {each.name for each in app.registry.plugins.values() if each.state == "broken"} == {name}
    assert app.registry.plugins[name].reason
    assert set(before.offers.permissions) == set(app.offers.permissions)
    assert {name: job.attempts for name, job in before.jobs.items()} == {n: job.attempts for n, job in app.jobs.items()}
    assert before.offers.panels == app.offers.panels
    assert before.offers.catalog == app.offers.catalog


def test_an_event_of_somebody_else_cannot_be_told(site, assembled, account):
    site.install("papa", "class Forged(Event, frozen=True, tag='release.live'):\n    release: str\n")
    app = assembled()
    forged = app.registry.plugins["papa"].module.Forged
    with pytest.raises(PluginError, match=r"its event 'release.live' is not its own"):
        app.offers.refuse_foreign_event(forged)


@pytest.mark.parametrize("name", ["core", "distribution", "distribution.spotify"])
def test_a_name_of_the_product_stays_with_its_own_distribution(site, assembled, name):
    site.install(name, distribution="aaa-evil")
    registry = assembled().registry
    assert registry.plugins[name].state == "enabled"
    [refused] = [each for each in registry.plugins.values() if each.state == "broken"]
    assert refused.name == f"{name} of aaa-evil"
    assert "two distributions" in refused.reason


def test_a_language_for_the_shell_may_come_from_anybody(site, assembled):
    site.install("welsh", "@hookimpl\ndef register_translations(): return {'en': {}, 'cy': {'core.title': 'Max'}}")
    app = assembled()
    assert app.registry.plugins["welsh"].state == "enabled"
    assert app.offers.catalog["cy"]["core.title"] == "Max"


async def test_a_hook_that_hangs_is_waited_for_once(site, tmp_path, sqlite_url, account):
    site.install("papa", "import asyncio\n@hookimpl\nasync def first_steps(ctx): await asyncio.sleep(60)")
    async with make_app(tmp_path, sqlite_url) as app, app.unit(account) as ctx:
        for waited in (True, False):
            answers = {answer.plugin: answer for answer in await ctx.ask("first_steps", timeout_s=2)}
            assert isinstance(answers["papa"].error, TimeoutError)
            assert (answers["papa"].seconds > 1) == waited
            assert answers["setlist"].error is None


HANGING = """
import asyncio
asked = []

@hookimpl
async def first_steps(ctx):
    asked.append(ctx)
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if len(asked) > 2:
                raise
"""


async def test_a_home_page_waits_once_for_a_hook_that_hangs_and_says_who_it_is(
    site, tmp_path, sqlite_url, account, monkeypatch
):
    """Whether or not it lets itself be canceled. Everybody else's steps are there at once."""
    monkeypatch.setattr("maxbooster.web.first_steps.ANSWER_S", 0.3)
    site.install("papa", HANGING)
    async with make_app(tmp_path, sqlite_url) as app, open_api(app, account.account) as api:
        asked = app.registry.plugins["papa"].module.asked
        for times in range(3):
            began = monotonic()
            steps = (await api.get("/api/core/first-steps")).json()
            assert {step["id"].partition(".")[0] for step in steps} >= {"distribution", "billing"}
            assert times == 0 or monotonic() - began < 0.3
        assert len(asked) == 1
        ready = (await api.get("/health/ready")).json()
        told = next(check["reason"] for check in ready["checks"] if check["name"] == "plugins")
        assert (ready["ready"], ready["degraded"], "papa (first_steps)" in told) == (True, True, True)

        whose = ("papa", "first_steps")
        app.registry.rests[whose] = 0.0
        began = monotonic()
        await asyncio.gather(*(api.get("/api/core/first-steps") for _ in range(5)))
        assert len(asked) == 2, "after the rest one tries it"
        app.registry.rests[whose] = 0.0
        asked.append(None)
        await api.get("/api/core/first-steps")
        assert app.registry.resting() == [whose]


async def test_a_hook_that_is_quick_again_is_asked_again(site, tmp_path, sqlite_url, account):
    site.install("papa", "@hookimpl\nasync def first_steps(ctx): return []")
    async with make_app(tmp_path, sqlite_url) as app, app.unit(account) as ctx:
        app.registry.rests["papa", "first_steps"] = 0.0
        answers = {answer.plugin: answer for answer in await ctx.ask("first_steps")}
        assert (answers["papa"].value, app.registry.rests) == ([], {})


async def test_web_processes_serve_nothing_of_a_plugin_whose_migration_failed(site, tmp_path, monkeypatch):
    """One of several web processes reads that it failed when it opens the database."""
    route = ROUTE.format(path="", operation="greetPapa", body='return "papa"')
    package = site.install("papa", route, manifest="migrations=True")
    site.write(package, "migrations/papa_0001.py", MIGRATION.format(family="papa", wrong="raise RuntimeError"))
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path))
    async with make_app(tmp_path, f"sqlite:///{tmp_path}/maxbooster.db"):
        pass
    application = web()
    async with _lifespan(application):
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8080") as client:
            assert (await client.get("/health/ready")).json()["degraded"]
            assert (await client.get("/api/papa/greeting")).status_code == 404
            assert "greetPapa" not in (await client.get("/schema/openapi.json")).text
            assert (await client.get("/api/setlist/setlists")).status_code == 401


@asynccontextmanager
async def _lifespan(application: Any) -> AsyncIterator[None]:
    """As an ASGI server starts and ends an application."""
    sent: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    running = asyncio.create_task(application({"type": "lifespan", "state": {}}, sent.get, told.put))
    await sent.put({"type": "lifespan.startup"})
    async with asyncio.timeout(30):
        assert (await told.get())["type"] == "lifespan.startup.complete"
    yield
    await sent.put({"type": "lifespan.shutdown"})
    await running
