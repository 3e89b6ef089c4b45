"""What the enabled plugins add up to. A plugin whose contribution cannot be used is dropped whole, and named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ..context import Context
from ..errors import PluginError
from ..events.event import Event, Subscription
from ..health import HealthCheck
from ..http import probe
from ..http.routes import Routes
from ..jobs.job import Job
from ..privacy import PersonalData
from ..services import Service
from . import names
from .manifest import ConsoleView, Manifest, Panel, Permission
from .registry import Registry

T = TypeVar("T")
Named = list[tuple[str, T]]


class Contributions:
    """Gathered once, at the start. In pairs `(plugin name, item)` where it matters whose an item is."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._told: set[type[Event]] = set()
        routes = registry.collect("register_routes", Routes)
        probe.drop_unservable(registry, routes)
        jobs = registry.collect("register_jobs", Job)
        subscriptions = registry.collect("register_subscriptions", Subscription)
        panels = registry.collect("register_panels", Panel)
        console_views = registry.collect("register_console_views", ConsoleView)
        health_checks = registry.collect("register_health_checks", HealthCheck)
        services = registry.collect("register_services", Service)
        tables = registry.collect("register_tables", type)
        personal_data = registry.collect("register_personal_data", PersonalData)
        static = registry.answers("register_static", Path)
        translations = registry.answers("register_translations", Mapping)
        self._keep_names([("job", jobs), ("subscription", subscriptions)], names.refuse, lambda each: each.name)
        self._keep_names([("panel", panels), ("console view", console_views)], names.refuse, lambda each: each.id)
        self._keep_names([("page", panels)], names.refuse_path, lambda panel: panel.route)
        self._keep_names([("table", tables)], names.refuse, _family_of)
        self._keep_texts(translations)
        self._refuse_twice("job", ((plugin, job.name) for plugin, job in jobs))
        self._refuse_twice("subscription", ((plugin, each.name) for plugin, each in subscriptions))
        self._refuse_twice("panel", ((plugin, panel.id) for plugin, panel in panels))
        self._refuse_twice("page", ((plugin, panel.route) for plugin, panel in panels))

        self.routes: Named[Routes] = self._of_enabled(routes)
        self.panels: Named[Panel] = self._of_enabled(panels)
        self.console_views: Named[ConsoleView] = self._of_enabled(console_views)
        self.services: Named[Service] = self._of_enabled(services)
        self.static: Named[Path] = self._of_enabled(static)
        self.translations: Named[Mapping[str, Mapping[str, str]]] = self._of_enabled(translations)
        self.health_checks: Named[HealthCheck] = self._of_enabled(health_checks)
        self.tables = [table for _, table in self._of_enabled(tables)]
        self.personal_data = [each for _, each in self._of_enabled(personal_data)]
        self.jobs = {job.name: job for _, job in self._of_enabled(jobs)}
        self.listeners: dict[str, list[Job]] = {}
        for _, subscription in self._of_enabled(subscriptions):
            told = listening(subscription)
            self.jobs[told.name] = told
            self.listeners.setdefault(subscription.event, []).append(told)

    @property
    def permissions(self) -> dict[str, Permission]:
        return {each.name: each for _, manifest in self._registry.enabled() for each in manifest.permissions}

    @property
    def catalogue(self) -> dict[str, dict[str, str]]:
        """Locale → message id → text, of all plugins."""
        texts: dict[str, dict[str, str]] = {}
        for _, offered in self.translations:
            for locale, messages in offered.items():
                texts.setdefault(locale, {}).update(messages)
        return texts

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
        owners: dict[str, str] = {}
        for plugin, name in found:
            if owners.setdefault(name, plugin) != plugin:
                self._registry.drop(plugin, f"its {what} {name!r} is {owners[name]!r}'s already")

    def _of_enabled(self, found: Named[T]) -> Named[T]:
        return [(plugin, item) for plugin, item in found if self._registry.plugins[plugin].state == "enabled"]


def _family_of(table: type) -> str:
    """`setlist_song` → `setlist`."""
    return str(getattr(table, "__tablename__", table.__name__)).partition("_")[0]


def listening(subscription: Subscription) -> Job:
    """A listener is a job: queued once per event, in order per entity."""

    async def listen(ctx: Context, facts: dict[str, Any]) -> None:
        event = msgspec.convert(facts, subscription.kind) if subscription.kind else facts
        await subscription.listener(ctx, event)

    return Job(name=f"on:{subscription.name}", handler=listen, attempts=subscription.attempts)
