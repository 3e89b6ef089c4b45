"""SendGrid's signed events: who may say something, and what each is taken for; once, in whatever lists it comes."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select

from maxbooster.jobs.models import JobRow
from maxbooster.mail.mailboxes import mailbox_of
from maxbooster.testing import drain, make_person, open_api
from maxbooster_sendgrid.events import meaning

PRIVATE = ec.generate_private_key(ec.SECP256R1())
AT = "/api/core/webhooks/core.sendgrid"


def key_text(key):
    return b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.fixture
def app_settings():
    return {"mail": "memory:", "core_sendgrid__event_key": key_text(PRIVATE)}


@pytest.fixture
async def nova(app):
    return await make_person(app, "nova@example.org")


def signed(body, at, *, by=PRIVATE):
    stamp = str(int(at.timestamp()))
    signature = by.sign(stamp.encode() + body, ec.ECDSA(SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        "Content-Type": "application/json",
    }


def event(kind, id, **more):
    facts = {"email": "nova@example.org", "timestamp": 1, "event": kind, "sg_event_id": id, "sg_message_id": "m"}
    return facts | more


async def say(app, *events, **more):
    body = json.dumps(events).encode()
    async with open_api(app) as api:
        answer = await api.post(AT, content=body, headers=signed(body, app.clock(), **more))
    await drain(app)
    return answer


async def state(app, nova):
    async with app.unit() as ctx:
        return await mailbox_of(ctx, nova.user, nova.email)


async def test_a_bounce_is_noted_once_in_whatever_lists_it_comes(app, nova):
    soft = [event("bounce", f"soft{n}", type="blocked", reason="451 busy") for n in range(3)]
    assert (await say(app, event("processed", "p1"), *soft)).status_code == 200
    assert (await say(app, *soft)).status_code == 200
    await say(app, soft[1], event("deferred", "soft3", response="452 full"))
    row = await state(app, nova)
    assert (row.state, row.soft_bounces) == ("reachable", 4)
    await say(app, event("bounce", "hard", type="bounce", reason="550 5.1.1 No such user"))
    row = await state(app, nova)
    assert (row.state, row.reason) == ("undeliverable", "550 5.1.1 No such user")
    of_events = select(func.count()).where(JobRow.name == "core.note_sendgrid_event")
    assert await app.database.read(lambda connection: connection.execute(of_events).scalar()) == 5


async def test_a_complaint(app, nova):
    await say(app, event("spamreport", "s1"))
    assert (await state(app, nova)).state == "complained"


async def test_events_of_nobody_we_know_change_nothing(app, nova):
    assert (await say(app, event("bounce", "x", email="stranger@example.org"), event("open", "o"))).status_code == 200
    assert await state(app, nova) is None


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"event": "delivered"}, "delivered"),
        ({"event": "deferred"}, "deferred"),
        ({"event": "bounce", "type": "bounce"}, "bounced"),
        ({"event": "bounce", "type": "blocked"}, "deferred"),
        ({"event": "dropped", "reason": "Bounced Address"}, "bounced"),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, "complained"),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, None),
        ({"event": "spamreport"}, "complained"),
        ({"event": "click"}, None),
        ({"event": ["bounce"]}, None),
        ({}, None),
    ],
)
def test_what_each_event_means(given, outcome):
    found = meaning({"email": "a@example.org"} | given)
    assert (found and found.outcome) == outcome


async def test_who_is_not_sendgrid_is_refused(app, nova):
    body = json.dumps([event("bounce", "forged", type="bounce")]).encode()
    good = signed(body, app.clock())
    name = "X-Twilio-Email-Event-Webhook-Signature"
    from datetime import timedelta

    forged = [
        good | {name: signed(body, app.clock(), by=ec.generate_private_key(ec.SECP256R1()))[name]},
        good | {name: "AAAA"},
        good | {name: "nonsense!"},
        {**good, name: ""},
        good | {"X-Twilio-Email-Event-Webhook-Timestamp": "1"},
        signed(body, app.clock() - timedelta(hours=1)),
    ]
    async with open_api(app) as api:
        for headers in forged:
            assert (await api.post(AT, content=body, headers=headers)).status_code == 401
        assert (await api.post(AT, content=body + b" ", headers=good)).status_code == 401
        for broken in (b"{}", b"[1]", b"nonsense", b"[{}]", json.dumps([event("x", "y" * 200)]).encode()):
            assert (await api.post(AT, content=broken, headers=signed(broken, app.clock()))).status_code == 400
    await drain(app)
    assert await state(app, nova) is None
