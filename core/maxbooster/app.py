"""The application of one process: what the enabled plugins add up to, and the resources behind it.

`App(...)` assembles without touching a database, so that commands can ask what there is; `open()` connects.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from .audit import sealer
from .context import Context, unit_of_work
from .db import migrate
from .db.engine import Database
from .errors import NotReady, PluginError, UsageError, suggestion
from .events.event import Subscription
from .health import HealthCheck
from .http.client import Client
from .identity import Identity
from .jobs import queries as queue
from .jobs.job import Doorbell, Job
from .plugins import registry as plugins
from .plugins import switches
from .plugins.manifest import ConsoleView, Panel, Permission
from .secrets import Keyring, keyring
from .settings import PluginSettings, Sections, Settings
from .storage.store import Store

if TYPE_CHECKING:
    from .http.routes import Routes

S = TypeVar("S", bound=PluginSettings)
PROGRESS_EVERY_S = 0.5
_REMEMBERED_REPORTS = 1000


def now() -> datetime:
    return datetime.now(UTC)


class App:
    """Assembled from settings and plugins.

    Raises:
        SettingsError: a setting is unknown or wrong.
    """

    database: Database
    store: Store
    http: Client
    doorbell: Doorbell
    keyring: Keyring

    def __init__(
        self, sections: Sections, *, registry: plugins.Registry | None = None, clock: Callable[[], datetime] = now
    ) -> None:
        self.clock = clock
        self.sections = sections
        self.settings = sections.decode("core", Settings)
        off = switches.disabled(self.settings.data) | set(self.settings.disabled)
        self.registry = registry or plugins.load(off)
        self._check_settings()
        self.tables = self._gather("register_tables", type)
        self.routes: list[tuple[str, Routes]] = self._gather_named("register_routes")
        self.health_checks = self._gather("register_health_checks", HealthCheck)
        self.panels: list[tuple[str, Panel]] = self._gather_named("register_panels")
        self.console_views = self._gather("register_console_views", ConsoleView)
        self.translations = self._translations()
        self.jobs = self._jobs()
        self.listeners = self._listeners()
        self._reported: dict[int, float] = {}
        self._background: list[asyncio.Task[None]] = []

    # Assembly

    def _check_settings(self) -> None:
        known: dict[str, type[PluginSettings]] = {"core": Settings}
        for plugin, manifest in list(self.registry.enabled()):
            if manifest.settings is not None and plugin.name != "core":
                known[plugin.name] = manifest.settings
        installed = [*known, *(name for name in self.registry.plugins if name not in known)]
        self.sections.refuse_unknown(installed)
        for section, kind in known.items():
            self.sections.decode(section, kind)
        self._sections_of: dict[type[PluginSettings], str] = {kind: section for section, kind in known.items()}

    def _gather_named(self, hook: str) -> list[tuple[str, Any]]:
        return [(name, item) for name, items in self.registry.collect(hook) for item in items]

    def _gather(self, hook: str, kind: type[Any]) -> list[Any]:
        return [item for _, item in self._gather_named(hook) if isinstance(item, kind)]

    def _jobs(self) -> dict[str, Job]:
        jobs: dict[str, Job] = {}
        for plugin, job in self._gather_named("register_jobs"):
            if job.name in jobs:
                self.registry.drop(plugin, f"it registers a job {job.name!r} that another plugin has")
            else:
                jobs[job.name] = job
        return jobs

    def _listeners(self) -> dict[str, list[Job]]:
        """A listener is a job: queued once per event, in order per entity."""
        listeners: dict[str, list[Job]] = {}
        for _, subscription in self._gather_named("register_subscriptions"):
            job = listening(subscription)
            self.jobs[job.name] = job
            listeners.setdefault(subscription.event, []).append(job)
        return listeners

    def _translations(self) -> dict[str, dict[str, str]]:
        catalogue: dict[str, dict[str, str]] = {}
        for _, offered in self.registry.collect("register_translations"):
            for locale, texts in offered.items():
                catalogue.setdefault(locale, {}).update(texts)
        return catalogue

    @property
    def permissions(self) -> dict[str, Permission]:
        return {permission.name: permission for _, m in self.registry.enabled() for permission in m.permissions}

    def settings_of(self, kind: type[S]) -> S:
        """
        Raises:
            UsageError: no enabled plugin has settings of that kind.
        """
        if kind not in self._sections_of:
            raise UsageError(f"{kind.__name__} is not the settings struct of an enabled plugin")
        return self.sections.decode(self._sections_of[kind], kind)

    def job(self, name: str) -> Job:
        """
        Raises:
            PluginError: no enabled plugin has a job of that name.
        """
        if name not in self.jobs:
            raise PluginError(f"No enabled plugin has a job {name!r}.{suggestion(name, list(self.jobs))}")
        return self.jobs[name]

    # Resources

    @asynccontextmanager
    async def opened(self, *, upgrade: bool = False) -> AsyncIterator[App]:
        """Connect to everything; close it at the end of the block. `upgrade`: bring the database up to date first."""
        await self.open(upgrade=upgrade)
        try:
            yield self
        finally:
            await self.close()

    async def open(self, *, upgrade: bool = False) -> None:
        """
        Raises:
            NotReady: the database does not answer, or migrations are pending and `upgrade` was not asked for.
            SettingsError: a folder cannot be written, a URL or a key is wrong.
        """
        self.keyring = keyring(self.settings)
        self.database = Database(self.settings.database_url, threads=self.settings.database_threads)
        try:
            await self._prepare_database(upgrade)
            self.store = Store(self.settings.storage_url)
        except BaseException:
            await self.database.close()
            raise
        self.http = Client(self.settings)
        self.doorbell = self.registry.hooks.hook.job_doorbell(settings=self.settings)
        self._background.append(asyncio.create_task(sealer.run(self)))

    async def _prepare_database(self, upgrade: bool) -> None:
        await self.database.ping()
        found = migrate.namespaces(self.registry)
        if upgrade:
            await asyncio.to_thread(migrate.upgrade, self.database, found)
        elif pending := [state.namespace for state in migrate.status(self.database, found) if state.pending]:
            raise NotReady(f"Migrations are pending for {', '.join(pending)}: run `maxbooster db upgrade`.")

    async def close(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._background.clear()
        await self.doorbell.close()
        await self.http.close()
        await self.database.close()

    def unit(self, identity: Identity | None = None, **options: Any) -> AbstractAsyncContextManager[Context]:
        """A Context for a block of work: committed at its end, dropped if it raises."""
        return unit_of_work(self, identity, **options)

    async def ring(self, queues: Iterable[str]) -> None:
        for name in queues:
            await self.doorbell.ring(name)

    async def report_progress(self, running: queue.Claimed | None, share: float, note: str | None) -> None:
        """Store how far a job has come, at most twice a second."""
        if running is None:
            return
        due = self._reported.get(running.seq, 0.0) + PROGRESS_EVERY_S
        if monotonic() < due and share < 1:
            return
        self._reported[running.seq] = monotonic()
        share = min(max(share, 0.0), 1.0)
        await self.database.write(lambda connection: queue.report(connection, running.seq, running.token, share, note))
        if len(self._reported) > _REMEMBERED_REPORTS:
            self._reported.clear()


def listening(subscription: Subscription) -> Job:
    async def listen(ctx: Context, facts: dict[str, Any]) -> None:
        event = msgspec.convert(facts, subscription.kind) if subscription.kind else facts
        await subscription.listener(ctx, event)

    return Job(name=f"on:{subscription.name}", handler=listen, attempts=subscription.attempts)
