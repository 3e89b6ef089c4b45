"""Coming in, and what is proved by email: registering, joining, a new password, a new address."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert

from maxbooster.auth.passkeys.models import Passkey
from maxbooster.auth.people.registration import refuse_children
from maxbooster.auth.sso import queries as sso
from maxbooster.db import new_id
from maxbooster.errors import Invalid
from maxbooster.testing import PASSWORD, link_in, make_person

REGISTRATION = "/api/core/registration"
RESET = "/api/core/password-reset"
LEAKED = "qwerty123456"
OTHER = "seven kites over quiet fjords"
ASTER = {"email": "aster@example.org", "password": PASSWORD, "name": "Aster", "born_on": "2000-01-31"}


async def test_from_the_form_to_the_first_login_and_out_again(browser, link_to):
    assert (await browser.post(REGISTRATION, json=ASTER | {"account": "Aster Sounds"})).status_code == 202
    assert (await browser.post("/api/core/session", json=_login(ASTER["email"]))).status_code == 401
    verified = await browser.post(
        f"{REGISTRATION}/verify", json={"token": await link_to(ASTER["email"]), "password": PASSWORD}
    )
    assert verified.json() == {"email": ASTER["email"]}
    browser.note(await browser.post("/api/core/session", json=_login(ASTER["email"])))
    me = (await browser.get("/api/core/session")).json()
    assert (me["user"]["name"], me["user"]["second_factor"], me["user"]["operator"]) == ("Aster", False, None)
    assert (me["account"]["name"], me["account"]["role"]) == ("Aster Sounds", "owner")
    [device] = (await browser.get("/api/core/devices")).json()
    assert (device["agent"], device["address"], device["current"]) == ("test browser", "127.0.0.1", True)
    assert (await browser.delete("/api/core/session")).status_code == 204
    assert (await browser.get("/api/core/session")).status_code == 401


def _login(email: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": email, "password": password}


async def test_an_address_is_one_however_it_is_typed(browser, nova):
    for typed in ("Nova@Example.org", " NOVA@EXAMPLE.ORG ", "nova@ＥＸＡＭＰＬＥ.org"):
        assert (await browser.post("/api/core/session", json=_login(typed))).status_code == 200, typed


async def test_who_has_a_login_already_is_told_by_email(browser, nova, emails):
    await browser.post(REGISTRATION, json=ASTER | {"email": nova.email})
    [email] = await emails(nova.email)
    assert "already" in email.subject
    with pytest.raises(AssertionError, match="no link"):
        link_in(email.text)


async def test_who_follows_a_strangers_registration_gets_no_login_that_the_stranger_knows(browser, link_to, clock):
    """Somebody registers another's address with a password of their own; the owner follows the email."""
    await browser.post(REGISTRATION, json=ASTER)
    link = await link_to(ASTER["email"])
    for _ in range(5):
        refused = await browser.post(f"{REGISTRATION}/verify", json={"token": link, "password": OTHER})
        assert (refused.status_code, refused.json()["field"]) == (422, "password")
    assert (await browser.post(f"{REGISTRATION}/verify", json={"token": link, "password": OTHER})).status_code == 429
    assert (await browser.post("/api/core/session", json=_login(ASTER["email"]))).status_code == 401
    clock.advance(minutes=2)
    verified = await browser.post(f"{REGISTRATION}/verify", json={"token": link, "password": PASSWORD})
    assert verified.status_code == 201


async def test_of_two_registrations_of_an_address_the_later_counts_and_the_earlier_link_is_dead(browser, link_to):
    await browser.post(REGISTRATION, json=ASTER)
    first = await link_to(ASTER["email"])
    await browser.post(REGISTRATION, json=ASTER | {"name": "Second"})
    second = await link_to(ASTER["email"])
    for token, status in ((first, 410), (second, 201), (first, 410), (second, 410)):
        proved = await browser.post(f"{REGISTRATION}/verify", json={"token": token, "password": PASSWORD})
        assert proved.status_code == status, proved.text
    me = browser.note(await browser.post("/api/core/session", json=_login(ASTER["email"])))
    assert me["user"]["name"] == "Second"


# Age


def _thirteenth(born: date) -> date:
    """The day on which somebody turns 13; who was born on 29 February, on 1 March."""
    try:
        return born.replace(year=born.year + 13)
    except ValueError:
        return date(born.year + 13, 3, 1)


