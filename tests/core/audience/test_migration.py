"""An audience from before mailings went to several lists: what was sent stays sent, what was under way goes on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from maxbooster.db import migrate, new_id
from maxbooster.db.engine import Database
from maxbooster.db.types import Id, UtcTime
from maxbooster.plugins.registry import load

AT = datetime(2026, 11, 1, tzinfo=UTC)
OLD = {
    "core_contact": {"email": sa.String(), "name": sa.String(), "created_at": UtcTime()},
    "core_mailing_list": {
        "kind": sa.String(), "key": sa.String(), "title": sa.String(), "sender": sa.String(), "created_at": UtcTime(),
    },
    "core_list_member": {
        "contact_id": Id(), "list_id": Id(), "status": sa.String(), "since": UtcTime(), "source": sa.String(),
    },
    "core_suppression": {"keyed_hash": sa.LargeBinary(), "reason": sa.String(), "at": UtcTime()},
    "core_mailing": {
        "list_id": Id(), "once": sa.String(), "subject": sa.String(), "text": sa.Text(), "created_at": UtcTime(),
    },
    "core_mailing_recipient": {"mailing_id": Id(), "member_id": Id(), "state": sa.String(), "at": UtcTime()},
}  # fmt: skip


@pytest.fixture
def database(database_url: str) -> Any:
    opened = Database(database_url)
    migrate.upgrade(opened, migrate.namespaces(load()))
    migrate.downgrade(opened, migrate.named(migrate.namespaces(load()), "core"), "core_0017")
    yield opened
    asyncio.run(opened.close())


def test_mailings_and_suppressions_keep_their_meaning(database):
    account, contact, news, member = new_id(), new_id(), new_id(), new_id()
    sent, under_way = new_id(), new_id()

    def add(connection: sa.Connection, table: str, id: Any, **said: Any) -> None:
        columns = [sa.column(name, kind) for name, kind in OLD[table].items()]
        of = sa.table(table, sa.column("account_id", Id()), sa.column("id", Id()), *columns)
        connection.execute(sa.insert(of).values(account_id=account, id=id, **said))

    def before(connection: sa.Connection) -> None:
        add(connection, "core_contact", contact, email="ann@fans.example", name="", created_at=AT)
        add(connection, "core_mailing_list", news, kind="k", key="k", title="News", sender="Nova", created_at=AT)
        add(
            connection, "core_list_member", member,
            contact_id=contact, list_id=news, status="confirmed", since=AT, source="Shows",
        )  # fmt: skip
        for reason in ("unsubscribed", "removed"):
            add(connection, "core_suppression", new_id(), keyed_hash=reason.encode(), reason=reason, at=AT)
        for id, once, state in ((sent, "a", "sent"), (under_way, "b", "pending")):
            add(connection, "core_mailing", id, list_id=news, once=once, subject="S", text="T", created_at=AT)
            add(connection, "core_mailing_recipient", new_id(), mailing_id=id, member_id=member, state=state, at=AT)

    asyncio.run(database.write(before))
    migrate.upgrade(database, migrate.namespaces(load()))
    from maxbooster.audience.models import Mailing, MailingRecipient, MailingTarget, Suppression

    with database.reading.connect() as connection:
        mailings = connection.execute(sa.select(Mailing.id, Mailing.once, Mailing.state, Mailing.send_at)).all()
        assert {tuple(each) for each in mailings} == {
            (sent, f"{news}:a", "sent", AT), (under_way, f"{news}:b", "sending", AT),
        }  # fmt: skip
        assert set(connection.execute(sa.select(MailingTarget.list_id)).scalars()) == {news}
        assert set(connection.execute(sa.select(MailingRecipient.contact_id)).scalars()) == {contact}
        scopes = connection.execute(sa.select(Suppression.reason, Suppression.everywhere)).all()
        assert {tuple(each) for each in scopes} == {("unsubscribed", False), ("removed", True)}
