"""What the core itself needs in order to be ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .db import migrate
from .errors import NotReady
from .health import HealthCheck

if TYPE_CHECKING:
    from .app import App


async def _database(app: App) -> None:
    await app.database.ping()


async def _migrations(app: App) -> None:
    found = migrate.namespaces(app.registry)
    states = await app.database.on_reader(lambda: migrate.status(app.database, found))
    if pending := [state.namespace for state in states if state.pending]:
        raise NotReady(f"Migrations are pending for {', '.join(pending)}: run `maxbooster db upgrade`.")


async def _storage(app: App) -> None:
    await app.store.ping()


async def _plugins(app: App) -> None:
    if broken := [plugin.name for plugin in app.registry.plugins.values() if plugin.state == "broken"]:
        raise NotReady(f"Broken plugins: {', '.join(broken)}. `maxbooster plugins list` says why.")


async def _redis(app: App) -> None:
    if not app.settings.redis:
        return
    from redis.asyncio import Redis

    client = Redis.from_url(app.settings.redis, socket_connect_timeout=2)
    try:
        await client.ping()
    except Exception as error:
        raise NotReady(f"Redis does not answer at {app.settings.redis}: {error}") from error
    finally:
        await client.aclose()


core = [
    HealthCheck("database", _database),
    HealthCheck("migrations", _migrations),
    HealthCheck("storage", _storage),
    HealthCheck("plugins", _plugins),
    HealthCheck("redis", _redis),
]
