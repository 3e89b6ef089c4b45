"""An account's own provider: set up by its admins, tried before it counts, and good for that account alone."""

from __future__ import annotations

from urllib.parse import urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import text

from maxbooster.auth.policy import Policy
from maxbooster.auth.sso import account as accounts
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing import Person, make_person
from tests.core.auth.membership import invited, joining
from tests.core.connections.oidc import OidcServer, sign_in

from .trips import SECRET, START, arrive, begin, come_back, finish, forge, go, register

PROVIDER, DOMAINS = "/api/core/account/provider", "/api/core/account/domains"
PROFILE = "/api/core/profile/identities"

pytestmark = pytest.mark.usefixtures("at_once")


def settings(oidc, **more):
    given = {"title": "Harbour Street", "issuer": oidc.at, "client_id": "maxbooster", "client_secret": SECRET}
    return given | {"role": "editor", "version": None} | more


async def confirm(app, account, domain):
    async with app.unit(Identity(account, None, frozenset({EVERYTHING}))) as ctx:
        await accounts.confirm_domain(ctx, domain)


async def try_it(browser, account, name="admin"):
    started = (await browser.post(f"{PROVIDER}/test")).json()
    return await come_back(browser, sign_in(started["url"], name), str(account))


@pytest_asyncio.fixture
async def label(app, home, nova, oidc):
    """Nova's account with a provider that is on, and example.org confirmed as its own."""
    saved = await home.put(PROVIDER, json=settings(oidc))
    assert saved.status_code == 200, saved.text
    assert (await try_it(home, nova.account)).status_code == 200
    assert (await home.post(DOMAINS, json={"domain": "Example.org"})).status_code == 201
    await confirm(app, nova.account, "example.org")
    switched = await home.put(f"{PROVIDER}/switch", json={"enabled": True})
    assert switched.json()["enabled"] is True, switched.text
    return str(nova.account)


async def test_it_is_off_until_it_was_tested_and_its_secret_is_not_shown(app, home, nova, oidc, browser):
    saved = (await home.put(PROVIDER, json=settings(oidc))).json()
    assert (saved["enabled"], saved["has_secret"], saved["tested_at"]) == (False, True, None)
    assert saved["redirect_uri"].endswith(f"/sign-in/return/{nova.account}")
    assert SECRET not in str(saved)
    assert (await home.put(f"{PROVIDER}/switch", json={"enabled": True})).json()["field"] == "enabled"
    assert (await browser.post(START, json={"provider": str(nova.account)})).status_code == 404
    tested = (await try_it(home, nova.account)).json()
    assert tested["tested"]["email"] == "admin@example.org"
    assert (await home.get("/api/core/session")).json()["user"]["email"] == nova.email, "a test logs nobody in"
    on = (await home.put(f"{PROVIDER}/switch", json={"enabled": True})).json()
    stale = await home.put(PROVIDER, json=settings(oidc, version=saved["version"]))
    assert (stale.status_code, stale.json()["field"]) == (409, "version")
    renamed = settings(oidc, title="Harbour", client_secret=None, version=on["version"])
    assert (await home.put(PROVIDER, json=renamed)).json()["enabled"] is True
    version = (await home.get(PROVIDER)).json()["version"]
    other = await home.put(PROVIDER, json=settings(oidc, client_id="impatient", version=version))
    assert (other.json()["enabled"], other.json()["tested_at"]) == (False, None)
    sealed = await app.database.read(lambda c: c.execute(text("SELECT sealed FROM core_account_provider")).scalar())
    assert SECRET.encode() not in bytes(sealed)


async def test_a_wrong_issuer_is_said_where_it_is_entered(home, oidc):
    for issuer, status in (("not an address", 422), ("ftp://login.example", 422), (oidc.at + "/nowhere", 503)):
        refused = await home.put(PROVIDER, json=settings(oidc, issuer=issuer))
        assert refused.status_code == status, refused.text
    for domain in ("gmail.com", "no domain", "a" * 250):
        assert (await home.post(DOMAINS, json={"domain": domain})).json()["field"] == "domain"


