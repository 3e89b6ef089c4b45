"""Email about notifications: at once, or in the digest of a person's own morning."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from maxbooster.errors import NotReady
from maxbooster.notices.models import Notice
from maxbooster.notices.times import Times, next_morning
from maxbooster.testing import make_person

from .conftest import choose, told


@pytest.mark.parametrize(
    ("zone", "now", "morning"),
    [
        ("UTC", "2026-11-30T07:59:59", "2026-11-30T08:00"),
        ("UTC", "2026-11-30T08:00:00", "2026-12-01T08:00"),
        ("America/Los_Angeles", "2026-11-30T08:00:00", "2026-11-30T16:00"),
        ("Asia/Kathmandu", "2026-11-30T03:00:00", "2026-12-01T02:15"),
        ("Pacific/Kiritimati", "2026-11-30T12:00:00", "2026-11-30T18:00"),
        ("Europe/Berlin", "2026-10-24T12:00:00", "2026-10-25T07:00"),  # clocks went back that night
        ("Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T06:00"),  # and forward that one
    ],
)
def test_the_morning_is_the_readers_own(zone, now, morning):
    found = next_morning(Times(zone=zone), datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(morning).replace(tzinfo=UTC)


def test_an_hour_that_a_day_lacks_comes_later_and_one_that_it_has_twice_once():
    night = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert next_morning(Times(zone="Europe/Berlin", hour=2), night) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    first = next_morning(Times(zone="Europe/Berlin", hour=2), datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert first == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert next_morning(Times(zone="Europe/Berlin", hour=2), first) == datetime(2026, 10, 26, 1, tzinfo=UTC)


def test_the_weekly_one_comes_on_its_day():
    monday = datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert next_morning(Times(weekday=0), monday, weekly=True) == datetime(2026, 12, 7, 8, tzinfo=UTC)
    assert next_morning(Times(weekday=1), monday, weekly=True) == datetime(2026, 12, 1, 8, tzinfo=UTC)


async def test_a_digest_in_the_morning_tells_everything_once(app, nova, home, post, clock):
    await home.put("/api/core/notices/times", json={"zone": "America/New_York"})
    other = await make_person(app, "other@example.org", account=nova.account)
    for title in ("First", "Second <b>"):
        await told(app, nova.account, "payout.paid", title, path="/money", tone="good", to=nova.user)
    await told(app, nova.account, "delivery.overdue", "At once", text="It broke.", path="/releases", to=nova.user)
    [at_once] = await post.sent()
    assert (at_once.to, at_once.subject) == (nova.email, "At once")
    assert "https://music.example/releases" in at_once.text
    assert "/p/notifications/stop/" in at_once.unsubscribe
    now = clock()
    clock.advance(seconds=(next_morning(Times(zone="America/New_York"), now) - now).total_seconds() - 1)
    await post.gather()
    assert await post.sent() == []
    clock.advance(seconds=1)
    await post.gather()
    await post.gather()
    [digest] = await post.sent()
    assert (digest.to, digest.subject) == (nova.email, "nova: 2 notifications")
    assert "* First (" in digest.text
    assert "Second &lt;b&gt;" in digest.html
    assert "At once" not in digest.text
    clock.advance(hours=24)
    await post.gather()
    assert await post.sent() == [], "nothing happened, so nothing is sent"
    assert other.email not in [mail.to for mail in app.mail.sent]


async def test_each_notice_is_in_one_digest_however_often_it_is_begun(app, nova, post, clock):
    for number in range(30):
        await told(app, nova.account, "payout.paid", f"Number {number:02}", to=nova.user)
    clock.advance(hours=25)
    jobs = app.jobs["core.gather_digests"]

    async def begin() -> None:
        async with app.unit() as ctx:
            await jobs.handler(ctx)

    await asyncio.gather(*(begin() for _ in range(6)))
    digests = await post.sent()
    assert sorted(line for mail in digests for line in mail.text.splitlines() if line.startswith("* Number")) == sorted(
        line for mail in digests[:1] for line in mail.text.splitlines() if line.startswith("* Number")
    )
    assert sum(mail.text.count("* Number") for mail in digests) == 30
    left = select(func.count()).where(Notice.__table__.c.digest_at.is_not(None))
    assert await app.database.read(lambda connection: connection.execute(left).scalar()) == 0


async def test_a_digest_that_could_not_be_sent_is_sent_again_under_the_same_id(app, nova, post, clock, monkeypatch):
    await told(app, nova.account, "payout.paid", "Paid", to=nova.user)
    clock.advance(hours=25)
    await post.gather()
    taken, send = [], app.mail.send

    async def lose_the_answer(mail):
        taken.append(mail)
        raise NotReady("the connection broke off")

    monkeypatch.setattr(app.mail, "send", lose_the_answer)
    await post.sent()
    monkeypatch.setattr(app.mail, "send", send)
    await told(app, nova.account, "payout.paid", "Later", to=nova.user)
    clock.advance(minutes=30)
    [again] = await post.sent()
    assert [again.key, again.text] == [taken[0].key, taken[0].text]
    assert again.key.startswith("digest:")


async def test_what_is_no_longer_wanted_leaves_the_next_digest(app, nova, home, post, clock):
    await told(app, nova.account, "payout.paid", "Paid", to=nova.user)
    await told(app, nova.account, "master.failed", "Failed", to=nova.user)
    await choose(home, "payout.paid", email="never")
    clock.advance(hours=25)
    await post.gather()
    [digest] = await post.sent()
    assert ("Failed" in digest.text, "Paid" in digest.text) == (True, False)


async def test_whoever_left_the_account_gets_no_more_of_it(app, nova, post, clock, home):
    leaver = await make_person(app, "leaver@example.org", role="editor", account=nova.account)
    await told(app, nova.account, "delivery.overdue", "At once", to=leaver.user)
    await told(app, nova.account, "payout.paid", "Daily", to=leaver.user)
    await home.prove(nova)
    assert (await home.delete(f"/api/core/members/{leaver.user}")).status_code == 204
    clock.advance(hours=25)
    await post.gather()
    assert [mail for mail in await post.sent() if mail.to == leaver.email] == []


async def test_a_long_digest_says_how_much_more_there_is(app, nova, post, clock):
    for number in range(45):
        await told(app, nova.account, "payout.paid", f"Number {number:02}", to=nova.user)
    clock.advance(hours=25)
    await post.gather()
    [digest] = await post.sent()
    assert (digest.text.count("* Number"), "And 5 more." in digest.text) == (40, True)


async def test_weekly_waits_for_its_day(app, nova, home, post, clock):
    await choose(home, "payout.paid", email="weekly")
    due = next_morning(Times(), clock(), weekly=True)
    await told(app, nova.account, "payout.paid", "Paid", to=nova.user)
    clock.advance(seconds=(due - clock() - timedelta(minutes=1)).total_seconds())
    await post.gather()
    assert await post.sent() == []
    clock.advance(minutes=1)
    await post.gather()
    assert len(await post.sent()) == 1
