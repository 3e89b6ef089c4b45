"""What the enabled plugins add up to. A plugin whose contribution cannot be used is dropped whole, and named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from .. import privacy
from ..context import Context
from ..errors import PluginError
from ..events.event import Event, Subscription
from ..facts.dataset import Dataset
from ..grants.grantable import Grantable
from ..health import HealthCheck
from ..http import probe
from ..http.routes import Routes
from ..jobs.job import Job
from ..notices.kinds import NoticeKind
from ..privacy import PersonalData
from ..public.page import PublicPage
from ..rollups.roll_up import RollUp
from ..search.searchable import Searchable
from ..services import Service
from ..simulators import Simulator
from ..storage.purposes import FilePurpose
from ..web.build import build_of
from ..webhooks.inbox.service import handling
from ..webhooks.source import WebhookSource
from . import names
from .manifest import ConsoleView, ExtensionPoint, Manifest, Panel, PanelExtension, Permission
from .registry import Registry

T = TypeVar("T")
Named = list[tuple[str, T]]


class Contributions:
    """Gathered once, at the start. In pairs `(plugin name, item)` where it matters whose an item is."""

    def __init__(self, registry: Registry) -> None:
        self._registry, self._told = registry, set[type[Event]]()
        routes = registry.collect("register_routes", Routes)
        probe.drop_unservable(registry, routes)
        jobs = self._named("register_jobs", Job, "job", lambda job: job.name)
        subscriptions = self._named("register_subscriptions", Subscription, "subscription", lambda each: each.name)
        points = self._named("register_extension_points", ExtensionPoint, "extension point", lambda point: point.name)
        extensions = self._named("register_panel_extensions", PanelExtension, "panel extension", lambda each: each.id)
        notice_kinds = self._named("register_notice_kinds", NoticeKind, "notification", lambda each: each.name)
        panels, services = registry.collect("register_panels", Panel), registry.collect("register_services", Service)
        console_views = registry.collect("register_console_views", ConsoleView)
        tables, public_events = (registry.collect(f"register_{what}", type) for what in ("tables", "public_events"))
        datasets = self._named("register_datasets", Dataset, "dataset", lambda each: each.name)
        purposes = self._named("register_file_purposes", FilePurpose, "file purpose", lambda each: each.name)
        personal_data = self._personal_data()
        webhook_sources = registry.answers("webhook_source", WebhookSource)
        public_pages = self._named("public_page", PublicPage, "public page", lambda page: page.area)
        roll_ups = self._named("register_roll_ups", RollUp, "roll-up", lambda each: each.name)
        static, translations = (
            registry.answers(f"register_{what}", kind) for what, kind in (("static", Path), ("translations", Mapping))
        )
        self._keep_names([("panel", panels), ("console view", console_views)], names.refuse, lambda each: each.id)
        self._keep_public(public_events)
        self._keep_names([("table", tables)], names.refuse_table, _table_name)
        grantables = self._grantables()
        searchables = self._searchables()
        self._keep_texts(translations)
        self._keep_pages(panels)

        self.routes: Named[Routes] = self._of_enabled(routes)
        self.panels: Named[Panel] = self._of_enabled(panels)
        self.extension_points = {point.name: point for _, point in self._of_enabled(points)}
        self.panel_extensions: Named[PanelExtension] = self._of_enabled(extensions)
        self.public_pages: Named[PublicPage] = self._of_enabled(public_pages)
        self.roll_ups = {each.name: each for _, each in self._of_enabled(roll_ups)}
        self.console_views: Named[ConsoleView] = self._of_enabled(console_views)
        self.services: Named[Service] = self._of_enabled(services)
        self.simulators: Named[Simulator] = self._of_enabled(registry.collect("simulator", Simulator))
        self.static: Named[Path] = self._of_enabled(static)
        self.translations: Named[Mapping[str, Mapping[str, str]]] = self._of_enabled(translations)
        self.health_checks: Named[HealthCheck] = self._of_enabled(
            registry.collect("register_health_checks", HealthCheck)
        )
        self.tables = [table for _, table in self._of_enabled(tables)]
        self.datasets = {each.name: each for _, each in self._of_enabled(datasets)}
        self.file_purposes = {each.name: each for _, each in self._of_enabled(purposes)}
        self.personal_data = [each for _, each in self._of_enabled(personal_data)]
        self.grantables = {each.name: each for _, each in self._of_enabled(grantables)}
        self.searchables = [each for _, each in self._of_enabled(searchables)]
        self.notice_kinds: Named[NoticeKind] = self._of_enabled(notice_kinds)
        self.jobs = {job.name: job for _, job in self._of_enabled(jobs)}
        self.subscriptions: Named[Subscription] = self._of_enabled(subscriptions)
        self._publish(cast(Named[type[Event]], self._of_enabled(public_events)))
        self.webhook_sources: dict[str, WebhookSource] = dict(self._of_enabled(webhook_sources))
        self._listen()

    def _publish(self, events: Named[type[Event]]) -> None:
        self.public_events = {event.name(): event for _, event in events}
        self.event_owners = {event.name(): plugin for plugin, event in events}

    def _listen(self) -> None:
        """A subscription is a job of its own, and so is the handling of a webhook."""
        self.listeners: dict[str, list[Job]] = {}
        self.jobs |= {job.name: job for job in (handling(*each) for each in self.webhook_sources.items())}
        for _, subscription in self.subscriptions:
            told = listening(subscription)
            self.jobs[told.name] = told
            self.listeners.setdefault(subscription.event, []).append(told)

    @property
    def permissions(self) -> dict[str, Permission]:
        return {each.name: each for _, manifest in self._registry.enabled() for each in manifest.permissions}

    @property
    def catalog(self) -> dict[str, dict[str, str]]:
        """Locale → message id → text, of all plugins."""
        texts: dict[str, dict[str, str]] = {}
        for _, offered in self.translations:
            for locale, messages in offered.items():
                texts.setdefault(locale, {}).update(messages)
        return texts

    @cached_property
    def web_build(self) -> str:
        """Names the pages that are served; another one, and those that are open are old."""
        static = dict(self.static)
        shown: Named[Panel | PanelExtension] = [*self.panels, *self.panel_extensions]
        return build_of(static[plugin] / each.module for plugin, each in shown if plugin in static)

    def refuse_foreign_event(self, kind: type[Event]) -> None:
        """
        Raises:
            PluginError: the class comes from a plugin's package, and its name from another plugin.
        """
        if kind in self._told:
            return
        package = kind.__module__.partition(".")[0]
        theirs = [
            manifest
            for plugin, manifest in self._registry.enabled()
            if plugin.module is not None and plugin.module.__name__.partition(".")[0] == package
        ]
        family = next((each for each in theirs if "." not in each.name), theirs[0] if theirs else None)
        if family is not None:
            names.refuse(family, "event", kind.name())
        self._told.add(kind)

    def _keep_names(
        self,
        kinds: Sequence[tuple[str, Named[Any]]],
        refuse: Callable[[Manifest, str, str], None],
        name_of: Callable[[Any], str],
    ) -> None:
        for what, found in kinds:
            for plugin, manifest, item in names.owners(found, self._registry):
                try:
                    refuse(manifest, what, name_of(item))
                except PluginError as error:
                    self._registry.drop(plugin, error.detail)

    def _named(self, hook: str, kind: type[T], what: str, name_of: Callable[[T], str]) -> Named[T]:
        """What plugins contribute under names of their own, each name once."""
        found = self._registry.collect(hook, kind)
        self._keep_names([(what, found)], names.refuse, name_of)
        self._refuse_twice(what, ((plugin, name_of(each)) for plugin, each in found))
        return found

    def _grantables(self) -> Named[Grantable]:
        found = self._registry.collect("register_grantables", Grantable)
        rights = [(plugin, right) for plugin, each in found for right in each.rights]
        self._keep_names([("grantable", found)], names.refuse, lambda each: each.name)
        self._keep_names([("right", rights)], names.refuse, lambda each: each.permission)
        self._refuse_twice("grantable", ((plugin, each.name) for plugin, each in found))
        return found

    def _searchables(self) -> Named[Searchable]:
        found = self._registry.collect("register_searchables", Searchable)
        self._keep_names([("searchable", found)], names.refuse, lambda each: each.name)
        taken: dict[str, Searchable] = {}
        for plugin, _, each in names.owners(found, self._registry):
            for said in (f"searchable {each.name}", f"searchable of {each.table.name}"):
                if taken.setdefault(said, each) is not each:
                    self._registry.drop(plugin, f"it declares a second {said}; rows are found as one thing")
        return found

    def _keep_public(self, found: Named[type]) -> None:
        """Events that leave the platform are a plugin's own, and documented."""
        for plugin, manifest, event in names.owners(found, self._registry):
            try:
                if not issubclass(event, Event) or not event.__dict__.get("__doc__"):
                    raise PluginError(f"its public event {event.__name__} must be an Event with a docstring")
                if "." not in event.name():
                    raise PluginError(
                        f"its public event {event.__name__} has no name: give its class tag='<family>.<what>'"
                    )
                names.refuse(manifest, "public event", event.name())
            except PluginError as error:
                self._registry.drop(plugin, error.detail)

    def _personal_data(self) -> Named[PersonalData]:
        found = self._registry.collect("register_personal_data", PersonalData)
        for plugin, _, declared in names.owners(found, self._registry):
            if plugin != "core" and (fault := privacy.fault(declared)) is not None:
                self._registry.drop(plugin, fault)
        return found

    def _keep_texts(self, found: Named[Mapping[str, Mapping[str, str]]]) -> None:
        known = {
            (locale, name)
            for _, manifest, offered in names.owners(found, self._registry)
            for locale, texts in offered.items()
            for name in texts
            if names.is_own_text(manifest, name)
        }
        for plugin, manifest, offered in names.owners(found, self._registry):
            try:
                names.refuse_texts(manifest, offered, known)
            except PluginError as error:
                self._registry.drop(plugin, error.detail)

    def _refuse_twice(self, what: str, found: Iterable[tuple[str, str]]) -> None:
        """One that was dropped already, for that name or another, takes nobody's."""
        owners: dict[str, str] = {}
        for plugin, name in found:
            if self._registry.plugins[plugin].state != "enabled":
                continue
            if owners.setdefault(name, plugin) != plugin:
                self._registry.drop(plugin, f"its {what} {name!r} is {owners[name]!r}'s already")

    def _keep_pages(self, panels: Named[Panel]) -> None:
        """Pages at addresses of their plugin, each once."""
        self._keep_names([("page", panels)], names.refuse_path, lambda panel: panel.route)
        self._refuse_twice("panel", ((plugin, panel.id) for plugin, panel in panels))
        self._refuse_twice("page", ((plugin, panel.route) for plugin, panel in panels))

    def _of_enabled(self, found: Named[T]) -> Named[T]:
        return [(plugin, item) for plugin, item in found if self._registry.plugins[plugin].state == "enabled"]


def _table_name(table: type) -> str:
    return str(getattr(table, "__tablename__", table.__name__))


def listening(subscription: Subscription) -> Job:
    """A listener is a job: queued once per event, in order per entity."""

    async def listen(ctx: Context, facts: dict[str, Any]) -> None:
        event = msgspec.convert(facts, subscription.kind) if subscription.kind else facts
        await subscription.listener(ctx, event)

    return Job(name=f"on:{subscription.name}", handler=listen, attempts=subscription.attempts)
