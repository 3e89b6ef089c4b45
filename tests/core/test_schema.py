"""The schema audit: every table is owned, reference or local; nothing an account does crosses accounts."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event

from maxbooster.app import App
from maxbooster.db import Local, Owned, Reference, Table, migrate
from maxbooster.db.engine import Database
from maxbooster.plugins.check import faults
from maxbooster.settings import read
from maxbooster.testing import drain, make_app, open_api, partitions, services

GLOBAL = {
    "billing_balance_line",
    "billing_checkout",
    "billing_checkout_line",
    "billing_dispute",
    "billing_ledger_purpose",
    "core_api_key",
    "core_data_key",
    "core_directory",
    "core_event",
    "core_identity",
    "core_inbox_webhook",
    "core_job",
    "core_known_table",
    "core_mailbox",
    "core_membership",
    "core_notice_times",
    "core_passkey",
    "core_proof",
    "core_publication",
    "core_push_device",
    "core_recovery_code",
    "core_role_grant",
    "core_search_built",
    "core_session",
    "core_sign_in_trip",
    "core_spent_challenge",
    "core_spent_token",
    "core_throttle",
}
"""The tables that belong to no account. A new one is a decision: add it here with a reason in its docstring."""
ROOTS = {"core_account", "core_audit_head", "core_user"}
"""One row per account or user: their key is its id itself."""


def _mapped(app: App) -> dict[str, type]:
    return {model.__tablename__: model for model in app.offers.tables}


def test_every_table_is_owned_reference_or_local(tmp_path):
    app = App(read({"MAXBOOSTER_DATA": str(tmp_path), "MAXBOOSTER_EXAMPLES": "true"}))
    for name, model in _mapped(app).items():
        assert issubclass(model, Owned | Local | Reference) or name in ROOTS, name
        assert issubclass(model, Local | Reference) == (name in GLOBAL), name
    assert faults(app) == []


async def test_the_migrations_make_exactly_the_mapped_tables(app):
    def differences(connection):
        ours, here = set(_mapped(app)), connection.dialect.name

        def counts(item, name, kind, *_):
            return name in ours if kind == "table" else item.info.get("dialect", here) == here

        context = MigrationContext.configure(connection, opts={"include_object": counts, "compare_type": True})
        return [each for each in compare_metadata(context, Table.metadata) if "server_default" not in str(each)]

    assert await app.database.read(differences) == []


@pytest.fixture(scope="module")
def partitioned(tmp_path_factory):
    """The real migrations, run with sixteen hash partitions."""
    try:
        server = services.postgres()
    except services.Missing as missing:
        pytest.skip(f"PostgreSQL tests skipped: {missing}")
    partitions.install()
    url = services.create_database(server)
    folder = str(tmp_path_factory.mktemp("partitioned"))
    app = App(read({"MAXBOOSTER_DATA": folder, "MAXBOOSTER_DATABASE": url, "MAXBOOSTER_EXAMPLES": "true"}))
    database = Database(url)
    migrate.upgrade(database, migrate.namespaces(app.registry), partitions=16)
    asyncio.run(database.close())
    yield url
    services.drop_database(server, url)


async def test_every_owned_query_of_the_api_touches_one_partition_per_table(partitioned, tmp_path, account):
    seen: list[tuple[str, object]] = []

    async with make_app(tmp_path, partitioned, migrated=True) as app:
        for engine in (app.database.engine, app.database.reading):
            event.listen(engine, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
        async with open_api(app, account.account) as api:
            await _use_everything(app, api)
            await drain(app)
            await _read_everything(api)
        owned = [name for name, model in _mapped(app).items() if issubclass(model, Owned)]
        plans = await app.database.read(
            lambda connection: [
                (statement, partitions.touched(connection, statement, parameters))
                for statement, parameters in seen
                if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", statement) and _of_an_account(statement, owned)
            ]
        )
    assert len(plans) > 15
    for statement, touched in plans:
        assert all(count == 1 for count in touched.values()), (statement, touched)
    assert {table for _, touched in plans for table in touched} >= {"core_file", "core_audit", "setlist_setlist"}


def _of_an_account(statement: str, owned: list[str]) -> bool:
    """The platform's own upkeep goes over all accounts, outside any request: it asks for what is unsealed."""
    return any(re.search(rf"\b{name}\b", statement) for name in owned) and "seq IS NULL" not in statement


async def _use_everything(app: App, api: httpx.AsyncClient) -> None:
    new = {"title": "Tour", "venue": "Hall", "played_on": "2026-12-01", "songs": [{"title": "One", "duration_s": 200}]}
    made = await api.post("/api/setlist/setlists", json=new)
    assert made.status_code == 201, made.text
    path = f"/api/setlist/setlists/{made.json()['id']}"
    change = {name: new[name] for name in ("title", "venue", "played_on")} | {"version": 1}
    assert (await api.get(path)).status_code == 200
    assert (await api.put(path, json=change)).status_code == 204
    assert (await api.post(f"{path}/publish")).status_code < 300
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "4", "Content-Type": "application/offset+octet-stream"}
    assert (await api.post("/api/core/uploads", headers=headers, content=b"RIFF")).status_code == 201


async def _read_everything(api: httpx.AsyncClient) -> None:
    schema = (await api.get("/schema/openapi.json")).json()
    for path, methods in schema["paths"].items():
        if "get" in methods and "{" not in path:
            assert (await api.get(path)).status_code < 500, path
    for file in (await api.get("/api/core/files")).json()["items"]:
        assert (await api.get(f"/api/core/files/{file['id']}/content")).status_code == 200
        assert (await api.delete(f"/api/core/files/{file['id']}")).status_code < 300


@pytest.mark.parametrize("url", ["sqlite", "postgresql"])
def test_every_unique_constraint_is_told_by_its_own_words(url):
    """SQLite names columns or an index, PostgreSQL the constraint."""
    from types import SimpleNamespace

    from sqlalchemy.exc import IntegrityError

    from maxbooster.db import refusals

    for unique in refusals._uniques():
        columns = ", ".join(f"{unique.table.name}.{column.name}" for column in unique.columns)
        text = f"UNIQUE constraint failed: {columns}" if url == "sqlite" else "duplicate key value"
        given = RuntimeError(text)
        if url == "postgresql":
            given.diag = SimpleNamespace(constraint_name=unique.name)
        told = refusals.conflict(IntegrityError("insert", {}, given))
        own = [column.name for column in unique.columns if column.name != "account_id"]
        assert told.field == (unique.info.get("field") or (own[-1] if own else None)), unique.name
        assert told.detail == unique.info.get("refusal", "Something with these values exists already.")
