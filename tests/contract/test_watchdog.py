"""What blocks a process is named with its plugin; a job that cannot be stopped costs a new process, and no more."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from structlog.testing import capture_logs

from maxbooster.app import App
from maxbooster.health import examine
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.jobs import queries
from maxbooster.observe.watchdog import Watchdog
from maxbooster.testing import make_app, open_api
from maxbooster.testing.processes import Process
from maxbooster.testing.services import free_port

BLOCKING = """
import asyncio, time

def wait_for_it(seconds):
    time.sleep(seconds)

@get("/", operation_id="blockPapa", public=True)
async def block() -> str:
    wait_for_it(0.6)
    return "papa"

@hookimpl
def register_routes():
    return [Routes("/block", [block])]
"""


@pytest.fixture
async def papa(site, tmp_path, sqlite_url) -> AsyncIterator[App]:
    site.install("papa", BLOCKING)
    async with make_app(tmp_path, sqlite_url, event_loop_stall_s="0.1") as app:
        yield app


async def test_a_route_that_blocks_is_named_once_and_its_end_is_told(papa, account):
    with capture_logs() as logs:
        async with open_api(papa, account.account) as api:
            assert (await api.get("/api/papa/block")).status_code == 200, "put together, before anybody watches"
            with papa.watchdog.watching():
                assert (await api.get("/api/papa/block")).status_code == 200
                await _until(lambda: any(each["event"] == "event_loop.resumed" for each in logs))
                ready = (await api.get("/health/ready")).json()
                metrics = (await api.get("/metrics")).text
    told = [each for each in logs if each["event"].startswith("event_loop.")]
    assert [each["event"] for each in told] == ["event_loop.stalled", "event_loop.resumed"]
    assert {each["plugin"] for each in told} == {"papa"}
    file, _, rest = told[0]["frame"].rpartition(":")
    assert (Path(file).name, rest) == ("plugin.py", "7 wait_for_it")
    assert 0.2 < told[1]["stalled_seconds"] < 5
    check = next(each for each in ready["checks"] if each["name"] == "event loop")
    assert (check["ok"], "papa held up everything else for" in check["reason"]) == (True, True)
    assert 'maxbooster_event_loop_stalls_total{plugin="papa"}' in metrics


async def test_only_a_process_that_serves_is_asked(papa):
    assert "event loop" not in {finding.name for finding in await examine(papa)}


async def test_a_loop_that_turns_is_left_in_peace():
    watchdog = Watchdog(0.2, lambda module: None)
    with capture_logs() as logs, watchdog.watching():
        await asyncio.sleep(0.6)
    assert (logs, watchdog.recent) == ([], None)


async def test_watching_costs_next_to_nothing():
    began = time.process_time()
    with Watchdog(1.0, lambda module: None).watching():
        await asyncio.sleep(3)
    assert time.process_time() - began < 0.03, "ten times the promise, as tests run beside others"


@pytest.mark.parametrize(
    ("module", "plugin"),
    [
        ("maxbooster.app", "core"),
        ("maxbooster_distribution.deliveries.jobs", "distribution"),
        ("maxbooster_distribution.outlets.spotify", "distribution.spotify"),
        ("maxbooster_billing.bank_transfer.provider", "billing.bank_transfer"),
        ("maxbooster_setlist", "setlist"),
        ("maxbooster_setlistic", None),
        ("asyncio.runners", None),
    ],
)
def test_whose_a_module_is(assembled, module, plugin):
    assert assembled().registry.owner_of(module) == plugin


async def _until(true: Callable[[], Any], timeout_s: float = 20.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.02)


JOBS = """
import asyncio, time

@job("papa.block", attempts=1, timeout_s=0.3)
async def block(ctx):
    time.sleep(600)

@job("papa.refuse", attempts=1, timeout_s=0.3)
async def refuse(ctx):
    while True:
        try:
            await asyncio.sleep(600)
        except asyncio.CancelledError:
            pass

@job("papa.linger", attempts=1, timeout_s=0.3)
async def linger(ctx):
    await asyncio.to_thread(time.sleep, 600)

@job("papa.wait", attempts=2)
async def wait(ctx):
    await asyncio.sleep(1.5)

@hookimpl
def register_jobs():
    return [block, refuse, linger, wait]
