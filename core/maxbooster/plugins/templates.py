"""Writing a new plugin from a template: a folder of files beside what it is for, copied with its names filled in.

`$name`, `$plugin`, … stand in the files, `NAME` and `PACKAGE` in their paths; each ends with `.tmpl`, so that no tool
takes it for code.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from importlib.abc import Traversable
from importlib.resources import files
from keyword import iskeyword, issoftkeyword
from pathlib import Path
from string import Template
from typing import Any

from .. import __version__
from ..errors import PluginError, suggestion
from . import names
from .kinds import Kind
from .registry import Registry

OWN = {"family": "maxbooster:templates/family", "panel": "maxbooster:templates/panel"}
"""What the core has templates for; the others lie beside their kinds."""
_SUFFIX = ".tmpl"
_FAMILY = re.compile(r"[a-z][a-z0-9]*")
_CONNECTOR = re.compile(r"[a-z][a-z0-9_]*")


def new(registry: Registry, kinds: Sequence[Kind[Any]], *, name: str, template: str, into: Path) -> list[Path]:
    """Write a plugin into a new folder of its name below `into`; returns the files.

    Raises:
        PluginError: there is no such template, the name cannot be used, or its folder is there already.
    """
    known = {**OWN, **{kind.name: kind.template for kind in kinds}}
    if template not in known:
        raise PluginError(
            f"There is no template {template!r}; there are: {', '.join(sorted(known))}."
            f"{suggestion(template, list(known))}"
        )
    kind = next((each for each in kinds if each.name == template), None)
    _refuse_name(registry, name, kind)
    folder = into / name
    if folder.exists():
        raise PluginError(f"{folder} is there already: choose another name, or another folder with --into.")
    said = _names(name, kind)
    package, _, place = known[template].partition(":")
    written = []
    for path, text in _texts(files(package).joinpath(place)):
        filled = folder / path.replace("PACKAGE", said["package"]).replace("NAME", name).removesuffix(_SUFFIX)
        filled.parent.mkdir(parents=True, exist_ok=True)
        filled.write_text(Template(text).substitute(said), "utf-8")
        written.append(filled)
    return written


def _refuse_name(registry: Registry, name: str, kind: Kind[Any] | None) -> None:
    plugin = f"{kind.family}.{name}" if kind else name
    if not (_CONNECTOR if kind else _FAMILY).fullmatch(name):
        letters = "lower-case letters, digits and _" if kind else "lower-case letters and digits"
        raise PluginError(f"The name {name!r} cannot be used: write {letters}, a letter first.")
    if iskeyword(name) or issoftkeyword(name):
        raise PluginError(f"The name {name!r} cannot be used: it is a word of Python.")
    if name in sys.stdlib_module_names:
        raise PluginError(f"The name {name!r} cannot be used: it is a module of Python, which its folder would hide.")
    if (files("maxbooster") / name).is_dir() or (files("maxbooster") / f"{name}.py").is_file():
        raise PluginError(f"The name {name!r} cannot be used: it is a word of the core's, maxbooster.{name}.")
    if plugin in registry.plugins:
        raise PluginError(f"There is a plugin {plugin!r} already: choose another name.")
    if kind is None and (owner := name if names.is_product(name) else names.claims(registry).get(name)):
        raise PluginError(f"The name {name!r} is kept for {owner!r}, a part of the product: choose another.")


def _names(name: str, kind: Kind[Any] | None) -> dict[str, str]:
    family = kind.family if kind else name
    words = [family, name] if kind else [name]
    title = name.replace("_", " ").title()
    return {
        "name": name,
        "family": family,
        "plugin": ".".join(words),
        "package": "_".join(["maxbooster", *words]),
        "distribution": "-".join(["maxbooster", *words]).replace("_", "-"),
        "title": title,
        "Name": title.replace(" ", ""),
        "core_version": __version__,
    }


def _texts(folder: Traversable, at: str = "") -> Iterator[tuple[str, str]]:
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            yield from _texts(each, f"{at}{each.name}/")
        elif each.name.endswith(_SUFFIX):
            yield f"{at}{each.name}", each.read_text("utf-8")
