"""One plugin that is missing, wrong or broken is named with its reason, and the others run."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points

import pytest

from maxbooster.http.assembly import build
from maxbooster.plugins.installed import GROUP
from maxbooster.plugins.registry import load
from maxbooster.testing import make_app, open_api

ROUTE = """
@get("/", operation_id="{operation}", public=True)
async def greet() -> str:
    return "hello"

@hookimpl
def register_routes():
    return [Routes("/greeting", [greet])]
"""


def broken(registry) -> dict[str, str]:
    return {plugin.name: plugin.reason for plugin in registry.plugins.values() if plugin.state == "broken"}


def enabled(registry) -> list[str]:
    return [plugin.name for plugin, _ in registry.enabled()]


@pytest.mark.parametrize(
    ("code", "manifest", "reason"),
    [
        ("import nowhere_to_be_found", "", "raised ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
        ("raise RuntimeError('no license')", "", "raised RuntimeError: no license"),
        ("", "api=99", "it is written for plugin API 99; this is API 1"),
        ("manifest = {'name': 'alpha'}", "", "is dict, not a Manifest"),
        ("del manifest", "", "AttributeError"),
        ("manifest = Manifest(name='beta', version='1', title='B')", "", "its manifest calls it 'beta'"),
        ("manifest = Manifest(name='Alpha!', version='1', title='A')", "", "use 'family' or 'family.connector'"),
        ("", "requires=('setlists',)", "requires 'setlists', which is not installed. Did you mean 'setlist'?"),
        ("", "hookspecs=('nowhere.hookspecs',)", "registering it raised ModuleNotFoundError"),
        ("@hookimpl\ndef register_rutes(): return []", "", "Did you mean 'register_routes'?"),
        ("@hookimpl\ndef inspect_file(ctx, fille): ...", "", "fille"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_named_with_the_reason(site, code, manifest, reason):
    site.install("alpha", code, manifest=manifest)
    site.install("omega")
    registry = load()
    assert list(broken(registry)) == ["alpha"]
    assert reason in broken(registry)["alpha"]
    assert {"core", "setlist", "omega"} <= set(enabled(registry))


def test_plugins_that_require_each_other_are_both_named(site):
    site.install("alpha", manifest="requires=('beta',)")
    site.install("beta", manifest="requires=('gamma',)")
    site.install("gamma", manifest="requires=('alpha',)")
    site.install("omega")
    registry = load()
    assert set(broken(registry)) == {"alpha", "beta", "gamma"}
    assert all("require each other" in reason for reason in broken(registry).values())
    assert "omega" in enabled(registry)


def test_what_requires_a_broken_or_disabled_plugin_is_left_out_too(site):
    site.install("alpha", "raise RuntimeError")
    site.install("beta", manifest="requires=('alpha',)")
    site.install("gamma", manifest="requires=('setlist',)")
    registry = load(disabled={"setlist"})
    assert broken(registry)["beta"] == "it requires 'alpha', which is broken"
    gamma = registry.plugins["gamma"]
    assert (gamma.state, gamma.reason) == ("disabled", "it requires 'setlist', which is disabled")
    assert registry.why_off("gamma") == (
        "The plugin gamma is off, because it requires setlist. The plugin setlist is off;"
        " `maxbooster plugins enable setlist` and a restart turn it on again."
    )


def test_one_name_from_two_distributions_is_refused_whichever_comes_first(site):
    site.install("alpha", distribution="first-maker")
    site.install("alpha", distribution="second-maker")
    registry = load()
    assert "two distributions offer it" in broken(registry)["alpha"]
    assert "first-maker" in broken(registry)["alpha"]
    assert "second-maker" in broken(registry)["alpha"]


def test_a_disabled_plugin_is_not_imported(site):
    package = site.install("alpha", "raise SystemExit('imported')")
    connector = site.install("beta.one", "raise SystemExit('imported')")
    registry = load(disabled={"alpha", "beta"})
    assert (registry.plugins["alpha"].state, registry.plugins["beta.one"].state) == ("disabled", "disabled")
    assert not {f"{package}.plugin", f"{connector}.plugin"} & set(sys.modules)


def test_the_order_is_that_of_the_requirements_then_of_the_names(site):
    site.install("zeta")
    site.install("alpha", manifest="requires=('zeta',)")
    site.install("beta")
    site.install("beta.two", manifest="requires=('beta',)")
    site.install("beta.one", manifest="requires=('beta',)")
    order = [name for name in enabled(load()) if name.partition(".")[0] in ("zeta", "alpha", "beta")]
    assert order == ["beta", "zeta", "alpha", "beta.one", "beta.two"]
    found = list(entry_points(group=GROUP))
    assert enabled(load(entries=found)) == enabled(load(entries=found[::-1])) == enabled(load())


def test_an_assembly_hook_that_raises_takes_only_its_plugin_out(site, assembled):
    site.install("alpha", "@hookimpl\ndef register_jobs(): raise RuntimeError('no queue')")
    site.install("beta", manifest="requires=('alpha',)")
    site.install("omega", ROUTE.format(operation="greetOmega"))
    app = assembled()
    assert broken(app.registry) == {
        "alpha": "register_jobs() cannot be used: RuntimeError: no queue",
        "beta": "it requires 'alpha', which is broken",
    }
    assert "setlist.fill" in app.jobs
    assert "/api/omega/greeting" in build(app).openapi_schema.to_schema()["paths"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (
            "@get('/', operation_id='greet', permission='job.read')\nasync def greet(ctx: Nonsense) -> str: ...\n"
            "@hookimpl\ndef register_routes(): return [Routes('/greeting', [greet])]",
            "Nonsense",
        ),
        (
            "@get('/{greeting:rhyme}', operation_id='greet', permission='job.read')\nasync def greet() -> str: ...\n"
            "@hookimpl\ndef register_routes(): return [Routes('/greeting', [greet])]",
            "its routes cannot be served",
        ),
        (
            "@get('/', operation_id='greet')\nasync def greet() -> str: ...",
            "greet: declare either permission='area.action' or public=True",
        ),
        (
            "from litestar import get as bare\n@bare('/', operation_id='greet')\nasync def greet() -> str: ...\n"
            "@hookimpl\ndef register_routes(): return [Routes('/greeting', [greet])]",
            "'greet' declares neither permission=… nor public=True",
        ),
        (ROUTE.format(operation="listSetlists"), "operation_id 'listSetlists' is taken by 'setlist'"),
    ],
)
async def test_routes_that_cannot_be_served_take_only_their_plugin_out(site, tmp_path, sqlite_url, code, reason):
    site.install("zulu", code, manifest="requires=('setlist',)")
    site.install("omega", ROUTE.format(operation="greetOmega"))
    async with make_app(tmp_path, sqlite_url) as app, open_api(app) as api:
        assert (await api.get("/api/omega/greeting")).text == "hello"
        assert (await api.get("/api/setlist/setlists")).status_code == 401
        assert (await api.get("/api/zulu/greeting")).status_code == 404
        assert list(broken(app.registry)) == ["zulu"]
        assert reason in broken(app.registry)["zulu"]
        ready = await api.get("/health/ready")
        assert "zulu" in next(check for check in ready.json()["checks"] if check["name"] == "plugins")["reason"]


async def test_a_get_that_tries_to_write_is_refused(site, tmp_path, sqlite_url, account):
    site.install(
        "zulu",
        "@get('/', operation_id='readAndWrite', public=True)\n"
        "async def read_and_write(ctx: Context) -> str:\n    ctx.audit('zulu.read', 'zulu:1')\n    return 'done'\n"
        "@hookimpl\ndef register_routes(): return [Routes('/greeting', [read_and_write])]",
    )
    async with make_app(tmp_path, sqlite_url) as app, open_api(app, account.account) as api:
        refused = await api.get("/api/zulu/greeting")
        assert refused.status_code == 500
        assert refused.json()["type"] == "urn:maxbooster:problem:internal"
        assert (await api.get("/api/core/audit")).json()["items"] == []


ASKED = """
import asyncio
@hookimpl
async def song_source(ctx):
    {body}
