"""Files of statements are seen by those who see statements, and stay while the ledger needs them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from maxbooster.db import new_id
from maxbooster.storage.models import FileRow
from maxbooster.testing import open_api
from maxbooster_distribution.migrations import distribution_0009_files_of_statements as migration
from maxbooster_distribution.royalties.models import Statement

from ..conftest import described, make_release, stored
from .test_statements import AT, imported, sold, statement
from .test_undoing import undone

FILES = "/api/core/files"
CONTENT = statement(sold("QZES92600001", "10.00"))


async def test_what_was_imported_is_no_file_for_everybody_any_more(app, api, account):
    file = await stored(app, account, "september.csv", CONTENT)
    async with open_api(app, account.account, "file.read file.write release.write") as editor:
        assert (await editor.get(f"{FILES}/{file}/content")).content == CONTENT
        shown = await imported(app, api, account, CONTENT)
        assert shown["state"] == "imported"
        taken = shown["file_id"]
        assert (await editor.get(f"{FILES}/{taken}/content")).status_code == 403
        listed = (await editor.get(FILES, params={"system": True})).json()["items"]
        assert [each["id"] for each in listed] == [file], "the one that was never imported"
        await imported(app, api, account, CONTENT)
        listed = (await editor.get(FILES, params={"system": True})).json()["items"]
        assert [each["id"] for each in listed] == [file], "the same statement again is one too"
        refused = await editor.post(f"{AT}/releases", json=described(cover=taken))
        assert refused.status_code == 403, "a file that they may not see is no cover either"
    own = (await api.get(FILES)).json()["items"]
    assert {each["id"] for each in own if not each.get("purpose")} == {file}
    assert {each.get("purpose") for each in own if each["id"] != file} == {"distribution.statement"}


async def test_the_files_of_a_statement_stay_while_it_is_in_the_ledger(app, api, account):
    shown = await imported(app, api, account, CONTENT)
    every = (await api.get(FILES, params={"system": True})).json()["items"]
    ids = {each["purpose"]: each["id"] for each in every}
    for purpose in ("distribution.statement", "distribution.lines"):
        refused = await api.delete(f"{FILES}/{ids[purpose]}")
        assert refused.status_code == 409, purpose
        assert "the statement “september.csv”" in refused.json()["detail"]
    assert (await undone(api, shown["id"])).status_code == 200
    assert (await api.delete(f"{FILES}/{ids['distribution.statement']}")).status_code == 204


async def test_whoever_only_imports_can_import_what_was_uploaded_as_a_statement_and_nothing_else(app, account):
    async with app.unit(account) as ctx:
        purposes = app.offers.file_purposes
        file = (await ctx.files.put("a.csv", CONTENT, purpose=purposes["distribution.statement"])).id
        message = (await ctx.files.put("a.xml", CONTENT, purpose=purposes["distribution.message"])).id
    async with open_api(app, account.account, "royalty.write") as clerk:
        assert (await clerk.get(f"{FILES}/{file}/content")).status_code == 403
        shown = await clerk.post(f"{AT}/statements/preview", json={"file_id": str(file)})
        assert (shown.status_code, shown.json()["readable"]) == (200, True)
        assert (await clerk.post(f"{AT}/statements", json={"file_id": str(file)})).status_code == 202
        for path in ("statements", "statements/preview"):
            refused = await clerk.post(f"{AT}/{path}", json={"file_id": str(message)})
            assert (refused.status_code, refused.json()["permission"]) == (403, "release.read")


async def test_a_master_does_not_become_a_statement(app, api, account):
    at = await make_release(app, api, account)
    audio = (await api.get(at)).json()["description"]["tracks"][0]["audio"]
    refused = await api.post(f"{AT}/statements", json={"file_id": audio})
    assert refused.status_code == 409
    assert "the release “Harbour B”" in refused.json()["detail"]


def test_files_of_statements_of_before_take_their_permission(tmp_path, migrated_sqlite):
    path, now, account = tmp_path / "one.db", datetime(2026, 11, 25, tzinfo=UTC), new_id()
    shutil.copy(migrated_sqlite, path)
    files = [new_id() for _ in range(3)]
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for number, file in enumerate(files):
            row = {"account_id": account, "id": file, "version": 1, "state": "ready", "size": 1, "created_at": now}
            connection.execute(sa.insert(FileRow), row | {"name": f"{number}.csv", "received": 1})
        for owner, file in ((account, files[0]), (new_id(), files[1])):
            connection.execute(
                sa.insert(Statement),
                {"account_id": owner, "id": new_id(), "version": 1, "file_id": file, "file_name": "0.csv",
                 "sha256": file.bytes * 2, "layout": "standard", "source": "spotify", "state": "imported",
                 "received_at": now, "decimals": "auto", "job_id": new_id()},
            )  # fmt: skip
        with Operations.context(MigrationContext.configure(connection)):
            migration.upgrade()
        found = dict(connection.execute(sa.select(FileRow.name, FileRow.purpose)).all())
        assert found == {"0.csv": "distribution.statement", "1.csv": None, "2.csv": None}
        with Operations.context(MigrationContext.configure(connection)):
            migration.downgrade()
        assert set(connection.execute(sa.select(FileRow.purpose)).scalars()) == {None}