async def test_members_of_a_confirmed_domain_join_and_reach_that_account_alone(app, label, new_browser, nova):
    guest = new_browser()
    found = await guest.post(f"{START}/find", json={"email": "bo@Example.ORG"})
    assert found.json() == {"name": label, "title": "Harbour Street"}
    me = (await register(guest, "bo", label))["me"]
    assert (me["account"]["id"], me["account"]["role"], me["within"]) == (label, "editor", label)
    assert (await guest.get("/api/core/files")).status_code == 200
    refused = await guest.patch("/api/core/profile", json={"name": "Somebody"})
    assert refused.json()["type"].endswith("own-login-needed")
    assert (await guest.get("/api/core/profile/export")).status_code == 403


async def test_it_speaks_for_nobody_elsewhere(app, label, home, new_browser):
    """Whoever runs a label's provider can name anybody there, and must not get into what is theirs alone."""
    theo = await make_person(app, "theo@example.org")
    own = new_browser()
    await own.log_in(theo)
    token = await invited(app, home, "theo@example.org", "artist")
    await own.post("/api/core/invitations/accept", json={"token": token})
    linked = await go(own, f"{PROFILE}/start", "theo", {"provider": label})
    assert linked.status_code == 200, linked.text

    proved = await go(own, "/api/core/session/provider/prove", "theo", {"provider": label})
    assert (proved.status_code, "can't confirm" in proved.json()["detail"]) == (403, True)

    guest = new_browser()
    me = (await arrive(guest, "theo", label))["me"]
    assert [each["id"] for each in me["accounts"]] == [label]
    switched = await guest.post("/api/core/session/account", json={"account": str(theo.account)})
    assert switched.status_code == 404
    assert (await guest.get(PROFILE)).status_code == 200
    refused = await guest.post(f"{PROFILE}/start", json={"provider": "quay"})
    assert refused.json()["type"].endswith("own-login-needed")
    assert (await guest.post("/api/core/notices/read")).status_code == 204
    assert (await home.delete(f"/api/core/members/{theo.user}")).status_code == 204
    assert (await guest.get("/api/core/session")).status_code == 401
    again = new_browser()
    refused = await finish(again, sign_in(await begin(again, label), "theo"), label)
    assert (refused.status_code, "any more" in refused.json()["detail"]) == (401, True)


async def test_a_key_that_is_made_in_such_a_session_reaches_no_further(label, home, new_browser, oidc):
    version = (await home.get(PROVIDER)).json()["version"]
    await home.put(PROVIDER, json=settings(oidc, client_secret=None, role="admin", version=version))
    guest = new_browser()
    await register(guest, "bo", label)
    made = await guest.post("/api/core/keys", json={"name": "All", "permissions": ["*"], "days": 9})
    assert made.status_code == 201, made.text
    program = new_browser()
    program.headers["authorization"] = f"Bearer {made.json()['key']}"
    assert (await program.get("/api/core/files")).status_code == 200
    assert (await program.patch("/api/core/profile", json={"name": "Somebody"})).status_code == 403


async def test_other_domains_are_taken_from_no_provider_of_an_account(app, label, new_browser, nova):
    guest = new_browser()
    refused = await finish(guest, sign_in(await begin(guest, label), "victim@elsewhere.example"), label)
    assert (refused.status_code, "elsewhere.example isn't" in refused.json()["detail"]) == (403, True)
    known = await arrive(guest, "nova", label)
    assert (known["next"], known["me"]) == ("link", None)


async def test_a_domain_is_one_accounts_and_only_once_it_is_confirmed(app, label, new_browser):
    rival = await make_person(app, "rival@else.example")
    browser = new_browser()
    await browser.log_in(rival)
    await browser.post(DOMAINS, json={"domain": "example.org"})
    with pytest.raises(Exception, match="taken"):
        await confirm(app, rival.account, "example.org")
    assert (await browser.get(PROVIDER)).json()["domains"][0]["confirmed_at"] is None
    assert (await new_browser().post(f"{START}/find", json={"email": "x@other.example"})).status_code == 404


