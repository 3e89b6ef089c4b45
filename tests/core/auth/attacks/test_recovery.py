"""Whoever recovers a login leaves nothing open behind them: no link, no invitation, no half-made change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from maxbooster.auth import proofs
from maxbooster.auth.models import Membership, Proof, RoleGrant, User
from maxbooster.auth.policy import depart
from maxbooster.db.models import PLATFORM
from maxbooster.jobs.models import JobRow
from maxbooster.testing import PASSWORD, drain, make_person

from ..membership import invited, joining
from .tools import KINDS, ME, OTHER, PROFILE, RESET, rows

Outstanding = Callable[[str], Awaitable[Callable[[], Any]]]
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
NEWER = "fifty lamps along the harbor"


@pytest.fixture
def staff(app, new_browser):
    async def open_one() -> Any:
        browser = new_browser()
        await browser.log_in(await make_person(app, "staff@example.org", operator="admin"))
        browser.note(await browser.post(f"{ME}/account", json={"account": str(PLATFORM)}))
        return browser

    return open_one


@pytest.fixture
def outstanding(app, home, browser, nova, link_to, new_browser) -> Outstanding:  # noqa: PLR0917
    """Something that is outstanding of Nova, by its kind; returns how somebody makes use of it."""

    async def confirm_email() -> int:
        token = await _asked(home, f"{PROFILE}/email", "mallory@example.org", link_to)
        return lambda: browser.post(f"{PROFILE}/email/confirm", json={"token": token})

    async def reset() -> Any:
        token = await _asked(browser, RESET, nova.email, link_to)
        return lambda: browser.post(f"{RESET}/confirm", json={"token": token, "password": OTHER})

    async def sent_invitation() -> Any:
        token = await invited(app, home, "mallory@example.org", "owner")
        return lambda: browser.post("/api/core/registration/join", json=joining(token))

    async def received_invitation() -> Any:
        other = new_browser()
        await other.log_in(await make_person(app, "vera@example.org"))
        token = await invited(app, other, nova.email, "editor")
        return lambda: browser.post("/api/core/registration/invitation", json={"token": token})

    async def begin(kind: str) -> Any:
        return await {
            "email": confirm_email, "reset": reset, "sent": sent_invitation, "received": received_invitation
        }[kind]()  # fmt: skip

    return begin


async def _asked(browser: Any, path: str, email: str, link_to: Any) -> str:
    await browser.post(path, json={"email": email})
    return await link_to(email)


@pytest.fixture
def recover(app, home, browser, nova, link_to, staff):  # noqa: PLR0917
    async def password() -> int:
        return (await home.post(f"{PROFILE}/password", json={"current": PASSWORD, "password": NEWER})).status_code

    async def reset() -> int:
        token = await _asked(browser, RESET, nova.email, link_to)
        return (await browser.post(f"{RESET}/confirm", json={"token": token, "password": NEWER})).status_code

    async def email() -> int:
        token = await _asked(home, f"{PROFILE}/email", "nova@elsewhere.example", link_to)
        return (await browser.post(f"{PROFILE}/email/confirm", json={"token": token})).status_code

    async def disabled() -> int:
        return (await (await staff()).post(f"/api/core/users/{nova.user}/disable")).status_code

    async def reset_by_staff() -> int:
        body = {"second_factor": False}
        return (await (await staff()).post(f"/api/core/users/{nova.user}/reset", json=body)).status_code

    return {
        "password": password, "reset": reset, "email": email, "disabled": disabled, "reset by staff": reset_by_staff,
    }  # fmt: skip


WAYS = ("password", "reset", "email", "disabled", "reset by staff")


@pytest.mark.parametrize("kind", ["reset", "email", "sent", "received"])
@pytest.mark.parametrize("way", WAYS)
async def test_nothing_that_was_asked_for_before_works_afterwards(outstanding, recover, way, kind):
    use = await outstanding(kind)
    assert await recover[way]() in (200, 201, 204)
    assert (await use()).status_code == 410


@pytest.mark.parametrize("kind", ["reset", "email", "sent", "received"])
async def test_each_of_them_works_where_nothing_was_recovered(outstanding, kind):
    """Or the tests above would prove nothing."""
    assert (await (await outstanding(kind))()).status_code in (200, 201, 204)


@pytest.mark.parametrize("way", WAYS)
async def test_an_authenticator_app_that_was_not_confirmed_is_forgotten(app, home, nova, recover, way):
    assert (await home.post(f"{PROFILE}/totp")).status_code == 201
    await recover[way]()
    assert await rows(app, select(User.totp_secret).where(User.id == nova.user)) == [(None,)]


async def test_links_that_wait_to_be_mailed_are_not_mailed_any_more(app, home, nova, recover):
    await home.post(f"{PROFILE}/email", json={"email": "mallory@example.org"})
    await recover["password"]()
    await drain(app)
    assert [mail.to for mail in app.mail.sent if "#" in mail.text] == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_newer_request_makes_the_older_link_worthless(links, kind):
    older, newer = await links.ask(kind), await links.ask(kind)
    assert await links.follow(kind, older) == 410
    assert await links.follow(kind, newer) in (200, 201, 204)


async def test_the_newer_of_two_requests_counts_whichever_is_mailed_first(app, browser, links, nova, clock):
    """The older one's email is tried again after the newer one's went out."""
    await browser.post(RESET, json={"email": nova.email})
    await app.database.transact(lambda connection: connection.execute(update(JobRow).values(run_at=clock() + DAY / 48)))
    newer = await links.ask("reset")
    clock.advance(minutes=40)
    await drain(app)
    assert [mail.to for mail in app.mail.sent].count(nova.email) == 1
    assert await links.follow("reset", newer) == 204


@pytest.mark.parametrize("kind", KINDS)
async def test_a_link_that_expires_while_it_is_followed_is_not_spent(app, links, kind):
    """The guard in the transaction itself, behind the one that looks first."""
    token = await links.ask(kind)
    [(late,)] = await rows(app, select(Proof.expires_at).where(Proof.kind == kind))
    with pytest.raises(proofs.LinkSpent):
        await app.database.write(lambda connection: proofs.spend(connection, kind, token, late))
    just = await app.database.write(lambda connection: proofs.spend(connection, kind, token, late - MOMENT).kind)
    assert just == kind


# What somebody may give is looked at when it is taken


@pytest.fixture
def admin(app, new_browser, nova):
    async def open_one() -> tuple[Any, Any]:
        person = await make_person(app, "admin@example.org", role="admin", account=nova.account)
        browser = new_browser()
        await browser.log_in(person)
        return browser, person

    return open_one


async def _demoted(app, home, nova, person) -> None:
    await home.patch(f"/api/core/members/{person.user}", json={"role": "viewer"})


async def _lowered_below(app, home, nova, person) -> None:
    await home.patch(f"/api/core/members/{person.user}", json={"role": "manager"})


async def _removed(app, home, nova, person) -> None:
    await home.delete(f"/api/core/members/{person.user}")


async def _left_without_trace(app, home, nova, person) -> None:
    await app.database.transact(lambda each: each.execute(delete(Membership).where(Membership.user_id == person.user)))


async def _disabled(app, home, nova, person) -> None:
    at = app.clock()
    await app.database.transact(
        lambda each: each.execute(update(User).where(User.id == person.user).values(disabled_at=at))
    )


async def _right_taken_from_the_role(app, home, nova, person) -> None:
    await app.database.transact(lambda each: depart(each, app.policy, "admin", "member.write", False))
    app.policy._read_at = float("-inf")


LOSSES = [_demoted, _lowered_below, _removed, _left_without_trace, _disabled, _right_taken_from_the_role]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("registered", [True, False])
async def test_an_invitation_is_worth_what_its_sender_may_give_when_it_is_accepted(  # noqa: PLR0917
    app, home, browser, nova, admin, loss, registered
):
    sending, person = await admin()
    token = await invited(app, sending, "guest@example.org", "admin")
    if registered:
        await browser.log_in(await make_person(app, "guest@example.org"))
    await loss(app, home, nova, person)
    path, body = ("invitations/accept", {"token": token}) if registered else ("registration/join", joining(token))
    assert (await browser.post(f"/api/core/{path}", json=body)).status_code == 410
    guests = select(func.count()).select_from(Membership).join(User, User.id == Membership.user_id)
    there = guests.where(User.email == "guest@example.org", Membership.account_id == nova.account)
    assert await rows(app, there) == [(0,)]
    await app.database.transact(lambda each: each.execute(delete(RoleGrant)))


async def test_an_invitation_to_a_role_that_its_sender_still_stands_above_works(app, home, browser, nova, admin):
    sending, person = await admin()
    token = await invited(app, sending, "guest@example.org", "viewer")
    await home.patch(f"/api/core/members/{person.user}", json={"role": "owner"})
    assert (await browser.post("/api/core/registration/join", json=joining(token))).status_code == 201
