"""Kinds of connectors: what fits is listed and called through a guard; what does not is named, and harms nobody."""

from __future__ import annotations

import asyncio
import json
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner

from maxbooster.cli import maxbooster
from maxbooster.errors import AuthFailed, Invalid, NotReady
from maxbooster.plugin import Connector, Context, Kind
from maxbooster.plugins.check import faults
from maxbooster.testing import drain, make_app, open_api
from maxbooster_billing.plugin import PAYMENT_PROVIDER
from maxbooster_distribution.plugin import OUTLET

QUAY = """
from maxbooster_distribution.plugin import DdexOutlet, OutletSettings

class QuaySettings(OutletSettings, kw_only=True, frozen=True): ...

manifest = Manifest(
    name="distribution.quay", version="1.0", title="Quay Radio", requires=("distribution",), settings=QuaySettings
)

@hookimpl
def outlet(ctx):
    return DdexOutlet(settings=type(ctx.settings(QuaySettings)))
"""
PIER = """
class Pier:
    destination_hint = "an address"
    destination_fields = ()
    for_testing = False

    def destination_fault(self, destination):
        return None

    def currency_fault(self, currency):
        return None

    def amount_fault(self, currency, amount):
        return None

    async def setup_fault(self, ctx):
        return None

    def fee(self, currency, amount, destination):
        return 0

    def destination_shown(self, destination):
        return destination

    async def pay_out(self, ctx, order):
        raise KeyError("the drawer is empty")

@hookimpl
def payment_provider():
    return Pier()
"""
ROOT = Path(__file__).parents[2]
FAMILIES = ["setlist", *sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))]
CODE = {"outlet": ("distribution.quay", QUAY), "payment_provider": ("billing.pier", PIER)}
MORE = """
from pathlib import Path

@get("/", operation_id="readNAMEPrices", public=True)
async def read_prices() -> list[str]:
    return ["10"]

@job("PLUGIN.refresh")
async def refresh(ctx: Context) -> None:
    ctx.audit("PLUGIN.refreshed", "prices:1")

@hookimpl
def register_routes():
    return [Routes("/NAME", [read_prices])]

@hookimpl
def register_jobs():
    return [refresh]

@hookimpl
def register_static():
    return Path(__file__).parent / "static"

@hookimpl
def register_panels():
    return [Panel(id="PLUGIN", title="Prices", icon="tag", route="/FAMILY/NAME", tag="mb-FAMILY-NAME", module="p.js")]

@hookimpl
def register_console_views():
    return [ConsoleView(id="PLUGIN.prices", title="Prices", operation="readNAMEPrices", columns=("price",))]
"""


@pytest.mark.parametrize("kind", [OUTLET, PAYMENT_PROVIDER], ids=lambda kind: kind.name)
async def test_hook_register_kinds(site, tmp_path, sqlite_url, account, kind):
    """A connector of each kind is looked up by its plugin's name, and may bring routes, jobs, a panel and a view."""
    plugin, code = CODE[kind.hook]
    family, name = plugin.split(".")
    more = MORE.replace("PLUGIN", plugin).replace("FAMILY", family).replace("NAME", name)
    site.write(site.install(plugin, code + more), "static/p.js", "")
    async with (
        make_app(tmp_path / "data", sqlite_url) as app,
        open_api(app, account.account) as api,
    ):
        assert faults(app) == []
        async with app.unit(account) as ctx:
            found = ctx.connector(kind, name)
            assert isinstance(found, Connector)
            assert (found.plugin, found.name) == (plugin, name)
            assert found.title == {"quay": "Quay Radio", "pier": "Billing.Pier"}[name]
            assert found.plugin in [each.plugin for each in ctx.connectors(kind)]
            ctx.enqueue(app.job(f"{plugin}.refresh"))
        await drain(app)
        assert (await api.get(f"/api/{family}/{name}")).json() == ["10"]
        [told] = (await api.get("/api/core/audit")).json()["items"]
        assert told["action"] == f"{plugin}.refreshed"
        assert plugin in [panel.id for _, panel in app.offers.panels]
        assert f"{plugin}.prices" in [view.id for _, view in app.offers.console_views]
        assert (await api.get(f"/static/{plugin}/p.js")).status_code == 200


