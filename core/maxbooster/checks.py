"""What the core itself needs: the first checks in order to serve, the thorough ones for `maxbooster doctor`."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, func, select

from .auth.models import User
from .auth.sso.models import AccountProvider
from .connections.models import ConnectionRow
from .connectors import health as connectors
from .connectors.models import ConnectorSettingsRow
from .context import Context
from .data_keys import service as data_keys
from .db import migrate
from .errors import NotReady, SettingsError
from .health import Advice, HealthCheck, Unexamined
from .http.traffic import refuse_when_full
from .jobs.job import QUEUES
from .jobs.models import JobRow
from .keyring import key_file
from .plugins import leftovers
from .plugins.leftovers import OVERDUE, family_of
from .search.comparing import compare_index
from .secrets import SecretRow
from .settings import Settings
from .storage.keys import file_key
from .storage.models import READY, FileRow
from .transport_security import encrypted
from .web.shell import Shell

SAMPLE = 200
"""Rows that are looked at where looking at all would take too long."""
_LITTLE, _TOO_LITTLE = 2_000_000_000, 200_000_000
_SKEW = timedelta(seconds=30)


async def _database(ctx: Context) -> str:
    await ctx.app.database.ping()
    return ctx.app.database.url.render_as_string()


async def _migrations(ctx: Context) -> str:
    found = migrate.namespaces(ctx.app.registry)
    states = await ctx.app.database.on_reader(lambda: migrate.status(ctx.app.database, found))
    if pending := [state.namespace for state in states if state.pending]:
        raise NotReady(f"Migrations are pending for {', '.join(pending)}: run `maxbooster db upgrade`.")
    return f"{len(states)} plugins up to date"


async def _storage(ctx: Context) -> str:
    await ctx.app.store.ping()
    return ctx.app.settings.storage_url


async def _plugins(ctx: Context) -> str:
    found = list(ctx.app.registry.plugins.values())
    if broken := [plugin.name for plugin in found if plugin.state == "broken"]:
        raise NotReady(
            f"Switched off because they are broken: {', '.join(broken)}. `maxbooster plugins list` says why."
        )
    if resting := ctx.app.registry.resting():
        asked = ", ".join(f"{plugin} ({hook})" for plugin, hook in resting)
        raise NotReady(f"Too slow to answer, and left out for a minute: {asked}. The log says hook.timed_out.")
    if waiting := [plugin.name for plugin in found if plugin.state == "waiting"]:
        raise Advice(
            f"Off until you approve what they ask for: {', '.join(waiting)}. `maxbooster plugins enable NAME` shows it."
        )
    off = [plugin.name for plugin in found if plugin.state == "disabled"]
    return f"{len(found) - len(off)} on" + (f", off: {', '.join(off)}" if off else "")


async def _event_loop(ctx: Context) -> str:
    """Of this process, so only where it serves."""
    if not ctx.app.watchdog.is_watching:
        raise Unexamined("This process serves nobody.")
    if (stall := ctx.app.watchdog.recent) is not None:
        lasted = "and still does" if stall.seconds is None else f"for {stall.seconds:.1f} s"
        raise Advice(f"{stall.plugin} held up everything else {lasted}, at {stall.frame}.")
    return "turning"


async def _settings(ctx: Context) -> None:
    if leftovers := ctx.app.leftovers:
        raise NotReady(" ".join(leftovers))


async def _redis(ctx: Context) -> str:
    if not ctx.app.settings.redis:
        return "not used"
    from redis.asyncio import Redis

    client = Redis.from_url(ctx.app.settings.redis, socket_connect_timeout=2)
    try:
        await client.ping()
    except Exception as error:
        raise NotReady(
            f"Redis at {_without_password(ctx.app.settings.redis)} does not answer ({type(error).__name__});"
            " start it, or correct MAXBOOSTER_REDIS."
        ) from error
    finally:
        await client.aclose()
    return _without_password(ctx.app.settings.redis)


async def _secret_keys(ctx: Context) -> str:
    """A sample of what is encrypted can be decrypted: a lost or wrong key shows."""

    def sample(connection: Connection) -> list[bytes]:
        sealed = connection.execute(select(SecretRow.sealed).limit(SAMPLE)).scalars().all()
        factors = select(User.totp_secret).where(User.totp_secret.is_not(None)).limit(SAMPLE)
        logins = select(ConnectionRow.sealed).where(ConnectionRow.sealed.is_not(None)).limit(SAMPLE)
        set_up = select(ConnectorSettingsRow.sealed).where(ConnectorSettingsRow.sealed.is_not(None)).limit(SAMPLE)
        providers = select(AccountProvider.sealed).where(AccountProvider.sealed.is_not(None)).limit(SAMPLE)
        more = [each for query in (factors, logins, set_up, providers) for each in connection.execute(query).scalars()]
        return [each for each in [*sealed, *more] if each is not None]

    settings, opens = ctx.app.settings, ctx.app.keyring.opens
    source = _source_of_keys(settings)
    secrets = await ctx.app.database.read(sample)
    unreadable = sum(1 for each in secrets if not opens(each))
    if unreadable:
        raise SettingsError(
            f"{unreadable} of {len(secrets)} secrets can't be decrypted with the keys from {source}: restore the key"
            " that they were encrypted with.",
            field="core.secret_keys",
        )
    return source


def _source_of_keys(settings: Settings) -> str:
    if settings.key_service:
        return f"the key service {settings.key_service}"
    return f"{len(settings.secret_keys)} in the settings" if settings.secret_keys else str(key_file(settings))


async def _blobs(ctx: Context) -> str:
    """A database that was restored without its files shows in the newest and the oldest rows."""
    size = ctx.app.store.size
    ready = select(FileRow.account_id, FileRow.id, FileRow.size).where(FileRow.state == READY)

    def sample(connection: Connection) -> list[Any]:
        newest = connection.execute(ready.order_by(FileRow.created_at.desc()).limit(SAMPLE // 2)).all()
        oldest = connection.execute(ready.order_by(FileRow.created_at).limit(SAMPLE // 2)).all()
        return list({*newest, *oldest})

    rows = await ctx.app.database.read(sample)
    lost = [row for row in rows if await size(file_key(row.account_id, row.id)) != row.size]
    if lost:
        raise NotReady(
            f"{len(lost)} of {len(rows)} files looked at are missing from {ctx.app.settings.storage_url}, or have"
            f" another size (for example {file_key(lost[0].account_id, lost[0].id)}). Restore the files from the same"
            " backup as the database."
        )
    return f"{len(rows)} looked at, all there"


async def _disk_space(ctx: Context) -> str:
    settings = ctx.app.settings
    places = [settings.data]
    if settings.storage_url.startswith("file:"):
        places.append(Path(unquote(urlsplit(settings.storage_url).path)))
    free = {place.resolve(): shutil.disk_usage(_existing(place.resolve())).free for place in places}
    place, least = min(free.items(), key=lambda each: each[1])
    said = f"{least / 1e9:.1f} GB free at {place}"
    if least < _TOO_LITTLE:
        raise NotReady(f"Only {said}: uploads and the database will fail. Free some space.")
    if least < _LITTLE:
        raise Advice(f"Only {said}; a master alone can take 0.1 GB.")
    return said


def _existing(path: Path) -> Path:
    return next(each for each in (path, *path.parents) if each.exists())


async def _public_address(ctx: Context) -> str:
    settings = ctx.app.settings
    host = settings.listen.rpartition(":")[0]
    is_local = host in ("127.0.0.1", "localhost", "[::1]")
    if not settings.public_url and not is_local:
        raise SettingsError(
            f"MAXBOOSTER_PUBLIC_URL is not set although the platform listens on {settings.listen}: links in emails"
            f" lead to {settings.origin}. Set the address that people use, https://music.example.",
            field="core.public_url",
        )
    if settings.public_url.startswith("http://") and not _names_this_machine(settings.public_url):
        raise Advice(f"{settings.public_url} has no TLS: passwords travel in clear text. Use https://.")
    if settings.public_url.startswith("https://") and is_local and not settings.trusted_proxies:
        raise Advice(
            "MAXBOOSTER_TRUSTED_PROXIES is empty: behind a reverse proxy every visitor seems to have its address. Set"
            " it to the proxy's address, such as 127.0.0.1."
        )
    return settings.origin


def _names_this_machine(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


async def _mail(ctx: Context) -> str:
    settings = ctx.app.settings
    scheme = settings.mail.partition(":")[0]
    if scheme not in ("console", "file", "memory"):
        transport = ctx.app.mail_transport()
        await transport.close()
        if settings.mail_from.rstrip(">").endswith("@localhost") and "from=" not in settings.mail:
            raise SettingsError(
                f"Emails would come from {settings.mail_from}, which no mail server accepts; set MAXBOOSTER_MAIL_FROM.",
                field="core.mail_from",
            )
        return f"{_without_password(settings.mail)} (`maxbooster mail test ADDRESS` sends one)"
    told = (
        f"Emails are not sent: MAXBOOSTER_MAIL is {settings.mail}. Set smtp://user:password@host:587 for invitations,"
        " confirmations and password resets."
    )
    if settings.public_url and not _names_this_machine(settings.public_url):
        raise SettingsError(told, field="core.mail")
    raise Advice(told)


async def _sign_in_providers(ctx: Context) -> str:
    """Their settings were checked at start; they themselves are asked by `maxbooster sso check` alone."""
    known = ctx.app.identity_providers
    if not known:
        return "none"
    return f"{', '.join(known)} (`maxbooster sso check` asks them)"


async def _clock(ctx: Context) -> str:
    """The database's clock where it has one of its own, else the newest thing that was written."""

    def theirs(connection: Connection) -> datetime | None:
        if connection.dialect.name == "postgresql":
            return connection.execute(select(func.now())).scalar_one()
        return connection.execute(select(func.max(FileRow.created_at))).scalar()

    at, now = await ctx.app.database.read(theirs), datetime.now(UTC)
    ahead = at - now if at is not None else timedelta()
    apart = abs(ahead) if ctx.app.database.url.get_backend_name() == "postgresql" else ahead
    if apart > _SKEW:
        raise NotReady(
            f"This machine's clock says {now:%Y-%m-%d %H:%M:%S} UTC, the database {at:%Y-%m-%d %H:%M:%S}; set both by"
            " NTP. Codes, links and schedules depend on it."
        )
    return f"{now:%Y-%m-%d %H:%M:%S} UTC"


