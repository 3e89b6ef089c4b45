"""What an account sets up with a connector: by a form from its struct, checked, its secrets sealed, told when it no
longer fits."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest
from click.testing import CliRunner

from maxbooster.cli import maxbooster
from maxbooster.connectors.health import check
from maxbooster.connectors.models import ConnectorSettingsRow
from maxbooster.db import new_id
from maxbooster.db.known import purge
from maxbooster.errors import NotReady, PluginError
from maxbooster.keyring import Keyring
from maxbooster.secrets import rotate_all
from maxbooster.testing import make_app, open_api

from .test_kinds import PIER

AT = "/api/core/connectors/billing.pier/settings"
FORM = """
from typing import Annotated, Literal
from msgspec import Meta

class Berth(AccountSettings, kw_only=True, frozen=True):
    partner: Annotated[str, Meta(title="Partner ID", description="As your contract has it.", min_length=2)]
    speed: Literal["slow", "fast"] = "slow"
    crew: int = 2
    night: bool = False
    ports: list[str] = []
    key: Annotated[Secret, Meta(title="Key", max_length=40)] = ""
    MORE
    async def check(self, ctx):
        if self.partner == "nobody":
            raise Invalid("Quay knows no partner of that ID.", field="partner")
        if self.partner == "broken":
            raise KeyError("the drawer is empty")
"""
READ = """
@get("/berth", operation_id="readBerth", permission="ledger.read")
async def read_berth(ctx: Context) -> list[str]:
    own = await ctx.account_settings(Berth)
    return [] if own is None else [own.partner, own.key, *own.ports]

@hookimpl
def register_routes():
    return [Routes("/pier", [read_berth])]
