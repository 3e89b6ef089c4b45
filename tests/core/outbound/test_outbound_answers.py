"""What a hostile host answers: bombs, and pauses without end."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from outbound_server import Answer, in_turn

from maxbooster.errors import Invalid, NotReady, TooLarge
from maxbooster.http.client import Refused
from maxbooster.http.client.address import address
from maxbooster.http.client.answers import LONGEST_PAUSE_S, pause_s

BOMB = gzip.compress(bytes(60_000_000), mtime=0)
"""60 kB."""
DAY_S = 24 * 3600.0


async def test_a_small_archive_is_unpacked_only_as_far_as_it_may_be_large(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip"}, BOMB)))
    client = client_of()
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="more than the 1000 bytes"):
            await client.request("GET", server.url, max_bytes=1000)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 5_000_000


async def test_a_stream_is_unpacked_in_small_pieces(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip"}, BOMB)))
    async with client_of().stream("GET", server.url) as answer:
        sizes = [len(chunk) async for chunk in answer.aiter_bytes()]
    assert (sum(sizes), max(sizes) <= 100_000) == (60_000_000, True)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,identity,gzip", "br", "deflate"])
async def test_packed_twice_or_otherwise_than_asked_is_refused(serve: Any, client_of: Any, encoding: str) -> None:
    server = await serve(in_turn(Answer(200, {"Content-Encoding": encoding}, gzip.compress(gzip.compress(b"x")))))
    with pytest.raises(Refused, match="cannot be decoded"):
        await client_of().request("GET", server.url)
    assert server.seen[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("content", [b"", b"x", b"some text " * 50_000])
async def test_what_is_packed_once_arrives_whole(serve: Any, client_of: Any, content: bytes) -> None:
    parts = gzip.compress(content[:7]) + gzip.compress(content[7:])
    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip"}, parts)))
    assert (await client_of().request("GET", server.url)).content == content


async def test_what_is_packed_and_cut_off_is_refused(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip"}, gzip.compress(b"some text")[:-9])))
    with pytest.raises(Refused, match="cannot be decoded"):
        await client_of().request("GET", server.url)


async def test_an_empty_answer_needs_no_unpacking(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip"})))
    assert (await client_of().request("GET", server.url)).content == b""


async def test_what_was_not_to_be_packed_is_left_as_it_is(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(200, {"Content-Encoding": "gzip, gzip"}, BOMB)))
    answer = await client_of().request("GET", server.url, headers={"Accept-Encoding": "identity"})
    assert answer.content == BOMB


PAUSES = [
    {"Retry-After": "999999999999"},
    {"Retry-After": "9" * 500},
    {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"},
    {"RateLimit": "r=0;t=999999999999"},
    {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "999999999999"},
]


@pytest.mark.parametrize("headers", PAUSES)
def test_no_pause_is_longer_than_a_day(headers: dict[str, str]) -> None:
    assert pause_s(httpx.Response(429, headers=headers)) == LONGEST_PAUSE_S == DAY_S


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ({"RateLimit": '"burst";r=5;t=1, "day";r=0;t=3000'}, 3000),
        ({"RateLimit": '"burst";r=0;t=2, "day";r=0;t=3000'}, 3000),
        ({"RateLimit": '"burst";r=0;t=2, "day";r=9;t=3000'}, 2),
        ({"RateLimit": "limit=10, remaining=0, reset=30"}, 30),
        ({"RateLimit": '"day";r=7;t=3000'}, None),
    ],
)
def test_of_several_quotas_the_used_up_one_counts(header: dict[str, str], pause: float | None) -> None:
    assert pause_s(httpx.Response(429, headers=header)) == pause


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_a_time_since_1970_is_read_in_the_unit_in_which_it_is_written(unit: int) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int((time.time() + 30) * unit))}
    assert pause_s(httpx.Response(429, headers=headers)) == pytest.approx(30, abs=2)


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40))
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Fri, 31 Dec 9999 23:59:59 -9999")
@example("Mon, 01 Jan 99999999999999999999 00:00:00 GMT")
def test_whatever_a_host_writes_is_a_pause_within_a_day_or_none(value: str) -> None:
    headers = {"Retry-After": value.encode("latin-1"), "RateLimit": f"r=0;t={value}".encode("latin-1")}
    pause = pause_s(httpx.Response(503, headers=headers))
    assert pause is None or 0 <= pause <= DAY_S


async def test_who_asks_for_years_is_left_alone_for_a_day(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(Answer(429, {"Retry-After": "999999999999"})))
    client = client_of()
    await client.request("GET", server.url)
    with pytest.raises(NotReady) as told:
        await client.request("GET", server.url)
    assert told.value.retry_after_s == pytest.approx(DAY_S, abs=5)


async def test_a_breaker_of_its_own_is_nobody_elses(serve: Any, client_of: Any) -> None:
    server = await serve(in_turn(*[Answer(500)] * 2, Answer(200)))
    client = client_of(failures=2, private=True)
    for _ in range(2):
        await client.request("POST", server.url, user_supplied=True, breaker="one")
    with pytest.raises(NotReady):
        await client.request("POST", server.url, user_supplied=True, breaker="one")
    assert (await client.request("POST", server.url, user_supplied=True, breaker="two")).status_code == 200
    assert (await client.request("POST", server.url, user_supplied=True)).status_code == 200


STRANGE = [
    "https://[::1", "https://[]/", "https://exam℀ple.com/", "https://.../", "https://xn--a.com/", "https://xn--/",
    f"https://{'a' * 64}.com/", f"https://{'a.' * 127}com/", "https://a..b/", "https://a:99999/", "https://%41%00.com/",
    "https://-a.com/", "https://\ud800.com/", "https://a b/", "https://", "https:///x", "//x", "",
]  # fmt: skip


@pytest.mark.parametrize("url", STRANGE)
async def test_an_address_that_leads_nowhere_is_refused_with_words(client_of: Any, url: str) -> None:
    with pytest.raises(Invalid) as told:
        await client_of().refuse_private(url)
    assert told.value.field == "url"


@given(st.text(max_size=30) | st.from_regex(r"https?://[a-z0-9\[\]:@%.\-\u00e0-\u2fff]{1,20}(:[0-9]{0,6})?/?"))
def test_any_text_is_an_address_whose_name_can_be_looked_up_or_refused(url: str) -> None:
    try:
        found = address(url)
    except Invalid:
        return
    assert found.host
    assert ":" in found.host or found.raw_host.decode("ascii").encode("idna")


@pytest.mark.parametrize("url", ["https://example.org", "https://a_b.example.org:8443/x?y#z", "https://bücher.example/",
    "https://xn--bcher-kva.example/", "https://[2001:4860:4860::8888]/", "https://example.org./"])  # fmt: skip
async def test_an_ordinary_address_is_none_of_those(client_of: Any, url: str) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        host.encode("idna")
        return ["93.184.216.34"]

    await client_of(resolve=resolve).refuse_private(url)
