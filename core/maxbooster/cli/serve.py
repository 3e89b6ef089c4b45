"""`up`, `serve` and `worker`: the long-running processes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any

import click
import uvicorn

from .. import services
from ..app import App
from ..errors import SettingsError
from ..http.assembly import serving
from ..http.connection import PatientProtocol
from ..jobs import schedule
from ..jobs.job import DEFAULT_QUEUE, LONG_QUEUE
from ..jobs.worker import Worker
from ..observe.logs import log
from .running import assembled


@click.command()
@click.option("--listen", help="Address and port.  [default: 127.0.0.1:8080, or the setting]")
def up(listen: str | None) -> None:
    """Run everything in this process: web and worker, on a database that is brought up to date first."""
    _run(_up(assembled(), listen))


@click.command()
@click.option("--listen", help="Address and port.  [default: 127.0.0.1:8080, or the setting]")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many web processes.")
def serve(listen: str | None, processes: int) -> None:
    """Run web processes; workers are run by `maxbooster worker`."""
    app = assembled()
    host, port = _address(listen or app.settings.listen)
    if processes > 1:
        options = _uvicorn_options(app, host, port)
        uvicorn.run("maxbooster.cli.serve:web", factory=True, workers=processes, **options)
        return
    _run(serve_web(app, host, port))


@click.command()
@click.option("--queues", default=f"{DEFAULT_QUEUE},{LONG_QUEUE}", show_default=True, help="Queues to serve.")
def worker(queues: str) -> None:
    """Run a worker process."""
    _run(work(assembled(), [name.strip() for name in queues.split(",") if name.strip()]))


def web() -> Any:
    """The ASGI application of one web process, for servers that load it by name."""
    return serving(assembled())


async def _up(app: App, listen: str | None) -> None:
    host, port = _address(listen or app.settings.listen)
    async with app.opened(upgrade=True), _working(app, (DEFAULT_QUEUE, LONG_QUEUE)):
        await _listen(app, host, port)


async def serve_web(app: App, host: str, port: int) -> None:
    async with app.opened():
        await _listen(app, host, port)


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


async def _listen(app: App, host: str, port: int) -> None:
    server = uvicorn.Server(uvicorn.Config(serving(app, open_resources=False), **_uvicorn_options(app, host, port)))
    for plugin in app.registry.plugins.values():
        if plugin.state == "broken":
            log.error("plugin.broken", plugin=plugin.name, reason=plugin.reason)
    if not app.settings.origin.startswith("https://") and not _is_loopback(host):
        log.warning("web.unprotected", advice="set MAXBOOSTER_PUBLIC_URL=https://… and put TLS in front")
    log.info("web.starting", address=f"http://{host}:{port}")
    await server.serve()


def _uvicorn_options(app: App, host: str, port: int) -> dict[str, Any]:
    return {
        "host": host,
        "http": PatientProtocol,
        "ws": "none",
        "port": port,
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


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise SettingsError(f"{listen!r} is not an address; write 127.0.0.1:8080.", field="core.listen")
    return host.strip("[]"), int(port)


def _run(main: Any) -> None:
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)
