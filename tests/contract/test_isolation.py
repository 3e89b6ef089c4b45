"""Whatever one plugin answers, the platform starts, the others work, and that plugin is named with the reason."""

from __future__ import annotations

import pytest

from maxbooster.plugins.check import faults
from maxbooster.testing import make_app, open_api

JOB = "@job('papa.tick'{options})\nasync def tick(ctx{arguments}): ...\n"
GIVEN = "@hookimpl\ndef register_jobs(): return [tick]"


async def outcome(site, tmp_path, code: str, manifest: str = "") -> list[str]:
    """What is said about the plugin, while everything else works."""
    site.install("papa", code, manifest=f"requires=('setlist',), {manifest}")
    async with make_app(tmp_path, f"sqlite:///{tmp_path}/one.db") as app, open_api(app) as api:
        assert (await api.get("/api/setlist/setlists")).status_code == 401
        assert "setlist.fill" in app.jobs
        return [fault.what for fault in faults(app) if fault.plugin == "papa"]


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
async def test_an_answer_of_the_wrong_kind_is_told(site, tmp_path, code):
    assert await outcome(site, tmp_path, code)


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
async def test_a_contribution_that_cannot_work_is_told(site, tmp_path, code):
    assert await outcome(site, tmp_path, code)


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        pytest.param("settings=dict", "", id="settings-of-the-wrong-kind"),
        pytest.param("permissions=(Permission('setlist.read', 'Mine'),)", "", id="permission-taken"),
        pytest.param("hookspecs=('maxbooster_setlist.hookspecs',)", "", id="hookspecs-taken"),
    ],
)
async def test_a_manifest_that_cannot_work_is_told(site, tmp_path, manifest, code):
    assert await outcome(site, tmp_path, code, manifest)


async def test_of_a_plugin_whose_routes_cannot_be_served_nothing_else_stays(site, tmp_path, account):
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
    async with make_app(tmp_path, f"sqlite:///{tmp_path}/one.db") as app, open_api(app, account.account) as api:
        assert app.registry.plugins["papa"].state == "broken"
        assert "papa" not in (await api.get("/api/core/panels")).text
        assert "papa" not in (await api.get("/api/core/translations/en")).text
        assert "papa.tick" not in app.jobs
