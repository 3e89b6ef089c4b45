"""Links by which notification emails stop, without a login; and mailboxes from which email comes back."""

from __future__ import annotations

import pytest

from maxbooster.mail import MailRefused
from maxbooster.mail.mailboxes import MailEvent, record_mail_event
from maxbooster.testing import drain, link_in, make_person, open_api

from .conftest import at_home, choose, told

SETTINGS = "/api/core/notices/settings"


async def setting(browser, kind):
    return {each["kind"]: each for each in (await browser.get(SETTINGS)).json()["kinds"]}[kind]


def path_of(mail):
    assert mail.unsubscribe in mail.text
    assert mail.unsubscribe in mail.html
    return mail.unsubscribe.removeprefix("https://music.example")


async def test_one_click_stops_one_kind_and_a_look_stops_nothing(app, nova, home, post):
    await told(app, nova.account, "delivery.overdue", "Overdue", to=nova.user)
    await told(app, nova.account, "payout.failed", "Failed", to=nova.user)
    overdue, failed = sorted(await post.sent(), key=lambda mail: mail.subject == "Failed")
    async with open_api(app) as anybody:
        shown = await anybody.get(path_of(overdue))
        assert ("A delivery is overdue" in shown.text, shown.headers["x-robots-tag"]) == (True, "noindex")
        assert (await setting(home, "delivery.overdue"))["email"] == "at_once"
        one_click = {
            "content": b"List-Unsubscribe=One-Click",
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        }
        for _ in range(2):
            assert (await anybody.post(path_of(overdue), **one_click)).status_code == 200
        assert (await setting(home, "delivery.overdue"))["email"] == "never"
        assert (await setting(home, "payout.failed"))["email"] == "at_once"
        await choose(home, "payout.failed", bell=False)
        assert (await anybody.post(path_of(failed))).status_code == 200
    after = await setting(home, "payout.failed")
    assert (after["email"], after["bell"]) == ("never", True), "what cannot be silenced comes to the bell"
    await told(app, nova.account, "delivery.overdue", "Overdue again", to=nova.user)
    assert await post.sent() == []


async def test_the_link_of_a_digest_stops_them_all(app, nova, home, post, clock):
    await told(app, nova.account, "payout.paid", "Paid", to=nova.user)
    clock.advance(hours=25)
    await post.gather()
    [digest] = await post.sent()
    async with open_api(app) as anybody:
        assert "nova" in (await anybody.get(path_of(digest))).text
        assert (await anybody.post(path_of(digest))).status_code == 200
    await home.log_in(nova)  # a day later
    assert {each["email"] for each in (await home.get(SETTINGS)).json()["kinds"]} == {"never"}


async def test_a_link_that_was_changed_stops_nothing(app, nova, home, post):
    other = await make_person(app, "other@example.org", account=nova.account)
    await told(app, nova.account, "delivery.overdue", "Overdue", to=other.user)
    [mail] = await post.sent()
    path = path_of(mail)
    token = path.rpartition("/")[2]
    async with open_api(app) as anybody:
        for wrong in (
            token[:-4],
            f"B{token[1:]}",
            f"{token[:30]}AAAA{token[34:]}",
            "AAAA",
            "x" * 3000,
            "%00",
            token + "AAAA",
        ):
            for ask in (anybody.get, anybody.post):
                answer = await ask(path.replace(token, wrong))
                assert answer.status_code in (404, 410), wrong
    async with at_home(app, other) as browser:
        assert (await setting(browser, "delivery.overdue"))["email"] == "at_once"


# Mailboxes


async def heard(app, outcome, email="nova@example.org", reason="550 5.1.1 No such user", **more):
    async with app.unit() as ctx:
        await record_mail_event(ctx, MailEvent(outcome=outcome, email=email, reason=reason, **more))
    await drain(app)


