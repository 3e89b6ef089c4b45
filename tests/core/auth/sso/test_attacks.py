"""What a provider, somebody who poses as one, or somebody at a browser may try; what depends on no database."""

from __future__ import annotations

import shutil
from typing import Any

import msgspec
import pytest
from joserfc import jwk
from sqlalchemy import text

from maxbooster.auth.sso.issuers import used_second_factor
from maxbooster.oauth.keys import KeySets
from tests.core.auth.authenticator import Authenticator
from tests.core.connections.oidc import sign_in

from .trips import BORN, START, arrive, begin, finish, forge, go, register


@pytest.fixture
def database_url(migrated_sqlite, tmp_path):
    shutil.copy(migrated_sqlite, tmp_path / "maxbooster.db")
    return f"sqlite:///{tmp_path / 'maxbooster.db'}"


def _now(app) -> int:
    return int(app.clock().timestamp())


FORGED: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"aud": ["maxbooster"], "azp": "maxbooster"}, True),
    ({"iss": "https://accounts.google.com"}, False),
    ({"aud": "another"}, False),
    ({"aud": ["maxbooster", "another"]}, False),
    ({"aud": ["maxbooster", "another"], "azp": "another"}, False),
    ({"nonce": "of another sign-in"}, False),
    ({"nonce": None}, False),
    ({"exp": 1_000_000_000}, False),
    ({"exp": None}, False),
    ({"sub": None}, False),
    ({"sub": ""}, False),
    ({"sub": "x" * 256}, False),
]


@pytest.mark.parametrize(("claims", "good"), FORGED)
async def test_an_id_token_is_for_us_for_this_sign_in_and_not_over(app, browser, oidc, claims, good):
    """OpenID Connect Core 1.0, 3.1.3.7."""
    returned = forge(oidc, await begin(browser), "ana", _now(app), **claims)
    done = await finish(browser, returned)
    assert done.status_code == (200 if good else 424), done.text
    assert (await browser.get("/api/core/session")).status_code == 401


async def test_a_token_that_nobody_signed_or_somebody_else_is_refused(app, browser, oidc):
    returned = forge(oidc, await begin(browser), "ana", _now(app))
    stranger = jwk.ECKey.generate_key("P-256", {"kid": "own"}).as_dict(private=False)
    oidc.ask(next=[{"path": "/jwks", "fault": "answer", "changed": {"keys": [stranger]}}] * 2)
    assert (await finish(browser, returned)).status_code == 424
    returned = sign_in(await begin(browser), "ana")
    oidc.answer_with("/token", id_token="eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.")
    assert (await finish(browser, returned)).status_code == 424
    returned = sign_in(await begin(browser), "ana")
    oidc.answer_with("/token", id_token=None)
    assert "no ID token" in (await finish(browser, returned)).json()["detail"]


async def test_keys_that_rotate_during_a_sign_in_are_fetched_once_more(app, browser, new_browser, oidc):
    await register(browser, "ana")
    asked = oidc.times("/jwks")
    assert (await arrive(new_browser(), "ana"))["me"] is not None
    assert oidc.times("/jwks") == asked, "known keys are remembered"
    guest = new_browser()
    returned = forge(oidc, await begin(guest), "ana", _now(app))
    assert (await finish(guest, returned)).json()["me"] is not None
    assert oidc.times("/jwks") == asked + 1
    app.key_sets = KeySets(app.http)
    returned = sign_in(await begin(guest), "ana")
    oidc.answer_with("/jwks", keys=[jwk.ECKey.generate_key("P-256").as_dict(private=False)])
    assert (await finish(guest, returned)).json()["me"] is not None


async def test_the_subject_says_who_it_is_not_the_email(app, browser, new_browser, oidc):
    """Addresses change hands; subjects don't."""
    first = (await register(browser, "ana"))["me"]["user"]["id"]
    guest = new_browser()
    returned = forge(oidc, await begin(guest), "ana", _now(app), email="new@example.org", email_verified=False)
    assert (await finish(guest, returned)).json()["me"]["user"]["id"] == first
    guest = new_browser()
    returned = forge(oidc, await begin(guest), "mallory", _now(app), email="ana@example.org")
    answer = (await finish(guest, returned)).json()
    assert (answer["next"], answer["me"]) == ("link", None)


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email_verified": False}, "hasn't verified"),
        ({"email_verified": None}, "hasn't verified"),
        ({"email_verified": "false"}, "hasn't verified"),
        ({"email": "no address"}, "didn't tell us your email"),
    ],
)
async def test_an_address_that_is_not_verified_opens_nothing(app, browser, oidc, claims, said):
    returned = forge(oidc, await begin(browser), "ana", _now(app), **claims)
    done = await finish(browser, returned)
    assert (done.status_code, said in done.json()["detail"]) == (422, True), done.text


