"""Signing in at a real provider, and everything that can go wrong on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from joserfc import jwk, jwt
from sqlalchemy import text

from maxbooster import privacy
from maxbooster.connections.models import ConnectionRow
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing import make_person, open_browser

from .conftest import API, begin, connected, finish
from .oidc import NAME, sign_in


async def test_a_person_connects_and_sees_the_connection(browser):
    made = await connected(browser)
    assert (made["title"], made["state"], made["provider_title"]) == ("Artist ana", "active", "Quay Cloud")
    assert made["scopes"] == ["openid", "profile", "offline_access"]
    assert [each["id"] for each in (await browser.get(API)).json()] == [made["id"]]
    assert (await browser.get(f"{API}/{made['id']}")).json() == made


async def test_the_way_there_has_pkce_a_nonce_and_our_own_address(browser):
    asked = {name: value[0] for name, value in parse_qs(urlsplit(await begin(browser)).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["nonce"]) >= 32
    assert len(asked["state"]) >= 32
    assert asked["redirect_uri"] == f"http://127.0.0.1:8080/connections/return/{NAME}"
    assert asked["prompt"] == "consent"


async def test_the_same_user_again_is_the_same_connection(browser):
    first = await connected(browser)
    assert (await connected(browser))["id"] == first["id"]
    assert (await connected(browser, "bo"))["id"] != first["id"]
    assert len((await browser.get(API)).json()) == 2


async def test_a_refresh_token_that_comes_only_the_first_time_is_kept(browser, app, nova, oidc):
    """As Google gives it."""
    made = await connected(browser)
    returned = sign_in(await begin(browser), "ana")
    oidc.answer_with("/token", refresh_token=None)
    assert (await finish(browser, returned)).json()["id"] == made["id"]
    assert (await app.connections.login(nova.account, UUID(made["id"]))).tokens.refresh


async def test_a_state_that_nobody_was_given_is_refused(browser):
    returned = sign_in(await begin(browser), "ana")
    wrong = await finish(browser, returned, state="x" * 43)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "state")
    assert "Start it again" in wrong.json()["detail"]


async def test_a_sign_in_works_once(browser, oidc):
    returned = sign_in(await begin(browser), "ana")
    assert (await finish(browser, returned)).status_code == 201
    asked = oidc.times("/token")
    assert (await finish(browser, returned)).json()["field"] == "state"
    assert oidc.times("/token") == asked


async def test_a_replayed_code_is_refused_with_a_fresh_state_too(browser):
    spent = sign_in(await begin(browser), "ana")
    await finish(browser, spent)
    fresh = sign_in(await begin(browser), "ana")
    replayed = await finish(browser, fresh, code=spent["code"])
    assert (replayed.status_code, replayed.json()["type"]) == (424, "urn:maxbooster:problem:login-refused")


async def test_a_sign_in_is_over_after_ten_minutes(browser, clock):
    returned = sign_in(await begin(browser), "ana")
    clock.advance(minutes=10, seconds=1)
    assert "10 minutes" in (await finish(browser, returned)).json()["detail"]


async def test_another_browser_of_the_same_person_cannot_finish_it(app, browser, nova):
    returned = sign_in(await begin(browser), "ana")
    async with open_browser(app) as other:
        await other.log_in(nova)
        assert (await finish(other, returned)).json()["field"] == "state"
    assert (await finish(browser, returned)).status_code == 201


async def test_another_account_cannot_finish_it(app, browser):
    """Otherwise somebody could be made to work with a stranger's login."""
    returned = sign_in(await begin(browser), "mallory")
    async with open_browser(app) as other:
        await other.log_in(await make_person(app, "mara@example.org"))
        assert (await finish(other, returned)).json()["field"] == "state"
        assert (await other.get(API)).json() == []


@pytest.mark.parametrize("iss", ["https://attacker.example", ""])
async def test_an_answer_of_another_server_goes_no_further(browser, oidc, iss):
    """RFC 9207: mix-up."""
    returned = sign_in(await begin(browser), "ana")
    asked = oidc.times("/token")
    mixed = await finish(browser, returned, iss=iss)
    assert (mixed.status_code, mixed.json()["field"]) == (422, "iss")
    assert oidc.times("/token") == asked


async def test_an_answer_at_another_providers_address_goes_no_further(browser):
    returned = sign_in(await begin(browser), "ana")
    other = await finish(browser, returned, provider="quay.unset")
    assert (other.status_code, other.json()["field"]) == (422, "state")


async def test_a_person_may_decline(browser, oidc):
    state = parse_qs(urlsplit(await begin(browser)).query)["state"][0]
    declined = await finish(browser, {"state": state, "error": "access_denied", "iss": oidc.at})
    assert declined.status_code == 422
    assert "was not allowed to connect" in declined.json()["detail"]


@pytest.mark.parametrize(("skew_s", "connects"), [(90, True), (-90, True), (3600, False), (-7200, False)])
async def test_the_providers_clock_may_be_off_a_little(browser, oidc, skew_s, connects):
    oidc.ask(skewS=max(skew_s, 0))
    returned = sign_in(await begin(browser), "ana")
    oidc.ask(skewS=skew_s)
    done = await finish(browser, returned)
    assert done.status_code == (201 if connects else 424), done.text
    assert connects or "clock" in done.json()["detail"]