"""


def code(more: str = "", form: str = FORM) -> str:
    """The struct stands before the manifest that names it."""
    return f"{form.replace('MORE', more)}\nmanifest = Manifest(name='billing.pier', version='1', title='Pier'," + (
        f" requires=('billing',), account_settings=Berth)\n{PIER}{READ}"
    )


@pytest.fixture
def opened(site, tmp_path, sqlite_url, account):
    @asynccontextmanager
    async def opening(more: str = ""):
        package = site.install("billing.pier", code(more))
        async with (
            make_app(tmp_path / "data", sqlite_url) as app,
            open_api(app, account.account) as api,
        ):
            yield app, api
        site.uninstall(package)
        site.forget()

    return opening


async def entered(api: Any, **values: Any) -> Any:
    return await api.put(AT, json={"values": {"partner": "Quay 9"} | values})


async def test_it_is_entered_by_the_form_and_read_by_the_connector(opened):
    async with opened() as (app, api):
        listed = {each["plugin"]: each for each in (await api.get("/api/core/connectors?kind=payment-provider")).json()}
        assert (listed["billing.pier"]["state"], listed["billing.test"]["state"]) == ("unset", "nothing")
        assert "distribution.spotify" not in listed
        found = (await api.get(AT)).json()
        assert (found["version"], found["values"], found["secrets"]) == (None, {}, [])
        fields = found["form"]["$defs"]["Berth"]["properties"]
        assert list(fields) == ["partner", "speed", "crew", "night", "ports", "key"]
        assert (fields["partner"]["title"], fields["key"]["format"]) == ("Partner ID", "password")
        assert (await api.get("/api/billing/pier/berth")).json() == []

        saved = await entered(api, ports=["A", "B"], key="s3cret")
        assert (saved.status_code, saved.json()["secrets"], saved.json()["version"]) == (200, ["key"], 1)
        assert (await api.get("/api/billing/pier/berth")).json() == ["Quay 9", "s3cret", "A", "B"]
        changed = (await entered(api, speed="fast")).json()
        assert changed["values"] == {"partner": "Quay 9", "speed": "fast", "crew": 2, "night": False, "ports": []}
        assert (await api.get("/api/billing/pier/berth")).json() == ["Quay 9", "s3cret"]
        told = (await api.get("/api/core/audit")).json()["items"]
        assert [each["action"] for each in told].count("connector.set_up") == 2
        for said in (saved.text, json.dumps(changed), json.dumps(told)):
            assert "s3cret" not in said
        async with open_api(app, new_id()) as stranger:
            assert (await stranger.get(AT)).json()["values"] == {}


async def test_a_secret_is_kept_replaced_and_removed(opened):
    async with opened() as (_, api):
        for given, kept in (({"key": "one"}, "one"), ({}, "one"), ({"key": "two"}, "two"), ({"key": None}, "")):
            assert (await entered(api, **given)).status_code == 200
            assert (await api.get("/api/billing/pier/berth")).json()[1] == kept


@pytest.mark.parametrize(
    ("values", "status", "field", "words"),
    [
        ({"partner": "nobody"}, 422, "partner", "Quay knows no partner of that ID."),
        ({"partner": "Q"}, 422, "partner", "Expected `str` of length >= 2"),
        ({"crew": "two"}, 422, "crew", "Expected `int`, got `str`"),
        ({"berth": 3}, 422, "berth", "Pier has no field 'berth'."),
        ({"key": "s" * 41}, 422, "key", "Expected `str` of length <= 40"),
        ({"partner": "broken"}, 503, None, "Pier failed unexpectedly (KeyError in the plugin billing.pier)"),
    ],
)
async def test_what_is_wrong_is_refused_at_its_field_and_nothing_is_kept(opened, values, status, field, words):
    async with opened() as (_, api):
        refused = await entered(api, **values)
        assert (refused.status_code, refused.json().get("field")) == (status, field)
        assert words in refused.json()["detail"]
        assert (await api.get(AT)).json()["state"] == "unset"


async def test_of_two_people_the_second_is_told(opened):
    async with opened() as (_, api):
        await entered(api)
        for version, status in ((1, 200), (1, 409)):
            assert (await api.put(AT, json={"values": {"partner": "Q9"}, "version": version})).status_code == status


async def test_a_new_optional_field_takes_its_default(opened):
    async with opened() as (_, api):
        await entered(api, key="s3cret")
    async with opened("lamp: str = 'red'") as (app, api):
        assert (await api.get(AT)).json()["state"] == "ready"
        assert (await api.get("/api/billing/pier/berth")).json() == ["Quay 9", "s3cret"]
        async with app.unit() as ctx:
            assert await check(ctx) == "1 set up"


async def test_what_no_longer_fits_is_told_and_kept(opened, account):
    async with opened() as (_, api):
        await entered(api, key="s3cret")
    async with opened("lamp: str") as (app, api):
        found = (await api.get(AT)).json()
        assert (found["state"], found["values"]["partner"], found["secrets"]) == ("attention", "Quay 9", ["key"])
        assert "no longer fits this version of the connector: Object missing required field `lamp`" in found["reason"]
        assert (await api.get("/api/billing/pier/berth")).status_code == 503
        async with app.unit() as ctx:
            with pytest.raises(NotReady, match=r"no longer fits these connectors: billing\.pier \(1\)"):
                await check(ctx)
        assert (await entered(api, lamp="green")).json()["state"] == "ready"
        assert (await api.get("/api/billing/pier/berth")).json() == ["Quay 9", "s3cret"]
    async with opened() as (app, api):
        await entered(api)
        async with app.unit(account) as ctx:
            [row] = await ctx.all(select_rows())
            assert row.fields["lamp"] == "green"


def select_rows():
    from sqlalchemy import select

    return select(ConnectorSettingsRow)


async def test_secrets_are_sealed_for_their_place_and_sealed_anew_with_a_new_key(opened, account):
    async with opened() as (app, api):
        await entered(api, key="s3cret")
        async with app.unit(account) as ctx:
            [row] = await ctx.all(select_rows())
        assert "s3cret" not in json.dumps(row.fields)
        assert b"s3cret" not in row.sealed
        fresh = Keyring(("A" * 43 + "=", *(key.decode() for key in app.keyring.raw)))
        await app.database.transact(lambda connection: rotate_all(connection, fresh))
        app.keyring = Keyring(("A" * 43 + "=",))
        assert (await api.get("/api/billing/pier/berth")).json() == ["Quay 9", "s3cret"]


async def test_secrets_that_no_key_opens_are_told_and_entered_again(opened):
    async with opened() as (app, api):
        await entered(api, key="s3cret")
        app.keyring = Keyring(("B" * 43 + "=",))
        found = (await api.get(AT)).json()
        assert (found["state"], found["values"]["partner"], found["secrets"]) == ("attention", "Quay 9", [])
        assert "can't be decrypted" in found["reason"]
        assert (await api.get("/api/core/connectors")).status_code == 200
        assert (await api.get("/api/billing/pier/berth")).status_code == 503
        assert (await entered(api, key="again")).json()["state"] == "ready"
        assert (await api.get("/api/billing/pier/berth")).json() == ["Quay 9", "again"]


async def test_what_is_left_of_a_connector_that_is_off_can_be_removed(opened, tmp_path, sqlite_url, account):
    async with opened() as (_, api):
        await entered(api)
    async with (
        make_app(tmp_path / "data", sqlite_url) as app,
        open_api(app, account.account) as api,
    ):
        assert (await api.get(AT)).status_code == 404
        assert [(await api.delete(AT)).status_code for _ in range(2)] == [204, 404]


async def test_what_is_left_of_a_connector_that_is_gone_is_told_and_purged(
    opened, site, tmp_path, sqlite_url, monkeypatch
):
    async with opened() as (app, api):
        await entered(api)
        with pytest.raises(PluginError, match="'billing.pier' is enabled"):
            purge(app.database, app.registry, "billing.pier")
    for name, value in (("DATA", str(tmp_path / "data")), ("DATABASE", sqlite_url)):
        monkeypatch.setenv(f"MAXBOOSTER_{name}", value)

    def run(*command):
        return CliRunner().invoke(maxbooster, command).output

    told = (
        "1 account set up billing.pier, which is not installed: `maxbooster plugins purge billing.pier` removes that."
    )
    said = await asyncio.to_thread(run, "doctor")
    assert told in " ".join(said.split())
    assert "billing.pier holds 1 rows" in await asyncio.to_thread(run, "plugins", "purge", "billing.pier")
    await asyncio.to_thread(run, "plugins", "purge", "billing.pier", "--yes")
    assert "billing.pier" not in await asyncio.to_thread(run, "doctor")


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("crew: dict[str, int] = {}", "Berth cannot be a form: 'crew' is neither text, a number"),
        ("crew: list[list[str]] = []", "Berth cannot be a form: 'crew' is neither text, a number"),
        ("crew: object = None", "type <class 'object'> is not supported"),
    ],
)
def test_what_no_form_asks_for_is_no_account_setting(site, assembled, field, fault):
    form = f"class Berth(AccountSettings, kw_only=True, frozen=True):\n    {field}\n    key: str = ''\n    partner = ''"
    site.install("billing.pier", code(form=form))
    assert fault in assembled().registry.plugins["billing.pier"].reason


def test_only_connectors_have_account_settings(site, assembled):
    form = "class Berth(AccountSettings, kw_only=True, frozen=True):\n    key: str = ''"
    site.install("papa", f"{form}\nmanifest = Manifest(name='papa', version='1', title='Papa', account_settings=Berth)")
    assert "it has the hook of no kind" in assembled().registry.plugins["papa"].reason
