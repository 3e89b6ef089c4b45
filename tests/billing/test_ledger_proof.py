"""`verify` finds what is wrong, and says in which book. Each test spoils a platform of its own."""

from __future__ import annotations

from typing import Any

import pytest

from maxbooster.plugin import new_id
from maxbooster_billing.ledger import rules
from maxbooster_billing.ledger.posting import Leg, Transaction
from maxbooster_billing.ledger.transfers import Transfer, send_transfer

from .conftest import paid, sale, verdict


@pytest.fixture
async def book(poster: Any) -> None:
    """A sale of 10.00, of which 4.00 are paid and 3.00 held."""
    await poster(sale("1", 1000))
    await poster(paid("2", 400))
    await poster(paid("3", 300, phase="pending"))


async def test_verify_says_which_rule_was_taken_off(app, book):
    def take_off(connection: Any) -> None:
        on = "" if connection.dialect.name == "sqlite" else " ON billing_ledger_account"
        connection.exec_driver_sql(f"DROP TRIGGER billing_account_kept{on}")
        connection.exec_driver_sql(
            "UPDATE billing_ledger_account SET balance = balance + 7 WHERE purpose = 'receivable'"
        )

    await app.database.transact(take_off)
    found = await verdict(app)
    assert not found.ok
    assert any("billing_account_kept" in fault for fault in found.faults)
    assert any("receivable spotify EUR: the balance says 1007" in fault for fault in found.faults)
    await app.database.transact(rules.install)
    assert len((await verdict(app)).faults) == 1


async def test_verify_finds_a_transaction_that_was_tampered_with(app, book):
    def tamper(connection: Any) -> None:
        rules.remove(connection)
        connection.exec_driver_sql("UPDATE billing_ledger_entry SET amount = amount + 1 WHERE amount > 900")
        rules.install(connection)

    await app.database.transact(tamper)
    faults = (await verdict(app)).faults
    assert any("which come to 1" in fault for fault in faults)
    assert any("its entries say 1001" in fault for fault in faults)


async def test_a_transfer_that_never_arrives_is_found(app, account, poster, clock):
    await poster(Transaction(key="cash", currency="EUR", legs=(Leg("bank", 250), Leg("opening", -250))))
    async with app.unit(account) as ctx:
        await send_transfer(ctx, Transfer(id=new_id(), receiver=new_id(), currency="EUR", amount=250))
    clock.advance(hours=2)
    [fault] = (await verdict(app)).faults
    assert "has not arrived" in fault


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_constraint_is_known_again_after_a_dump_and_a_restore(app, book):
    """PostgreSQL writes lists of texts in another way then. A list with one text more is still another one."""

    def put(states: str) -> Any:
        def replace(connection: Any) -> None:
            connection.exec_driver_sql("ALTER TABLE billing_payout DROP CONSTRAINT ck_billing_payout_state")
            connection.exec_driver_sql(
                "ALTER TABLE billing_payout ADD CONSTRAINT ck_billing_payout_state CHECK (((state)::text = ANY (ARRAY["
                + ", ".join(f"('{state}'::character varying)::text" for state in states.split())
                + "])))"
            )

        return replace

    await app.database.transact(put("held sent paid failed"))
    assert (await verdict(app)).ok
    await app.database.transact(put("held sent paid failed lost"))
    assert any("ck_billing_payout_state was changed" in fault for fault in (await verdict(app)).faults)
