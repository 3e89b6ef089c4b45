"""Receivers and owners of endpoints that mean ill: they harm nobody but themselves."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from maxbooster.identity import Identity
from maxbooster.jobs import job
from maxbooster.jobs.models import JobRow
from maxbooster.jobs.worker import Worker
from maxbooster.plugin import new_id
from maxbooster.testing import drain, open_api
from maxbooster.webhooks.endpoints import jobs
from tests.core.outbound.outbound_server import Answer, in_turn

from .test_endpoints import DELIVERIES, ENDPOINTS, OK, add, deliveries, happen, log

PACKED = gzip.compress(gzip.compress(bytes(100_000_000), mtime=0), mtime=0)


async def failed_jobs(app) -> int:
    query = select(func.count()).where(JobRow.name == jobs.deliver.name, JobRow.note.is_not(None))
    return int(await app.database.read(lambda connection: connection.execute(query).scalar_one()))


@pytest.mark.parametrize("status", [200, 503])
async def test_an_answer_is_never_unpacked(app, api, account, receiver, status):
    server = await receiver(in_turn(Answer(status, {"Content-Encoding": "gzip, gzip"}, PACKED)))
    await add(api, server.url)
    tracemalloc.start()
    try:
        await happen(app, account)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    [row] = await deliveries(api)
    [attempt] = (await log(api, row["id"]))["attempts"]
    assert (attempt["status"], attempt["answer"][1:2], attempt["error"]) == (status, "\ufffd", "")
    assert most < 20_000_000


async def test_an_account_holds_two_places_and_other_jobs_go_on(app, api, account, receiver):
    held = asyncio.Event()

    async def hang(_):
        await held.wait()
        return Answer(200)

    server, prompt, other = await receiver(hang), await receiver(OK), Identity(new_id(), None, frozenset({"*"}))
    for _ in range(2):
        added = await add(api, server.url)
        for _ in range(10):
            assert (await api.post(f"{ENDPOINTS}/{added['id']}/test")).status_code == 202
    done = asyncio.Event()

    @job("test.other")
    async def else_where(ctx) -> None:
        done.set()

    app.jobs[else_where.name] = else_where
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    try:
        async with asyncio.timeout(10):
            while server.at_a_time < jobs.AT_A_TIME:
                await asyncio.sleep(0.01)
            async with open_api(app, other.account) as theirs:
                await add(theirs, prompt.url)
            async with app.unit(other) as ctx:
                ctx.enqueue(else_where)
            await done.wait()
            async with open_api(app, other.account) as theirs:
                [endpoint] = (await theirs.get(ENDPOINTS)).json()
                assert (await theirs.post(f"{ENDPOINTS}/{endpoint['id']}/test")).status_code == 202
            while not prompt.seen:
                await asyncio.sleep(0.01)
        assert server.at_a_time == jobs.AT_A_TIME
        held.set()
        await drain(app)
    finally:
        held.set()
        worker.stop()
        await running
    assert server.most_at_a_time == jobs.AT_A_TIME
    assert {row["state"] for row in await deliveries(api)} == {"delivered"}


async def test_a_retry_that_is_due_later_holds_back_nothing(app, api, account, receiver):
    server = await receiver(in_turn(*[Answer(500)] * 3, Answer(200)))
    await add(api, server.url)
    for _ in range(4):
        await happen(app, account)
    assert [row["state"] for row in await deliveries(api)] == ["delivered", "pending", "pending", "pending"]


async def test_tests_and_resends_have_a_limit_a_minute(app, api, receiver, clock):
    server = await receiver(OK)
    added = await add(api, server.url)
    for _ in range(20):
        sent = await api.post(f"{ENDPOINTS}/{added['id']}/test")
        assert sent.status_code == 202
    for path in (f"{ENDPOINTS}/{added['id']}/test", f"{DELIVERIES}/{sent.json()['delivery']}/resend"):
        answer = await api.post(path)
        assert (answer.status_code, "sent by hand" in answer.json()["detail"]) == (429, True)
        assert float(answer.headers["retry-after"]) >= 1
    clock.advance(seconds=60)
    assert (await api.post(path)).status_code == 202


async def test_one_accounts_failing_endpoint_leaves_another_account_its_own(app, api, account, receiver):
    async def by_path(seen):
        return Answer(500 if seen.path == "/bad" else 200)

    server, other = await receiver(by_path), Identity(new_id(), None, frozenset({"*"}))
    await add(api, f"{server.url}/bad")
    for _ in range(6):
        await happen(app, account)
    async with open_api(app, other.account) as theirs:
        await add(theirs, f"{server.url}/theirs")
        await happen(app, other)
        assert [row["state"] for row in await deliveries(theirs)] == ["delivered"]
    paths = [seen.path for seen in server.seen]
    assert (paths.count("/bad"), paths.count("/theirs")) == (5, 1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(429, {"Retry-After": "999999999999"}),
        Answer(503, {"Retry-After": "9" * 400}),
        Answer(503, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"}),
        Answer(500, {"RateLimit": "r=0;t=999999999999"}),
    ],
)
async def test_a_pause_without_end_is_a_day_at_most(app, account, clock, receiver, answer):
    server = await receiver(in_turn(answer))
    async with open_api(app, account.account) as api:
        await add(api, server.url)
        for _ in range(2):
            await happen(app, account)
        rows = await deliveries(api)
    assert [(row["state"], row["attempts"]) for row in rows] == [("pending", 0), ("pending", 1)]
    for row in rows:
        assert clock() < datetime.fromisoformat(row["next_at"]) <= clock() + timedelta(hours=26.5)
    assert await failed_jobs(app) == 0


async def test_what_goes_wrong_here_is_an_attempt_too(app, api, account, receiver, monkeypatch):
    server = await receiver(OK)
    await add(api, server.url)

    def broken(*_):
        raise ValueError("no key")

    monkeypatch.setattr(jobs, "signed_headers", broken)
    await happen(app, account)
    [row] = await deliveries(api)
    [attempt] = (await log(api, row["id"]))["attempts"]
    assert (row["state"], row["attempts"], row["next_at"] is None) == ("pending", 1, False)
    assert attempt["error"] == "It could not be sent: ValueError."


async def test_a_slow_200_was_delivered_and_is_not_called_silent(app, api, account, receiver, monkeypatch):
    monkeypatch.setattr(jobs, "TIMEOUT_S", 0.3)
    server = await receiver(in_turn(Answer(200, {"Content-Length": "900"}, b"be")))
    closes = server._serve

    async def linger(reader, writer):
        async def stay():
            await asyncio.sleep(1)

        writer.drain = stay
        await closes(reader, writer)

    server._serve = linger
    await server.__aexit__()
    async with server:
        await add(api, server.url)
        await happen(app, account)
    [row] = await deliveries(api)
    [attempt] = (await log(api, row["id"]))["attempts"]
    assert (row["state"], attempt["status"], attempt["answer"], attempt["error"]) == ("delivered", 200, "be", "")


async def test_one_that_is_deleted_while_it_is_called_ends_quietly(app, api, account, receiver):
    async def delete(_):
        assert (await api.delete(f"{ENDPOINTS}/{added['id']}")).status_code == 204
        return Answer(500)

    server = await receiver(delete)
    added = await add(api, server.url)
    await happen(app, account)
    assert (len(server.seen), await failed_jobs(app), await deliveries(api)) == (1, 0, [])


async def test_no_more_than_twenty_also_at_once(app, api):
    new = {"url": "https://93.184.216.34/hook"}
    answers = await asyncio.gather(*(api.post(ENDPOINTS, json=new) for _ in range(40)))
    assert sorted(each.status_code for each in answers) == [201] * 20 + [409] * 20
    assert len((await api.get(ENDPOINTS)).json()) == 20


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1", "https://[]/", "https://exam℀ple.com/", "https://.../", "https://xn--a.com/", "https://xn--/",
        f"https://{'a' * 64}.com/", "https://a:99999/",
    ],
)  # fmt: skip
async def test_an_address_that_cannot_exist_is_refused_with_words(api, url):
    answer = await api.post(ENDPOINTS, json={"url": url})
    assert (answer.status_code, answer.json()["field"]) == (422, "url"), answer.text


async def test_the_examples_of_the_description_can_be_sent(app, api):
    paths = (await api.get("/schema/openapi.json")).json()["paths"]
    known = {each["name"] for each in (await api.get("/api/core/webhook-events")).json()}
    for operation in (paths[ENDPOINTS]["post"], paths[f"{ENDPOINTS}/{{endpoint_id}}"]["put"]):
        [example] = operation["requestBody"]["content"]["application/json"]["examples"].values()
        assert set(example["value"]["events"]) <= known
