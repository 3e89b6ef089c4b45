"""The hooks of distribution: what connectors bring, and who decides where deliveries go."""

from __future__ import annotations

import pytest

from maxbooster.testing import drain, make_app, open_api
from maxbooster_distribution.ddex.schemas import install

from .conftest import SANDBOX, make_release, official_layout

CONNECTOR = """
from maxbooster_distribution.plugin import DdexOutlet, OutletSettings

class QuaySettings(OutletSettings, kw_only=True, frozen=True):
    "Where Quay Radio is reached."

manifest = Manifest(
    name="distribution.quay", version="1.0", title="Quay Radio", requires=("distribution",), settings=QuaySettings
)

@hookimpl
def outlet():
    return DdexOutlet(settings=QuaySettings, party_id="PADPIDA20261125016")
"""


async def test_hook_outlet(site, tmp_path, sqlite_url, account):
    """A third party's connector is an outlet like ours: listed, and set up by its own settings."""
    site.install("distribution.quay", CONNECTOR)
    install(official_layout(tmp_path / "official"), tmp_path / "data")
    for settings, ready in (({}, False), ({"distribution_quay__transport": "folder",
                                           "distribution_quay__folder": str(tmp_path / "quay")}, True)):  # fmt: skip
        async with make_app(tmp_path / "data", sqlite_url, **settings) as app, open_api(app, account.account) as api:
            outlets = (await api.get("/api/distribution/outlets")).json()["outlets"]
            quay = next(each for each in outlets if each["name"] == "quay")
            assert (quay["title"], quay["ready"], quay["sandbox"]) == ("Quay Radio", ready, False)


BREAKING = """
class Quay(DdexOutlet, frozen=True, kw_only=True):
    def release_message(self, contents, envelope, *, available):
        raise KeyError("track")

@hookimpl
def outlet():
    return Quay(settings=QuaySettings, party_id="PADPIDA20261125016")
"""


async def test_a_connector_that_breaks_puts_its_own_delivery_off_and_no_other(site, tmp_path, sqlite_url, account):
    site.install("distribution.quay", CONNECTOR.partition("@hookimpl")[0] + BREAKING)
    async with make_app(tmp_path / "data", sqlite_url, **SANDBOX) as app, open_api(app, account.account) as api:
        at = await make_release(app, api, account)
        assert (await api.post(f"{at}/submit", json={"outlets": ["quay", "deezer"]})).status_code == 201
        await drain(app)
        shown = {each["outlet"]: each for each in (await api.get(f"{at}/deliveries")).json()["deliveries"]}
    said = "Quay Radio failed unexpectedly (KeyError in the plugin distribution.quay); the log says more."
    assert shown["quay"]["note"].startswith(f"{said} Trying again (attempt ")
    assert "Quay" not in (shown["deezer"]["note"] or "")


BROKEN = """
@hookimpl
async def delivery_endpoint(ctx, outlet):
    raise RuntimeError("the map is lost")
"""


async def test_hook_delivery_endpoint(site, tmp_path, sqlite_url, account):
    """Whoever decides over the way and fails stops the delivery: it goes nowhere else in its stead."""
    site.install("zulu", BROKEN, manifest="requires=('distribution',)")
    real = {"distribution_spotify__transport": "folder", "distribution_spotify__folder": str(tmp_path / "real")}
    async with make_app(tmp_path / "data", sqlite_url, **real) as app, open_api(app, account.account) as api:
        at = await make_release(app, api, account)
        refused = await api.post(f"{at}/submit", json={"outlets": ["spotify"]})
        assert (refused.status_code, "the map is lost" in refused.json()["detail"]) == (503, True)
        assert (await api.get(f"{at}/deliveries")).json()["deliveries"] == []
    assert not (tmp_path / "real").exists()


@pytest.mark.parametrize("mode", ["sftp", "folder"])
async def test_in_sandbox_mode_real_endpoints_are_out_of_reach(tmp_path, sqlite_url, account, mode):
    """Whatever the operator's settings say, every outlet resolves to the simulator."""
    real = {"distribution_spotify__transport": mode, "distribution_spotify__folder": str(tmp_path / "real"),
            "distribution_spotify__host": "outlet.example", "sandbox__enabled": "true"}  # fmt: skip
    async with make_app(tmp_path / "data", sqlite_url, **real) as app, open_api(app, account.account) as api:
        shown = (await api.get("/api/distribution/outlets")).json()
    assert shown["sandbox"] is True
    assert all(each["sandbox"] for each in shown["outlets"])
    assert not (tmp_path / "real").exists()