@pytest.mark.parametrize(
    ("plugin", "code", "fault"),
    [
        ("distribution.quay", "def outlet(): return 'quay'", "outlet() cannot be used: str is no DdexOutlet"),
        ("distribution.quay", "def outlet(ctx): return 1 / 0", "outlet() cannot be used: ZeroDivisionError"),
        ("distribution.quay", "def outlet(ctx): return ctx.account", "outlet() cannot be used: AccountRequired"),
        ("distribution.quay", "async def outlet(): ...", "outlet() is a coroutine; it makes an object"),
        ("papa", "def outlet(): return 'quay'", "outlet() is for connectors of distribution: name the plugin"),
        ("billing.pier", "def payment_provider(): return 'pier'", "str has nothing of PaysOut, TakesPayments"),
        (
            "billing.pier",
            f"{PIER}Pier.fee = None\ndel Pier.pay_out",
            "cannot be used: Pier lacks pay_out of PaysOut; Pier.fee is no method",
        ),
        (
            "billing.pier",
            PIER.replace("ctx, order", "order"),
            "Pier.pay_out(order) cannot be called with (ctx, order)",
        ),
    ],
)
def test_a_connector_that_does_not_fit_is_named_and_left_out(site, assembled, plugin, code, fault):
    site.install(plugin, code if "@hookimpl" in code else f"@hookimpl\n{code}")
    app = assembled()
    reason = app.registry.plugins[plugin].reason
    assert fault in reason
    assert [(each.plugin, each.what) for each in faults(app)] == [(plugin, reason)]
    assert {"spotify", "deezer"} <= {each.name for each in app.connectors(OUTLET)}


def test_enabling_says_what_a_connector_lacks(site, tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path))
    site.install("billing.pier", "@hookimpl\ndef payment_provider(): return 'pier'")
    for command in (["plugins", "enable", "billing.pier"], ["plugins", "list"], ["check"]):
        said = CliRunner().invoke(maxbooster, command)
        assert "str has nothing of PaysOut, TakesPayments" in said.output, command
        assert said.exit_code == (0 if "list" in command else 1)


def test_each_kind_has_a_contract_and_a_guide(assembled):
    kinds = assembled().kinds.values()
    assert kinds
    for kind in kinds:
        module, _, suite = kind.contract.partition(":")
        assert isinstance(getattr(import_module(module), suite), type)
        assert (ROOT / "docs" / kind.guide).is_file()


def test_a_family_declares_its_own_kinds_only(site, assembled):
    made = "Kind(hook={hook!r}, family={family!r}, title='x', protocols=(int,), contract='', guide='', template='')"
    for name, hook, family in (("papa", "outlet", "distribution"), ("quebec", "quebec_thing", "quebec")):
        code = f"@hookimpl\ndef register_kinds(): return [{made.format(hook=hook, family=family)}]"
        site.install(name, code)
    plugins = assembled().registry.plugins
    assert plugins["papa"].reason == "its kind 'outlet' belongs to 'distribution': a family registers its own"
    assert plugins["quebec"].reason == "its kind 'quebec-thing' names the hook 'quebec_thing', which its hookspecs lack"


def test_an_unknown_name_is_refused_with_those_that_there_are(assembled):
    ctx = Context(assembled(), writable=False)
    with pytest.raises(Invalid, match="There is no store 'spotfy'; enabled are: audiomack, deezer, spotify. Did you"):
        ctx.connector(OUTLET, "spotfy", field="outlets")


@pytest.mark.parametrize("off", ["distribution.spotify", "distribution", "billing"])
def test_what_is_off_is_refused_with_the_way_to_switch_it_on(assembled, off):
    ctx = Context(assembled(disabled=off), writable=False)
    with pytest.raises(NotReady, match=f"`maxbooster plugins enable {off}` and a restart"):
        ctx.connector(OUTLET, "spotify")
    assert "spotify" not in [each.name for each in ctx.connectors(OUTLET)]


@pytest.mark.parametrize("family", FAMILIES)
async def test_without_a_family_the_rest_fits_together_and_serves(tmp_path, account, family):
    url = f"sqlite:///{tmp_path}/one.db"
    name = import_module(f"maxbooster_{family}.plugin").manifest.name
    async with make_app(tmp_path / "data", url, disabled=name) as app, open_api(app, account.account) as api:
        assert faults(app) == []
        states = {each.state for each in app.registry.plugins.values()}
        assert states == {"enabled", "disabled"}
        ready = (await api.get("/health/ready")).json()
        assert (ready["ready"], ready["degraded"]) == (True, False), ready


def test_hooks_of_a_family_that_is_absent_are_skipped_if_the_manifest_says_so(site, assembled):
    code = "@hookimpl\ndef social_platform(): ..."
    site.install("papa", code, manifest="answers=('social',)")
    site.install("quebec", code)
    plugins = assembled().registry.plugins
    assert plugins["papa"].state == "enabled"
    assert "it implements 'social_platform', a hook that nobody defines" in plugins["quebec"].reason


