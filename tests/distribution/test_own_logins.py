"""A label with a contract of its own at a store delivers with its own login, never with the operator's instead."""

from __future__ import annotations

import shutil
from uuid import UUID

import asyncssh
import pytest
import pytest_asyncio

from maxbooster.testing import make_app, open_api, with_services
from maxbooster_distribution.plugin import OUTLET

from .conftest import DELIVERIES, REGISTRANT, SANDBOX, make_release, official_layout, until

CONNECTIONS = "/api/core/connections"
STORE = "distribution.spotify"


@pytest_asyncio.fixture
async def store(migrated_sqlite, tmp_path, account):
    """The simulator's server, in a platform of its own; its address, and the login of this account there."""
    shutil.copy(migrated_sqlite, tmp_path / "store.db")
    url = f"sqlite:///{tmp_path / 'store.db'}"
    async with (
        make_app(tmp_path / "store", url, migrated=True, **SANDBOX) as app,
        with_services(app),
        app.unit(account) as ctx,
    ):
        answers = await ctx.ask("delivery_endpoint", outlet=ctx.connector(OUTLET, "spotify"))
        yield next(each.value for each in answers if each.value is not None)


@pytest.fixture
def app_settings(tmp_path):
    """The operator's own way leads into a folder."""
    return {
        "distribution__retry_s": "0.1",
        "distribution_spotify__transport": "folder",
        "distribution_spotify__folder": str(tmp_path / "operators"),
        "distribution__schemas": str(official_layout(tmp_path / "official")),
    }


@pytest.fixture
def database_url(migrated_sqlite, tmp_path):
    shutil.copy(migrated_sqlite, tmp_path / "maxbooster.db")
    return f"sqlite:///{tmp_path / 'maxbooster.db'}"


def login(store, **other):
    names = ("host", "port", "username", "password", "host_key", "folder")
    return {"provider": STORE, "values": {name: getattr(store, name) for name in names} | other}


async def release_of_a_label(app, api, account):
    """The address of a release whose sender has a DDEX party id of its own, as stores ask for."""
    at = await make_release(app, api, account)
    named = await api.put("/api/distribution/registrant", json=REGISTRANT | {"dpid": "PADPIDA2026010101N"})
    assert named.status_code == 204, named.text
    return at


async def test_every_store_can_be_connected(api):
    names = {each["name"]: each for each in (await api.get(f"{CONNECTIONS}/providers")).json()}
    assert names[STORE]["kind"] == "password"
    assert names[STORE]["form"]["properties"]["password"]["format"] == "password"


async def test_a_release_goes_out_by_the_accounts_own_login(app, api, account, store, tmp_path):
    made = await api.post(CONNECTIONS, json=login(store))
    assert made.status_code == 201, made.text
    assert store.password not in made.text
    at = await release_of_a_label(app, api, account)
    submitted = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    assert submitted.status_code == 201, submitted.text
    await until(app, api, at, "sent", "acknowledged", "live")
    received = [path.name for path in (tmp_path / "store" / "sandbox" / "outlets").rglob("BatchComplete_*.xml")]
    assert len(received) == 1
    assert not (tmp_path / "operators").exists()


async def test_a_login_that_the_store_refuses_is_not_kept(api, store):
    refused = await api.post(CONNECTIONS, json=login(store, password="wrong"))
    assert (refused.status_code, "refuses our login" in refused.json()["detail"]) == (424, True)
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    assert (await api.post(CONNECTIONS, json=login(store, host_key=stranger))).status_code == 424
    missing = await api.post(CONNECTIONS, json=login(store, password=""))
    assert (missing.status_code, missing.json()["field"]) == (422, "password")
    assert (await api.get(CONNECTIONS)).json() == []


async def test_a_login_that_ends_is_lost_and_stops_the_delivery(app, api, account, store, tmp_path):
    made = (await api.post(CONNECTIONS, json=login(store))).json()
    async with app.unit(account) as ctx:
        await ctx.connection(UUID(made["id"])).lose("The store ended the contract.")
    at = await release_of_a_label(app, api, account)
    refused = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    assert (refused.status_code, "The store ended the contract." in refused.json()["detail"]) == (424, True)
    assert not (tmp_path / "operators").exists()
    outlets = (await api.get("/api/distribution/outlets")).json()["outlets"]
    assert next(each["ready"] for each in outlets if each["name"] == "spotify") is False


async def test_after_disconnecting_deliveries_go_by_the_operators_way(app, api, account, store, tmp_path):
    made = (await api.post(CONNECTIONS, json=login(store))).json()
    assert (await api.delete(f"{CONNECTIONS}/{made['id']}")).json()["revoked"] is False
    at = await release_of_a_label(app, api, account)
    submitted = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
    assert submitted.status_code == 201, submitted.text
    await until(app, api, at, "sent")
    assert list((tmp_path / "operators").rglob("BatchComplete_*.xml"))


async def test_a_user_cannot_name_a_host_in_the_operators_network(migrated_sqlite, tmp_path, account, store):
    shutil.copy(migrated_sqlite, tmp_path / "one.db")
    url = f"sqlite:///{tmp_path / 'one.db'}"
    async with (
        make_app(tmp_path / "one", url, migrated=True, outbound_private=False) as app,
        open_api(app, account.account) as api,
    ):
        refused = await api.post(CONNECTIONS, json=login(store))
        assert (refused.status_code, refused.json()["field"]) == (422, "host")
        assert (await api.get(DELIVERIES)).status_code == 200