@pytest.mark.parametrize("fault", ["html", "500", "hang"])
async def test_a_provider_that_answers_no_token_is_told_apart_from_a_refusal(browser, oidc, fault):
    url = await begin(browser)
    returned = sign_in(url, "ana")
    oidc.fail("/token", fault)
    done = await finish(browser, returned)
    assert (done.status_code, done.json()["type"].split(":")[-1]) in [(503, "not-ready"), (503, "unreachable")]
    assert (await browser.get(API)).json() == []


async def test_a_token_endpoint_that_redirects_elsewhere_is_not_followed(browser, oidc):
    returned = sign_in(await begin(browser), "ana")
    oidc.fail("/token", "elsewhere")
    assert (await finish(browser, returned)).status_code == 503


@pytest.mark.parametrize(
    ("said", "lifetime_s"),
    [(None, 1800), (0, 1800), ("soon", 1800), (900, 900), ("900", 900), (900.5, 900), ("900.0", 900)],
)
async def test_a_lifetime_is_read_as_providers_write_it_or_is_the_usual_one(browser, oidc, app, said, lifetime_s):
    returned = sign_in(await begin(browser), "ana")
    oidc.answer_with("/token", expires_in=said)
    made = (await finish(browser, returned)).json()
    left = datetime.fromisoformat(made["expires_at"]) - app.clock()
    assert lifetime_s - 10 < left.total_seconds() <= lifetime_s


@pytest.mark.parametrize("said", [["openid", "profile"], "openid profile", "openid,profile"])
async def test_scopes_are_read_as_providers_write_them(browser, oidc, app, nova, said):
    returned = sign_in(await begin(browser), "ana")
    oidc.answer_with("/token", scope=said)
    made = (await finish(browser, returned)).json()
    async with app.unit(Identity(nova.account, nova.user, frozenset({EVERYTHING}))) as ctx:
        assert (await ctx.get(ConnectionRow, UUID(made["id"]))).scopes == "openid profile"


@pytest.mark.parametrize(
    ("made_for", "connects"),
    [
        ({"aud": "maxbooster"}, True),
        ({"aud": ["maxbooster"], "azp": "maxbooster"}, True),
        ({"aud": ["project", "maxbooster"], "azp": "maxbooster"}, True),
        ({"aud": ["maxbooster", "another"], "azp": "another"}, False),
        ({"aud": ["maxbooster", "another"]}, False),
        ({"aud": "maxbooster", "azp": "another"}, False),
        ({"aud": "another", "azp": "maxbooster"}, False),
    ],
)
async def test_an_id_token_that_was_made_for_another_client_is_refused(browser, oidc, app, made_for, connects):
    """OpenID Connect Core 1.0, 3.1.3.7."""
    url = await begin(browser)
    nonce, at = parse_qs(urlsplit(url).query)["nonce"][0], int(app.clock().timestamp())
    claims = {"iss": oidc.at, "sub": "ana", "iat": at, "exp": at + 600, "nonce": nonce, "name": "Ana"}
    key = jwk.ECKey.generate_key("P-256", {"kid": "own"})
    returned = sign_in(url, "ana")
    oidc.ask(
        next=[
            {"path": "/token", "fault": "answer", "changed": {"id_token": signed(claims | made_for, key)}},
            {"path": "/jwks", "fault": "answer", "changed": {"keys": [key.as_dict(private=False)]}},
        ]
    )
    done = await finish(browser, returned)
    assert done.status_code == (201 if connects else 424), done.text
    assert connects or "ID token" in done.json()["detail"]


def signed(claims: dict[str, Any], key: jwk.ECKey) -> str:
    return jwt.encode({"alg": "ES256", "kid": "own"}, claims, key)


async def test_reconnecting_as_another_user_is_refused_with_words(browser):
    made = await connected(browser, "ana")
    done = await finish(browser, sign_in(await begin(browser, made["id"]), "bo"))
    assert done.status_code == 409
    assert "“Artist bo”" in done.json()["detail"]
    assert "“Artist ana”" in done.json()["detail"]
    assert [each["title"] for each in (await browser.get(API)).json()] == ["Artist ana"]


async def test_what_the_operator_has_not_set_up_says_so(browser):
    done = await browser.post(f"{API}/sign-ins", json={"provider": "quay.unset"})
    assert done.status_code == 503
    assert "[quay.unset]" in done.json()["detail"]


async def test_nothing_secret_leaves_in_answers_audit_events_export_or_logs(app, browser, nova, caplog):
    made = await connected(browser)
    held = await app.connections.login(nova.account, UUID(made["id"]))

    def told(connection):
        rows = (
            connection.execute(text(f"SELECT * FROM {name}")).all() for name in ("core_audit_payload", "core_event")
        )
        exported = privacy.of_account(connection, app.offers.tables, app.offers.personal_data, nova.account)
        assert exported["core_connection"][0]["subject"] == "ana"
        return repr([*rows, exported])

    said = "".join([(await browser.get(API)).text, await app.database.read(told), caplog.text, repr(held.tokens)])
    stored = await app.database.read(
        lambda connection: connection.execute(text("SELECT sealed FROM core_connection")).one()
    )
    for secret in (held.tokens.access, held.tokens.refresh):
        assert len(secret) > 20
        assert secret not in said
        assert secret.encode() not in bytes(stored.sealed)
