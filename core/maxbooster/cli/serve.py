"""`up`, `serve` and `worker`: the long-running processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from socket import socket
from typing import Any, NoReturn

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from .. import services
from ..app import App
from ..http.assembly import Opening, serving
from ..http.connection import PatientProtocol
from ..jobs import schedule
from ..jobs.job import QUEUES
from ..jobs.worker import Worker
from ..observe.logs import log
from ..settings import Settings, read
from .failures import FAILED
from .holding import held
from .listening import listening
from .running import assembled

_LISTEN = click.option("--listen", metavar="HOST:PORT", help="Where to listen.  [default: 127.0.0.1:8080]")


@click.command()
@_LISTEN
def up(listen: str | None) -> None:
    """Run everything in one process: web server and worker. Migrates the database first.

    Only one `up` can run on a data folder.
    """
    with _listening(listen) as (sock, app), held(app.settings.data, app.settings.listen):
        kept = _kept(sock)
        try:
            _run(_up(app, sock, _replacing("--listen", f"fd://{kept}")))
        finally:
            os.close(kept)


@click.command()
@_LISTEN
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many web processes.")
def serve(listen: str | None, processes: int) -> None:
    """Run web processes. Jobs are run by `maxbooster worker`."""
    with _listening(listen) as (sock, app):
        if processes == 1:
            _run(serve_web(app, sock))
        else:
            _run(_checked(app))
            _supervise(app, sock, processes)


@click.command()
@click.option(
    "--queues",
    default=",".join(QUEUES),
    show_default=True,
    help="Queues to work on, separated by commas.",
)
def worker(queues: str) -> None:
    """Run a worker process."""
    names = [name.strip() for name in queues.split(",") if name.strip()]
    if not names:
        raise click.UsageError(f"--queues names no queue; write --queues {','.join(QUEUES)}.")
    _run(work(assembled(), names))


def web() -> Any:
    """The ASGI application of one web process, for servers that load it by name."""
    return Opening(assembled())


@contextmanager
def _listening(listen: str | None) -> Iterator[tuple[socket, App]]:
    """A listening socket, and the App that knows its address: links in emails are made of it."""
    wanted = listen or read().decode("core", Settings).listen
    with listening(wanted) as sock:
        host, port = sock.getsockname()[:2]
        os.environ["MAXBOOSTER_LISTEN"] = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        yield sock, assembled()


def _supervise(app: App, sock: socket, processes: int) -> None:
    config = uvicorn.Config("maxbooster.cli.serve:web", factory=True, workers=processes, **_uvicorn_options(app))
    log.info("web.starting", address=f"http://{app.settings.listen}", processes=processes)
    Multiprocess(config, sockets=[sock]).run()


async def _checked(app: App) -> None:
    """Whether a web process could start at all: it is better said once than by each, again and again."""
    async with app.opened(patient=True):
        pass


async def _up(app: App, sock: socket, replace: Replace) -> None:
    async with app.opened(upgrade=True, patient=True), _working(app, QUEUES, replace) as (_, serving):
        await _serve(app, sock, until=serving)


async def serve_web(app: App, sock: socket) -> None:
    async with app.opened(patient=True):
        with app.watchdog.watching():
            await _serve(app, sock)


async def work(app: App, queues: Iterable[str]) -> None:
    async with app.opened(patient=True), _working(app, queues, _replacing()) as (running, serving):
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, running.stop)
        log.info("worker.ready", name=running.name, queues=running.queues)
        await serving


@asynccontextmanager
async def _working(
    app: App, queues: Iterable[str], replace: Replace
) -> AsyncIterator[tuple[Worker, asyncio.Task[None]]]:
    """A worker beside whatever the block does. If a job could not be stopped, no code after the block is reached."""
    async with services.running(app):
        running = Worker(app, queues, replace=replace)
        serving = asyncio.create_task(running.run())
        sweeping = asyncio.create_task(schedule.sweep(app))
        with app.watchdog.watching():
            try:
                yield running, serving
            finally:
                sweeping.cancel()
                goes_on = serving.done() and not running.was_stopped
                running.stop()
                await serving
                if running.is_stuck:
                    replace() if goes_on else _end_at_once()


Replace = Callable[[], None]


def _replacing(*options: str) -> Replace:
    """Start this command anew in this process: its number and its place in the eyes of whoever watches it stay, its
    threads and coroutines are gone. `options` are added to those that it was started with."""

    def replace() -> None:
        log.warning("process.replaced", reason="a job could not be stopped", pid=os.getpid())
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, *_without_last(sys.orig_argv[1:], options[:1]), *options])

    return replace


def _without_last(arguments: list[str], option: Sequence[str]) -> list[str]:
    """What this process was given by the one that it replaced is given anew."""
    return arguments[:-2] if option and arguments[-2:-1] == list(option) else arguments


def _end_at_once() -> NoReturn:
    """Whoever waits for a thread or a coroutine that does not end waits for ever."""
    log.warning("process.ended", reason="a job could not be stopped", pid=os.getpid())
    sys.stderr.flush()
    os._exit(FAILED)


def _kept(sock: socket) -> int:
    """The listening socket once more, for the process that replaces this one: the server closes its own."""
    kept = os.dup(sock.fileno())
    sock.set_inheritable(False)
    os.set_inheritable(kept, True)
    return kept


async def _serve(app: App, sock: socket, *, until: asyncio.Task[None] | None = None) -> None:
    server = uvicorn.Server(uvicorn.Config(serving(app), **_uvicorn_options(app)))
    if until is not None:
        until.add_done_callback(lambda _: setattr(server, "should_exit", True))
    for plugin in app.registry.plugins.values():
        if plugin.state == "broken":
            log.error("plugin.broken", plugin=plugin.name, reason=plugin.reason)
        elif plugin.state == "waiting":
            log.warning("plugin.waits_for_approval", plugin=plugin.name, reason=plugin.reason)
    if not app.settings.origin.startswith("https://") and not _is_loopback(sock.getsockname()[0]):
        log.warning("web.unprotected", advice="set MAXBOOSTER_PUBLIC_URL=https://… and put TLS in front")
    log.info("web.starting", address=f"http://{app.settings.listen}")
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, _nothing)
    await server.serve(sockets=[sock])


def _nothing() -> None:
    """uvicorn raises the signal that ended it once more; by then there is only closing left to do."""


def _uvicorn_options(app: App) -> dict[str, Any]:
    return {
        "http": PatientProtocol,
        "ws": "none",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(app.settings.trusted_proxies),
        "forwarded_allow_ips": list(app.settings.trusted_proxies),
        "timeout_graceful_shutdown": 20,
        "lifespan": "on",
    }


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _run(main: Any) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)
