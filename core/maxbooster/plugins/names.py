"""Whose a name is. Every name that a plugin brings begins with its family; the product's own families also own words of
the trade (`release.submit`, `/releases`), which they claim in their manifest. So nobody can take another's name, in
whatever order plugins are loaded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import PluginError
from .manifest import Manifest

if TYPE_CHECKING:
    from .registry import Registry

PRODUCT = (
    "core", "studio", "billing", "distribution", "social", "marketplace", "analytics", "ai", "growth", "support",
    "sandbox", "tui", "vault", "clamav", "sendgrid",
)  # fmt: skip
"""Names that are kept for the product's own families: they are set up first, and only they may claim areas."""
_CORE = (
    "core", "home", "login", "security", "notice", "notice_kind", "static", "health", "api", "step", "work", "offline",
)  # fmt: skip
"""Words of the core beyond the areas of its permissions."""
_OF_SOMETHING = ("job", "step", "event", "notice", "notice_kind", "audit", "grant")
"""Texts about something begin so: `job.setlist.fill` is the text of the job `setlist.fill`."""


def is_product(name: str) -> bool:
    return name in PRODUCT


def refuse_foreign(manifest: Manifest, taken: Mapping[str, str]) -> None:
    """Names that the manifest itself holds.

    Raises:
        PluginError: one of them is not the plugin's; `taken` says whose the claimed areas are.
    """
    if manifest.name == "core":
        return
    if manifest.areas and not is_product(manifest.name):
        raise PluginError(
            f"it claims the areas {', '.join(manifest.areas)}: only the product's families claim areas; let its names"
            f" begin with {manifest.family!r}"
        )
    for area in (manifest.family, *manifest.areas):
        if taken.get(area, manifest.family) != manifest.family:
            raise PluginError(f"its name {area!r} is a word of {taken[area]!r}: choose another")
    for permission in manifest.permissions:
        refuse(manifest, "permission", permission.name)
    for command in manifest.commands:
        if command.name.partition("-")[0] not in _own(manifest):
            raise PluginError(f"its command {command.name!r} is not its own: {_advice(manifest, '-')}")


def refuse(manifest: Manifest, what: str, name: str) -> None:
    """
    Raises:
        PluginError: the name begins with somebody else's area.
    """
    if manifest.name != "core" and name.partition(".")[0] not in _own(manifest):
        raise PluginError(f"its {what} {name!r} is not its own: {_advice(manifest, '.')}")


def refuse_table(manifest: Manifest, what: str, name: str) -> None:
    """The same for a table."""
    if manifest.name != "core" and name.partition("_")[0] not in _own(manifest):
        raise PluginError(f"its {what} {name!r} is not its own: {_advice(manifest, '_')}")


def refuse_path(manifest: Manifest, what: str, path: str) -> None:
    """The same for an address in the web application."""
    if manifest.name != "core" and path.strip("/").partition("/")[0] not in _own(manifest):
        raise PluginError(f"its {what} {path!r} is not its own: let it begin with '/{manifest.family}'")


def refuse_texts(
    manifest: Manifest, offered: Mapping[str, Mapping[str, str]], known: Collection[tuple[str, str]]
) -> None:
    """A plugin may bring a language for everybody, but no other words for what has some in that language.

    Raises:
        PluginError: a text is another plugin's. `known`: locale and name of what owners say of themselves.
    """
    for locale, texts in offered.items():
        for name in texts:
            if not is_own_text(manifest, name) and (locale == "en" or (locale, name) in known):
                raise PluginError(f"its text {name!r} ({locale}) is not its own: {_advice(manifest, '.')}")


def is_own_text(manifest: Manifest, name: str) -> bool:
    return manifest.name == "core" or _subject(name) in _own(manifest)


def _subject(name: str) -> str:
    """`job.on:setlist.print_sheet` → `setlist`."""
    first, _, rest = name.partition(".")
    if first not in _OF_SOMETHING or "." not in rest:
        return first
    return rest.removeprefix("on:").removeprefix("webhook:").partition(".")[0]


def _own(manifest: Manifest) -> tuple[str, ...]:
    return (manifest.family, *manifest.areas)


def _advice(manifest: Manifest, separator: str) -> str:
    return f"let it begin with '{manifest.family}{separator}'"


def claims(registry: Registry) -> dict[str, str]:
    """Area → family, of the core and of those that are enabled."""
    taken = dict.fromkeys(_CORE, "core")
    for _, manifest in registry.enabled():
        if manifest.name == "core":
            taken |= {permission.name.partition(".")[0]: "core" for permission in manifest.permissions}
            taken |= {command.name: "core" for command in manifest.commands}
        elif is_product(manifest.name):
            for area in (manifest.family, *manifest.areas):
                taken.setdefault(area, manifest.family)
    return taken


def owners(items: Sequence[tuple[str, Any]], registry: Registry) -> Iterator[tuple[str, Manifest, Any]]:
    """Items of plugins that are still enabled, with the manifest of each."""
    for plugin, item in items:
        found = registry.plugins[plugin]
        if found.state == "enabled" and found.manifest is not None:
            yield plugin, found.manifest, item
