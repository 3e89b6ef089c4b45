"""Access and refresh tokens: forged, mistaken for one another, used twice."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from maxbooster.audit.models import AuditPayload, AuditRow
from maxbooster.auth.jwt import Access, Signer

from .tools import DEVICES, EVIL, ME, TOKENS, bearer, login, refreshed, rows


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_forged_access_tokens_are_worth_nothing(app, browser, nova):
    tokens = (await browser.post(TOKENS, json=login(nova.email))).json()
    head, payload, signature = tokens["access_token"].split(".")
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (head, payload))
    public = app.signer.jwks()["keys"][0]
    now = app.clock()
    access = Access(nova.user, UUID(claims["sid"]), nova.account, now, now + timedelta(minutes=5))

    def hs256(key: bytes) -> str:
        signed = f"{_part(header | {'alg': 'HS256'})}.{payload}"
        return f"{signed}.{_part(hmac.digest(key, signed.encode(), 'sha256'))}"

    stranger = Signer([secrets.token_bytes(32)], app.settings.origin)
    forged = {
        "alg none": f"{_part(header | {'alg': 'none'})}.{payload}.",
        "alg None": f"{_part(header | {'alg': 'None'})}.{payload}.{signature}",
        "no signature": f"{head}.{payload}.",
        "HS256 with the public key": hs256(base64.urlsafe_b64decode(public["x"] + "=")),
        "HS256 with the public key as JSON": hs256(json.dumps(public).encode()),
        "another's claims": f"{head}.{_part(claims | {'sub': str(uuid4())})}.{signature}",
        "a longer life": f"{head}.{_part(claims | {'exp': claims['exp'] + 9999})}.{signature}",
        "another issuer": Signer(app.keyring.raw, f"https://{EVIL}").sign(access),
        "another audience": Signer(app.keyring.raw, app.settings.origin, "another-api").sign(access),
        "another key": stranger.sign(access),
        "a key that it brings itself": f"{_part(header | {'jwk': stranger.jwks()['keys'][0]})}.{payload}.{signature}",
        "a refresh token": tokens["refresh_token"],
        "a session that never was": app.signer.sign(Access(nova.user, uuid4(), nova.account, now, now + timedelta(1))),
    }
    for what, token in forged.items():
        answer = await browser.get(ME, headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401, what
    assert await bearer(browser, app.signer.sign(access)) == 200


async def test_one_kind_of_credential_is_no_other(app, browser, home, nova):
    tokens = (await browser.post(TOKENS, json=login(nova.email))).json()
    access, refresh, cookie = tokens["access_token"], tokens["refresh_token"], home.cookies["mb_session"]
    assert [await bearer(browser, token) for token in (refresh, cookie, access)] == [401, 401, 200]
    assert [await refreshed(browser, token) for token in (cookie, "mbr_" + cookie)] == [401, 401]
    assert (await browser.post(f"{TOKENS}/refresh", json={"refresh_token": access})).status_code in (401, 422)
    browser.cookies.set("mb_session", refresh)
    assert (await browser.get(ME)).status_code == 401


@pytest.mark.parametrize("how", ["revoked", "logged out", "expired"])
async def test_an_access_token_ends_with_its_session(browser, home, nova, clock, how):
    tokens = (await browser.post(TOKENS, json=login(nova.email))).json()
    match how:
        case "revoked":
            await browser.post(f"{TOKENS}/revoke", json={"refresh_token": tokens["refresh_token"]})
        case "logged out":
            await home.delete(DEVICES)
        case "expired":
            clock.advance(minutes=10, seconds=1)
    assert await bearer(browser, tokens["access_token"]) == 401
    if how == "expired":
        clock.advance(days=60)
    assert await refreshed(browser, tokens["refresh_token"]) == 401


async def test_a_refresh_token_that_comes_twice_ends_its_family(app, browser, nova):
    first = (await browser.post(TOKENS, json=login(nova.email))).json()
    thiefs = (await browser.post(f"{TOKENS}/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert await refreshed(browser, first["refresh_token"]) == 401
    assert await refreshed(browser, thiefs["refresh_token"]) == 401
    assert await bearer(browser, thiefs["access_token"]) == 401
    [(address,)] = await rows(
        app,
        select(AuditPayload.address)
        .join(AuditRow, AuditRow.id == AuditPayload.id)
        .where(AuditRow.action == "security.refresh_reused"),
    )
    assert address == "127.0.0.1"


async def test_of_a_refresh_token_that_comes_many_times_at_once_no_two_live(browser, nova):
    first = (await browser.post(TOKENS, json=login(nova.email))).json()
    sent = [browser.post(f"{TOKENS}/refresh", json={"refresh_token": first["refresh_token"]}) for _ in range(5)]
    won = [answer.json() for answer in await asyncio.gather(*sent) if answer.is_success]
    assert len(won) <= 1
    assert [await bearer(browser, tokens["access_token"]) for tokens in won] in ([], [401])
