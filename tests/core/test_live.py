"""Hints reach those who listen to the account, in whichever process, and nobody else."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit, urlunsplit

import pytest

from maxbooster.db import new_id
from maxbooster.identity import Identity
from maxbooster.live import BACKLOG, Live
from maxbooster.plugin import Event
from maxbooster.settings import Settings
from maxbooster.testing import drain, open_api
from maxbooster.testing.faultproxy import FaultProxy
from maxbooster.web.build import build_of


class Rang(Event, frozen=True, tag="test.rang"):
    bell: str


async def heard(queue: asyncio.Queue[bytes], timeout_s: float = 5.0) -> dict[str, object]:
    return json.loads(await asyncio.wait_for(queue.get(), timeout_s))


async def test_what_happens_in_an_account_is_hinted_there_alone_and_after_the_commit(app, account):
    stranger = new_id()
    async with app.live.listening(account.account) as ours, app.live.listening(stranger) as theirs:
        async with app.unit(account) as ctx:
            ctx.emit(Rang("doorbell"))
            await asyncio.sleep(0.05)
            assert ours.empty()
        assert await heard(ours) == {"kind": "event", "name": "test.rang", "entity": "doorbell"}
        with pytest.raises(RuntimeError):
            async with app.unit(Identity(stranger, None, frozenset({"*"}))) as ctx:
                ctx.emit(Rang("never"))
                raise RuntimeError
        await asyncio.sleep(0.05)
        assert theirs.empty()


async def test_the_progress_of_a_job_is_hinted(app, account):
    new = {"title": "T", "venue": "V", "played_on": "2027-06-01", "songs": [{"title": "So What", "duration_s": 545}]}
    async with open_api(app, account.account) as api, app.live.listening(account.account) as ours:
        made = (await api.post("/api/setlist/setlists", json=new)).json()
        begun = (await api.post(f"/api/setlist/setlists/{made['id']}/fill")).json()
        await drain(app)
        hints = []
        while not ours.empty():
            hints.append(await heard(ours))
    progress = [each for each in hints if each["kind"] == "job" and each["id"] == begun["job"]]
    assert progress
    assert progress[-1]["name"] == "setlist.fill"
    assert [each["state"] for each in progress][-1] == "done", "whoever was shown that it runs must hear that it ended"


async def test_one_who_sleeps_loses_the_oldest_hints_alone(app, account):
    async with app.live.listening(account.account) as ours:
        for number in range(BACKLOG + 50):
            app.live.tell(account.account, "count", {"n": number})
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        assert ours.qsize() == BACKLOG
        assert (await heard(ours))["n"] == 50


async def test_without_an_event_stream_the_answer_ends(api):
    answer = await asyncio.wait_for(api.get("/api/core/live"), 5)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "event: hello" in answer.text


async def test_a_page_learns_which_build_of_the_pages_the_server_has(app, api):
    hello = (await api.get("/api/core/live")).text
    assert json.dumps({"build": app.offers.web_build}, separators=(",", ":")) in hello
    page = await api.get("/login", headers={"accept": "text/html"})
    if page.status_code == 200:  # the web application is built here
        assert f'data-build="{app.offers.web_build}"' in page.text


def test_the_build_changes_with_any_panel_that_is_loaded_by_a_fixed_name(tmp_path):
    module = tmp_path / "money.js"
    builds = [build_of([module])]
    for code in ("export {};", "export { };"):
        module.write_text(code)
        builds.append(build_of([module]))
    assert len(set(builds)) == 3
    assert build_of([module]) == builds[-1]


async def test_hints_cross_processes_over_redis_and_come_again_after_it_was_away(redis_url):
    account, server = new_id(), urlsplit(redis_url)
    async with FaultProxy(server.hostname or "127.0.0.1", server.port or 6379) as proxy:
        through = urlunsplit(server._replace(netloc=f"127.0.0.1:{proxy.port}"))
        here, there = Live(Settings(redis=redis_url)), Live(Settings(redis=through))
        here.open()
        there.open()
        try:
            async with there.listening(account) as ours:
                await _told_until_heard(here, ours, account)
                await proxy.refuse()
                await asyncio.sleep(0.3)
                await proxy.listen()
                await _told_until_heard(here, ours, account)
        finally:
            await here.close()
            await there.close()


async def _told_until_heard(teller: Live, listener: asyncio.Queue[bytes], account) -> None:
    """Hints may be lost while the connection comes up; sooner or later they arrive."""
    while not listener.empty():
        listener.get_nowait()
    for _ in range(100):
        teller.tell(account, "bell", {})
        try:
            assert (await heard(listener, 0.1))["kind"] == "bell"
        except TimeoutError:
            continue
        return
    raise AssertionError("no hint came within ten seconds")