def test_hooks_of_a_family_that_is_off_are_skipped(site, assembled):
    site.install("papa", "@hookimpl\ndef payments_simulated(): return False")
    assert assembled().registry.plugins["papa"].state == "enabled"
    assert assembled(disabled="billing").registry.plugins["papa"].state == "enabled"


KIND = Kind[list](
    hook="made", family="papa", title="thing", protocols=(list,), contract="", guide="", template=""
)  # fmt: skip


def thing() -> Connector[list]:
    return Connector(KIND, "papa.one", "One", [1])


async def test_a_call_that_fails_unexpectedly_is_not_ready_and_names_the_connector():
    async def fail(it):
        raise KeyError("secret")

    with pytest.raises(NotReady) as caught:
        await thing().call(fail)
    assert caught.value.detail == "One failed unexpectedly (KeyError in the plugin papa.one); the log says more."
    with pytest.raises(NotReady, match="One failed unexpectedly \\(IndexError"):
        thing().call_sync(lambda it: it[1])
    assert thing().call_sync(lambda it: it[0]) == 1


@pytest.mark.parametrize("error", [NotReady("later"), AuthFailed("again"), Invalid("no", field="x")])
async def test_what_a_connector_says_itself_passes(error):
    async def fail(it):
        raise error

    with pytest.raises(type(error)) as caught:
        await thing().call(fail)
    assert caught.value is error


async def test_a_connector_that_overran_its_time_rests_and_the_next_does_not():
    one, never = thing(), asyncio.Event()
    two = Connector(KIND, "papa.two", "Two", [2], one.rests)
    asked = []

    async def hang(it):
        asked.append(it)
        await never.wait()

    async def answer(it):
        return it[0]

    for _ in range(2):
        with pytest.raises(NotReady, match="One did not answer in time; try again in a minute"):
            await one.call(hang, timeout_s=0.01)
    assert asked == [[1]]
    assert await two.call(answer) == 2
    one.rests["papa.one", "made"] = 0.0
    assert await one.call(answer) == 1
    assert one.rests == {}


async def test_a_payout_whose_provider_breaks_waits_and_says_who(site, tmp_path, sqlite_url, account):
    site.install("billing.pier", PIER)
    async with (
        make_app(tmp_path / "data", sqlite_url) as app,
        open_api(app, account.account) as api,
    ):
        from maxbooster_billing.plugin import Leg, Transaction, post

        new = {"name": "Nova", "provider": "pier", "destination": "quay 9"}
        nova = (await api.post("/api/billing/payees", json=new)).json()["id"]
        for key, legs in (
            ("owed", (Leg("receivable", 100, "outlet"), Leg("payable", -100, nova))),
            ("here", (Leg("bank", 100), Leg("receivable", -100, "outlet"))),
        ):
            async with app.unit(account) as ctx:
                await ctx.write(post, ctx.account, Transaction(key=key, currency="EUR", legs=legs), ctx.now)
        wanted = {"payee": nova, "currency": "EUR", "key": "1"}
        assert (await api.post("/api/billing/payouts", json=wanted)).status_code == 202
        await drain(app)
        [job] = [
            each for each in (await api.get("/api/core/jobs")).json()["items"] if each["name"] == "billing.pay_out"
        ]
        assert "Billing.Pier failed unexpectedly (KeyError in the plugin billing.pier)" in job["note"]
        assert (await api.get("/api/billing/payouts")).json()["items"][0]["state"] == "held"


def test_the_kinds_are_listed_with_their_connectors(tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path))
    monkeypatch.setenv("MAXBOOSTER_DISABLED", "distribution.deezer")
    said = json.loads(CliRunner().invoke(maxbooster, ["plugins", "kinds", "--json"]).output)
    listed = {each["kind"]: each for each in said}
    assert list(listed) == ["outlet", "payment-provider"]
    outlet = listed["outlet"]
    assert (outlet["family"], outlet["contract"]) == ("distribution", "maxbooster_distribution.testing:OutletContract")
    assert [(each["name"], each["state"]) for each in outlet["connectors"]] == [
        ("audiomack", "enabled"), ("deezer", "disabled"), ("spotify", "enabled"),
    ]  # fmt: skip
    shown = CliRunner().invoke(maxbooster, ["plugins", "kinds", "payment-provider"]).output
    assert "bank_transfer" in shown
    assert "spotify" not in shown
    refused = CliRunner().invoke(maxbooster, ["plugins", "kinds", "outlets"])
    assert refused.exit_code != 0
    assert "Did you mean 'outlet'?" in str(refused.exception) + refused.output
