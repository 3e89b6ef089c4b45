"""Unwrapping the platform's keys at the start, and moving them in and out of a key service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.fernet import Fernet
from sqlalchemy import Connection, func, select

from ..context import Context
from ..db.types import new_id
from ..errors import Conflict, NotReady, Problem, SettingsError, suggestion
from ..identity import EVERYTHING, Identity
from ..keyring import Keyring, existing_keyring, key_file, keyring, write_key_file
from ..observe.logs import log
from ..secrets import rotate_all
from . import queries
from .seam import KeyService

if TYPE_CHECKING:
    from ..app import App

T = TypeVar("T")
CALL_TIMEOUT_S = 15.0
_PAUSE_S = 5.0


async def open_keyring(app: App, *, patient: bool) -> Keyring:
    """The keys from the settings or the key file; with a key service, from the database.

    `patient`: whether to wait for a key service that doesn't answer, for as long as the settings say.

    Raises:
        NotReady: the key service doesn't answer.
        SettingsError: there is no such key service, or the keys are somewhere else.
    """
    if not app.settings.key_service:
        await _refuse_wrapped(app)
        return keyring(app.settings)
    until = monotonic() + (app.settings.key_service_wait_s if patient else 0)
    while True:
        try:
            return await wrapped_keyring(app, create=True)
        except NotReady as problem:
            if monotonic() >= until:
                raise
            log.warning("key_service.unreachable", reason=problem.detail, again_in_s=_PAUSE_S)
            await asyncio.sleep(min(_PAUSE_S, max(0.0, until - monotonic())))


async def wrapped_keyring(app: App, *, create: bool = False) -> Keyring:
    """Raises as `open_keyring` does. `create`: a new installation gets its first key."""
    service = service_of(app)
    rows = await app.database.read(queries.newest_first)
    if not rows:
        if not create:
            raise SettingsError("There is no wrapped key in the database yet.", field="core.key_service")
        await _refuse_lost(app)
        wrapped = await _called(app, service.wrap, Fernet.generate_key())
        name = app.settings.key_service
        await app.database.transact(lambda connection: queries.keep_first(connection, name, wrapped, app.clock()))
        rows = await app.database.read(queries.newest_first)
    keys = [await _called(app, service.unwrap, row.wrapped) for row in rows]
    return Keyring(tuple(key.decode("ascii", "replace") for key in keys), f"the key service {app.settings.key_service}")


def service_of(app: App) -> KeyService:
    """
    Raises:
        SettingsError: `core.key_service` names no enabled plugin that is one.
    """
    name = app.settings.key_service
    offered = dict(app.registry.answers("key_service", KeyService, ctx=Context(app, writable=False)))
    if name in offered:
        service: KeyService = offered[name]
        return service
    why = (
        app.registry.why_off(name)
        or f"No enabled plugin of that name is a key service.{suggestion(name, list(offered))}"
    )
    raise SettingsError(f"MAXBOOSTER_KEY_SERVICE is {name!r}. {why}", field="core.key_service")


async def _refuse_wrapped(app: App) -> None:
    rows = await app.database.read(queries.newest_first)
    if rows:
        raise SettingsError(
            f"The secret keys are wrapped by {rows[0].service!r}: set MAXBOOSTER_KEY_SERVICE={rows[0].service}, or move"
            " them out of it with `maxbooster secrets unwrap`.",
            field="core.key_service",
        )


async def _refuse_lost(app: App) -> None:
    """Only a new installation gets a new key: in any other, something is sealed with keys that are elsewhere."""
    settings = app.settings
    if settings.secret_keys or key_file(settings).exists():
        where = "MAXBOOSTER_SECRET_KEYS" if settings.secret_keys else str(key_file(settings))
        raise SettingsError(
            f"MAXBOOSTER_KEY_SERVICE is {settings.key_service!r}, and the secret keys are still in {where}: move them"
            " with `maxbooster secrets wrap`.",
            field="core.key_service",
        )
    if await app.database.read(_has_people):
        raise SettingsError(
            "The secret keys are gone: the database holds people and no wrapped key. Put secret.key back into the data"
            " folder, or set MAXBOOSTER_SECRET_KEYS; then run `maxbooster secrets wrap`.",
            field="core.key_service",
        )


def _has_people(connection: Connection) -> bool:
    from ..auth.models import User

    return connection.execute(select(func.count()).select_from(User)).scalar_one() > 0


async def wrap_keys(app: App) -> int:
    """Move the keys from the settings or the key file into the key service: the same keys, so no secret is rewritten.

    Raises:
        Conflict: they are there already.
    """
    if await app.database.read(queries.newest_first):
        raise Conflict("The secret keys are wrapped already; `maxbooster secrets rewrap` wraps them anew.")
    keys = existing_keyring(app.settings).raw
    wrapped = [await _wrapped(app, key) for key in keys]
    name, at = app.settings.key_service, app.clock()

    def keep(connection: Connection) -> None:
        for age, each in enumerate(wrapped):
            queries.keep(connection, new_id(), name, each, at - timedelta(seconds=age))

    await _recorded(app, "keys.wrapped", keep)
    return len(wrapped)


async def unwrap_keys(app: App, into: Path) -> None:
    """Move the keys out of the key service into a file that is not there yet; it's written before the rows go."""
    keys = await wrapped_keyring(app)
    rows = await app.database.read(queries.newest_first)
    await asyncio.to_thread(write_key_file, into, keys.raw)
    await _recorded(app, "keys.unwrapped", lambda connection: queries.forget(connection, [row.id for row in rows]))


