"""Which plugins the operator has switched off, and what of third parties' was approved: one small file in the data
folder, read at start."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace as changed

from ..errors import PluginError, SettingsError
from ..settings import Settings
from .approval import Approval, Approvals, Pages, digest
from .registry import Registry, load


class Switches(Struct, frozen=True, forbid_unknown_fields=True):
    disabled: tuple[str, ...] = ()
    pages: Mapping[str, Pages] = {}
    approved: Mapping[str, Approval] = {}


def loaded(settings: Settings) -> Registry:
    """The plugins that are installed, as the operator has switched and approved them."""
    return load(
        disabled(settings.data) | set(settings.disabled), examples=settings.examples, approvals=approvals(settings)
    )


def approvals(settings: Settings) -> Approvals:
    kept = read(settings.data)
    return Approvals(kept.approved, settings.approved, kept.pages)


def disabled(folder: Path) -> set[str]:
    return set(read(folder).disabled)


def read(folder: Path) -> Switches:
    """
    Raises:
        SettingsError: the file cannot be read, or was changed by hand to what it cannot say.
    """
    try:
        text = _file(folder).read_text("utf-8")
    except FileNotFoundError:
        return Switches()
    except NotADirectoryError:
        raise SettingsError(
            f"The data folder {folder} cannot be used: it, or a part of its path, is a file."
            " Choose a folder with MAXBOOSTER_DATA.",
            field="core.data",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {_file(folder)} cannot be read: {error}.", field="core.data") from error
    return _decoded(folder, text)


def _decoded(folder: Path, text: str) -> Switches:
    try:
        found = msgspec.convert(tomllib.loads(text), Switches)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(f'{_file(folder)}: expected a list `disabled = ["name"]` ({error})') from error
    for name, approval in found.approved.items():
        if approval.digest != digest(approval.asks):
            raise SettingsError(
                f"{_file(folder)}: what was approved of {name} was changed by hand. Remove its section, then run"
                f" `maxbooster plugins enable {name}`."
            )
    return found


def disable(folder: Path, registry: Registry, name: str) -> None:
    """Switch a family or a connector off from the next start.

    Raises:
        PluginError: it must stay on.
    """
    refuse_needed(registry, name)
    _write(folder, _off(read(folder), {name, *read(folder).disabled}))


def refuse_needed(registry: Registry, name: str) -> None:
    """
    Raises:
        PluginError: no such plugin, it is the core, or an enabled plugin requires it.
    """
    registry.named(name)
    if name == "core":
        raise PluginError("The core cannot be disabled.")
    for other, manifest in registry.enabled():
        if name in manifest.requires and not other.name.startswith(f"{name}."):
            raise PluginError(f"{other.name!r} requires {name!r}: disable {other.name!r} first.")


def enable(
    folder: Path,
    registry: Registry,
    name: str,
    *,
    approved: Mapping[str, tuple[str, ...]] | None = None,
    by: str = "",
    pages: Pages | None = None,
) -> None:
    """Switch a plugin on from the next start. `approved`: plugin → what the operator lets it have; `by`: who that is.

    Raises:
        PluginError: no such plugin.
    """
    registry.named(name)
    kept = read(folder)
    given = {each: Approval.to(asks, by=by, at=datetime.now(UTC)) for each, asks in (approved or {}).items()}
    places: dict[str, Pages] = {**kept.pages, **dict.fromkeys([name, *given], pages)} if pages else dict(kept.pages)
    _write(folder, changed(_off(kept, {*kept.disabled} - {name}), approved={**kept.approved, **given}, pages=places))


def forget(folder: Path, family: str) -> None:
    """A family that is not installed any more, and its connectors, need no switch and no approval."""

    def left(names: Any) -> list[str]:
        return [name for name in names if name.partition(".")[0] != family]

    kept = read(folder)
    fresh = Switches(
        tuple(left(kept.disabled)),
        {name: kept.pages[name] for name in left(kept.pages)},
        {name: kept.approved[name] for name in left(kept.approved)},
    )
    if fresh != kept:
        _write(folder, fresh)


def replace(folder: Path, names: set[str]) -> None:
    """Exactly these are off, as in an installation that was backed up."""
    if names != disabled(folder):
        _write(folder, _off(read(folder), names))


def _off(kept: Switches, names: set[str]) -> Switches:
    return changed(kept, disabled=tuple(sorted(names)))


def _file(folder: Path) -> Path:
    return folder / "plugins.toml"


def _written(kept: Switches) -> str:
    """JSON's text and lists are TOML's."""
    lines = [f"disabled = {json.dumps(kept.disabled)}"]
    if kept.pages:
        lines += ["", "[pages]", *(f"{json.dumps(name)} = {json.dumps(place)}" for name, place in kept.pages.items())]
    for name, approval in sorted(kept.approved.items()):
        lines += ["", f"[approved.{json.dumps(name)}]", f"digest = {json.dumps(approval.digest)}"]
        lines += [f"by = {json.dumps(approval.by)}"] if approval.by else []
        lines += [f"at = {approval.at.isoformat()}"] if approval.at else []
        lines += ["asks = ["]
        lines += [*(f"    {json.dumps(ask)}," for ask in approval.asks), "]"]
    return "\n".join(lines) + "\n"


def _write(folder: Path, kept: Switches) -> None:
    fresh = _file(folder).with_suffix(".new")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(_written(kept), "utf-8")
        os.replace(fresh, _file(folder))
    except OSError as error:
        raise SettingsError(
            f"The file {_file(folder)} cannot be written: {error.strerror}. Choose another folder with"
            " MAXBOOSTER_DATA, or change its permissions.",
            field="core.data",
        ) from error
