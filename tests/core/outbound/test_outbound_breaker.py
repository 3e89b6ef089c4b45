"""A host that fails is left alone, then tried by one call."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from outbound_server import Answer, Seen, in_turn

from maxbooster.errors import NotReady
from maxbooster.http.client import Unreachable
from maxbooster.testing.faultproxy import FaultProxy

FINE = Answer(body=b"fine")


async def _fail(client: Any, url: str, times: int) -> None:
    for _ in range(times):
        assert (await client.request("POST", url)).status_code == 500


async def test_it_opens_after_failures_in_a_row_and_answers_at_once(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(500)))
    client = client_of(failures=3, open_s=60)
    await _fail(client, server.url, 3)
    with pytest.raises(NotReady, match="failed 3 times in a row") as caught:
        await client.request("GET", server.url)
    assert caught.value.retry_after_s == pytest.approx(60, abs=1)
    assert len(server.seen) == 3


async def test_a_success_between_failures_keeps_it_closed(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(500), Answer(500), FINE, Answer(500), Answer(500), FINE))
    client = client_of(failures=3)
    statuses = [(await client.request("POST", server.url)).status_code for _ in range(6)]
    assert statuses == [500, 500, 200, 500, 500, 200]


@pytest.mark.parametrize("status", [400, 401, 404, 429])
async def test_the_callers_own_errors_do_not_open_it(serve: Any, client_of: Any, status: int) -> None:
    server = await serve(in_turn(Answer(status)))
    client = client_of(failures=2)
    for _ in range(4):
        assert (await client.request("POST", server.url)).status_code == status


async def test_half_open_one_call_tries_and_a_success_closes_it(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(500), Answer(500), FINE))
    client = client_of(failures=2, open_s=0.05)
    await _fail(client, server.url, 2)
    await asyncio.sleep(0.06)

    async def slow(_: Seen) -> Answer:
        await asyncio.sleep(0.05)
        return FINE

    server.script = slow
    outcomes = await asyncio.gather(*(client.request("POST", server.url) for _ in range(5)), return_exceptions=True)
    assert [isinstance(outcome, NotReady) for outcome in outcomes].count(True) == 4
    assert (await client.request("POST", server.url)).status_code == 200


async def test_half_open_a_failure_opens_it_again(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(500)))
    client = client_of(failures=2, open_s=0.05)
    await _fail(client, server.url, 2)
    await asyncio.sleep(0.06)
    await _fail(client, server.url, 1)
    with pytest.raises(NotReady):
        await client.request("POST", server.url)
    assert len(server.seen) == 3


async def test_a_trial_that_is_canceled_leaves_room_for_another(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(500)))
    client = client_of(failures=2, open_s=0.05)
    await _fail(client, server.url, 2)
    await asyncio.sleep(0.06)

    async def forever(_: Seen) -> Answer:
        await asyncio.sleep(30)
        return FINE

    server.script = forever
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.request("POST", server.url), 0.05)
    server.script = in_turn(FINE)
    assert (await client.request("POST", server.url)).status_code == 200


async def test_connections_that_fail_open_it_and_it_recovers_with_the_host(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(FINE))
    async with FaultProxy("127.0.0.1", server.port) as proxy:
        url = f"http://127.0.0.1:{proxy.port}/"
        client = client_of(attempts=1, failures=2, open_s=0.05)
        await proxy.refuse()
        for _ in range(2):
            with pytest.raises(Unreachable):
                await client.request("GET", url)
        with pytest.raises(NotReady, match="left alone"):
            await client.request("GET", url)
        await proxy.listen()
        await asyncio.sleep(0.06)
        assert (await client.request("GET", url)).content == b"fine"


async def test_one_hosts_failures_do_not_touch_another(serve: Any, client_of: Any) -> None:
    broken, sound = await serve(in_turn(Answer(500))), await serve(in_turn(FINE))
    client = client_of(failures=2)
    await _fail(client, broken.url, 2)
    with pytest.raises(NotReady):
        await client.request("GET", broken.url)
    assert (await client.request("GET", sound.url)).status_code == 200


async def test_users_cannot_close_a_host_for_the_connectors(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(500)))
    client = client_of(failures=2, private=True)
    for _ in range(2):
        await client.request("POST", server.url, user_supplied=True)
    with pytest.raises(NotReady):
        await client.request("POST", server.url, user_supplied=True)
    assert (await client.request("POST", server.url)).status_code == 500