@given(st.dates(date(1900, 1, 1), date(2080, 12, 31)), st.times())
@example(date(2012, 2, 29), time(23, 59))
@example(date(2011, 2, 28), time(0, 0))
@example(date(1999, 2, 28), time(12, 0))
def test_children_under_13_are_refused_to_the_day(born, hour):
    birthday = _thirteenth(born)
    refuse_children(born, datetime.combine(birthday, hour, UTC))
    with pytest.raises(Invalid, match="13 years"):
        refuse_children(born, datetime.combine(birthday - timedelta(days=1), hour, UTC))


async def test_twelve_years_and_364_days_is_too_young_and_thirteen_is_not(browser, clock, emails):
    today = clock().date()
    turned = date(today.year - 13, 3, 1) if (today.month, today.day) == (2, 29) else today.replace(year=today.year - 13)
    for born, status in ((turned + timedelta(days=1), 422), (turned, 202)):
        answer = await browser.post(REGISTRATION, json=ASTER | {"born_on": str(born)})
        assert answer.status_code == status, answer.text
    assert len(await emails(ASTER["email"])) == 1


async def test_a_date_that_nobody_has_is_refused(browser):
    for born in ("2999-01-01", "1850-01-01", "2001-02-29", "01.02.2000", ""):
        answer = await browser.post(REGISTRATION, json=ASTER | {"born_on": born})
        assert (answer.status_code, answer.json()["field"]) == (422, "born_on"), born


# Who may come


@pytest.mark.parametrize("app_settings", [{"mail": "memory:", "registration": how} for how in ("invited", "closed")])
async def test_a_server_that_takes_no_registrations_says_so(browser, emails):
    answer = await browser.post(REGISTRATION, json=ASTER)
    assert answer.status_code == 403
    assert await emails(ASTER["email"]) == []


@pytest.mark.parametrize(
    ("app_settings", "status"),
    [({"mail": "memory:", "registration": how}, status) for how, status in (("invited", 201), ("closed", 403))],
)
async def test_an_invitation_opens_a_server_that_is_not_closed(browser, home, link_to, status):
    joined = await browser.post(f"{REGISTRATION}/join", json=await _invited(home, link_to))
    assert joined.status_code == status


async def _invited(home, link_to) -> dict[str, str]:
    """How Aster joins Nova's account."""
    await home.post("/api/core/invitations", json={"email": ASTER["email"], "role": "artist"})
    told = {name: ASTER[name] for name in ("password", "name", "born_on")}
    return told | {"token": await link_to(ASTER["email"])}


async def test_who_is_invited_sees_to_what_joins_and_is_in(browser, home, nova, link_to):
    joining = await _invited(home, link_to)
    look = (await browser.post(f"{REGISTRATION}/invitation", json={"token": joining["token"]})).json()
    assert look == {"email": ASTER["email"], "account": "nova", "role": "artist", "registered": False}
    assert (await browser.post(f"{REGISTRATION}/join", json=joining)).status_code == 201
    me = browser.note(await browser.post("/api/core/session", json=_login(ASTER["email"])))
    assert (me["account"]["id"], me["account"]["role"]) == (str(nova.account), "artist")
    assert [each["name"] for each in me["accounts"]] == ["nova"]


async def test_an_invited_child_is_refused_and_may_come_later(browser, home, link_to):
    joining = await _invited(home, link_to)
    young = await browser.post(f"{REGISTRATION}/join", json=joining | {"born_on": "2020-01-01"})
    assert (young.status_code, young.json()["field"]) == (422, "born_on")
    assert (await browser.post(f"{REGISTRATION}/join", json=joining)).status_code == 201


# Passwords


WEAK = {LEAKED: "leaked", "kurz": "at least 8", "a" * 300: "at most 256", "maxbooster": "made of your name"}


@pytest.mark.parametrize("way", ["register", "join", "reset", "change"])
async def test_a_leaked_or_weak_password_is_refused_wherever_one_is_chosen(browser, home, nova, link_to, way):
    match way:
        case "register":
            client, path, body = browser, REGISTRATION, ASTER
        case "join":
            client, path, body = browser, f"{REGISTRATION}/join", await _invited(home, link_to)
        case "reset":
            await browser.post(RESET, json={"email": nova.email})
            client, path, body = browser, f"{RESET}/confirm", {"token": await link_to(nova.email)}
        case "change":
            client, path, body = home, "/api/core/profile/password", {"current": PASSWORD}
    for n, (weak, why) in enumerate(WEAK.items()):
        to_another = {"email": f"aster{n}@example.org"} if way == "register" else {}
        answer = await client.post(path, json=body | to_another | {"password": weak})
        assert (answer.status_code, answer.json()["field"]) == (422, "password"), weak
        assert why in answer.json()["detail"]
    assert (await client.post(path, json=body | {"password": OTHER})).is_success