async def test_no_answer_of_another_server_goes_further(browser, oidc):
    """RFC 9207: mix-up."""
    for iss in ("https://attacker.example", ""):
        returned = sign_in(await begin(browser), "ana")
        asked = oidc.times("/token")
        assert (await finish(browser, returned, iss=iss)).json()["field"] == "iss"
        assert oidc.times("/token") == asked
    returned = sign_in(await begin(browser), "ana")
    assert (await finish(browser, returned, provider="google")).json()["field"] == "state"


async def test_a_return_that_nobody_began_opens_no_session(browser):
    """Login CSRF: somebody's code is planted in another's browser."""
    mine = sign_in(await begin(browser), "mallory")
    browser.cookies.clear()
    done = await finish(browser, mine)
    assert (done.status_code, done.json()["field"], dict(done.cookies)) == (422, "state", {})


async def test_a_person_may_decline(browser, oidc):
    returned = sign_in(await begin(browser), "ana")
    declined = await finish(browser, {"state": returned["state"], "iss": oidc.at}, error="access_denied")
    assert (declined.status_code, "You canceled" in declined.json()["detail"]) == (422, True)


@pytest.mark.parametrize("fault", ["html", "500", "hang"])
async def test_a_provider_that_fails_is_told_in_a_sentence(app, browser, oidc, fault, monkeypatch):
    monkeypatch.setattr("maxbooster.auth.sso.providers.TIMEOUT_S", 0.5)
    monkeypatch.setattr("maxbooster.oauth.discovery.TIMEOUT_S", 0.2)
    oidc.fail("/.well-known/openid-configuration", *[fault] * 4)
    failed = await browser.post(START, json={"provider": "quay"})
    assert (failed.status_code, "does not say how to sign in" in failed.json()["detail"]) == (503, True), failed.text
    oidc.ask(next=[])
    returned = sign_in(await begin(browser), "ana")
    oidc.fail("/token", fault)
    done = await finish(browser, returned)
    assert done.status_code == 503, done.text
    assert (await browser.get("/api/core/session")).status_code == 401


