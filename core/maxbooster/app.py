"""The application of one process: what the enabled plugins add up to, and the resources behind it.

`App(...)` assembles without touching a database, so that commands can ask what there is; `open()` connects.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import cached_property
from time import monotonic
from typing import Any, ClassVar, TypeVar, cast

from .audit import sealer
from .auth.identify import Credentials
from .auth.jwt import Signer
from .auth.passwords import Hasher
from .auth.plan import Plans
from .auth.policy import Policy
from .auth.sso.settings import SECTION as SIGN_IN
from .auth.sso.settings import configured
from .connections.renewal import Renewals
from .context import Context, unit_of_work
from .data_keys.service import open_keyring
from .db import known, migrate
from .db.engine import Database
from .errors import NotReady, PluginError, UsageError, suggestion
from .grants.lookup import Grants
from .health import Absent
from .http.client import Client, ConfinedClient
from .http.traffic import Traffic
from .identity import Identity
from .jobs import queries as queue
from .jobs.job import Doorbell, Job
from .keyring import Keyring, refuse_wrong_keys
from .links.counting import Clicks
from .live import Live
from .mail import MailTransport, unknown
from .oauth.discovery import Discovery
from .oauth.keys import KeySets
from .observe.watchdog import Watchdog
from .plugins import kinds, switches
from .plugins import registry as plugins
from .plugins.contributions import Contributions
from .plugins.hosts import declared_hosts
from .plugins.kinds import Connector, Kind
from .resources import Resources
from .search.building import start_building
from .search.indexing import SearchIndex
from .settings import PluginSettings, Sections, Settings
from .storage.store import Store
from .webhooks.inbox import queries as inbox

S = TypeVar("S", bound=PluginSettings)
T = TypeVar("T")
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
    mail: MailTransport
    keyring: Keyring
    hasher: Hasher
    connections: Renewals
    credentials: Credentials
    discovery: Discovery
    key_sets: KeySets
    grants: Grants
    live: Live
    clicks: Clicks

    feeds: ClassVar[tuple[queue.Feed, ...]] = (inbox.FEED,)

    def __init__(
        self, sections: Sections, *, registry: plugins.Registry | None = None, clock: Callable[[], datetime] = now
    ) -> None:
        self.clock = clock
        self.sections = sections
        self.settings = sections.decode("core", Settings)
        self.http = Client(self.settings)
        self.registry = registry or switches.loaded(self.settings)
        self.identity_providers = configured(sections, self.settings)
        self._check_settings()
        self.database = cast(Database, Absent("No database is open while the platform is put together."))
        self.search = SearchIndex()
        self._gather()
        self.plans = Plans(self)
        self.traffic = Traffic(self.settings.in_flight, self.settings.bodies_limit_bytes)
        self.watchdog = Watchdog(self.settings.event_loop_stall_s, self.registry.owner_of)
        self.resources = Resources(self)
        self.reported: dict[int, float] = {}
        self._confined: dict[str, ConfinedClient] = {}
        self._background: list[asyncio.Task[None]] = []

    # Assembly

    def _gather(self) -> None:
        """What the plugins that are enabled by now add up to."""
        self._gathered = self.registry.on
        self.kinds = kinds.gather(self.registry, Context(self, writable=False))
        self.offers = Contributions(self.registry)
        self.jobs = self.offers.jobs
        self.listeners = self.offers.listeners
        self.policy = Policy(self.offers.permissions, self.settings.second_factor)
        self.search = SearchIndex(self.offers.searchables)

    def _check_settings(self) -> None:
        """A wrong value switches its plugin off; a section of nobody's is told."""
        self._sections_of: dict[type[PluginSettings], str] = {Settings: "core"}
        for plugin, manifest in list(self.registry.enabled()):
            if manifest.settings is None or plugin.name == "core" or plugin.state != "enabled":
                continue
            try:
                self.sections.decode(plugin.name, manifest.settings)
            except plugins.FAILURES as error:
                self.registry.drop(plugin.name, f"its settings cannot be used: {error}")
            else:
                self._sections_of[manifest.settings] = plugin.name
        providers = [SIGN_IN, *(f"{SIGN_IN}.{name}" for name in self.identity_providers)]
        self.leftovers = self.sections.leftovers([*self.registry.plugins, *providers])

    def settings_of(self, kind: type[S]) -> S:
        """
        Raises:
            UsageError: no enabled plugin has settings of that kind.
        """
        if kind not in self._sections_of:
            raise UsageError(f"{kind.__name__} is not the settings struct of an enabled plugin")
        return self.sections.decode(self._sections_of[kind], kind)

    def connectors(self, kind: Kind[T]) -> list[Connector[T]]:
        """Those of a kind that are enabled, for commands that need no database."""
        return Context(self, writable=False).connectors(kind)

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
    async def opened(self, *, upgrade: bool = False, patient: bool = False) -> AsyncIterator[App]:
        """Connect to everything; close it at the end of the block. `upgrade`: bring the database up to date first.
        `patient`: wait for a key service that doesn't answer."""
        await self.open(upgrade=upgrade, patient=patient)
        try:
            yield self
        finally:
            await self.close()

    async def open(self, *, upgrade: bool = False, patient: bool = False) -> None:
        """
        Raises:
            NotReady: the database or the key service does not answer, or migrations are pending and `upgrade` was not
                asked for.
            SettingsError: a folder cannot be written, a URL or a key is wrong.
        """
        refuse_wrong_keys(self.settings)
        self.http = Client(self.settings)
        self._confined.clear()
        self.mail = self.mail_transport()
        self.database = Database(self.settings.database_url, threads=self.settings.database_threads)
        try:
            await self._prepare_database(upgrade)
            self.keyring = await open_keyring(self, patient=patient)
            self.store = Store(self.settings.storage_url)
        except BaseException:
            await self.http.close()
            await self.database.close()
            raise
        self.discovery = Discovery(self.http)
        self.key_sets = KeySets(self.http)
        self.hasher = Hasher(waiting=self.settings.hashing_waiting)
        self.connections = Renewals(self)
        self.credentials = Credentials(self)
        self.grants = Grants(self)
        self.live = Live(self.settings)
        self.live.open()
        self.clicks = Clicks(self)
        self.clicks.open()
        *_, (_, self.doorbell) = self.registry.answers("job_doorbell", Doorbell, settings=self.settings)
        self._background.append(asyncio.create_task(sealer.run(self)))
        await start_building(self)

    def mail_transport(self) -> MailTransport:
        """
        Raises:
            SettingsError: `core.mail` names a transport that nobody has, or one that cannot be used.
        """
        ctx = Context(self, writable=False)
        offered = self.registry.answers("mail_transport", MailTransport, settings=self.settings, ctx=ctx)
        if not offered:
            raise unknown(self.settings.mail, [each.reason or "" for each in self.registry.plugins.values()])
        transport: MailTransport = offered[-1][1]
        return transport

    async def _prepare_database(self, upgrade: bool) -> None:
        await self.database.ping()
        prepare = migrate.upgrade_enabled if upgrade else migrate.leave_out_failed
        await asyncio.to_thread(prepare, self.database, self.registry)
        pending = [each for each in migrate.status(self.database, migrate.namespaces(self.registry)) if each.pending]
        if pending:
            raise NotReady(
                f"Migrations are pending for {', '.join(each.namespace for each in pending)}:"
                " run `maxbooster db upgrade`."
            )
        if self.registry.on != self._gathered:
            self._gather()
        await self._leave_out_unmigrated()
        if not await self.database.read(lambda connection: known.is_remembered(connection, self.offers)):
            await self.database.transact(lambda connection: known.remember(connection, self.offers))

    async def _leave_out_unmigrated(self) -> None:
        """A plugin whose tables are not as it maps them would fail with every request."""
        lacking = await asyncio.to_thread(migrate.unmigrated, self.database, self.offers.tables)
        for model, what in lacking.items():
            plugin = self.registry.owner_of(model.__module__) or "core"
            told = (
                f"the database lacks {what}, which no migration makes: write it with `maxbooster db revision"
                f' {plugin.partition(".")[0]} "What it is"`, then run `maxbooster db upgrade`'
            )
            if plugin == "core":
                raise NotReady(f"{told[0].upper()}{told[1:]}.")
            self.registry.drop(plugin, told)
        if lacking:
            self._gather()

    async def close(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._background.clear()
        await self.resources.close()
        await self.clicks.close()
        await self.connections.close()
        await self.live.close()
        await self.doorbell.close()
        await self.mail.close()
        self.hasher.close()
        await self.http.close()
        await self.database.close()

    def http_of(self, module: str) -> Client:
        """The client as code of that module gets it: a plugin's is held to the hosts that it declares."""
        plugin = self.registry.owner_of(module)
        if plugin in (None, "core"):
            return self.http
        if plugin not in self._confined:
            self._confined[plugin] = ConfinedClient(self.http, lambda: declared_hosts(self, plugin))
        return self._confined[plugin]

    @cached_property
    def signer(self) -> Signer:
        """Of access tokens; every process with the same keys signs alike."""
        return Signer(self.keyring.raw, self.settings.origin)

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
        due = self.reported.get(running.seq, 0.0) + PROGRESS_EVERY_S
        if monotonic() < due and share < 1:
            return
        self.reported[running.seq] = monotonic()
        share = min(max(share, 0.0), 1.0)
        facts = {"id": running.id, "name": running.name, "state": "running", "progress": share, "note": note}
        await self.database.write(lambda connection: queue.report(connection, running.seq, running.token, share, note))
        self.live.tell(running.account_id, "job", facts)
        if len(self.reported) > _REMEMBERED_REPORTS:
            self.reported.clear()
