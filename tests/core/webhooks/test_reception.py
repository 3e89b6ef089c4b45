"""Taking webhooks in from senders that stall, hang up, send much at once, or send what their source breaks on."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from structlog.testing import capture_logs

from maxbooster.observe import metrics
from maxbooster.plugin import WebhookSource
from maxbooster.testing import open_api
from maxbooster.testing.app import served
from maxbooster.webhooks.inbox.models import InboxWebhook

from .conftest import AT, NAME, count


async def test_a_sender_that_stalls_or_hangs_up_leaves_nothing(app, provider, monkeypatch):
    monkeypatch.setattr("maxbooster.http.traffic.BODY_S", 0.05)

    async def stalling():
        yield b"{"
        await asyncio.Event().wait()

    async with open_api(app) as client:
        late = await client.post(AT, content=stalling(), headers=provider.signed("evt_1", b"{}"))
    assert (late.status_code, late.headers["content-type"]) == (408, "application/problem+json")
    answers = []

    async def hung_up():
        return {"type": "http.disconnect"}

    async def send(message):
        answers.append(message)

    await served(app)(_scope(AT, provider.signed("evt_2", b"{}") | {"content-length": "2"}), hung_up, send)
    assert answers[0]["status"] == 400
    assert await count(app, InboxWebhook) == 0
    assert (app.traffic.bodies, app.traffic.in_flight) == (0, 0)


def _scope(path: str, headers: dict[str, str]) -> dict[str, object]:
    return {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 1), "server": ("localhost", 1),
        "headers": [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in headers.items())],
    }  # fmt: skip


async def test_an_answer_is_hardened_named_and_counted_as_every_other(app, provider):
    counted = metrics.REQUESTS.labels("receiveWebhook", 200)._value
    before = counted.get()
    async with open_api(app) as client:
        answer = await client.post(
            f"{AT}/?try=2&try=3",
            content=b"{}",
            headers=provider.signed("evt_1", b"{}") | {"x-request-id": "parcel-001"},
        )
        other = await client.put(AT, content=b"{}")
    assert (answer.status_code, answer.headers["x-request-id"]) == (200, "parcel-001")
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
    assert counted.get() == before + 1
    assert (other.status_code, other.headers["content-type"]) == (405, "application/problem+json")


def reading(app, provider, read) -> None:
    """The source reads so from now on."""
    app.offers.webhook_sources[NAME] = WebhookSource(read, provider.handle)


async def test_bodies_in_memory_are_bounded_and_the_rest_is_told_to_come_again(app, provider):
    free, held, size, most = asyncio.Event(), asyncio.Semaphore(0), 10_000, 2

    async def read(ctx, webhook):
        held.release()
        await free.wait()
        return await provider.read(ctx, webhook)

    reading(app, provider, read)
    app.traffic.bodies_limit = most * size + size // 2
    body = b'{"note": "' + b"x" * (size - 12) + b'"}'
    async with open_api(app) as client:
        first = [
            asyncio.create_task(client.post(AT, content=body, headers=provider.signed(f"evt_{number}", body)))
            for number in range(most)
        ]
        for _ in first:
            await held.acquire()
        assert app.traffic.bodies == most * size
        for path in (AT, "/api/core/tokens"):
            refused = await client.post(path, content=body, headers=provider.signed("evt_more", body))
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            assert f"holds at most {app.traffic.bodies_limit} bytes" in refused.json()["detail"]
        free.set()
        assert [(await each).status_code for each in first] == [200] * most
        assert app.traffic.bodies == 0
        again = await client.post(AT, content=body, headers=provider.signed("evt_more", body))
    assert (again.status_code, app.traffic.bodies) == (200, 0)


@pytest.mark.parametrize(
    "error", [ValueError("no such parcel"), KeyError("id"), TypeError("none"), msgspec.ValidationError("no text")]
)
async def test_a_source_that_breaks_on_a_body_is_named_and_the_sender_told_that_it_is_unreadable(app, provider, error):
    async def read(ctx, webhook):
        raise error

    reading(app, provider, read)
    failed = metrics.WEBHOOKS.labels(NAME, "failed")._value
    before = failed.get()
    with capture_logs() as logged:
        async with open_api(app) as client:
            answer = await client.post(AT, content=b"{}")
    assert (answer.status_code, answer.json()["detail"]) == (400, f"{NAME} could not read this webhook.")
    assert failed.get() == before + 1
    [entry] = [each for each in logged if each["event"] == "webhook.read_failed"]
    assert (entry["plugin"], entry["error"]) == (NAME, repr(error))
    assert "test_reception.py" in entry["frame"]
    assert await count(app, InboxWebhook) == 0
