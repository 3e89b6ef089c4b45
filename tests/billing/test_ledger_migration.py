"""A database that was there before its rules were: the migration brings them, and names what it cannot fix."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, text

from maxbooster.db import migrate, new_id
from maxbooster.db.engine import Database
from maxbooster.plugins.registry import load
from maxbooster_billing.ledger import rules, schema
from maxbooster_billing.ledger.posting import Overdrawn, post
from maxbooster_billing.ledger.purposes import PURPOSES
from maxbooster_billing.ledger.verify import Verdict, verify

from .conftest import NOW, paid, sale


@pytest.fixture
def database(database_url: str) -> Any:
    opened = Database(database_url)
    migrate.upgrade(opened, migrate.namespaces(load()))
    yield opened
    asyncio.run(opened.close())


def test_a_book_from_before_gets_the_floors_of_today(database):
    book, namespace = new_id(), migrate.named(migrate.namespaces(load()), "billing")
    act(database, lambda connection: post(connection, book, sale("1", 10), NOW))
    act(database, lambda connection: post(connection, book, sale("2", 10, "lux"), NOW))
    migrate.downgrade(database, namespace, "billing_0001")

    def unfloored(connection: Connection) -> None:
        """As a purpose without a floor was opened; lux was then paid 50 out of 10."""
        rules.remove(connection)
        connection.execute(text("UPDATE billing_ledger_account SET floored = (1 = 0) WHERE purpose = 'payable'"))
        connection.execute(text("UPDATE billing_ledger_account SET balance = 40 WHERE party = 'lux'"))

    act(database, unfloored)
    migrate.upgrade(database, [namespace])
    with pytest.raises(Overdrawn):
        act(database, lambda connection: post(connection, book, paid("3", 50), NOW))
    with database.reading.connect() as connection:
        faults = verify(connection, NOW).faults
    assert any(
        "payable lux EUR: its rule is credit, any balance, expected credit, never below zero" in each for each in faults
    )
    assert not any("payable nova" in each for each in faults)


def test_the_frozen_schema_and_the_purposes_are_those_of_the_newest_migration(database):
    """Whoever changes one without the other: write a migration, then `schema.write_expected`."""
    with database.reading.connect() as connection:
        assert list(schema.differences(connection)) == []
        assert schema.outdated(connection) is None
        rows = connection.execute(text("SELECT name, side, floored FROM billing_ledger_purpose")).all()
    assert {(row.name, row.side, bool(row.floored)) for row in rows} == {
        (each.name, each.side, each.floored) for each in PURPOSES.values()
    }


def test_a_database_of_another_version_is_told_so(database):
    migrate.downgrade(database, migrate.named(migrate.namespaces(load()), "billing"), "billing_0001")
    with database.reading.connect() as connection:
        found = verify(connection, NOW)
    [fault] = found.faults
    assert found == Verdict(
        ok=False, books=0, transactions=0, entries=0, holds=0, transfers_in_flight=0, faults=[fault], unverified=[]
    )
    assert "this program expects billing_0003: run `maxbooster db upgrade`" in fault


def act(database: Database, function: Any) -> None:
    with database.lock.held(), database.engine.begin() as connection:
        function(connection)
