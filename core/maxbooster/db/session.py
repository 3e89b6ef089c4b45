"""The session of a unit of work: whatever it is asked, it sees one account's owned rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import CompoundSelect, Connection, Select, event
from sqlalchemy.orm import ORMExecuteState, Session

from . import boundary

T = TypeVar("T")


class UnitSession(Session):
    """A session that sees one account's owned rows, whatever it is asked.

    `locking`: whether it may lock what it reads; `platform`: whether it sees tables of no account just now.
    """

    def __init__(self, bind: Any, account: UUID | None, reach: boundary.Reach | None = None) -> None:
        super().__init__(bind, autoflush=False, expire_on_commit=False)
        self.account = account
        self.reach = reach
        self.locking = isinstance(bind, Connection)
        self.platform = False

    def answer(self, question: Callable[[Session], T], *, platform: bool) -> T:
        self.platform = platform
        try:
            return question(self)
        finally:
            self.platform = False

    def rest(self) -> None:
        """Give the connection back to the pool, keeping the loaded rows."""
        if (transaction := self.get_transaction()) is not None:
            transaction.close()


@event.listens_for(UnitSession, "do_orm_execute")
def _keep_to_the_account(state: ORMExecuteState) -> None:
    session = cast(UnitSession, state.session)
    if isinstance(state.statement, Select | CompoundSelect):
        state.statement = boundary.narrowed(state.statement, session.account, session.reach)
    boundary.prove(
        state.statement,
        session.get_bind().dialect,
        session.account,
        session.reach,
        platform=session.platform,
        locking=session.locking,
    )