async def rewrap_keys(app: App) -> int:
    """With the newest version of the service's key: after it was rotated there. No secret is rewritten."""
    service, rows = service_of(app), await app.database.read(queries.newest_first)
    fresh = [await _wrapped(app, await _called(app, service.unwrap, row.wrapped)) for row in rows]
    name, at = app.settings.key_service, app.clock()

    def keep(connection: Connection) -> None:
        for row, wrapped in zip(rows, fresh, strict=True):
            queries.wrap_anew(connection, row.id, name, wrapped, at)

    await _recorded(app, "keys.wrapped", keep)
    return len(rows)


async def add_key(app: App) -> None:
    """A new key, with which everything is encrypted from the next start on."""
    await wrapped_keyring(app)
    wrapped = await _wrapped(app, Fernet.generate_key())
    name, at = app.settings.key_service, app.clock()
    await _recorded(app, "keys.created", lambda connection: queries.keep(connection, new_id(), name, wrapped, at))


async def drop_old_keys(app: App) -> int:
    """All but the newest, if it opens every secret.

    Raises:
        SettingsError: it doesn't: run `maxbooster secrets rotate` first.
    """
    old = (await app.database.read(queries.newest_first))[1:]
    keys = await wrapped_keyring(app)
    newest = Keyring((keys.raw[0].decode(),), f"the key service {app.settings.key_service}")

    def drop(connection: Connection) -> None:
        rotate_all(connection, newest)
        queries.forget(connection, [row.id for row in old])

    await _recorded(app, "keys.dropped", drop)
    return len(old)


async def _wrapped(app: App, key: bytes) -> str:
    """Tried out before anything relies on it."""
    service = service_of(app)
    wrapped = await _called(app, service.wrap, key)
    if await _called(app, service.unwrap, wrapped) != key:
        raise NotReady(f"The key service {app.settings.key_service} gives back another key than it was given.")
    return wrapped


async def _called(app: App, call: Callable[..., Awaitable[T]], given: Any) -> T:
    name = app.settings.key_service
    try:
        async with asyncio.timeout(CALL_TIMEOUT_S):
            return await call(Context(app, writable=False), given)
    except TimeoutError:
        raise NotReady(f"The key service {name} didn't answer within {CALL_TIMEOUT_S:g} s.") from None
    except Problem as problem:
        raise NotReady(f"The key service {name} can't be used: {problem.detail}") from problem


async def _recorded(app: App, action: str, change: Callable[[Connection], None]) -> None:
    async with app.unit(Identity(None, None, frozenset({EVERYTHING}))) as ctx:
        ctx.audit(action, f"key_service:{app.settings.key_service}")
        await ctx.write(change)


async def check(ctx: Context) -> str:
    """Whether the next start would succeed; what runs has its keys."""
    from ..health import Unexamined

    app = ctx.app
    if not app.settings.key_service:
        raise Unexamined("No key service is used.")
    rows: Sequence[Any] = await app.database.read(queries.newest_first)
    try:
        found = await _called(app, service_of(app).unwrap, rows[0].wrapped) if rows else b""
    except NotReady as problem:
        raise NotReady(
            f"{problem.detail} What runs has its keys; no process can be started until it answers."
        ) from problem
    if not isinstance(app.keyring, Keyring) or found != app.keyring.raw[0]:
        raise SettingsError(
            "The newest wrapped key is not the one that this process uses: restart it.", field="core.key_service"
        )
    return app.settings.key_service
