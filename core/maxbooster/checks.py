"""What the core itself needs in order to be ready."""

from __future__ import annotations

from .context import Context
from .db import migrate
from .errors import NotReady
from .health import HealthCheck
from .http.traffic import refuse_when_full
from .plugins import leftovers


async def _database(ctx: Context) -> None:
    await ctx.app.database.ping()


async def _migrations(ctx: Context) -> None:
    found = migrate.namespaces(ctx.app.registry)
    states = await ctx.app.database.on_reader(lambda: migrate.status(ctx.app.database, found))
    if pending := [state.namespace for state in states if state.pending]:
        raise NotReady(f"Migrations are pending for {', '.join(pending)}: run `maxbooster db upgrade`.")


async def _storage(ctx: Context) -> None:
    await ctx.app.store.ping()


async def _plugins(ctx: Context) -> None:
    if broken := [plugin.name for plugin in ctx.app.registry.plugins.values() if plugin.state == "broken"]:
        raise NotReady(
            f"Switched off because they are broken: {', '.join(broken)}. `maxbooster plugins list` says why."
        )


async def _settings(ctx: Context) -> None:
    if leftovers := ctx.app.leftovers:
        raise NotReady(" ".join(leftovers))


async def _redis(ctx: Context) -> None:
    if not ctx.app.settings.redis:
        return
    from redis.asyncio import Redis

    client = Redis.from_url(ctx.app.settings.redis, socket_connect_timeout=2)
    try:
        await client.ping()
    except Exception as error:
        raise NotReady(f"Redis does not answer ({type(error).__name__}).") from error
    finally:
        await client.aclose()


core = [
    HealthCheck("database", _database, vital=True),
    HealthCheck("migrations", _migrations, vital=True),
    HealthCheck("storage", _storage, vital=True),
    HealthCheck("redis", _redis, vital=True),
    HealthCheck("plugins", _plugins),
    HealthCheck("requests", refuse_when_full, vital=True),
    HealthCheck("settings", _settings),
    HealthCheck("leftovers", leftovers.told, thorough=True),
]
