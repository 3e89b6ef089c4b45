"""What providers send: let in by its signature, stored before it is handled, handled once per event, replayable."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, insert, select

from maxbooster.auth.people import privacy
from maxbooster.db.models import PLATFORM
from maxbooster.identity import Identity
from maxbooster.jobs.models import JobRow
from maxbooster.jobs.worker import Worker
from maxbooster.keyring import Keyring
from maxbooster.observe import metrics
from maxbooster.plugin import Problem, WebhookSource, new_id
from maxbooster.secrets import rotate_all
from maxbooster.testing import drain, make_person, open_api, open_browser
from maxbooster.webhooks.inbox import queries, service
from maxbooster.webhooks.inbox.models import InboxWebhook
from maxbooster.webhooks.jobs import prune

from .conftest import AT, NAME, count


async def inbox(app, state=None) -> list[queries.WebhookOut]:
    return await app.database.read(lambda connection: queries.page(connection, state=state, limit=50).items)


async def replay(app, id) -> str:
    """What is wrong with it, or nothing."""
    try:
        async with app.unit(Identity(PLATFORM, None, frozenset({"webhook.replay"}))) as ctx:
            await service.replay(ctx, id)
    except Problem as problem:
        return problem.detail
    return ""


def refused() -> float:
    return metrics.WEBHOOKS.labels(NAME, "refused")._value.get()


async def test_five_fold_repeats_in_any_order_take_effect_once(app, provider):
    ids = [f"evt_{n}" for n in range(20)] * 5
    Random(5).shuffle(ids)
    for id in ids[:50]:
        assert await provider.send(id) == 200
    await drain(app)
    for id in ids[50:]:
        assert await provider.send(id) == 200
    await drain(app)
    assert await provider.handled() == {f"evt_{n}": 1 for n in range(20)}


async def test_fifty_at_once_with_one_id_are_one(app, provider):
    async with open_api(app) as client:
        headers = provider.signed("evt_1", b"{}")
        answers = await asyncio.gather(*(client.post(AT, content=b"{}", headers=headers) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert await count(app, InboxWebhook) == 1
    await drain(app)
    assert await provider.handled() == {"evt_1": 1}


async def test_it_is_answered_before_it_is_handled_and_the_body_comes_as_it_was_sent(app, provider):
    body = b'{"note":  "spaces  stay", "n": 1.0}\n'
    async with open_api(app) as client:
        answer = await client.post(AT, content=body, headers=provider.signed("evt_1", body))
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    assert [each.state for each in await inbox(app)] == ["waiting"]
    assert await provider.handled() == {}
    await drain(app)
    assert provider.bodies == {"evt_1": body}
    [row] = await inbox(app)
    assert (row.state, row.type, row.size) == ("handled", "parcel.moved", len(body))


async def test_what_is_about_an_account_is_handled_in_it(app, provider):
    account = new_id()
    await provider.send("evt_1", json.dumps({"account": str(account)}).encode())
    await provider.send("evt_2")
    await drain(app)
    assert provider.accounts == {"evt_1": account, "evt_2": None}


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "needs the headers"),
        ({"webhook-signature": ""}, "needs the headers"),
        ({"webhook-signature": "v1,AAAA"}, "signature is wrong"),
        ({"webhook-signature": "é".encode()}, "signature is wrong"),
        ({"webhook-id": "evt_2"}, "signature is wrong"),
        ({"webhook-timestamp": "1"}, "signature is wrong"),
        ({"webhook-timestamp": "soon"}, "signature is wrong"),
    ],
)
async def test_a_signature_that_is_missing_or_wrong_is_refused_and_counted(app, provider, headers, why):
    before = refused()
    sent = provider.signed("evt_1", b"{}") | headers if headers else {}
    async with open_api(app) as client:
        answer = await client.post(AT, content=b"{}", headers=sent)
    assert answer.status_code == 401
    assert why in answer.json()["detail"]
    assert (await count(app, InboxWebhook), refused() - before) == (0, 1)


@pytest.mark.parametrize(
    ("late", "status"),
    [
        (timedelta(seconds=295), 200),
        (timedelta(seconds=-295), 200),
        (timedelta(seconds=305), 401),
        (timedelta(seconds=-305), 401),
        (timedelta(hours=-1), 401),
        (timedelta(days=400), 401),
    ],
)
async def test_a_signature_holds_for_five_minutes_either_way(app, provider, late, status):
    assert await provider.send("evt_1", late=late) == status
    assert await count(app, InboxWebhook) == (1 if status == 200 else 0)


async def test_another_secret_and_a_changed_body_are_refused(app, provider):
    assert await provider.send("evt_1", secret="whsec_" + "A" * 32) == 401
    async with open_api(app) as client:
        answer = await client.post(AT, content=b'{"a": 1}', headers=provider.signed("evt_1", b"{}"))
    assert answer.status_code == 401
    assert await count(app, InboxWebhook) == 0


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[1]", b"\xff\xfe\x00", b'{"type": ""}'])
async def test_a_signed_body_that_cannot_be_read_is_refused_and_not_stored(app, provider, body):
    assert await provider.send("evt_1", body) == 400
    assert await count(app, InboxWebhook) == 0


async def test_ids_that_cannot_be_kept_whole_are_refused(app, provider):
    assert await provider.send("e" * 200) == 200
    assert await provider.send("e" * 201) == 400
    assert await provider.send("evt_1", json.dumps({"type": "t" * 121}).encode()) == 400


NONSENSE = [
    b'{"type": null}', b'{"type": 5}', b'{"type": ["a"]}', b'{"type": {}}', b'{"type": true}', b'{"type": "\\ud800"}',
    b'{"type": "a\\u0000b"}', b'{"account": "1"}', b'{"account": 5}', b"[" * 100_000, b'{"a":' * 100_000, b"null",
]  # fmt: skip


@pytest.mark.parametrize("body", NONSENSE, ids=lambda body: body[:20].decode())
async def test_nonsense_that_a_source_takes_over_is_refused(app, provider, body):
    assert await provider.send("evt_1", body) == 400
    assert await count(app, InboxWebhook) == 0


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"url":' * 100_000])
async def test_what_is_nested_without_end_is_malformed_everywhere(api, body):
    answer = await api.post("/api/core/webhook-endpoints", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400, answer.text


async def test_an_unknown_source_and_a_body_that_is_announced_too_large_are_refused_unread(app, provider):
    read = 0

    async def endless():
        nonlocal read
        while read < 100:
            read += 1
            yield b"y" * 100_000

    async with open_api(app) as client:
        unknown = await client.post("/api/core/webhooks/nobody", content=endless())
        assert (unknown.status_code, read) == (404, 0)
        large = await client.post(AT, content=endless(), headers={"content-length": "10000001"})
        assert (large.status_code, read) == (413, 0)


async def test_ten_megabytes_are_kept_and_more_are_refused_before_they_are_read(app, provider):
    full = b'{"x": "' + b"y" * (10_000_000 - 9) + b'"}'
    assert await provider.send("evt_1", full) == 200
    await drain(app)
    assert provider.bodies == {"evt_1": full}
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 100:
            sent += 1
            yield b"y" * 1_000_000

    async with open_api(app) as client:
        announced = await client.post(AT, content=full + b" ", headers=provider.signed("evt_2", full))
        flowing = await client.post(AT, content=endless(), headers=provider.signed("evt_3", b""))
    assert (announced.status_code, flowing.status_code) == (413, 413)
    assert await count(app, InboxWebhook) == 1


async def test_pages_of_other_sites_may_send_it_because_a_signature_says_who_does(app, provider):
    async with open_api(app) as client:
        headers = provider.signed("evt_1", b"{}") | {
            "origin": "https://provider.example",
            "sec-fetch-site": "cross-site",
        }
        assert (await client.post(AT, content=b"{}", headers=headers)).status_code == 200


async def test_a_source_that_is_off_asks_to_come_again_and_an_unknown_one_is_not_there(app):
    app.registry.plugins["billing.test"].state = "disabled"
    del app.offers.webhook_sources["billing.test"]
    async with open_api(app) as client:
        off = await client.post("/api/core/webhooks/billing.test", content=b"{}")
        unknown = await client.post("/api/core/webhooks/nobody", content=b"{}")
        without = await client.post("/api/core/webhooks/core", content=b"{}")
    assert (off.status_code, off.headers["retry-after"]) == (503, "300")
    assert (unknown.status_code, without.status_code) == (404, 404)


async def test_what_failed_is_seen_and_replayed_once(app, provider, clock):
    provider.fails.add("evt_1")
    await provider.send("evt_1")
    await drain(app)
    clock.advance(hours=1)
    await drain(app)
    [row] = await inbox(app, "failed")
    assert "the parcel is lost" in row.note
    assert await provider.handled() == {}
    assert await provider.send("evt_1") == 200, "a repeat neither helps nor harms"
    provider.fails.clear()
    answers = await asyncio.gather(*(replay(app, row.id) for _ in range(5)))
    assert sorted(map(bool, answers)) == [False, True, True, True, True]
    await drain(app)
    assert await provider.handled() == {"evt_1": 1}
    assert [each.state for each in await inbox(app)] == ["handled"]
    assert await replay(app, row.id) == "", "what was handled may be handled again on purpose"
    await drain(app)
    assert await provider.handled() == {"evt_1": 2}


async def test_replay_needs_a_webhook_its_body_and_its_plugin(app, provider):
    await provider.send("evt_1")
    [row] = await inbox(app)
    assert "being handled just now" in await replay(app, row.id)
    await drain(app)
    [row] = await inbox(app)
    source = app.offers.webhook_sources.pop(NAME)
    assert "is off" in await replay(app, row.id)
    app.offers.webhook_sources[NAME] = source
    assert "There is no webhook" in await replay(app, new_id())


async def test_only_staff_look_into_the_inbox(app, provider):
    await provider.send("evt_1")
    owner = await make_person(app, "nova@example.org")
    async with open_browser(app) as browser:
        await browser.log_in(owner)
        assert (await browser.get("/api/core/webhooks")).status_code == 403
        assert (await browser.post(f"/api/core/webhooks/{new_id()}/replay")).status_code == 403
    staff = await make_person(app, "staff@example.org", operator="admin")
    async with open_browser(app) as browser:
        await browser.log_in(staff)
        browser.note(await browser.post("/api/core/session/account", json={"account": str(PLATFORM)}))
        [row] = (await browser.get("/api/core/webhooks", params={"webhook_state": "waiting", "source": NAME})).json()[
            "items"
        ]
        assert (row["event_id"], row["has_body"]) == ("evt_1", True)
        await drain(app)
        assert (await browser.post(f"/api/core/webhooks/{row['id']}/replay")).status_code == 202
        await drain(app)
    assert await provider.handled() == {"evt_1": 2}
    view = next(view for _, view in app.offers.console_views if view.id == "core.webhooks")
    assert set(view.columns) <= set(row)


async def test_bodies_go_after_their_time_and_the_event_stays_known(app, provider, clock):
    await provider.send("evt_1")
    provider.fails.add("evt_2")
    await provider.send("evt_2")
    await drain(app)
    clock.advance(days=31)
    await drain(app)
    async with app.unit() as ctx:
        await prune.handler(ctx)
    has_body = {row.event_id: row.has_body for row in await inbox(app)}
    assert has_body == {"evt_1": False, "evt_2": True}, "what failed waits whole for a person"
    assert await provider.send("evt_1") == 200
    await drain(app)
    assert await provider.handled() == {"evt_1": 1}
    [row] = await inbox(app, "handled")
    assert "erased" in await replay(app, row.id)
    clock.advance(days=400)
    async with app.unit() as ctx:
        await prune.handler(ctx)
    assert [row.event_id for row in await inbox(app)] == ["evt_2"]


async def test_bodies_are_sealed_and_survive_new_keys(app, provider):
    await provider.send("evt_1", b'{"name": "Nova Lane"}')
    query = select(InboxWebhook.body)
    sealed = await app.database.read(lambda connection: connection.execute(query).scalar_one())
    assert b"Nova" not in sealed
    new = "A" * 43 + "="
    app.keyring = Keyring((new, *(key.decode() for key in app.keyring.raw)))
    assert await app.database.transact(lambda connection: rotate_all(connection, app.keyring)) >= 1
    app.keyring = Keyring((new,))
    await drain(app)
    assert provider.bodies == {"evt_1": b'{"name": "Nova Lane"}'}


async def test_what_is_about_an_account_is_exported_and_erased_with_it(app, provider, clock):
    nova = await make_person(app, "nova@example.org")
    await provider.send("evt_1", json.dumps({"account": str(nova.account)}).encode())
    await provider.send("evt_2")
    async with open_browser(app) as browser:
        await browser.log_in(nova)
        held = (await browser.get("/api/core/profile/export")).json()["accounts"][str(nova.account)]
        assert [row["event_id"] for row in held["core_inbox_webhook"]] == ["evt_1"]
        assert (await browser.post("/api/core/profile/erasure")).status_code == 201
    clock.advance(days=60)
    async with app.unit() as ctx:
        await privacy.erase_person.handler(ctx, nova.user)
    assert [row.event_id for row in await inbox(app)] == ["evt_2"]
    await drain(app)


async def test_a_lost_source_leaves_its_jobs_waiting(app, provider, clock):
    """A plugin that goes after its webhook was stored takes nothing with it, and handles it when it is back."""
    await provider.send("evt_1")
    job = app.jobs.pop(f"webhook:{NAME}")
    await drain(app)
    states = await app.database.read(lambda connection: connection.execute(select(JobRow.state)).scalars().all())
    assert "ready" in states
    assert await provider.handled() == {}
    app.jobs[job.name] = job
    clock.advance(minutes=2)
    await drain(app)
    assert await provider.handled() == {"evt_1": 1}


async def test_what_was_only_stored_when_a_process_ended_is_queued_once_by_several_workers(app, provider):
    ids = [f"evt_{n}" for n in range(300)]
    async with open_api(app) as client:
        for begin in range(0, len(ids), 50):
            some = ids[begin : begin + 50]
            await asyncio.gather(*(client.post(AT, content=b"{}", headers=provider.signed(id, b"{}")) for id in some))
    assert {row.state for row in await inbox(app)} == {"waiting"}
    assert await handling_jobs(app) == 0, "storing is all that the provider waits for"
    await asyncio.gather(*(drain(app) for _ in range(3)))
    assert await provider.handled() == dict.fromkeys(ids, 1)
    assert await handling_jobs(app) == len(ids)


async def handling_jobs(app) -> int:
    query = select(func.count()).select_from(JobRow).where(JobRow.name == f"webhook:{NAME}")
    return int(await app.database.read(lambda connection: connection.execute(query).scalar_one()))


async def test_a_worker_hears_of_a_webhook_at_once(app, provider, monkeypatch):
    monkeypatch.setattr("maxbooster.jobs.worker.IDLE_POLL_S", 60.0)
    handled = asyncio.Semaphore(0)

    async def handle(ctx, webhook):
        handled.release()

    source = WebhookSource(provider.read, handle)
    job = service.handling(NAME, source)
    app.jobs[job.name] = job
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(10):
        for number in range(5):
            await provider.send(f"evt_{number}")
            await handled.acquire()
    worker.stop()
    await running


async def test_what_a_version_before_stored_with_its_job_is_not_queued_again(app, provider):
    """It names no column that came later."""
    await provider.send("evt_1")
    await drain(app)
    table = InboxWebhook.__table__
    older = {"id": new_id(), "source": NAME, "event_id": "evt_2", "type": "parcel.moved", "size": 2} | {
        "received_at": app.clock(),
        "job_id": new_id(),
    }
    await app.database.write(lambda connection: connection.execute(insert(table).values(**older)) and None)
    await drain(app)
    assert await handling_jobs(app) == 1
