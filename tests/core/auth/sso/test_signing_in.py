"""Signing in at a provider that the operator set up: who is new, who is known, and what is asked of either."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text

from maxbooster.auth.sso.queries import KIND
from maxbooster.db import directory
from maxbooster.oauth.keys import KeySets
from maxbooster.testing import make_person
from tests.core.connections.oidc import sign_in

from .trips import BORN, START, arrive, begin, come_back, finish, forge, go, register

IDENTITIES = "/api/core/profile/identities"


async def test_somebody_new_registers_and_logs_in_again_without_a_password(app, browser, new_browser):
    assert (await browser.get(f"{START}/providers")).json() == [{"name": "quay", "title": "Quay"}]
    made = await register(browser, "ana")
    me = made["me"]
    assert (me["user"]["email"], me["user"]["has_password"], me["account"]["role"]) == (
        "ana@example.org",
        False,
        "owner",
    )
    assert (await browser.get("/api/core/keys")).status_code == 200
    [identity] = (await browser.get(IDENTITIES)).json()
    assert (identity["provider_title"], identity["name"]) == ("Quay", "ana@example.org")

    elsewhere = new_browser()
    again = await arrive(elsewhere, "ana", to="/team")
    assert (again["next"], again["to"]) == ("done", "/team")
    assert again["me"]["user"]["id"] == me["user"]["id"]
    claimed = directory.key(KIND, f"{app.identity_providers['quay'].issuer}\0ana")
    [[_, user]] = await app.database.fetch(directory.LOOK_UP, hash=claimed)
    assert str(user) == me["user"]["id"]


async def test_children_and_used_tickets_are_refused_and_another_browser_too(browser, new_browser):
    answer = await arrive(browser, "kid")
    given = {"ticket": answer["ticket"], "name": "Kid", "born_on": "2020-01-01"}
    assert (await browser.post(f"{START}/register", json=given)).json()["field"] == "born_on"
    given["born_on"] = BORN
    assert (await new_browser().post(f"{START}/register", json=given)).json()["field"] == "state"
    assert (await browser.post(f"{START}/register", json=given)).status_code == 201
    assert (await browser.post(f"{START}/register", json=given)).json()["field"] == "state"


async def test_an_email_that_is_known_here_opens_nothing_until_both_are_proved(app, nova, browser, new_browser, emails):
    """Else whoever gets an address at a provider would get the login of whoever has it here."""
    answer = await arrive(browser, "nova")
    assert (answer["next"], answer["email"], answer["me"]) == ("link", "nova@example.org", None)
    assert (await browser.get("/api/core/session")).status_code == 401
    assert (await browser.post(IDENTITIES, json={"ticket": answer["ticket"]})).status_code == 401

    await browser.log_in(nova)
    linked = await browser.post(IDENTITIES, json={"ticket": answer["ticket"]})
    assert linked.status_code == 204, linked.text
    assert (await browser.post(IDENTITIES, json={"ticket": answer["ticket"]})).json()["field"] == "state"
    assert [mail.subject for mail in await emails("nova@example.org")] == ["Your ways to log in were changed"]
    assert (await arrive(new_browser(), "nova"))["me"]["user"]["id"] == str(nova.user)
    assert "security.identity_changed" in await _audited(app)


async def _audited(app):
    read = text("SELECT action FROM core_audit")
    return await app.database.read(lambda connection: list(connection.execute(read).scalars()))


async def test_connecting_from_the_profile_and_disconnecting_but_not_the_last_way(app, home, nova, new_browser, clock):
    done = await go(home, f"{IDENTITIES}/start", "other", {"provider": "quay"})
    assert (done.status_code, done.json()["purpose"]) == (200, "link"), done.text
    again = await go(home, f"{IDENTITIES}/start", "other", {"provider": "quay"})
    assert (again.status_code, "already connected to your login" in again.json()["detail"]) == (409, True)
    theo = new_browser()
    await theo.log_in(await make_person(app, "theo@example.org"))
    taken = await go(theo, f"{IDENTITIES}/start", "other", {"provider": "quay"})
    assert "another login" in taken.json()["detail"]

    guest = new_browser()
    assert (await arrive(guest, "other"))["me"]["user"]["email"] == "nova@example.org"
    [identity] = (await home.get(IDENTITIES)).json()
    home.note(await home.delete(f"{IDENTITIES}/{identity['id']}"))
    assert (await home.get(IDENTITIES)).json() == []
    clock.advance(seconds=2)
    assert (await arrive(new_browser(), "other"))["next"] == "register"

    lone = new_browser()
    await register(lone, "lone")
    [only] = (await lone.get(IDENTITIES)).json()
    refused = await lone.delete(f"{IDENTITIES}/{only['id']}")
    assert (refused.status_code, "set a password" in refused.json()["detail"]) == (409, True)


async def test_a_second_factor_is_asked_after_the_provider_too(home, nova, new_browser, switch_on):
    await go(home, f"{IDENTITIES}/start", "ana", {"provider": "quay"})
    phone = await switch_on(home)
    guest = new_browser()
    asked = await arrive(guest, "ana")
    assert (asked["next"], asked["me"]) == ("factor", None)
    assert (await guest.get("/api/core/session")).status_code == 401
    factor = f"{START}/factor"
    wrong = await guest.post(factor, json={"ticket": asked["ticket"], "code": "000000"})
    assert (wrong.status_code, wrong.json()["field"]) == (401, "code")
    assert (await new_browser().post(factor, json={"ticket": asked["ticket"], "code": phone.code()})).status_code == 422
    entered = await guest.post(factor, json={"ticket": asked["ticket"], "code": phone.code()})
    assert entered.json()["me"]["user"]["email"] == nova.email
    assert (await guest.post(factor, json={"ticket": asked["ticket"], "code": phone.code()})).json()["field"] == "state"


async def test_an_invitation_is_honored_by_the_address_that_is_verified_there(home, nova, new_browser, link_to):
    for email in ("ana@example.org", "bo@example.org"):
        await home.post("/api/core/invitations", json={"email": email, "role": "editor"})
    token, other = await link_to("ana@example.org"), await link_to("bo@example.org")
    made = await register(new_browser(), "ana", invitation=token)
    assert (made["me"]["account"]["id"], made["me"]["account"]["role"]) == (str(nova.account), "editor")
    guest = new_browser()
    answer = await arrive(guest, "eve", invitation=other)
    given = {"ticket": answer["ticket"], "name": "Eve", "born_on": BORN}
    refused = await guest.post(f"{START}/register", json=given)
    assert (refused.status_code, "is for bo@example.org" in refused.json()["detail"]) == (422, True)


async def test_proving_again_at_the_provider_needs_a_new_login_there(app, browser, clock, oidc):
    """A session there may be weeks old; who sits at the browser is then not proved."""
    await register(browser, "ana")
    clock.advance(minutes=11)
    oidc.ask(skewS=660)
    body, prove = {"provider": "quay"}, "/api/core/session/provider/prove"
    assert (await browser.post(f"{IDENTITIES}/start", json=body)).json()["type"].endswith("step-up-required")
    wrong = await go(browser, prove, "eve", body)
    assert (wrong.status_code, "isn't connected to you" in wrong.json()["detail"]) == (401, True)
    for auth_time in (None, int(app.clock().timestamp()) - 3600):
        url = (await browser.post(prove, json=body)).json()["url"]
        asked = parse_qs(urlsplit(url).query)
        assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])
        returned = forge(oidc, url, "ana", int(app.clock().timestamp()), auth_time=auth_time)
        app.key_sets = KeySets(app.http)
        stale = await come_back(browser, returned, "quay")
        assert (stale.status_code, "didn't ask you to log in again" in stale.json()["detail"]) == (424, True)
    proved = await go(browser, prove, "ana", body)
    assert (proved.status_code, proved.json()["purpose"]) == (200, "prove"), proved.text
    assert (await browser.post(f"{IDENTITIES}/start", json=body)).status_code == 201


async def test_a_session_that_a_provider_opened_ends_after_a_week(app, browser, clock):
    await register(browser, "ana")
    clock.advance(hours=app.settings.provider_session_h, minutes=1)
    assert (await browser.get("/api/core/session")).status_code == 401


async def test_a_trip_ends_once_in_the_browser_that_began_it_within_ten_minutes(browser, new_browser, clock, oidc):
    returned = sign_in(await begin(browser), "ana")
    asked = oidc.times("/token")
    assert (await finish(new_browser(), returned)).json()["field"] == "state"
    assert (await finish(browser, returned, state="x" * 43)).json()["field"] == "state"
    assert oidc.times("/token") == asked
    assert (await finish(browser, returned)).status_code == 200
    assert (await finish(browser, returned)).json()["field"] == "state"
    late = sign_in(await begin(browser), "ana")
    clock.advance(minutes=10, seconds=1)
    assert "10 minutes" in (await finish(browser, late)).json()["detail"]
