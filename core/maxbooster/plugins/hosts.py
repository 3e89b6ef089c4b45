"""Which hosts a plugin may call: those that its manifest declares, which the operator has approved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from ..errors import UsageError, suggestion

if TYPE_CHECKING:
    from ..app import App

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_DECLARED = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*")


class UndeclaredHost(UsageError):
    """A plugin calls a host that it doesn't declare."""


class DeclaredHosts(Struct, frozen=True):
    """Of one plugin; of a family with its connectors', as its modules make calls for them."""

    plugin: str
    names: tuple[str, ...] = ()
    people: bool = False

    def admit(self, host: str, *, user_supplied: bool) -> None:
        """
        Raises:
            UndeclaredHost: says which host, and what to write into the manifest.
        """
        if user_supplied and self.people:
            return
        if not user_supplied and any(_matches(host.lower().rstrip("."), name) for name in self.names):
            return
        if user_supplied:
            raise UndeclaredHost(
                f"the plugin {self.plugin} calls {host}, which a person named: its manifest must say"
                " hosts_from_people=True, and the operator approve it"
            )
        declared = ", ".join(self.names) or "none"
        raise UndeclaredHost(
            f"the plugin {self.plugin} calls {host}, which it doesn't declare (declared: {declared}): add it to `hosts`"
            " in its manifest, or the setting that names it to `hosts_from_settings`"
        )


def declared_hosts(app: App, plugin: str) -> DeclaredHosts:
    """A connector may call what its family declares too."""
    family = plugin.partition(".")[0]
    names: dict[str, None] = {}
    people = False
    for each, manifest in app.registry.enabled():
        if each.name not in (plugin, family) and not ("." not in plugin and manifest.family == family):
            continue
        names |= dict.fromkeys((*manifest.hosts, *_from_settings(app, manifest)))
        people |= manifest.hosts_from_people
    return DeclaredHosts(plugin, tuple(names), people)


def refuse_unknown_hosts(hosts: tuple[str, ...], fields: tuple[str, ...], settings: type[Any] | None) -> None:
    """
    Raises:
        ValueError: a declared host is no name, or a field is none of the settings.
    """
    for host in hosts:
        if not _DECLARED.fullmatch(host):
            raise ValueError(f"host {host!r}: write a name, api.example.com, or *.example.com, in lower case")
    known = [field.name for field in msgspec.structs.fields(settings)] if settings is not None else []
    for field in fields:
        if field not in known:
            raise ValueError(f"hosts_from_settings {field!r} is no field of its settings.{suggestion(field, known)}")


def _matches(host: str, declared: str) -> bool:
    if declared.startswith("*."):
        return host.endswith(declared[1:]) and len(host) > len(declared) - 1
    return host == declared


def _from_settings(app: App, manifest: Any) -> Iterator[str]:
    if manifest.hosts_from_settings:
        given = app.settings_of(manifest.settings)
        for field in manifest.hosts_from_settings:
            value = getattr(given, field)
            for address in (value,) if isinstance(value, str) else value or ():
                if host := host_of(address):
                    yield host


def host_of(address: str) -> str:
    """Of a URL, or of `host:port`; empty where there is none."""
    try:
        return (urlsplit(address if "://" in address else f"//{address}").hostname or "").lower()
    except ValueError:
        return ""
