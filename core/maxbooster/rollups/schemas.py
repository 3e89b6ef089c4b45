"""What goes over HTTP."""

from __future__ import annotations

from uuid import UUID

from msgspec import Struct

from .roll_up import RollUp, RollUpColumn, RollUpValue


class RollUpOut(Struct):
    name: str
    title: str
    columns: list[RollUpColumn]

    @classmethod
    def of(cls, it: RollUp) -> RollUpOut:
        return cls(it.name, it.title, list(it.columns))


class RollUpRowOut(Struct):
    values: dict[str, RollUpValue]
    """Column → what is there."""
    path: str
    """Where it leads in the web application, once the caller is in that account; may be empty."""
    needs_attention: bool


class RolledUp(Struct):
    """One sub-account in a roll-up."""

    account: UUID
    account_name: str
    rows: list[RollUpRowOut]
    """The most important first."""
    has_more: bool
    """There are more rows in the account than are shown here."""
    failed: bool = False
    """Its rows could not be read; the others' are right."""
