"""What a family declares of an object that can be shared."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from msgspec import Struct

from ..context import Context
from ..events.event import Event

HEADER = "maxbooster-grant"
"""Holds a link's token, or the id of a grant to the caller's account."""
LINK_PREFIX = "mbg_"

_NAME = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+")

Step = tuple[type[Any], str, str]
"""A table, the column that leads to the object, the column that leads on."""


class Part(Struct, frozen=True):
    """A table of which a grant opens rows: those whose `column` holds the object's id.

    `through`: another table lies in between. `Part(Recording, "id", (Master, "id", "recording_id"))`: the recordings
    whose `id` stands as `recording_id` in masters whose `id` is the object's.
    """

    table: type[Any]
    column: str = "id"
    through: Step | None = None


class Right(Struct, frozen=True):
    """A permission that can be granted, and what it means for whoever receives it."""

    permission: str
    title: str
    writes: tuple[type[Any], ...] = ()
    """Parts whose rows it creates, changes and deletes."""
    emits: tuple[type[Event], ...] = ()
    """Events about the object that it tells. Whoever hears of one acts as the platform."""


class Grantable(Struct, frozen=True, kw_only=True):
    """A kind of object that can be shared.

    Nothing of an account but `parts` can be read by a grant, whatever a handler asks for.
    """

    name: str
    """`<family>.<object>`; translations are the texts `grant.<name>` (its title) and `grant.<name>.<action>` (what the
    right `<family>.<action>` means)."""
    title: str
    rights: tuple[Right, ...]
    parts: tuple[Part, ...]
    load_title: Callable[[Context, UUID], Awaitable[str]]
    """What people call the object. It reads by a grant; raises NotFound where there is none of that id."""
    files: Step | None = None
    """The table through which the object leads to its files."""
    tag: str = ""
    """The custom element that shows it to whoever has a link,"""
    module: str = ""
    """and the JavaScript module below the plugin's static folder that defines it."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"grantable {self.name!r}: use 'family.object', lower case")
        if not self.rights or not self.parts:
            raise ValueError(f"grantable {self.name!r}: say which rights it offers, and which tables they open")
        own = {part.table for part in self.parts if part.through is None}
        leading = {step[0] for step in (*(part.through for part in self.parts), self.files) if step is not None}
        for table in (table for right in self.rights for table in right.writes):
            if table not in own:
                raise ValueError(f"grantable {self.name!r}: {table.__name__} is written: name it as a part of its own")
            if table in leading:
                raise ValueError(
                    f"grantable {self.name!r}: {table.__name__} leads to other rows, so that whoever wrote it would"
                    " choose what is opened; no right can write it"
                )

    @property
    def permissions(self) -> frozenset[str]:
        return frozenset(right.permission for right in self.rights)

    def held(self, permissions: frozenset[str]) -> list[Right]:
        return [right for right in self.rights if right.permission in permissions]


def refuse_undeclarable(operation: str, *, public: bool, step_up: bool) -> None:
    """
    Raises:
        TypeError: a route cannot be opened to grants so.
    """
    if public or step_up:
        raise TypeError(f"{operation}: what is public or wants a recent proof cannot be granted")


def refuse_unnamed(operation: str, grantable: Mapping[str, str], in_path: set[str]) -> None:
    """
    Raises:
        TypeError: the path has no parameter of that name, so that nothing could be compared.
    """
    for kind, parameter in grantable.items():
        if parameter not in in_path:
            raise TypeError(f"{operation}: its path has no {parameter!r} to hold the id of a {kind!r}")