"""


async def test_asking_keeps_each_plugins_failure_to_itself(site, tmp_path, sqlite_url, account):
    site.install("alpha", ASKED.format(body="raise RuntimeError('out of tune')"))
    site.install("beta", ASKED.format(body="await asyncio.sleep(60)"))
    site.install("gamma", ASKED.format(body="await asyncio.sleep(0.05)\n    return ['slow']"))
    site.install("omega", "@hookimpl\ndef song_source(): return ['at once']")
    async with make_app(tmp_path, sqlite_url) as app, app.unit(account) as ctx:
        answers = await ctx.ask("song_source", timeout_s=0.5)
    asked = [(answer.plugin, answer.value, type(answer.error).__name__) for answer in answers]
    assert [each for each in asked if each[0] != "setlist.demo"] == [
        ("alpha", None, "RuntimeError"),
        ("beta", None, "TimeoutError"),
        ("gamma", ["slow"], "NoneType"),
        ("omega", ["at once"], "NoneType"),
    ]
    assert len(next(answer.value for answer in answers if answer.plugin == "setlist.demo")) == 3
    assert all(answer.seconds < 2 for answer in answers)


async def test_asking_a_hook_that_nobody_defines_is_a_mistake_of_the_caller(tmp_path, sqlite_url, account):
    async with make_app(tmp_path, sqlite_url) as app, app.unit(account) as ctx:
        with pytest.raises(AttributeError, match="no enabled plugin defines the hook 'song_sauce'"):
            await ctx.ask("song_sauce")


MEASURE = """
import sys, time
from importlib.metadata import EntryPoint
from maxbooster.plugins.installed import GROUP
from maxbooster.plugins.registry import load
entries = [EntryPoint(f"many.c{n}", f"many_connectors.c{n}", GROUP) for n in range(int(sys.argv[1]))]
core = EntryPoint("core", "maxbooster.plugins.core", GROUP)
load(entries=[core])
began = time.process_time()
registry = load(entries=[core, *entries])
print(time.process_time() - began)
assert sum(1 for _ in registry.enabled()) == len(entries) + 1
"""


def test_eighty_connectors_cost_the_start_less_than_fifty_milliseconds(tmp_path):
    folder = tmp_path / "many_connectors"
    folder.mkdir()
    (folder / "__init__.py").touch()
    for number in range(80):
        (folder / f"c{number}.py").write_text(
            "from maxbooster.plugin import Manifest, Permission, hookimpl\n"
            f"manifest = Manifest(name='many.c{number}', version='1', title='C {number}', requires=('core',),\n"
            f"    permissions=(Permission('many.use{number}', 'Use it'),), hosts=('c{number}.test',))\n"
            "@hookimpl\ndef register_jobs():\n    from .jobs import jobs\n    return jobs\n"
        )

    def cpu_s(connectors: int) -> float:
        runs = [
            subprocess.run(
                [sys.executable, "-c", MEASURE, str(connectors)],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=True,
            )
            for _ in range(5)
        ]
        return min(float(run.stdout) for run in runs[1:])  # the first compiles

    assert cpu_s(80) - cpu_s(0) < 0.05


def test_an_entry_point_may_be_given_by_hand():
    registry = load(entries=[EntryPoint("core", "maxbooster.plugins.core", GROUP)])
    assert enabled(registry) == ["core"]


def test_an_example_is_off_unless_it_is_asked_for(assembled):
    plain = assembled(examples=False)
    assert [name for name in enabled(plain.registry) if name.startswith("setlist")] == []
    assert broken(plain.registry) == {}
    assert "MAXBOOSTER_EXAMPLES=true" in plain.registry.plugins["setlist"].reason
    assert "setlist" not in [plugin for plugin, _ in plain.offers.panels]
    assert "setlist" in enabled(assembled().registry)


TAKING = {
    "job": '@job("zulu.tidy")\nasync def tidy(ctx): ...\n\n@hookimpl\ndef register_jobs():\n    return [tidy]',
    "subscription": '@on("file.ready", "zulu.hear")\nasync def hear(ctx, facts): ...\n\n'
    "@hookimpl\ndef register_subscriptions():\n    return [hear]",
    "public page": "async def find(ctx, path): ...\n\n@hookimpl\ndef public_page():\n"
    '    return [PublicPage(area="zulu", template=__file__, find=find)]',
}


@pytest.mark.parametrize("what", TAKING)
async def test_a_plugin_that_takes_anothers_name_takes_nothing_from_it(site, tmp_path, sqlite_url, what):
    """`alpha` comes first, and is refused; `zulu`, whose name it is, keeps it."""
    for name in ("alpha", "zulu"):
        site.install(name, TAKING[what])
    async with make_app(tmp_path, sqlite_url) as app:
        assert "is not its own" in (app.registry.plugins["alpha"].reason or "")
        assert (app.registry.plugins["zulu"].state, app.registry.plugins["zulu"].reason) == ("enabled", None)
