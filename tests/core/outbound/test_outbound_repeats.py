"""What is repeated, how often, and when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic, time
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from outbound_server import Answer, Seen, in_turn

from maxbooster.errors import AuthFailed, NotReady, TooLarge, UsageError
from maxbooster.http.client import Client, Refused, Unreachable
from maxbooster.http.client.answers import LONGEST_PAUSE_S, pause_s
from maxbooster.testing.faultproxy import FaultProxy

BUSY, FINE = Answer(503), Answer(body=b"fine")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_an_idempotent_call_is_repeated(serve: Any, client_of: Any, method: str, status: int) -> None:
    server = await serve(in_turn(Answer(status), Answer(status), FINE))
    assert (await client_of().request(method, server.url)).status_code == 200
    assert len(server.seen) == 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_call_that_is_not_idempotent_is_made_once(serve: Any, client_of: Any, method: str) -> None:
    server = await serve(in_turn(BUSY, FINE))
    assert (await client_of().request(method, server.url)).status_code == 503
    assert len(server.seen) == 1


async def test_a_post_with_an_idempotency_key_is_repeated_with_the_same_key(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(BUSY, FINE))
    answer = await client_of().request("POST", server.url, json={"a": 1}, idempotency_key="k1")
    assert answer.content == b"fine"
    assert [(seen.headers["idempotency-key"], seen.body) for seen in server.seen] == [("k1", b'{"a":1}')] * 2


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 409, 422, 500])
async def test_an_answer_that_will_stay_the_same_is_returned(serve: Any, client_of: Any, status: int) -> None:
    server = await serve(in_turn(Answer(status), FINE))
    assert (await client_of().request("GET", server.url)).status_code == status
    assert len(server.seen) == 1


async def test_the_last_answer_is_returned_when_attempts_run_out(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(503, body=b"no")))
    answer = await client_of(attempts=3).request("GET", server.url)
    assert (answer.status_code, answer.content, len(server.seen)) == (503, b"no", 3)


async def test_a_connection_that_is_cut_is_made_again(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(FINE))
    async with FaultProxy("127.0.0.1", server.port, seed=1) as proxy:
        proxy.cut_share = 0.5
        client = client_of(attempts=20, failures=100)
        for _ in range(5):
            assert (await client.request("GET", f"http://127.0.0.1:{proxy.port}/")).content == b"fine"
        assert proxy.connections > 5


async def test_an_answer_that_is_cut_in_its_body_is_asked_for_again(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(body=b"x" * 50_000)))
    async with FaultProxy("127.0.0.1", server.port) as proxy:
        proxy.cut_after_bytes = 20_000
        with pytest.raises(Unreachable, match="broke the connection off"):
            await client_of(attempts=2).request("GET", f"http://127.0.0.1:{proxy.port}/")
        assert len(server.seen) == 2


async def test_a_refused_connection_is_unreachable_and_named_without_its_secrets(client_of: Any) -> None:
    async with FaultProxy("127.0.0.1", 1) as proxy:
        await proxy.refuse()
        with pytest.raises(Unreachable) as caught:
            await client_of(attempts=2).request("GET", f"http://me:hush@127.0.0.1:{proxy.port}/p?token=hush")
    assert f"127.0.0.1:{proxy.port} could not be reached" in str(caught.value)
    assert "hush" not in str(caught.value)


async def test_a_slow_answer_is_given_up(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(body=b"x" * 100)))
    async with FaultProxy("127.0.0.1", server.port) as proxy:
        proxy.latency_s = 5.0
        began = monotonic()
        with pytest.raises(Unreachable, match=r"did not answer within 0\.2 s"):
            await client_of(attempts=2).request("GET", f"http://127.0.0.1:{proxy.port}/", timeout_s=0.2)
        assert monotonic() - began < 1.5


async def test_a_drip_of_bytes_does_not_outlast_the_time_limit(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(body=b"x" * 200_000)))
    async with FaultProxy("127.0.0.1", server.port) as proxy:
        proxy.bytes_per_s = 100_000
        with pytest.raises(Unreachable):
            await client_of(attempts=1).request("GET", f"http://127.0.0.1:{proxy.port}/", timeout_s=0.4)


def _http_date(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(("value", "at_least_s"), [(lambda: "1", 1.0), (lambda: _http_date(1.5), 0.4)])
async def test_the_next_attempt_waits_as_long_as_the_host_asked(
    serve: Any, client_of: Any, value: Callable[[], str], at_least_s: float
) -> None:
    server = await serve(in_turn(Answer(429, {"Retry-After": value()}), FINE))
    began = monotonic()
    assert (await client_of(patience_s=2.0).request("GET", server.url)).status_code == 200
    assert at_least_s <= monotonic() - began < 2.0


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "120"}, 120.0),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, 30.0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "7"}, 7.0),
        ({"RateLimit": "limit=10, remaining=0, reset=9"}, 9.0),
        ({"RateLimit": '"default";r=0;t=11'}, 11.0),
        ({"X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "30"}, None),
        ({"RateLimit": '"default";r=50;t=11'}, None),
        ({"X-RateLimit-Remaining": "0"}, None),
    ],
)
def test_pauses_are_read_in_every_form(headers: dict[str, str], pause: float | None) -> None:
    assert pause_s(httpx.Response(429, headers=headers)) == pause


def test_a_pause_may_be_told_as_a_moment():
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time()) + 600)}
    assert pause_s(httpx.Response(429, headers=headers)) == pytest.approx(600, abs=60)


async def test_a_long_pause_is_not_waited_for_and_holds_for_later_calls(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(429, {"Retry-After": "60"}), FINE))
    client = client_of()
    assert (await client.request("GET", server.url)).status_code == 429
    with pytest.raises(NotReady) as caught:
        await client.request("POST", server.url)
    assert caught.value.retry_after_s == pytest.approx(60, abs=1)
    assert len(server.seen) == 1
    assert (await client.request("GET", server.url, quota="another")).status_code == 200


async def test_a_used_up_limit_holds_the_next_call_back(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"})))
    client = client_of()
    assert (await client.request("GET", server.url)).status_code == 200
    with pytest.raises(NotReady):
        await client.request("GET", server.url)


@given(
    st.sampled_from([200, 429, 503]),
    st.dictionaries(
        st.sampled_from(["Retry-After", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126)) | st.integers().map(str) | st.just("0"),
    ),
)
def test_whatever_a_host_writes_is_no_pause_or_a_finite_one(status: int, headers: dict[str, str]) -> None:
    pause = pause_s(httpx.Response(status, headers=headers))
    assert pause is None or 0 <= pause < float("inf")


@given(st.integers(0, 10**9))
def test_seconds_are_read_as_they_are_written(seconds: int) -> None:
    assert pause_s(httpx.Response(429, headers={"Retry-After": str(seconds)})) == min(seconds, LONGEST_PAUSE_S)


async def test_an_impossible_header_is_our_own_mistake_and_is_not_quoted(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(FINE))
    with pytest.raises(UsageError) as caught:
        await client_of().request("GET", server.url, headers={"X-Key": "bad\nvalue-hush"})
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthFailed), (403, AuthFailed), (404, Refused), (429, NotReady), (500, NotReady)]
)
async def test_accepted_turns_a_status_into_an_error(status: int, error: type[Exception]) -> None:
    request = httpx.Request("GET", "https://api.test/x?token=hush")
    with pytest.raises(error, match=r"api\.test") as caught:
        Client.accepted(httpx.Response(status, headers={"Retry-After": "7"}, request=request))
    assert "hush" not in str(caught.value)
    assert getattr(caught.value, "retry_after_s", 7.0 if status == 429 else None) == (7.0 if status == 429 else None)


async def test_a_body_larger_than_allowed_is_refused_while_it_comes(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(body=b"x" * 1_000_000)))
    assert len((await client_of().request("GET", server.url)).content) == 1_000_000
    with pytest.raises(TooLarge):
        await client_of().request("GET", server.url, max_bytes=999_999)


async def test_a_compressed_body_is_counted_as_it_unpacks(serve: Any, client_of: Any) -> None:
    import gzip

    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 5_000_000))))
    answer = await client_of().request("GET", server.url)
    assert answer.content == b"x" * 5_000_000
    assert "content-encoding" not in answer.headers
    with pytest.raises(TooLarge):
        await client_of().request("GET", server.url, max_bytes=1_000_000)


async def test_what_is_compressed_wrongly_cannot_be_decoded(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip"}, b"not gzip")))
    with pytest.raises(Refused, match="cannot be decoded"):
        await client_of().request("GET", server.url)


async def test_cookies_of_one_call_do_not_reach_the_next(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"Set-Cookie": "who=someone; Path=/"})))
    client = client_of()
    await client.request("GET", server.url)
    await client.request("GET", server.url)
    assert "cookie" not in server.seen[1].headers


async def test_a_stream_comes_in_pieces_and_its_beginning_is_repeated(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(BUSY, Answer(body=b"x" * 300_000)))
    async with client_of().stream("GET", server.url) as answer:
        sizes = [len(chunk) async for chunk in answer.aiter_bytes()]
    assert sum(sizes) == 300_000
    assert len(sizes) > 1
    assert len(server.seen) == 2


async def test_a_stream_gives_the_last_error_answer_with_its_body(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(503, body=b"why")))
    async with client_of(attempts=2).stream("GET", server.url) as answer:
        assert answer.status_code == 503
        assert b"".join([chunk async for chunk in answer.aiter_bytes()]) == b"why"


async def test_a_stream_may_take_longer_than_the_time_limit_of_its_beginning(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(body=b"x" * 60_000)))
    async with FaultProxy("127.0.0.1", server.port) as proxy:
        proxy.bytes_per_s = 100_000
        async with client_of().stream("GET", f"http://127.0.0.1:{proxy.port}/", timeout_s=0.3) as answer:
            assert sum([len(chunk) async for chunk in answer.aiter_bytes()]) == 60_000


async def test_the_callers_own_time_limit_within_a_stream_stays_its_own(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(FINE))
    with pytest.raises(TimeoutError):
        async with client_of().stream("GET", server.url), asyncio.timeout(0.01):
            await asyncio.sleep(1)


async def test_an_upload_streams_and_is_sent_only_once(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(BUSY, FINE))

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"y" * 10_000

    answer = await client_of().request("PUT", server.url, content=pieces())
    assert answer.status_code == 503
    assert [len(seen.body) for seen in server.seen] == [100_000]


async def test_no_more_calls_at_a_time_than_the_host_is_given(serve: Any, client_of: Any) -> None:
    async def slow(_: Seen) -> Answer:
        await asyncio.sleep(0.02)
        return FINE

    server = await serve(slow)
    client = client_of(at_a_time=3)
    answers = await asyncio.gather(*(client.request("GET", server.url) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert server.most_at_a_time == 3


async def test_waiting_for_a_slot_ends_with_the_time_limit(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(FINE))
    client = client_of(at_a_time=1)
    async with client.stream("GET", server.url):
        with pytest.raises(NotReady, match="still busy"):
            await client.request("GET", server.url, timeout_s=0.05)
    assert (await client.request("GET", server.url)).status_code == 200


async def test_a_call_within_a_write_transaction_is_a_mistake(serve: Any, client_of: Any) -> None:
    from maxbooster.db.guard import writing

    server = await serve(in_turn(FINE))
    with writing(), pytest.raises(UsageError, match="an outbound call"):
        await client_of().request("GET", server.url)
    assert server.seen == []


async def test_calls_are_counted_by_host_and_outcome(serve: Any, client_of: Any) -> None:
    from prometheus_client import REGISTRY

    server = await serve(in_turn(BUSY, FINE))
    await client_of().request("GET", server.url)
    name = f"127.0.0.1:{server.port}"
    counted = [
        REGISTRY.get_sample_value("maxbooster_outbound_total", {"host": name, "outcome": outcome})
        for outcome in ("5xx", "2xx")
    ]
    assert counted == [1.0, 1.0]
