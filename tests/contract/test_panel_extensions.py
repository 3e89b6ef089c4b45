"""Plugins show something on each other's pages: at extension points that exist, for those who may see it."""

from __future__ import annotations

import pytest

from maxbooster.plugins.check import faults
from maxbooster.testing import make_app, open_api

EXTENDS = """
from pathlib import Path

@hookimpl
def register_static():
    return Path(__file__).parent / "static"

@hookimpl
def register_panel_extensions():
    return [PanelExtension(id="{id}", title="Papas", point="{point}", tag="{tag}", module="{module}",
                           permissions={who})]
"""
GIVEN = {"id": "papa.more", "point": "billing.money", "tag": "mb-papa-more", "module": "all.js", "who": ()}
OFFERS = """
@hookimpl
def register_extension_points():
    return [ExtensionPoint(name="{name}", help="Everywhere.")]
"""


def extends(**given: object) -> str:
    return EXTENDS.format(**GIVEN | given)


def told(app) -> list[str]:
    return [fault.what for fault in faults(app, of={"papa"})]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"point": "billing.mony"}, "there is no extension point 'billing.mony'; there is 'billing.money'"),
        ({"point": "marketplace.order"}, "there is no extension point 'marketplace.order'; there is"),
        ({"tag": "mb-quebec-more"}, "its tag 'mb-quebec-more' must begin with 'mb-papa-'"),
        ({"module": "missing.js"}, "there is no module 'missing.js' in its static folder"),
        ({"module": "../plugin.py"}, "there is no module '../plugin.py' in its static folder"),
        ({"who": ("papa.fly",)}, "extension 'papa.more' needs 'papa.fly', which no manifest declares"),
    ],
)
def test_what_could_not_be_shown_is_told(site, assembled, given, fault):
    site.write(site.install("papa", extends(**given)), "static/all.js", "")
    [what] = told(assembled())
    assert fault in what


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (extends(id="quebec.more"), "its panel extension 'quebec.more' is not its own"),
        (OFFERS.format(name="billing.money"), "its extension point 'billing.money' is not its own"),
        (extends(id="billing.waiting_transfers"), "its panel extension 'billing.waiting_transfers' is not its own"),
    ],
)
def test_names_of_others_are_refused(site, assembled, code, reason):
    site.install("papa", code)
    assert reason in str(assembled().registry.plugins["papa"].reason)


def test_hook_register_extension_points(site, assembled):
    site.install("quebec", OFFERS.format(name="quebec.all"))
    site.write(site.install("papa", extends(point="quebec.all")), "static/all.js", "")
    app = assembled()
    assert told(app) == []
    assert app.offers.extension_points["quebec.all"].help == "Everywhere."
    assert list(app.offers.extension_points["billing.payout"].context) == ["payee", "currency"]


def test_a_place_of_a_family_that_is_off_or_may_be_absent_is_no_fault(site, assembled):
    site.write(site.install("papa", extends()), "static/all.js", "")
    assert told(assembled(disabled="billing")) == []
    absent = extends(id="quebec.more", point="marketplace.order", tag="mb-quebec-more")
    site.write(site.install("quebec", absent, manifest="answers=('marketplace',)"), "static/all.js", "")
    assert faults(assembled(), of={"quebec"}) == []


async def test_hook_register_panel_extensions(site, tmp_path, sqlite_url, account):
    site.write(site.install("papa", extends()), "static/all.js", "")
    site.write(site.install("quebec", OFFERS.format(name="quebec.all")), "static/all.js", "")
    async with make_app(tmp_path, sqlite_url) as app:

        async def offered(permissions: str) -> list[str]:
            async with open_api(app, account.account, permissions) as api:
                shown = (await api.get("/api/core/panel-extensions")).json()
            return [each["extension"]["id"] for each in shown if each["extension"]["point"] == "billing.money"]

        assert await offered("plugin.read") == ["papa.more"]
        everything = await offered("plugin.read payout.execute royalty.read")
        assert everything == ["billing.waiting_transfers", "papa.more", "distribution.money_statements"]
        async with open_api(app, account.account) as api:
            shown = (await api.get("/api/core/panel-extensions")).json()
            ours = next(each for each in shown if each["plugin"] == "distribution")
            module = await api.get(f"/static/distribution/{ours['extension']['module']}")
            assert ours["extension"]["tag"] in module.text


async def test_what_extends_a_family_that_is_off_is_not_offered(site, tmp_path, sqlite_url, account):
    site.write(site.install("papa", extends()), "static/all.js", "")
    off = "billing"
    async with make_app(tmp_path, sqlite_url, disabled=off) as app:
        assert app.registry.plugins["papa"].state == "enabled"
        async with open_api(app, account.account) as api:
            assert (await api.get("/api/core/panel-extensions")).json() == []
