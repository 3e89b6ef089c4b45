"""What an operator is shown before a plugin is turned on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..settings import Settings, read
from . import switches
from .approval import Approval, Approvals, worded
from .registry import Plugin, Registry, load

if TYPE_CHECKING:
    from ..app import App


@dataclass(frozen=True)
class Asked:
    lines: list[str]
    unapproved: dict[str, tuple[str, ...]]
    """Plugin → all that it asks for, of those that nobody has approved in full."""


def examine(settings: Settings, name: str) -> Asked:
    """What a plugin and the connectors that come with it ask for. Their code is imported and put together for it, and
    nothing of it is run."""
    approvals = switches.approvals(settings)
    registry = _with(settings, approvals, name)
    plugins = [each for each in registry.plugins.values() if _comes_with(each, registry.named(name))]
    lines: list[str] = []
    unapproved: dict[str, tuple[str, ...]] = {}
    for plugin in plugins:
        missing = approvals.missing(plugin.name, plugin.asks) if not plugin.is_ours else ()
        if missing or (not plugin.is_ours and not approvals.is_wanted(plugin.name)):
            unapproved[plugin.name] = plugin.asks
        lines += _told(plugin, missing)
    return Asked([*lines, *_contributed(settings, name)], unapproved)


def _with(settings: Settings, approvals: Approvals, name: str) -> Registry:
    """Whatever that plugin's family asks for counts as approved as far as to be read."""
    off = (switches.disabled(settings.data) | set(settings.disabled)) - {name, name.partition(".")[0]}
    read_too = tuple(f"{each}@" for each in _names(settings, name))
    wanted = Approvals(approvals.by_name, (*approvals.by_setting, *read_too), approvals.places)
    return load(off, examples=settings.examples, approvals=wanted)


def _names(settings: Settings, name: str) -> list[str]:
    return [each for each in switches.loaded(settings).plugins if each == name or each.startswith(f"{name}.")]


def _comes_with(plugin: Plugin, family: Plugin) -> bool:
    is_below = plugin.name.startswith(f"{family.name}.") and plugin.distribution == family.distribution
    return plugin.name == family.name or is_below


def _told(plugin: Plugin, missing: tuple[str, ...]) -> Iterator[str]:
    title = plugin.manifest.title if plugin.manifest else plugin.name
    if plugin.manifest is None:
        yield f"{plugin.name} ({plugin.distribution} {plugin.version}) cannot be read: {plugin.reason}"
        return
    yield f"{title} ({plugin.name}, from {plugin.distribution} {plugin.version})"
    for ask in plugin.asks:
        yield f"  {worded(ask)}" + ("  (not approved yet)" if ask in missing else "")


def _contributed(settings: Settings, name: str) -> Iterator[str]:
    """Its routes, jobs and pages by name, as far as it can be put together."""
    app = _put_together(settings, name)
    offers = app.offers
    routes = [str(each.operation_id) for whose, routes in offers.routes if whose == name for each in routes.handlers]
    jobs = [job for job in offers.jobs if app.registry.owner_of(offers.jobs[job].handler.__module__) == name]
    pages = [panel.route for whose, panel in offers.panels if whose == name]
    framed = app.registry.named(name).is_framed
    for title, found in (
        ("API calls", routes),
        ("jobs", jobs),
        (f"pages ({'in a sandboxed frame' if framed else 'with the session of whoever opens them'})", pages),
    ):
        if found:
            yield f"  {title}: {', '.join(found)}"


def _put_together(settings: Settings, name: str) -> App:
    from ..app import App

    approvals = switches.approvals(settings)
    by_name = dict(approvals.by_name)
    registry = _with(settings, approvals, name)
    for plugin in registry.plugins.values():
        if plugin.state == "waiting" and plugin.asks:
            by_name[plugin.name] = Approval.to(plugin.asks)
    off = (switches.disabled(settings.data) | set(settings.disabled)) - {name, name.partition(".")[0]}
    whole = Approvals(by_name, approvals.by_setting, approvals.places)
    return App(read(), registry=load(off, examples=settings.examples, approvals=whole))