async def _jobs(ctx: Context) -> str:
    """Jobs of plugins that are not installed are among the leftovers."""
    overdue = (JobRow.state == "ready", JobRow.run_at < ctx.now - OVERDUE)

    def count(connection: Connection) -> tuple[int, list[Any]]:
        dead = select(func.count()).where(JobRow.state == "dead")
        late = select(JobRow.name, JobRow.queue, func.count().label("number")).where(*overdue)
        rows = connection.execute(late.group_by(JobRow.name, JobRow.queue)).all()
        return connection.execute(dead).scalar_one(), list(rows)

    dead, rows = await ctx.app.database.read(count)
    late: dict[str, int] = {}
    for row in rows:
        if row.name in ctx.app.jobs:
            late[row.queue] = late.get(row.queue, 0) + row.number
    off = {
        row.name for row in rows if row.name not in ctx.app.jobs and family_of(row.name) in ctx.app.registry.families
    }
    advice = (
        [f"Jobs of plugins that are off wait for ever: {', '.join(sorted(off))}. Turn the plugin on."] if off else []
    )
    if dead:
        advice.append(f"{dead} jobs failed for good: `maxbooster jobs list --state dead`, then `jobs retry ID`.")
    if late:
        raise NotReady(" ".join([*(_unserved(queue, late[queue]) for queue in sorted(late)), *advice]))
    if advice:
        raise Advice(" ".join(advice))
    return "none failed or overdue"


