"""What migrations do to rows that are there."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from maxbooster.db import new_id
from maxbooster.plugin import claim_in_directory
from maxbooster_distribution.catalog.models import Release
from maxbooster_distribution.migrations import distribution_0003_ddex as migration

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_an_ean_that_is_a_upc_becomes_one_unless_both_are_taken(tmp_path, migrated_sqlite):
    path = tmp_path / "one.db"
    shutil.copy(migrated_sqlite, path)
    account, other = new_id(), new_id()
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for owner, upc in (
            (account, "0012345000065"), (account, "0036000291452"), (other, "036000291452"), (other, "4006381333931"),
        ):  # fmt: skip
            row = {"kind": "ep", "title": upc, "language": "en", "deals": [], "created_at": NOW, "changed_at": NOW}
            connection.execute(
                sa.insert(Release), row | {"account_id": owner, "id": new_id(), "version": 1, "upc": upc}
            )
            claim_in_directory(connection, "upc", upc, owner, at=NOW)
        with Operations.context(MigrationContext.configure(connection)):
            migration._shorten_eans()
            migration._shorten_eans()
        found = dict(connection.execute(sa.select(Release.title, Release.upc)).all())
        assert found == {
            "0012345000065": "012345000065",
            "0036000291452": "0036000291452",
            "036000291452": "036000291452",
            "4006381333931": "4006381333931",
        }
        assert migration._claimed(connection, "012345000065")
        assert not migration._claimed(connection, "0012345000065")
