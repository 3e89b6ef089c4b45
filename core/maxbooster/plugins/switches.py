"""Which plugins the operator has switched off: one small file in the data folder, read at start."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from ..errors import PluginError, SettingsError
from .registry import Registry


def disabled(folder: Path) -> set[str]:
    try:
        text = _file(folder).read_text("utf-8")
    except FileNotFoundError:
        return set()
    except NotADirectoryError:
        raise SettingsError(
            f"The data folder {folder} cannot be used: it, or a part of its path, is a file."
            " Choose a folder with MAXBOOSTER_DATA.",
            field="core.data",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {_file(folder)} cannot be read: {error}.", field="core.data") from error
    try:
        return set(tomllib.loads(text)["disabled"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise SettingsError(f'{_file(folder)}: expected a list `disabled = ["name"]` ({error})') from error


def disable(folder: Path, registry: Registry, name: str) -> None:
    """Switch a family or a connector off from the next start.

    Raises:
        PluginError: it must stay on.
    """
    refuse_needed(registry, name)
    _write(folder, disabled(folder) | {name})


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


def enable(folder: Path, registry: Registry, name: str) -> None:
    """Switch a plugin on from the next start.

    Raises:
        PluginError: no such plugin.
    """
    registry.named(name)
    _write(folder, disabled(folder) - {name})


def forget(folder: Path, family: str) -> None:
    """A family that is not installed any more, and its connectors, need no switch."""
    named = disabled(folder)
    left = {name for name in named if name.partition(".")[0] != family}
    if left != named:
        _write(folder, left)


def replace(folder: Path, names: set[str]) -> None:
    """Exactly these are off, as in an installation that was backed up."""
    if names != disabled(folder):
        _write(folder, names)


def _file(folder: Path) -> Path:
    return folder / "plugins.toml"


def _write(folder: Path, names: set[str]) -> None:
    fresh = _file(folder).with_suffix(".new")
    listed = ", ".join(f'"{name}"' for name in sorted(names))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(f"disabled = [{listed}]\n", "utf-8")
        os.replace(fresh, _file(folder))
    except OSError as error:
        raise SettingsError(
            f"The file {_file(folder)} cannot be written: {error.strerror}. Choose another folder with"
            " MAXBOOSTER_DATA, or change its permissions.",
            field="core.data",
        ) from error