async def test_a_forgotten_password_is_replaced_by_email(browser, home, nova, emails, link_to):
    assert (await browser.post(RESET, json={"email": "Nova@example.org"})).status_code == 202
    token = await link_to(nova.email)
    assert (await browser.post(f"{RESET}/confirm", json={"token": token, "password": OTHER})).status_code == 204
    assert (await home.get("/api/core/session")).status_code == 401
    assert (await browser.post("/api/core/session", json=_login(nova.email))).status_code == 401
    assert (await browser.post("/api/core/session", json=_login(nova.email, OTHER))).status_code == 200
    assert [email.subject for email in await emails(nova.email)][-1] == "Your password was changed"


# E-mail address


async def test_a_new_address_counts_once_it_is_proved_and_the_old_one_is_told(browser, home, nova, emails, link_to):
    new = "nova@elsewhere.example"
    assert (await home.post("/api/core/profile/email", json={"email": new})).status_code == 202
    token = await link_to(new)
    assert (await browser.post("/api/core/session", json=_login(new))).status_code == 401
    assert (await browser.post("/api/core/profile/email/confirm", json={"token": token})).json() == {"email": new}
    assert (await home.get("/api/core/session")).json()["user"]["email"] == new
    assert (await browser.post("/api/core/session", json=_login(nova.email))).status_code == 401
    assert (await browser.post("/api/core/session", json=_login(new))).status_code == 200
    [told] = await emails(nova.email)
    assert new in told.text


async def test_the_old_address_is_free_for_somebody_else(browser, home, nova, link_to):
    await home.post("/api/core/profile/email", json={"email": "nova@elsewhere.example"})
    await browser.post("/api/core/profile/email/confirm", json={"token": await link_to("nova@elsewhere.example")})
    await browser.post(REGISTRATION, json=ASTER | {"email": nova.email})
    verified = await browser.post(
        f"{REGISTRATION}/verify", json={"token": await link_to(nova.email), "password": PASSWORD}
    )
    assert verified.status_code == 201
    me = browser.note(await browser.post("/api/core/session", json=_login(nova.email)))
    assert me["user"]["id"] != str(nova.user)


async def test_an_address_that_was_taken_in_the_meantime_is_refused(app, browser, home, link_to):
    await home.post("/api/core/profile/email", json={"email": ASTER["email"]})
    token = await link_to(ASTER["email"])
    aster = await make_person(app, ASTER["email"])
    assert (await browser.post("/api/core/profile/email/confirm", json={"token": token})).status_code == 409
    assert (await browser.log_in(aster))["user"]["id"] == str(aster.user)


async def test_a_reset_names_what_still_logs_in_and_disconnects_it_if_asked(app, browser, nova, emails, link_to):
    google, github = [await _connected(app, nova, name) for name in ("google", "github")]
    await _passkey(app, nova, "My phone")
    await browser.post(RESET, json={"email": nova.email})
    token = await link_to(nova.email)
    left = (await browser.post(f"{RESET}/preview", json={"token": token})).json()
    assert [each["id"] for each in left["identities"]] == [str(google), str(github)]
    assert [each["name"] for each in left["passkeys"]] == ["My phone"]
    chosen = {"token": token, "password": OTHER, "disconnect": [str(github)]}
    unknown = chosen | {"disconnect": [str(new_id())]}
    assert (await browser.post(f"{RESET}/confirm", json=unknown)).status_code == 404
    assert (await browser.post(f"{RESET}/confirm", json=chosen)).status_code == 204
    async with app.unit() as ctx:
        assert [each.id for each in await sso.identities(ctx, nova.user)] == [google]
    sent = (await emails(nova.email))[-1].text
    assert "You can still log in with: https://google.test (nova at google)." in sent
    assert "These passkeys still log you in: “My phone”." in sent
    assert (await browser.post(f"{RESET}/preview", json={"token": token})).status_code == 410


async def _connected(app, person, provider):
    row = {
        "id": new_id(), "user_id": person.user, "provider": provider, "issuer": f"https://{provider}.test",
        "subject": "1", "name": f"nova at {provider}", "created_at": app.clock(), "used_at": None,
    }  # fmt: skip
    await app.database.transact(lambda connection: sso.link(connection, row))
    return row["id"]


async def _passkey(app, person, name):
    row = {
        "id": new_id(), "credential": b"credential", "user_id": person.user, "name": name, "public_key": b"key",
        "sign_count": 0, "transports": "", "synced": False, "created_at": app.clock(),
    }  # fmt: skip
    await app.database.transact(lambda connection: connection.execute(insert(Passkey).values(**row)))
