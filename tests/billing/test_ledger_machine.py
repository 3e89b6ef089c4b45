"""Whatever is posted, held, settled, voided, reversed and transferred, in whatever order: the sum is zero throughout,
and the books are what a simple model says."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, text

from maxbooster.db.engine import Database
from maxbooster.plugin import Conflict, new_id
from maxbooster_billing.ledger.posting import KeyReused, Leg, Overdrawn, Posted, Transaction, post, reverse, void
from maxbooster_billing.ledger.verify import verify

from .conftest import NOW, paid, sale

amounts = st.integers(1, 400)
payees = st.sampled_from(["nova", "lux"])


class Books(RuleBasedStateMachine):
    database: Database

    posted = Bundle("posted")
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.book, self.other = new_id(), new_id()
        self.owed: dict[str, int] = defaultdict(int)
        self.reserved: dict[str, int] = defaultdict(int)
        self.bank = 0
        self.number = 0

    def key(self) -> str:
        self.number += 1
        return str(self.number)

    def run(self, function: Any, *arguments: Any, book: Any = None, **more: Any) -> Posted:
        def act(connection: Connection) -> Posted:
            return function(connection, book or self.book, *arguments, NOW, **more)

        with self.database.lock.held(), self.database.engine.begin() as connection:
            return act(connection)

    def free(self, payee: str) -> int:
        return self.owed[payee] - self.reserved[payee]

    @rule(target=posted, amount=amounts, payee=payees)
    def sell(self, amount: int, payee: str) -> Any:
        done = self.run(post, sale(self.key(), amount, payee))
        self.owed[payee] += amount
        return (done.id, amount, payee)

    @rule(amount=amounts, payee=payees)
    def pay(self, amount: int, payee: str) -> None:
        if amount > self.free(payee):
            with pytest.raises(Overdrawn):
                self.run(post, paid(self.key(), amount, payee))
            return
        self.run(post, paid(self.key(), amount, payee))
        self.owed[payee] -= amount
        self.bank -= amount

    @rule(target=held, amount=amounts, payee=payees)
    def hold(self, amount: int, payee: str) -> Any:
        if amount > self.free(payee):
            with pytest.raises(Overdrawn):
                self.run(post, paid(self.key(), amount, payee, phase="pending"))
            return multiple()
        done = self.run(post, paid(self.key(), amount, payee, phase="pending"))
        self.reserved[payee] += amount
        return (done.id, amount, payee)

    @rule(hold=consumes(held), share=st.integers(1, 100))
    def settle(self, hold: Any, share: int) -> None:
        """All of it or a part."""
        id, amount, payee = hold
        part = max(1, amount * share // 100)
        self.run(post, paid(self.key(), part, payee, settles=id))
        self.reserved[payee] -= amount
        self.owed[payee] -= part
        self.bank -= part
        with pytest.raises(Conflict):
            self.run(post, paid(self.key(), part, payee, settles=id))

    @rule(hold=consumes(held))
    def let_go(self, hold: Any) -> None:
        id, amount, payee = hold
        with self.database.lock.held(), self.database.engine.begin() as connection:
            void(connection, self.book, id, NOW, key=self.key())
        self.reserved[payee] -= amount

    @rule(sold=consumes(posted))
    def undo(self, sold: Any) -> None:
        id, amount, payee = sold
        if amount > self.free(payee):
            with pytest.raises(Overdrawn):
                self.run(reverse, id)
            return
        first = self.run(reverse, id)
        assert self.run(reverse, id) == Posted(first.id, repeated=True)
        self.owed[payee] -= amount

    @rule(sold=posted, amount=amounts, payee=payees)
    def repeat(self, sold: Any, amount: int, payee: str) -> None:
        transaction = sale("again", amount, payee)
        try:
            done = self.run(post, transaction)
        except KeyReused:
            return
        if not done.repeated:
            self.owed[payee] += amount

    @rule(amount=amounts)
    def transfer(self, amount: int) -> None:
        id = new_id()
        for book, peer, sign, way in ((self.book, self.other, 1, "out"), (self.other, self.book, -1, "in")):
            legs = (Leg("clearing", sign * amount, str(peer)), Leg("bank", -sign * amount))
            half = Transaction(key=f"transfer:{id}:{way}", currency="EUR", legs=legs, transfer=id)
            self.run(post, half, book=book)
        self.bank -= amount

    @invariant()
    def the_sum_is_zero_and_the_model_agrees(self) -> None:
        with self.database.reading.connect() as connection:
            assert (
                connection.execute(text("SELECT coalesce(sum(balance), 0) FROM billing_ledger_account")).scalar() == 0
            )
            rows = connection.execute(_accounts, {"account_id": self.bound(connection)}).all()
        found = {(row.purpose, row.party): (row.balance, row.held) for row in rows}
        for payee in ("nova", "lux"):
            assert found.get(("payable", payee), (0, 0)) == (-self.owed[payee], self.reserved[payee])
        assert found.get(("bank", ""), (0, 0))[0] == self.bank

    def bound(self, connection: Connection) -> Any:
        return self.book.bytes if connection.dialect.name == "sqlite" else self.book

    def teardown(self) -> None:
        with self.database.reading.connect() as connection:
            found = verify(connection, NOW)
        assert found.ok, found.faults


_accounts = text("SELECT purpose, party, balance, held FROM billing_ledger_account WHERE account_id = :account_id")


@pytest.mark.parametrize(
    ("examples", "steps"), [(6, 25), pytest.param(60, 60, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
def test_the_books_are_right_after_every_step(database_url, examples, steps):
    Books.database = Database(database_url)
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    try:
        run_state_machine_as_test(Books, settings=chosen)
    finally:
        Books.database.writer.close()
        Books.database.engine.dispose()
        Books.database.reading.dispose()
