"""The ledger's rules hold for whoever writes: statements by hand are refused by the database itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from maxbooster.plugin import new_id
from maxbooster_billing.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from maxbooster_billing.ledger.posting import void

from ..conftest import NOW, paid, sale, verdict

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def book(app: Any, account: Any, poster: Any) -> Any:
    """A sale of 10.00, of which 4.00 are paid and 3.00 held."""
    await poster(sale("1", 1000))
    await poster(paid("2", 400))
    await poster(paid("3", 300, phase="pending"))
    return account.account


async def refused(app: Any, statement: Any, rows: Any = None) -> str:
    """What the database says to a statement; it must refuse it, and the books must be as they were."""
    with pytest.raises(DBAPIError) as refusal:
        await app.database.transact(lambda connection: connection.execute(statement, rows) and None)
    assert (await verdict(app)).ok
    return str(refusal.value.orig)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE billing_ledger_entry SET amount = amount * 2", "not edited"),
        ("DELETE FROM billing_ledger_entry", "not edited"),
        ("UPDATE billing_ledger_transaction SET memo = 'x'", "not edited"),
        ("UPDATE billing_ledger_transaction SET phase = 'void'", "not edited"),
        ("DELETE FROM billing_ledger_transaction WHERE key = '3'", "not edited"),
        ("UPDATE billing_ledger_account SET balance = 0", "moves only with a transaction"),
        ("UPDATE billing_ledger_account SET balance = balance + 1 WHERE purpose = 'bank'", "moves only"),
        ("UPDATE billing_ledger_account SET held = 0", "moves only with a transaction"),
        ("UPDATE billing_ledger_account SET currency = 'USD'", "moves only"),
        ("UPDATE billing_ledger_account SET floored = NOT floored", "moves only"),
        ("DELETE FROM billing_ledger_account", "not edited"),
    ],
)
async def test_nothing_is_edited_or_deleted(app, book, statement, words):
    assert words in await refused(app, text(statement))


async def test_a_balance_cannot_be_moved_by_naming_an_old_transaction_again(app, book):
    """Whoever knows the tables well: the balance and the transaction that moved it, both forged."""
    statement = """UPDATE billing_ledger_account SET balance = balance + 1000, last_transaction_id =
        (SELECT t.id FROM billing_ledger_transaction t WHERE t.account_id = billing_ledger_account.account_id
            AND t.key = '1') WHERE purpose IN ('receivable', 'payable')"""
    assert "moves only" in await refused(app, text(statement))


def transaction(book: Any, legs: list[list[Any]], **more: Any) -> dict[str, Any]:
    return {
        "account_id": book, "id": new_id(), "key": str(new_id()), "digest": bytes(32), "currency": "EUR",
        "phase": "posted", "memo": "", "legs": legs, "leg_count": len(legs), "effective_at": NOW, "recorded_at": NOW,
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("legs", "more", "words"),
    [
        ([["bank", 5, ""], ["payable", -4, "nova"]], {}, "do not come to zero"),
        ([["bank", 5, ""]], {}, "two legs at least"),
        ([], {}, "two legs at least"),
        ([["bank", 5, ""], ["payable", -5, "nova"]], {"leg_count": 3}, "two legs at least"),
        ([["bank", 0.5, ""], ["payable", -0.5, "nova"]], {}, ""),
        ([["bank", 5, ""], ["bank", -5, ""]], {}, ""),
        ([["bank", 5, ""], ["bank", 5, ""], ["payable", -10, "nova"]], {}, ""),
        ([["bank", 0, ""], ["payable", 0, "nova"]], {}, ""),
        ([["bank", -500, ""], ["payable", 500, "nova"]], {}, "floor"),
        ([["bank", -5, ""], ["payable", 5, "nova"]], {"phase": "later"}, "phase"),
        ([], {"phase": "void"}, "only a pending transaction"),
        ([["bank", 5, ""], ["payable", -5, "nova"]], {"phase": "void"}, ""),
        ([["bank", 5, None], ["payable", -5, "nova"]], {}, ""),
    ],
)
async def test_a_transaction_that_breaks_a_rule_is_refused(app, book, legs, more, words):
    assert words in await refused(app, insert(LedgerTransaction), [transaction(book, legs, **more)])


@pytest.mark.parametrize(("link", "key"), [("settles", "1"), ("reverses", "3"), ("reverses", "1"), ("settles", "3")])
async def test_links_that_mean_nothing_are_refused(app, book, link, key):
    """A posted one cannot be settled, a pending one not reversed, and a reversal mirrors."""
    id = await app.database.read(
        lambda connection: connection.execute(
            LedgerTransaction.__table__.select().where(
                LedgerTransaction.account_id == book, LedgerTransaction.key == key
            )
        ).one().id
    )  # fmt: skip
    legs = [["bank", 1, ""], ["payable", -1, "lux"]]
    more = {link: id} | ({"currency": "USD"} if (link, key) == ("settles", "3") else {})
    assert ("settled" if link == "settles" else "mirrors") in await refused(
        app, insert(LedgerTransaction), [transaction(book, legs, **more)]
    )


async def test_no_entry_comes_beside_its_transaction(app, book):
    rows = await app.database.read(
        lambda connection: connection.execute(
            LedgerAccount.__table__.select().where(LedgerAccount.account_id == book)
        ).all()
    )
    newest = await app.database.read(
        lambda connection: connection.execute(
            LedgerTransaction.__table__.select()
            .where(LedgerTransaction.account_id == book)
            .order_by(LedgerTransaction.id.desc())
        ).first().id
    )  # fmt: skip
    for row in rows:
        id = row.id if not isinstance(row.id, bytes) else UUID(bytes=row.id)
        for leg in (-1, 0, 2):
            late = {
                "account_id": book, "transaction_id": newest, "leg": leg, "ledger_account_id": id, "amount": 5,
            }  # fmt: skip
            assert "comes with its transaction" in await refused(app, insert(LedgerEntry), [late])


async def test_whoever_takes_the_posting_rule_off_moves_no_balance_by_another_amount(app, book):
    """One rule less, and the others still hold: entries and balances follow what a transaction says, or nothing."""
    receivable = await app.database.read(
        lambda connection: connection.execute(
            LedgerAccount.__table__.select().where(
                LedgerAccount.account_id == book, LedgerAccount.purpose == "receivable"
            )
        ).one().id
    )  # fmt: skip
    forged = transaction(book, [["receivable", 5, "spotify"], ["payable", -5, "nova"]], key="forged")
    entry = {
        "account_id": book, "transaction_id": forged["id"], "leg": 0, "ledger_account_id": receivable, "amount": 5,
    }  # fmt: skip

    def moved(amount: int) -> Any:
        mine = (LedgerAccount.account_id == book, LedgerAccount.id == receivable)
        forgery = {"balance": LedgerAccount.balance + amount, "last_transaction_id": forged["id"]}
        return update(LedgerAccount).where(*mine).values(**forgery)

    def tries(connection: Any) -> None:
        before = connection.begin_nested()
        connection.exec_driver_sql(
            "DROP TRIGGER billing_transaction_posts"
            + ("" if connection.dialect.name == "sqlite" else " ON billing_ledger_transaction")
        )
        connection.execute(insert(LedgerTransaction), [forged])
        if connection.dialect.name == "sqlite":
            connection.execute(insert(LedgerEntry), [entry])
            raised(connection, moved(6))
            connection.execute(moved(5))
            raised(connection, moved(5))
        else:
            raised(connection, insert(LedgerEntry), [entry])
            raised(connection, moved(5))
        before.rollback()

    await app.database.transact(tries)
    assert (await verdict(app)).ok


def raised(connection: Any, statement: Any, rows: Any = None) -> None:
    with pytest.raises(DBAPIError), connection.begin_nested():
        connection.execute(statement, rows)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        """INSERT OR REPLACE INTO billing_ledger_account
            SELECT account_id, id, purpose, party, currency, side, floored, 0, 0, NULL, opened_at
            FROM billing_ledger_account""",
        """INSERT OR REPLACE INTO billing_ledger_entry SELECT account_id, transaction_id, leg, ledger_account_id,
            amount * 2 FROM billing_ledger_entry""",
        """INSERT OR REPLACE INTO billing_ledger_transaction SELECT account_id, id, key, digest, currency, phase, 'x',
            settles, reverses, legs, leg_count, transfer, effective_at, recorded_at FROM billing_ledger_transaction
            WHERE key = '1'""",
        """INSERT OR REPLACE INTO billing_ledger_transaction SELECT account_id, randomblob(16), 'again', digest,
            currency, phase, memo, settles, reverses, legs, leg_count, transfer, effective_at, recorded_at
            FROM billing_ledger_transaction WHERE key = 'void'""",
    ],
)
async def test_sqlite_replaces_nothing_either(app, account, poster, statement):
    """`INSERT OR REPLACE` deletes without being asked; PostgreSQL has no such statement."""
    await poster(sale("1", 1000))
    hold = await poster(paid("2", 300, phase="pending"))
    await poster(paid("3", 400, phase="pending"))
    async with app.unit(account) as ctx:
        await ctx.write(lambda connection: void(connection, ctx.account, hold.id, ctx.now, key="void"))
    await refused(app, text(statement))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", ["entry", "transaction", "account"])
async def test_postgresql_empties_no_table_at_once_either(app, book, table):
    """SQLite has no such statement."""
    assert "not edited or deleted" in await refused(app, text(f"TRUNCATE billing_ledger_{table} CASCADE"))


async def test_an_account_opens_with_nothing(app, book):
    rich = {
        "account_id": book, "id": new_id(), "purpose": "payable", "party": "me", "currency": "EUR", "side": -1,
        "floored": True, "balance": -1000, "held": 0, "opened_at": NOW,
    }  # fmt: skip
    assert "opens with nothing" in await refused(app, insert(LedgerAccount), [rich])