async def test_a_hard_bounce_stops_email_and_is_told_at_the_bell(app, nova, home, post):
    await heard(app, "deferred")
    await heard(app, "bounced", email="Nova@Example.org")
    await heard(app, "bounced", reason="again")
    mailbox = (await home.get(SETTINGS)).json()["mailbox"]
    assert (mailbox["state"], mailbox["reason"]) == ("undeliverable", "550 5.1.1 No such user")
    [notice] = (await home.get("/api/core/notices")).json()["notices"]
    assert (notice["kind"], notice["path"]) == ("mail.undeliverable", "/notifications")
    await told(app, nova.account, "payout.failed", "Failed", to=nova.user)
    assert await post.sent() == []

    assert (await home.post("/api/core/profile/email/confirmation")).status_code == 202
    [confirmation] = await post.sent()
    assert confirmation.subject == "Confirm that your email arrives"
    async with open_api(app) as anybody:
        body = {"token": link_in(confirmation.text)}
        assert (await anybody.post("/api/core/profile/email/confirm", json=body)).status_code == 200
        assert (await anybody.post("/api/core/profile/email/confirm", json=body)).status_code == 410
    assert (await home.get(SETTINGS)).json()["mailbox"]["state"] == "reachable"
    assert (await home.post("/api/core/profile/email/confirmation")).status_code == 409
    await told(app, nova.account, "payout.failed", "Failed again", to=nova.user)
    assert [mail.subject for mail in await post.sent()] == ["Failed again"]


async def test_what_a_mail_server_refuses_at_once_is_a_bounce_too(app, nova, home, post, monkeypatch):
    async def refuse(mail):
        raise MailRefused("mx.example refused the recipient: 550 5.1.1 gone.", field="to")

    send = app.mail.send
    monkeypatch.setattr(app.mail, "send", refuse)
    await told(app, nova.account, "payout.failed", "Failed", to=nova.user)
    await post.sent()
    monkeypatch.setattr(app.mail, "send", send)
    notices = (await home.get("/api/core/notices")).json()["notices"]
    assert {each["kind"] for each in notices} == {"payout.failed", "mail.undeliverable"}, "and no job is dead"


async def test_soft_bounces_are_counted_and_forgotten_when_one_arrives(app, nova, home):
    for _ in range(3):
        await heard(app, "deferred", reason="452 4.2.2 Mailbox full")
    assert (await home.get(SETTINGS)).json()["mailbox"]["state"] == "reachable"
    await heard(app, "delivered")
    async with app.unit() as ctx:
        from maxbooster.mail.mailboxes import mailbox_of

        row = await mailbox_of(ctx, nova.user, nova.email)
        assert row.soft_bounces == 0
    await heard(app, "delivered", email="nobody@example.org")
    await heard(app, "bounced", email="not an address")


async def test_a_complaint_stops_all_but_security_mail(app, nova, home, post):
    await heard(app, "complained", reason="")
    await told(app, nova.account, "payout.failed", "Failed", to=nova.user)
    assert await post.sent() == []
    await home.prove(nova)
    changed = await home.post(
        "/api/core/profile/password", json={"current": nova.password, "password": "fifty lamps along the harbor"}
    )
    assert changed.status_code == 200
    assert [mail.subject for mail in await post.sent()] == ["Your password was changed"]
    await heard(app, "bounced")
    async with app.unit() as ctx:
        from maxbooster.mail.mailboxes import takes

        assert not await takes(ctx, nova.user, nova.email)


async def test_failing_notification_email_starts_no_avalanche(app, nova, post, monkeypatch, home):
    """An email that cannot be sent is told at the bell alone: told by email it would fail for ever."""
    await choose(home, "job.dead", email="at_once", push=True)

    async def refuse(mail):
        raise MailRefused("554 5.7.1 Looks like spam.")

    monkeypatch.setattr(app.mail, "send", refuse)
    await told(app, nova.account, "payout.failed", "Failed", to=nova.user)
    await drain(app)
    notices = (await home.get("/api/core/notices")).json()["notices"]
    assert sorted(each["kind"] for each in notices) == ["job.dead", "payout.failed"]


@pytest.mark.parametrize("reference", ["mailing:", "mailing:nonsense:1", "other:1"])
async def test_a_reference_that_is_none_of_ours_breaks_nothing(app, nova, reference):
    await heard(app, "bounced", email="fan@example.org", reference=reference)
