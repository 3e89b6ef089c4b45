"""Links in emails, and where answers lead."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import select

from maxbooster.auth.models import User
from maxbooster.auth.proofs import LIFETIME, ask
from maxbooster.db import directory
from maxbooster.testing import drain, link_in, make_person

from .tools import ASTER, EVIL, KINDS, PROFILE, REGISTRATION, RESET, operations, rows


@pytest.mark.parametrize("kind", KINDS)
async def test_a_link_works_once_also_when_it_is_followed_twice_at_once(links, kind):
    token = await links.ask(kind)
    both = await asyncio.gather(links.follow(kind, token), links.follow(kind, token))
    assert sorted(status // 100 for status in both) == [2, 4]
    assert await links.follow(kind, token) == 410


@pytest.mark.parametrize("kind", KINDS)
async def test_a_link_of_one_kind_opens_no_other_and_ends_in_time(links, clock, kind):
    token = await links.ask(kind)
    for other in KINDS:
        if other != kind:
            assert await links.follow(other, token) == 410, other
    clock.advance(seconds=LIFETIME[kind].total_seconds())
    assert await links.follow(kind, token) == 410


async def test_a_link_whose_time_is_over_before_its_email_is_not_sent(app, emails, nova, clock):
    async with app.unit() as ctx:
        await ask(ctx, "reset", nova.email)
    clock.advance(seconds=LIFETIME["reset"].total_seconds())
    assert await emails(nova.email) == []


async def test_of_two_links_that_are_asked_for_at_once_one_is_sent_and_works(app, emails, browser, nova):
    """Neither request sees the other one's row."""
    async with app.unit() as one, app.unit() as other:
        for ctx in (one, other):
            await ask(ctx, "reset", nova.email)
    [email] = await emails(nova.email)
    new = {"token": link_in(email.text), "password": "fifty lamps along the harbor"}
    assert (await browser.post(f"{RESET}/confirm", json=new)).status_code == 204


async def test_a_newer_reset_link_makes_the_older_one_worthless(links):
    older, newer = await links.ask("reset"), await links.ask("reset")
    assert (await links.follow("reset", older), await links.follow("reset", newer)) == (410, 204)


async def test_a_reset_link_to_an_address_that_was_given_up_is_worth_nothing(links):
    """Who takes over an old mailbox finds nothing in it that opens the account."""
    reset = await links.ask("reset")
    assert await links.follow("email", await links.ask("email")) == 200
    assert await links.follow("reset", reset) == 410


async def test_two_new_addresses_that_are_proved_at_once_leave_one(app, home, browser, nova, link_to):
    tokens = []
    for email in ("one@example.org", "two@example.org"):
        await home.post(f"{PROFILE}/email", json={"email": email})
        tokens.append(await link_to(email))
    await asyncio.gather(*(browser.post(f"{PROFILE}/email/confirm", json={"token": token}) for token in tokens))
    claimed = await rows(app, select(directory.DirectoryEntry.hash).where(directory.DirectoryEntry.kind == "email"))
    [(email,)] = await rows(app, select(User.email))
    assert claimed == [(directory.key("email", email),)]


async def test_an_invitation_is_for_one_address(app, browser, links):
    token = await links.ask("invitation")
    await browser.log_in(await make_person(app, "somebody@example.org"))
    answer = await browser.post("/api/core/invitations/accept", json={"token": token})
    assert (answer.status_code, answer.json()["field"]) == (422, "token")
    assert await links.follow("invitation", token) == 201


# Where answers lead


async def test_no_answer_leads_where_the_request_says(app, home):
    """No operation takes a target, and a forged host or a parameter that looks like one changes nothing."""
    targets = {
        "url",
        "uri",
        "next",
        "redirect",
        "redirect_uri",
        "return",
        "return_to",
        "target",
        "continue",
        "callback",
    }
    forged = {"host": EVIL, "x-forwarded-host": EVIL, "x-forwarded-proto": "https", "forwarded": f"host={EVIL}"}
    for method, path, operation in operations(app):
        assert not targets & {each["name"] for each in operation.get("parameters", [])}, path
        if method != "get":
            continue
        there = dict.fromkeys(targets, f"https://{EVIL}/")
        answer = await home.get(path.replace("{", "").replace("}", ""), params=there, headers=forged)
        assert answer.status_code < 500, path
        assert EVIL not in answer.text + str(answer.headers), path
        assert not answer.is_redirect, path


async def test_emails_lead_to_the_public_address_whatever_host_was_called(app, browser, home, emails):
    assert (await browser.post(REGISTRATION, json=ASTER, headers={"host": EVIL})).status_code == 421
    forged = {"x-forwarded-host": EVIL, "x-forwarded-proto": "https", "forwarded": f"host={EVIL}"}
    await browser.post(REGISTRATION, json=ASTER, headers=forged)
    await browser.post(REGISTRATION, json=ASTER | {"email": "nova@example.org"}, headers=forged)
    await browser.post(RESET, json={"email": "nova@example.org"}, headers=forged)
    await home.post(f"{PROFILE}/email", json={"email": "new@example.org"}, headers=forged)
    invitation = {"email": "guest@example.org", "role": "artist"}
    await home.post("/api/core/invitations", json=invitation, headers=forged)
    await drain(app)
    sent = app.mail.sent
    assert len(sent) == 5
    for mail in sent:
        assert set(re.findall(r"https?://[^/\s]+", mail.text)) == {app.settings.origin}, mail.subject
