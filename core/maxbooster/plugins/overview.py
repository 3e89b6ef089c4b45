"""What an operator is shown of every installed plugin: what it asks for, and who approved that, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from .approval import EVERYTHING, Approvals, Pages, digest, worded
from .registry import Plugin, Registry, State

Source = Literal["installation", "operator", "setting"]


class Ask(Struct, frozen=True):
    description: str
    """“calls api.example.com”."""
    is_approved: bool


class PluginApproval(Struct, frozen=True):
    name: str
    title: str
    distribution: str
    version: str
    state: State
    reason: str | None
    """Why it is off, waits or is broken."""
    approved: Source | None
    """By its installation, as a part of the product; by an operator; or by the setting `core.approved`."""
    approved_by: str | None
    """Who ran `maxbooster plugins enable`; unknown of approvals by an earlier version."""
    approved_at: datetime | None
    pages: Pages
    """Whether its pages run in a sandboxed frame, or in the page with the session of whoever opens them."""
    asks: list[Ask]
    """Empty while its code is unread, because nobody has approved anything of it."""
    no_longer: list[str]
    """What was approved, and what this version does not ask for any more."""


def overview(registry: Registry, approvals: Approvals) -> Iterator[PluginApproval]:
    return (_told(plugin, approvals) for plugin in registry.plugins.values())


def _told(plugin: Plugin, approvals: Approvals) -> PluginApproval:
    missing = () if plugin.is_ours else approvals.missing(plugin.name, plugin.asks)
    source = _source(plugin, approvals)
    kept = approvals.by_name.get(plugin.name) if source == "operator" else None
    return PluginApproval(
        name=plugin.name,
        title=plugin.manifest.title if plugin.manifest else plugin.name,
        distribution=plugin.distribution,
        version=plugin.version,
        state=plugin.state,
        reason=plugin.reason,
        approved=source,
        approved_by=(kept.by or None) if kept else None,
        approved_at=kept.at if kept else None,
        pages="frame" if plugin.is_framed else "page",
        asks=[Ask(worded(ask), ask not in missing) for ask in plugin.asks],
        no_longer=[worded(ask) for ask in kept.asks if ask not in plugin.asks] if kept and plugin.asks else [],
    )


def _source(plugin: Plugin, approvals: Approvals) -> Source | None:
    if plugin.is_ours:
        return "installation"
    if EVERYTHING in approvals.by_setting or f"{plugin.name}@{digest(plugin.asks)}" in approvals.by_setting:
        return "setting"
    return "operator" if plugin.name in approvals.by_name else None