"""
QUICK = {"MAXBOOSTER_EVENT_LOOP_STALL_S": "0.2", "MAXBOOSTER_JOB_GRACE_S": "0.3"}


class Platform:
    """Processes of the platform with a plugin whose jobs cannot be stopped."""

    def __init__(self, folder: Path, database: str, site: Path, redis: str = "") -> None:
        self._environment = QUICK | {
            "MAXBOOSTER_DATA": str(folder / "data"),
            "MAXBOOSTER_DATABASE": database,
            "MAXBOOSTER_REDIS": redis,
            "PYTHONPATH": str(site),
        }
        self._folder = folder
        self.database = database
        self.log = folder / "log"
        self.processes: list[Process] = []

    def start(self, *arguments: str, port: int | None = None, **environment: str) -> Process:
        process = Process(arguments, self._environment | environment, log=self.log)
        self.processes.append(process)
        process.start(port=port)
        return process

    @asynccontextmanager
    async def app(self) -> AsyncIterator[App]:
        from maxbooster.app import now

        async with make_app(self._folder / "data", self.database, clock=now) as app:
            yield app

    def told(self, words: str) -> int:
        return self.log.read_text("utf-8").count(words) if self.log.exists() else 0


@pytest.fixture
def platform(request, site, tmp_path, database_url) -> Iterator[Platform]:
    """On SQLite alone, and spread out over PostgreSQL and Redis."""
    site.install("papa", JOBS)
    redis = "" if database_url.startswith("sqlite") else request.getfixturevalue("redis_url")
    made = Platform(tmp_path, database_url, site.folder, redis)
    yield made
    for process in made.processes:
        process.kill()


async def _state(app: App, id: Any) -> tuple[str, str | None]:
    shown = await app.database.read(lambda connection: queries.shown(connection, id))
    assert shown is not None
    return shown.state, shown.note


async def _queue(app: App, *names: str) -> list[Any]:
    async with app.unit(Identity(uuid4(), None, frozenset({EVERYTHING}))) as ctx:
        return [ctx.enqueue(app.job(name)) for name in names]


@pytest.mark.parametrize(
    "name",
    [
        "papa.block",
        pytest.param("papa.refuse", marks=pytest.mark.slow),
        pytest.param("papa.linger", marks=pytest.mark.slow),
    ],
)
async def test_a_worker_that_is_stuck_is_replaced_and_the_others_go_on(platform, name):
    """Same process number, new process; the job is dead with the reason, its neighbor is done."""
    async with platform.app() as app:
        stuck, neighbor = await _queue(app, name, "papa.wait")
        platform.start("worker")
        async with asyncio.timeout(60):
            while (await _state(app, neighbor))[0] != "done" or not platform.told("process.replaced"):
                await asyncio.sleep(0.1)
            while platform.told("worker.ready") < 2:
                await asyncio.sleep(0.1)
        assert await _state(app, stuck) == (
            "dead",
            "It ran past its time limit of 0.3 s; nothing of that try was kept.",
        )
        shown = await app.database.read(lambda connection: queries.shown(connection, neighbor))
        assert shown is not None
        assert shown.attempts == 1, "that its worker was replaced was not its fault"
        [later] = await _queue(app, "papa.wait")
        async with asyncio.timeout(30):
            while (await _state(app, later))[0] != "done":
                await asyncio.sleep(0.1)
    assert platform.told("jobs.stuck") == 1
    assert not platform.processes[0].ended
    if name == "papa.block":
        assert platform.told("plugin=papa") >= 1


@pytest.mark.slow
async def test_up_is_replaced_on_its_own_address_again_and_again(platform):
    port = free_port()
    process = platform.start("up", "--listen", f"127.0.0.1:{port}", port=port)
    async with platform.app() as app:
        for times in (1, 2):
            [stuck] = await _queue(app, "papa.block")
            async with asyncio.timeout(60):
                while platform.told("process.replaced") < times or platform.told("web.starting") <= times:
                    await asyncio.sleep(0.1)
            assert (await _state(app, stuck))[0] == "dead"
            async with httpx.AsyncClient(timeout=20) as client:
                assert (await client.get(f"http://127.0.0.1:{port}/health/ready")).json()["ready"]
        again = platform.start("up", "--listen", f"127.0.0.1:{free_port()}")
        async with asyncio.timeout(30):
            while not again.ended:
                await asyncio.sleep(0.1)
    assert not process.ended
    assert platform.told("is in use by process") == 1
    assert _started_with(platform.log).count("--listen") == 1, "the socket in place of the address: they do not pile up"
    process.stop()


def _started_with(log: Path) -> str:
    """The command line of the process that replaced itself; it stays the same one."""
    [pid] = set(re.findall(r"process.replaced +pid=(\d+)", log.read_text("utf-8")))
    return subprocess.run(["ps", "-ww", "-o", "args=", "-p", pid], capture_output=True, text=True, check=True).stdout


@pytest.mark.slow
async def test_a_stuck_worker_ends_when_it_is_asked_to(platform):
    """After the time that every job is given to end."""
    async with platform.app() as app:
        [stuck] = await _queue(app, "papa.refuse")
        process = platform.start("worker", MAXBOOSTER_JOB_GRACE_S="600")
        async with asyncio.timeout(30):
            while (await _state(app, stuck))[0] != "running":
                await asyncio.sleep(0.1)
        await asyncio.to_thread(process.stop)
        assert (await _state(app, stuck))[0] != "running"
    assert (platform.told("process.ended"), platform.told("process.replaced")) == (1, 0)