async def test_a_configuration_that_names_another_issuer_or_unsafe_addresses_is_refused(browser, oidc):
    well_known = "/.well-known/openid-configuration"
    for changed in (
        {"issuer": "https://accounts.google.com"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
    ):
        oidc.answer_with(well_known, **changed)
        refused = await browser.post(START, json={"provider": "quay"})
        assert (refused.status_code, refused.json()["field"]) == (422, "issuer"), refused.text


async def test_trips_are_limited_for_a_network(app, browser, new_browser):
    for _ in range(60):
        last = await browser.post(f"{START}/complete", json={"provider": "quay", "state": "x"})
        assert last.status_code == 422
    limited = await browser.post(START, json={"provider": "quay"})
    assert (limited.status_code, int(limited.headers["retry-after"]) > 0) == (429, True)
    assert (await new_browser(address="192.0.2.7").post(START, json={"provider": "quay"})).status_code == 201


async def test_a_trip_of_one_purpose_serves_no_other(home, nova, browser, oidc):
    """What somebody began to connect a login opens no session, and the other way round."""
    started = await home.post("/api/core/profile/identities/start", json={"provider": "quay"})
    returned = sign_in(started.json()["url"], "ana")
    assert (await finish(home, returned)).json()["field"] == "state"
    going_in = sign_in(await begin(home), "ana")
    path = "/api/core/session/provider/complete"
    assert (await home.post(path, json={"provider": "quay"} | going_in)).json()["field"] == "state"


@pytest.mark.parametrize("sso_settings", [{"registration": "invited"}, {"registration": "closed"}])
async def test_nobody_new_comes_in_where_registration_is_not_open(browser, sso_settings):
    refused = await finish(browser, sign_in(await begin(browser), "ana"))
    assert (refused.status_code, "takes no registrations" in refused.json()["detail"]) == (403, True)


async def test_a_disabled_person_is_refused(app, browser, new_browser):
    made = await register(browser, "ana")
    await app.database.transact(
        lambda connection: connection.execute(text("UPDATE core_user SET disabled_at = created_at"))
    )
    refused = await finish(browser, sign_in(await begin(new := new_browser()), "ana"))
    assert refused.status_code == 422, "another browser's"
    refused = await finish(new, sign_in(await begin(new), "ana"))
    assert (refused.status_code, refused.json()["detail"]) == (401, "This login is disabled.")
    assert made["me"]


@pytest.mark.parametrize("trusts", [True, False])
@pytest.mark.parametrize("sso_settings", [{"second_factor": "everybody"}])
async def test_a_required_factor_may_be_the_providers_where_it_is_trusted(app, browser, oidc, trusts):
    """RFC 8176: `amr` names what was used there. What isn't said wasn't used."""
    trusted = app.identity_providers["quay"]
    app.identity_providers = {"quay": _trusting(trusted) if trusts else trusted}
    for amr, is_enough in ((["pwd", "mfa"], trusts), (["pwd"], False), (None, False)):
        returned = forge(oidc, await begin(browser), "ana", _now(app), amr=amr)
        app.key_sets = KeySets(app.http)
        answer = (await finish(browser, returned)).json()
        if answer["next"] == "register":
            given = {"ticket": answer["ticket"], "name": "Ana", "born_on": "2000-01-01"}
            answer = (await browser.post(f"{START}/register", json=given)).json()
        assert answer["me"]["lacks_factor"] is not is_enough, amr
        assert (await browser.get("/api/core/keys")).status_code == (200 if is_enough else 403)


def _trusting(provider):
    return msgspec.structs.replace(provider, trusted=True)


async def test_refreshing_is_limited_and_so_are_tokens_that_do_not_work(app, nova, browser):
    tokens = (await browser.post("/api/core/tokens", json={"email": nova.email, "password": nova.password})).json()
    newest = tokens["refresh_token"]
    for _ in range(10):
        newest = (await browser.post("/api/core/tokens/refresh", json={"refresh_token": newest})).json()[
            "refresh_token"
        ]
    limited = await browser.post("/api/core/tokens/refresh", json={"refresh_token": newest})
    assert limited.status_code == 429
    for _ in range(30):
        wrong = await browser.post("/api/core/tokens/refresh", json={"refresh_token": "mbr_nothing"})
        assert wrong.status_code == 401
    assert (await browser.post("/api/core/tokens/refresh", json={"refresh_token": "mbr_nothing"})).status_code == 429
    assert (await browser.post("/api/core/tokens/revoke", json={"refresh_token": "mbr_nothing"})).status_code == 429


async def test_a_passkey_is_the_second_factor_after_a_provider_too(home, new_browser):
    await go(home, "/api/core/profile/identities/start", "ana", {"provider": "quay"})
    phone = Authenticator()
    options = (await home.post("/api/core/profile/passkeys/options")).json()["publicKey"]
    home.note(await home.post("/api/core/profile/passkeys", json={"name": "P", "credential": phone.create(options)}))
    guest = new_browser()
    asked = await arrive(guest, "ana")
    given = {"ticket": asked["ticket"], "passkey": phone.use(asked["passkey"]["publicKey"])}
    assert asked["next"] == "factor"
    assert (await guest.post(f"{START}/factor", json=given)).json()["me"]["user"]["email"] == "nova@example.org"


async def test_a_ticket_is_good_for_the_step_that_it_was_given_for(app, home, new_browser, oidc, switch_on):
    """Somebody asked for their second factor must not register by that ticket instead, with an address that nobody
    verified."""
    await switch_on(home)
    linked = await go(home, "/api/core/profile/identities/start", "nova", {"provider": "quay"})
    assert linked.status_code == 200, linked.text
    guest = new_browser()
    url = await begin(guest)
    returned = forge(oidc, url, "nova", _now(app), email="ceo@victim.example", email_verified=False)
    asked = (await finish(guest, returned)).json()
    assert asked["next"] == "factor"
    [identity] = (await home.get("/api/core/profile/identities")).json()
    home.note(await home.delete(f"/api/core/profile/identities/{identity['id']}"))
    given = {"ticket": asked["ticket"], "name": "CEO", "born_on": BORN}
    refused = await guest.post(f"{START}/register", json=given)
    assert refused.status_code == 422, refused.text
    held = await app.database.read(lambda connection: connection.execute(text("SELECT email FROM core_user")).all())
    assert "ceo@victim.example" not in {row.email for row in held}


@pytest.mark.parametrize(
    ("acr", "used"),
    [("mfa", True), ("https://refeds.org/profile/mfa", True), ("no-mfa", False), ("urn:x:without_mfa", False)],
)
def test_a_second_factor_counts_only_where_the_provider_says_so(acr, used):
    assert used_second_factor({"acr": acr}) is used
