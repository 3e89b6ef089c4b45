"""A table over a label's sub-accounts, as a plugin declares it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from ..context import Context

Form = Literal["text", "number", "date", "money", "status"]


class RollUpMoney(Struct, frozen=True):
    """In the currency's minor unit; `currency` is its ISO 4217 code."""

    amount: int
    currency: str


RollUpValue = str | int | RollUpMoney | None
"""Days and times in ISO 8601."""


class RollUpColumn(Struct, frozen=True):
    name: str
    title: str
    """The message `rollup.<roll-up>.<name>` translates it."""
    form: Form = "text"
    words: Mapping[str, str] = {}
    """What a `status` can be, as people read it; the message `rollup.<roll-up>.<name>.<status>` translates it."""


class RollUpRow(Struct, frozen=True):
    values: Mapping[str, RollUpValue]
    path: str = ""
    """Where it leads in the web application, once the caller is in that account."""
    needs_attention: bool = False


class RollUp(Struct, frozen=True, kw_only=True):
    """Rows of every sub-account, side by side."""

    name: str
    """`<family>.<rows>`: "distribution.releases"."""
    title: str
    """The message `rollup.<name>` translates it."""
    permission: str
    """One for work across accounts (`across=True`): by it each sub-account is entered."""
    columns: tuple[RollUpColumn, ...]
    read: Callable[[Context, int], Awaitable[Sequence[RollUpRow]]]
    """Given a Context in one sub-account and how many rows are shown: those rows, the most important first, and one
    more where there are more."""
    order: int = 50
    """As of a panel: 20 create, 30 release, 40 royalties, 50 money."""
