"""What happens by itself when its time has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .store import Store
    from .work import Work

Action = Callable[["Work", str], None]

_actions: dict[str, Action] = {}


def falls_due(name: str) -> Callable[[Action], Action]:
    """Do this with the object when the plan of that name falls due."""

    def register(action: Action) -> Action:
        _actions[name] = action
        return action

    return register


def next_due(store: Store) -> int | None:
    rows = store.execute("SELECT min(at) AS at FROM due")
    return rows[0]["at"]


def do_next(store: Store, work: Work, until: int) -> bool:
    """Do the earliest that is due by `until`, at its own time and in its own transaction; False when nothing is."""
    rows = store.execute("SELECT * FROM due WHERE at <= ? ORDER BY at, sequence LIMIT 1", until)
    if not rows:
        return False
    row = rows[0]
    with store.transaction():
        store.execute("DELETE FROM due WHERE sequence = ?", row["sequence"])
        at = replace(work, now=row["at"], platform=row["platform"], account=row["account"])
        _actions[row["action"]](at, row["id"])
    return True
