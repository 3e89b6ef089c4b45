"""What the enabled plugins add up to. A plugin whose contribution cannot be used is dropped whole, and named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ..context import Context
from ..events.event import Subscription
from ..health import HealthCheck
from ..http import probe
from ..http.routes import Routes
from ..jobs.job import Job
from ..privacy import PersonalData
from ..services import Service
from .manifest import ConsoleView, Panel, Permission
from .registry import Registry

T = TypeVar("T")
Named = list[tuple[str, T]]


class Contributions:
    """Gathered once, at the start. In pairs `(plugin name, item)` where it matters whose an item is."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        routes = registry.collect("register_routes", Routes)
        probe.drop_unservable(registry, routes)
        jobs = registry.collect("register_jobs", Job)
        subscriptions = registry.collect("register_subscriptions", Subscription)
        self._refuse_twice("job", ((plugin, job.name) for plugin, job in jobs))
        self._refuse_twice("subscription", ((plugin, each.name) for plugin, each in subscriptions))
        panels = registry.collect("register_panels", Panel)
        console_views = registry.collect("register_console_views", ConsoleView)
        health_checks = registry.collect("register_health_checks", HealthCheck)
        services = registry.collect("register_services", Service)
        tables = registry.collect("register_tables", type)
        personal_data = registry.collect("register_personal_data", PersonalData)
        static = registry.answers("register_static", Path)
        translations = registry.answers("register_translations", Mapping)

        self.routes: Named[Routes] = self._of_enabled(routes)
        self.panels: Named[Panel] = self._of_enabled(panels)
        self.console_views: Named[ConsoleView] = self._of_enabled(console_views)
        self.services: Named[Service] = self._of_enabled(services)
        self.static: Named[Path] = self._of_enabled(static)
        self.translations: Named[Mapping[str, Mapping[str, str]]] = self._of_enabled(translations)
        self.health_checks = [check for _, check in self._of_enabled(health_checks)]
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

    def _refuse_twice(self, what: str, names: Iterable[tuple[str, str]]) -> None:
        owners: dict[str, str] = {}
        for plugin, name in names:
            if owners.setdefault(name, plugin) != plugin:
                self._registry.drop(plugin, f"its {what} {name!r} is {owners[name]!r}'s already")

    def _of_enabled(self, found: Named[T]) -> Named[T]:
        return [(plugin, item) for plugin, item in found if self._registry.plugins[plugin].state == "enabled"]


def listening(subscription: Subscription) -> Job:
    """A listener is a job: queued once per event, in order per entity."""

    async def listen(ctx: Context, facts: dict[str, Any]) -> None:
        event = msgspec.convert(facts, subscription.kind) if subscription.kind else facts
        await subscription.listener(ctx, event)

    return Job(name=f"on:{subscription.name}", handler=listen, attempts=subscription.attempts)