async def test_members_who_must_sign_in_there_are_asked_and_owners_are_not(app, label, home, nova, new_browser):
    member, guest = new_browser(), new_browser()
    bo = await make_person(app, "bo@example.org", role="editor", account=UUID(label))
    freelancer = await make_person(app, "cy@elsewhere.example", role="editor", account=UUID(label))
    await member.log_in(bo)
    await go(member, f"{PROFILE}/start", "bo", {"provider": label})
    assert (await home.put(f"{PROVIDER}/switch", json={"enabled": True, "required": True})).json()["required"]
    me = (await member.get("/api/core/session")).json()
    assert (me["lacks_sign_in"], "file.read" in me["permissions"], "profile.write" in me["permissions"]) == (
        True, False, True,
    )  # fmt: skip
    assert (await member.get("/api/core/files")).json()["type"].endswith("sign-in-needed")
    assert (await arrive(guest, "bo", label))["me"]["lacks_sign_in"] is False
    assert (await guest.get("/api/core/files")).status_code == 200
    await guest.log_in(freelancer)
    assert (await guest.get("/api/core/files")).status_code == 200
    assert (await home.get("/api/core/files")).status_code == 200, "an owner is never locked out"


async def test_turning_it_off_ends_what_it_opened(app, label, home, new_browser):
    guest = new_browser()
    await register(guest, "bo", label)
    assert (await home.put(f"{PROVIDER}/switch", json={"enabled": False})).status_code == 200
    assert (await guest.get("/api/core/session")).status_code == 401
    assert (await guest.post(START, json={"provider": label})).status_code == 404
    assert (await home.delete(PROVIDER)).status_code == 204
    assert (await home.get(PROVIDER)).json()["version"] is None


async def test_an_account_trusts_its_provider_for_itself_alone(app, label, home, new_browser, switch_on):
    """A second factor that the account requires, and not one that the operator does."""
    await switch_on(home)
    version = (await home.get(PROVIDER)).json()["version"]
    oidc = OidcServer(urlsplit(app.identity_providers["quay"].issuer).port or 0)
    trusting = settings(oidc, client_secret=None, trusted=True, version=version)
    assert (await home.put(PROVIDER, json=trusting)).json()["trusted"]
    assert (await home.put("/api/core/account/second-factor", json={"required": True})).json()["second_factor"]
    guest = new_browser()
    await register(guest, "bo", label)
    assert (await guest.get("/api/core/files")).json()["type"].endswith("second-factor-needed")
    returned = forge(oidc, await begin(guest, label), "bo", int(app.clock().timestamp()), amr=["pwd", "mfa"])
    assert (await finish(guest, returned, label)).json()["me"]["lacks_factor"] is False
    assert (await guest.get("/api/core/files")).status_code == 200
    app.policy = Policy(app.policy.permissions, "everybody")
    assert (await guest.get("/api/core/files")).json()["type"].endswith("second-factor-needed")


async def test_who_may_not_set_it_up(app, label, new_browser):
    editor = new_browser()
    await editor.log_in(await make_person(app, "ed@example.org", role="manager", account=UUID(label)))
    assert (await editor.get(PROVIDER)).status_code == 403
    assert (await editor.put(f"{PROVIDER}/switch", json={"enabled": False})).status_code == 403
    assert (await editor.post(f"{PROVIDER}/test")).status_code == 403


async def test_nobody_leaves_the_required_sign_in_by_another_address(app, label, home, new_browser):
    """The account knows by the address who has to sign in at its provider."""
    token = await invited(app, home, "theo@example.org", "admin")
    theo = new_browser()
    assert (await theo.post("/api/core/registration/join", json=joining(token))).status_code == 201
    await home.put(f"{PROVIDER}/switch", json={"enabled": True, "required": True})
    await theo.log_in(Person(UUID(int=0), UUID(int=0), "theo@example.org"))
    assert (await theo.get("/api/core/session")).json()["lacks_sign_in"] is True
    refused = await theo.post("/api/core/profile/email", json={"email": "theo@elsewhere.example"})
    assert (refused.status_code, refused.json()["field"]) == (409, "email")
    assert (await theo.get("/api/core/notices")).json()["notices"] == []


async def test_what_is_offered_to_a_person_is_not_for_their_accounts_provider(app, label, home, new_browser):
    """Whoever runs the provider can log in as any member, and must not take what others share with that person."""
    theo = await make_person(app, "theo@private.example")
    token = await invited(app, home, theo.email, "admin")
    own = new_browser()
    await own.log_in(theo)
    assert (await own.post("/api/core/invitations/accept", json={"token": token})).status_code == 200
    assert (await go(own, f"{PROFILE}/start", "theo", {"provider": label})).status_code == 200
    by_provider = new_browser()
    assert (await arrive(by_provider, "theo", label))["me"]["within"] == label
    assert (await by_provider.get("/api/core/grants/offers")).json() == []