def _unserved(queue: str, number: int) -> str:
    told = f"{number} jobs in the queue {queue!r} have been due for ten minutes:"
    if queue in QUEUES:
        return f"{told} is `maxbooster up` or `maxbooster worker` running?"
    return f"{told} no worker serves it; run `maxbooster worker --queues {queue}`."


async def _search(ctx: Context) -> str:
    """Whether the index is complete, and says of a sample what the rows say."""
    searchables = ctx.app.search.searchables.values()
    found = await compare_index(ctx.app, searchables, newest=SAMPLE)
    if wrong := len(found.wrong):
        raise NotReady(f"The search says of {wrong} rows what they no longer say: run `maxbooster search rebuild`.")
    if found.unbuilt:
        raise Advice(
            f"The search doesn't find everything yet: {', '.join(found.unbuilt)} are still being indexed (the job"
            " core.build_search). `maxbooster search rebuild` does it at once."
        )
    return f"{len(searchables)} kinds of rows"


async def _web_application(ctx: Context) -> str:
    if not Shell().is_built:
        raise NotReady("The web application is not built: run `make web`, or install a released package.")
    return "built"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


core = [
    HealthCheck("database", _database, vital=True),
    HealthCheck("migrations", _migrations, vital=True),
    HealthCheck("storage", _storage, vital=True),
    HealthCheck("redis", _redis, vital=True),
    HealthCheck("plugins", _plugins),
    HealthCheck("key service", data_keys.check),
    HealthCheck("requests", refuse_when_full, vital=True),
    HealthCheck("event loop", _event_loop),
    HealthCheck("settings", _settings),
    HealthCheck("leftovers", leftovers.told, thorough=True),
    HealthCheck("secret keys", _secret_keys, thorough=True),
    HealthCheck("files", _blobs, thorough=True),
    HealthCheck("connectors", connectors.check, thorough=True),
    HealthCheck("disk space", _disk_space, thorough=True),
    HealthCheck("public address", _public_address, thorough=True),
    HealthCheck("encryption", encrypted, thorough=True),
    HealthCheck("mail", _mail, thorough=True),
    HealthCheck("sign-in", _sign_in_providers, thorough=True),
    HealthCheck("jobs", _jobs, thorough=True),
    HealthCheck("search", _search, thorough=True),
    HealthCheck("clock", _clock, thorough=True),
    HealthCheck("web application", _web_application, thorough=True),
]
