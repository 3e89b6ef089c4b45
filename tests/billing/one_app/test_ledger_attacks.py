"""Whoever has the database itself: each manipulation is named by `verify`, and `repair` puts back what protects the
books, never what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from sqlalchemy import Connection, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from maxbooster.plugin import Identity, NotReady
from maxbooster_billing.ledger import rules
from maxbooster_billing.ledger.models import LedgerAccount, LedgerEntry, LedgerSeal, LedgerTransaction
from maxbooster_billing.ledger.posting import Leg, Transaction, post
from maxbooster_billing.ledger.repair import repair
from maxbooster_billing.ledger.seals import START, digest, link, seal
from maxbooster_billing.ledger.verify import verify

from ..conftest import paid, sale, verdict

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@pytest_asyncio.fixture(loop_scope="module")
async def book(app: Any, account: Any, poster: Any) -> Any:
    """Two sales, a payment and a hold, all sealed."""
    await poster(sale("1", 1000, memo="Spotify, October"))
    await poster(sale("2", 50, "lux"))
    await poster(paid("3", 400))
    await poster(paid("4", 300, phase="pending"))
    await sealed(app)
    return account.account


async def sealed(app: Any) -> None:
    async with app.unit(Identity(None, None, frozenset({"*"}))) as ctx:
        await seal.handler(ctx)


class Attack:
    """Statements in one transaction, which is rolled back in the end."""

    def __init__(self, connection: Connection, book: Any, now: Any) -> None:
        self.connection, self.book, self.now = connection, book, now
        self.sqlite = connection.dialect.name == SQLITE

    def __call__(self, *statements: str, unruled: bool = False) -> list[str]:
        """Run them, past the rules or not, and answer what `verify` says of this book or of all."""
        if unruled:
            rules.remove(self.connection)
        for statement in statements:
            self.connection.execute(text(statement))
        if unruled:
            rules.install(self.connection)
        return self.faults()

    def faults(self) -> list[str]:
        return list(verify(self.connection, self.now).faults)

    def repair(self) -> tuple[list[str], list[str]]:
        done, failed = repair(self.connection)
        return done, [*failed, *self.faults()]

    def post(self, transaction: Transaction) -> None:
        post(self.connection, self.book, transaction, self.now)

    def id(self, key: str) -> Any:
        mine = (LedgerTransaction.account_id == self.book, LedgerTransaction.key == key)
        return self.connection.execute(select(LedgerTransaction.id).where(*mine)).scalar_one()

    def on(self, table: str) -> str:
        return "" if self.sqlite else f" ON billing_ledger_{table}"


@pytest.fixture
def attack(app: Any, book: Any, clock: Any) -> Iterator[Attack]:
    with app.database.lock.held(), app.database.engine.connect() as connection:
        attacking = Attack(connection, book, clock())
        assert attacking.faults() == []
        yield attacking
        connection.rollback()


def named(faults: list[str], *words: str) -> bool:
    return any(all(word in fault for word in words) for fault in faults)


def test_a_purpose_without_its_rule_cannot_be_posted_to(attack):
    """An older database, in which a purpose that the program knows has no rule yet."""
    faults = attack("DELETE FROM billing_ledger_purpose WHERE name = 'fees'", unruled=True)
    assert named(faults, "purpose fees is none, expected debit")
    fee = Transaction(key="fee", currency="EUR", legs=(Leg("fees", 1), Leg("bank", -1)))
    with pytest.raises(NotReady, match="lacks the rule"), attack.connection.begin_nested():
        attack.post(fee)
    assert attack.repair()[1] == []
    attack.post(fee)


@pytest.mark.parametrize("change", ["floored = NOT floored", "side = -side"])
def test_a_rewritten_rule_is_named_and_put_back(attack, change):
    faults = attack(f"UPDATE billing_ledger_purpose SET {change} WHERE name = 'payable'", unruled=True)
    assert named(faults, "purpose payable", "expected credit, never below zero")
    assert attack.repair()[1] == []


def test_an_account_whose_floor_was_taken_away_is_named(attack):
    change = "UPDATE billing_ledger_account SET floored = NOT floored WHERE party = 'lux'"
    assert named(attack(change, unruled=True), "payable lux EUR: its rule is credit, any balance")


@pytest.mark.parametrize("name", ["billing_transaction_kept", "billing_entry_stays", "billing_purpose_kept"])
def test_a_rule_that_was_taken_off_is_named_and_put_back(attack, name):
    assert named(attack(f"DROP TRIGGER {name}{attack.on(name.split('_')[1])}"), name, "is missing")
    assert attack.repair() == (["The rules, and the table of purposes, are restored."], [])


def test_a_rule_of_the_same_name_that_does_nothing_is_named(attack):
    if attack.sqlite:
        faults = attack(
            "DROP TRIGGER billing_transaction_kept",
            """CREATE TRIGGER billing_transaction_kept BEFORE UPDATE ON billing_ledger_transaction FOR EACH ROW WHEN 0
                BEGIN SELECT 1; END""",
        )
    else:
        faults = attack(
            """CREATE OR REPLACE FUNCTION billing_refuse_edit() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RETURN NEW; END $$"""
        )
    assert named(faults, "was changed or switched off")
    assert attack.repair()[1] == []


@pytest.mark.parametrize("database_url", [POSTGRESQL], indirect=True)
@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("ALTER TABLE billing_ledger_entry ENABLE REPLICA TRIGGER billing_entry_kept", "billing_entry_kept"),
        ("ALTER TABLE billing_ledger_entry DISABLE TRIGGER billing_entry_kept", "billing_entry_kept"),
        ("ALTER TABLE billing_ledger_transaction DISABLE TRIGGER ALL", "foreign keys of billing_ledger_transaction"),
        ("ALTER FUNCTION billing_post() SECURITY DEFINER", "billing_post"),
        (
            "ALTER TABLE billing_ledger_account DROP CONSTRAINT ck_billing_ledger_account_floor",
            "account_floor is missing",
        ),
    ],
)
def test_what_postgresql_lets_its_owner_switch_off_is_named_and_put_back(attack, statement, words):
    assert named(attack(statement), words)
    assert attack.repair()[1] == []


@pytest.mark.parametrize("database_url", [POSTGRESQL], indirect=True)
def test_a_database_where_no_rule_is_enforced_is_named(app, attack):
    name = app.database.url.database
    faults = attack(f'ALTER DATABASE "{name}" SET session_replication_role = replica')
    assert named(faults, "session_replication_role is set", name)


@pytest.mark.parametrize("database_url", [POSTGRESQL], indirect=True)
def test_what_was_posted_past_the_rules_is_named(attack):
    faults = attack(
        "SET LOCAL session_replication_role = replica", "UPDATE billing_ledger_entry SET amount = amount * 2"
    )
    assert named(faults, "its entries are not its legs")
    assert named(faults, "payable nova EUR")


def test_an_unknown_trigger_is_named_and_left_alone(attack):
    body = "BEGIN SELECT 1; END" if attack.sqlite else "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    attack(f"CREATE TRIGGER helper BEFORE UPDATE ON billing_ledger_account FOR EACH ROW {body}")
    assert named(attack.repair()[1], "unknown trigger helper")


def test_a_dropped_index_and_the_second_reversal_that_follows_are_named(attack):
    first = attack.id("2")
    attack("DROP INDEX uq_billing_ledger_transaction_reverses")
    attack.post(sale("more", 50, "lux"))
    legs = (Leg("receivable", -50, "spotify"), Leg("payable", 50, "lux"))
    for key in ("once", "twice"):
        attack.post(Transaction(key=key, currency="EUR", legs=legs, reverses=first))
    faults = attack.faults()
    assert named(faults, "index uq_billing_ledger_transaction_reverses is missing")
    assert named(faults, f"a reversal of transaction {first} is there 2 times")
    assert named(attack.repair()[1], "uq_billing_ledger_transaction_reverses", "still wrong")


def test_a_dropped_index_is_put_back(attack):
    attack("DROP INDEX uq_billing_ledger_transaction_settles")
    assert attack.repair() == (["The index uq_billing_ledger_transaction_settles is restored."], [])


def test_a_column_beside_the_books_is_named(attack):
    assert named(attack("ALTER TABLE billing_ledger_entry ADD COLUMN note VARCHAR(10)"), "billing_ledger_entry")


@pytest.mark.parametrize(
    "change",
    [
        "memo = 'Spotify, November'",
        "key = 'another'",
        "digest = NOTHING",
        "effective_at = LATER",
        "effective_at = LATER, recorded_at = LATER",
    ],
)
def test_a_transaction_that_says_something_else_is_named(attack, change):
    """Past the rules: its digest told of its key, legs and memo, its seal of everything."""
    nothing = "zeroblob(32)" if attack.sqlite else "decode(repeat('00', 32), 'hex')"
    later = "recorded_at + " + ("86400000000" if attack.sqlite else "interval '1 day'")
    id, change = attack.id("1"), change.replace("NOTHING", nothing).replace("LATER", later)
    statement = f"UPDATE billing_ledger_transaction SET {change} WHERE key = '1'"
    assert named(attack(statement, unruled=True), f"Book {attack.book}, transaction {id}")


def test_a_consistent_rewrite_of_a_whole_book_is_named(attack):
    """Legs, entries, balances, digests and the chain, all of them: the audit trail was told another head."""
    connection, mine = attack.connection, LedgerTransaction.id == attack.id("2")
    rules.remove(connection)
    row = connection.execute(select(LedgerTransaction.__table__).where(mine)).one()
    legs = sorted((purpose, amount * 10, party) for purpose, amount, party in row.legs)
    asked = Transaction(key="2", currency="EUR", legs=tuple(Leg(*leg) for leg in legs)).digest()
    connection.execute(update(LedgerTransaction).where(mine).values(legs=legs, digest=asked))
    ten_times = update(LedgerEntry).where(LedgerEntry.transaction_id == row.id).values(amount=LedgerEntry.amount * 10)
    connection.execute(ten_times)
    for party, amount in (("lux", -450), ("spotify", 450)):
        changed = update(LedgerAccount).where(LedgerAccount.account_id == attack.book, LedgerAccount.party == party)
        connection.execute(changed.values(balance=LedgerAccount.balance + amount))
    chain = START
    of_book = LedgerSeal.account_id == attack.book
    for place in connection.execute(select(LedgerSeal.__table__).where(of_book).order_by(LedgerSeal.number)).all():
        sealed_row = select(LedgerTransaction.__table__).where(LedgerTransaction.id == place.transaction_id)
        of = digest(connection.execute(sealed_row).one())
        chain = link(chain, place.number, of)
        anew = update(LedgerSeal).where(of_book, LedgerSeal.number == place.number)
        connection.execute(anew.values(digest=of, chain=chain))
    rules.install(connection)
    [fault] = attack.faults()
    assert "its chain was written anew" in fault


def test_a_book_that_was_deleted_is_named(attack):
    tables = ("seal", "entry", "transaction", "account")
    faults = attack(*(f"DELETE FROM billing_ledger_{table}" for table in tables), unruled=True)
    assert named(faults, f"Book {attack.book}: 4 transactions were sealed", "0 are left")


@pytest.mark.parametrize("seals_too", [True, False])
def test_a_sealed_transaction_that_was_taken_away_is_named(attack, seals_too):
    gone = "(SELECT id FROM billing_ledger_transaction WHERE key = '2')"
    if attack.sqlite:
        attack.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    elif not seals_too:
        attack("ALTER TABLE billing_ledger_seal DROP CONSTRAINT fk_billing_ledger_seal_account_id_transaction_id")
    faults = attack(
        "UPDATE billing_ledger_account SET balance = balance + 50 WHERE party = 'lux'",
        "UPDATE billing_ledger_account SET balance = balance - 50 WHERE party = 'spotify'",
        f"DELETE FROM billing_ledger_entry WHERE transaction_id IN {gone}",
        *([f"DELETE FROM billing_ledger_seal WHERE transaction_id IN {gone}"] if seals_too else []),
        "DELETE FROM billing_ledger_transaction WHERE key = '2'",
        unruled=True,
    )
    assert named(faults, "the chain breaks" if seals_too else "was sealed and is gone")


def test_a_ledger_entry_of_nothing_is_named(attack):
    if attack.sqlite:
        attack.connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    else:
        attack("ALTER TABLE billing_ledger_entry DROP CONSTRAINT fk_billing_ledger_entry_account_id_ledger_account_id")
    statement = "DELETE FROM billing_ledger_account WHERE party = 'lux'"
    assert named(attack(statement, unruled=True), "belongs to no transaction or ledger account")


@pytest.mark.parametrize("database_url", [SQLITE], indirect=True)
def test_a_huge_rowid_by_hand_stops_nobody(attack):
    """After it, SQLite gives any rowid that is free, so there would be no newest transaction."""
    copied = """INSERT INTO billing_ledger_transaction (rowid, account_id, id, key, digest, currency, phase, memo, legs,
        leg_count, effective_at, recorded_at) SELECT 9223372036854775807, account_id, randomblob(16), 'huge', digest,
        currency, phase, memo, legs, leg_count, effective_at, recorded_at
        FROM billing_ledger_transaction WHERE key = '2' LIMIT 1"""
    with pytest.raises(IntegrityError, match="numbered one after the other"):
        attack(copied)
    attack(copied, unruled=True)
    for number in range(6, 12):
        attack.post(sale(str(number), 10))


@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_is_not_sealed(app, poster, book):
    await poster(sale("5", 70))
    await app.database.transact(rules.remove)
    spoiled = text("UPDATE billing_ledger_transaction SET memo = :memo WHERE key = '5' AND account_id = :book")
    of = book.bytes if app.database.is_sqlite else book
    await app.database.transact(lambda connection: connection.execute(spoiled, {"memo": "x", "book": of}) and None)
    await sealed(app)
    assert await numbers(app, book) == [1, 2, 3, 4]
    assert named((await verdict(app)).faults, f"Book {book}", "its digest is not of what it says")
    await app.database.transact(lambda connection: connection.execute(spoiled, {"memo": "", "book": of}) and None)
    await app.database.transact(rules.install)


@pytest.mark.asyncio(loop_scope="module")
async def test_sealing_goes_on_where_it_ended_and_four_at_once_seal_once(app, poster, book):
    for number in range(5):
        await poster(sale(f"more {number}", 1))
    await asyncio.gather(*(sealed(app) for _ in range(4)), return_exceptions=True)
    await sealed(app)
    assert (await verdict(app)).ok
    assert await numbers(app, book) == list(range(1, 10))


async def numbers(app: Any, book: Any) -> list[int]:
    query = select(LedgerSeal.number).where(LedgerSeal.account_id == book).order_by(LedgerSeal.number)
    return await app.database.read(lambda connection: list(connection.execute(query).scalars()))


def test_a_digest_covers_everything_that_a_transaction_says():
    """The form is frozen: another one would break every chain that there is."""
    row = msgspec.defstruct("Row", [each.name for each in LedgerTransaction.__table__.columns])
    values = dict.fromkeys(row.__struct_fields__)
    assert digest(row(**values)) == sha256(b"[" + b",".join([b"null"] * len(values)) + b"]").digest()
    assert len({digest(row(**values | {name: 1})) for name in values}) == len(values)


REFUSED = None


@pytest.mark.parametrize(
    ("table", "column", "value", "words"),
    [
        ("transaction", "effective_at", "'zzz'", ("no time", REFUSED)),
        ("transaction", "recorded_at", "9000000000000000000", ("no time", REFUSED)),
        ("transaction", "digest", "'zzz'", ("no bytes", "its digest is not of what it says")),
        ("transaction", "legs", "'['", ("no JSON", REFUSED)),
        ("transaction", "legs", "'[1, {}]'", ("its legs are none", "its legs are none")),
        ("transaction", "key", "X'FF'", ("no text", "its digest is not of what it says")),
        ("account", "opened_at", "'zzz'", ("no time", REFUSED)),
        ("entry", "amount", "'zzz'", ("no whole number", REFUSED)),
        ("seal", "digest", "'zzz'", ("no bytes", "the chain breaks at seal 1")),
        ("seal", "number", "'zzz'", ("no whole number", REFUSED)),
    ],
)
def test_what_a_column_cannot_hold_is_named_and_hides_nothing(attack, table, column, value, words):
    """SQLite keeps any value in any column; PostgreSQL, whose words are the second, refuses most of these itself."""
    of = {"transaction": "key = '1'", "account": "party = 'nova'", "entry": "amount > 900", "seal": "number = 1"}
    spoil = f"UPDATE billing_ledger_{table} SET {column} = {value} WHERE {of[table]}"
    memo = "UPDATE billing_ledger_transaction SET memo = 'another' WHERE key = '2'"
    expected = words[0] if attack.sqlite else words[1]
    if expected is REFUSED:
        with pytest.raises(DBAPIError):
            attack(spoil, unruled=True)
        return
    constraints = ["PRAGMA ignore_check_constraints = ON"] if attack.sqlite else []
    told = attack(*constraints, memo, spoil, unruled=True)
    assert named(told, expected), told
    assert named(told, f"transaction {attack.id('2')}: its digest is not of what it says"), told
    assert not named(told, "could not be finished"), told


def test_a_time_beyond_the_calendar_is_named(attack):
    told = attack("UPDATE billing_ledger_transaction SET effective_at = 'infinity' WHERE key = '1'", unruled=True)
    assert named(told, "effective_at holds", "infinity", "which is no time"), told
