"""What a plugin asks for, and whether the operator has approved it.

The product's own plugins come with the installation, and an editable one is being worked on on this very machine:
whoever put them there has approved them. Every other plugin waits, its code unread, until `maxbooster plugins enable`
has shown what it asks for; and waits again when a new version asks for more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast
from urllib.parse import unquote, urlsplit

import msgspec
from msgspec import Struct

from .manifest import Manifest

EVERYTHING = "*"
Pages = Literal["page", "frame"]


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator said yes to at enabling."""

    asks: tuple[str, ...] = ()
    digest: str = ""
    by: str = ""
    """The user of the machine who ran the command."""
    at: datetime | None = None

    @classmethod
    def to(cls, asks: tuple[str, ...], *, by: str = "", at: datetime | None = None) -> Approval:
        return cls(asks, digest(asks), by, at)


class Approvals(Struct, frozen=True):
    """Of the switches' file by name, and of the setting `core.approved`: `name@digest`, or `*` for everything."""

    by_name: Mapping[str, Approval] = {}
    by_setting: tuple[str, ...] = ()
    places: Mapping[str, Pages] = {}
    """Name → where its panels run, where the operator has said that."""

    def pages(self, name: str, *, ours: bool) -> Pages:
        """Pages of third parties run in a sandboxed frame unless the operator trusts them."""
        return self.places.get(name) or ("page" if ours or EVERYTHING in self.by_setting else "frame")

    def is_wanted(self, name: str) -> bool:
        """Whether the operator has said anything to it, so that its code may be read."""
        return name in self.by_name or any(each.partition("@")[0] in (name, EVERYTHING) for each in self.by_setting)

    def missing(self, name: str, asks: tuple[str, ...]) -> tuple[str, ...]:
        """What it asks for beyond what was approved."""
        if EVERYTHING in self.by_setting or f"{name}@{digest(asks)}" in self.by_setting:
            return ()
        approved = self.by_name.get(name)
        return tuple(each for each in asks if approved is None or each not in approved.asks)


ALL = Approvals(by_setting=(EVERYTHING,))


def comes_approved(entry: EntryPoint, *, owned: bool) -> bool:
    """Whether whoever installed it has approved it by that: a part of the product, or a folder that is being worked on
    (PEP 610). `owned`: whether its distribution is the product's own for that name."""
    return owned or entry.dist is None or _is_editable(entry)


def _is_editable(entry: EntryPoint) -> bool:
    """Its code lies in the folder that is noted, and not among the installed packages: a wheel may bring a note."""
    noted = entry.dist.read_text("direct_url.json") if entry.dist else None
    try:
        said = json.loads(noted) if noted else {}
        if not said.get("dir_info", {}).get("editable"):
            return False
        worked_on = Path(unquote(urlsplit(said["url"]).path)).resolve()
    except (ValueError, KeyError, AttributeError):
        return False
    assert entry.dist is not None
    installed = Path(str(entry.dist.locate_file(""))).resolve()
    code = _code_of(entry.module.partition(".")[0])
    return code is not None and code.is_relative_to(worked_on) and not code.is_relative_to(installed)


def _code_of(package: str) -> Path | None:
    """Where a package or a module of the top level lies, without running it."""
    try:
        found = find_spec(package)
    except (ImportError, ValueError):
        return None
    places = list(found.submodule_search_locations or ()) if found else []
    place = places[0] if places else (found.origin if found else None)
    return Path(place).resolve() if place else None


def digest(asks: tuple[str, ...]) -> str:
    """Short enough to type, too long to hit by chance."""
    return sha256("\n".join(sorted(asks)).encode()).hexdigest()[:16]


def asks_of(manifest: Manifest, module: ModuleType) -> tuple[str, ...]:
    """What it asks for, as stable words `kind:name`, sorted."""
    return tuple(sorted({*_of_manifest(manifest), *(f"hook:{name}" for name in hooks_of(module))}))


def hooks_of(module: ModuleType) -> list[str]:
    return sorted(name for name, value in vars(module).items() if hasattr(value, "maxbooster_impl"))


def _of_manifest(manifest: Manifest) -> Iterator[str]:
    yield from (f"host:{host}" for host in manifest.hosts)
    yield from (f"host-of-setting:{field}" for field in manifest.hosts_from_settings)
    if manifest.hosts_from_people:
        yield "hosts-of-people"
    yield from (f"requires:{name}" for name in manifest.requires)
    yield from (f"{'across' if each.across else 'permission'}:{each.name}" for each in manifest.permissions)
    yield from (f"operation:{name}" for name in manifest.operations)
    yield from (f"command:{command.name}" for command in manifest.commands)
    for kind in (manifest.settings, manifest.account_settings):
        yield from (f"secret:{name}" for name in _secrets(cast(Any, kind)))
    if manifest.migrations:
        yield "tables"


@cache
def _secrets(kind: type[Any] | None) -> list[str]:
    fields = msgspec.structs.fields(kind) if kind is not None else ()
    return [field.name for field in fields if _is_secret(field.type)]


def _is_secret(kind: Any) -> bool:
    said = [each for each in getattr(kind, "__metadata__", ()) if isinstance(each, msgspec.Meta)]
    return any((each.extra_json_schema or {}).get("format") == "password" for each in said)


_WORDS = {
    "host": "calls {}",
    "host-of-setting": "calls the server that its setting {} names",
    "hosts-of-people": "calls any public server that people name",
    "requires": "uses {}",
    "permission": "adds the permission {}",
    "across": "adds the permission {}, which reaches into other accounts",
    "operation": "has its pages call {}",
    "command": "adds the command maxbooster {}",
    "secret": "is given the secret {}",
    "tables": "keeps tables of its own in the database",
    "hook": "takes part in {}",
}
_HOOKS = {
    "register_routes": "answers API calls",
    "register_jobs": "runs jobs in the background",
    "register_subscriptions": "hears events",
    "register_panels": "adds pages to the web application",
    "register_panel_extensions": "shows something on pages of others",
    "public_page": "publishes pages that strangers see",
    "register_services": "keeps a service running",
    "inspect_file": "reads every file that is uploaded, and may refuse it",
    "key_service": "unwraps the keys of all secrets",
    "mail_transport": "sends all emails",
    "webhook_source": "receives webhooks",
    "oauth_provider": "offers logins at outside services",
    "search": "is told what people search for",
}


def worded(ask: str) -> str:
    """For the operator: “calls api.example.com”."""
    kind, _, name = ask.partition(":")
    if kind == "hook" and name in _HOOKS:
        return _HOOKS[name]
    return _WORDS[kind].replace("{}", name)
