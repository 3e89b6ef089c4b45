"""`up`, `serve` and `worker`: the long-running processes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from socket import socket
from typing import Any

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from .. import services
from ..app import App
from ..http.assembly import serving
from ..http.connection import PatientProtocol
from ..jobs import schedule
from ..jobs.job import DEFAULT_QUEUE, LONG_QUEUE
from ..jobs.worker import Worker
from ..observe.logs import log
from ..settings import Settings, read
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
        _run(_up(app, sock))


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
    default=f"{DEFAULT_QUEUE},{LONG_QUEUE}",
    show_default=True,
    help="Queues to work on, separated by commas.",
)
def worker(queues: str) -> None:
    """Run a worker process."""
    names = [name.strip() for name in queues.split(",") if name.strip()]
    if not names:
        raise click.UsageError("--queues names no queue; write --queues default,long.")
    _run(work(assembled(), names))


def web() -> Any:
    """The ASGI application of one web process, for servers that load it by name."""
    return serving(assembled())


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
    async with app.opened():
        pass


async def _up(app: App, sock: socket) -> None:
    async with app.opened(upgrade=True), _working(app, (DEFAULT_QUEUE, LONG_QUEUE)):
        await _serve(app, sock)


async def serve_web(app: App, sock: socket) -> None:
    async with app.opened():
        await _serve(app, sock)


async def work(app: App, queues: Iterable[str]) -> None:
    async with app.opened(), _working(app, queues) as (running, serving):
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, running.stop)
        log.info("worker.ready", name=running.name, queues=running.queues)
        await serving


@asynccontextmanager
async def _working(app: App, queues: Iterable[str]) -> AsyncIterator[tuple[Worker, asyncio.Task[None]]]:
    async with services.running(app):
        running = Worker(app, queues)
        serving = asyncio.create_task(running.run())
        sweeping = asyncio.create_task(schedule.sweep(app))
        try:
            yield running, serving
        finally:
            sweeping.cancel()
            running.stop()
            await serving


async def _serve(app: App, sock: socket) -> None:
    server = uvicorn.Server(uvicorn.Config(serving(app, open_resources=False), **_uvicorn_options(app)))
    for plugin in app.registry.plugins.values():
        if plugin.state == "broken":
            log.error("plugin.broken", plugin=plugin.name, reason=plugin.reason)
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
