"""Full-text search"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from maxbooster.plugin import Id, UtcTime

revision = "core_0013"
down_revision = "core_0012"
branch_labels = None
depends_on = None

_INSERT = "INSERT INTO core_search_words (rowid, words) VALUES (new.place, new.words);"
_DELETE = "INSERT INTO core_search_words (core_search_words, rowid, words) VALUES ('delete', old.place, old.words);"
_FULL_TEXT = (
    "CREATE VIRTUAL TABLE core_search_words USING fts5(words, content='core_search_entry', content_rowid='place',"
    " tokenize='ascii', detail=none, columnsize=0, prefix='9 10 11')",
    f"CREATE TRIGGER core_search_added AFTER INSERT ON core_search_entry BEGIN {_INSERT} END",
    f"CREATE TRIGGER core_search_deleted AFTER DELETE ON core_search_entry BEGIN {_DELETE} END",
    f"CREATE TRIGGER core_search_changed AFTER UPDATE OF words ON core_search_entry BEGIN {_DELETE} {_INSERT} END",
)
"""Words come as plain tokens behind a scope of eight characters: prefixes of one to three characters have an index."""


def upgrade() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "core_search_entry",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("searchable", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_search_entry")),
    )
    op.create_index("ix_core_search_entry_searchable", "core_search_entry", ["account_id", "searchable", "id"])
    if on_sqlite:
        op.create_index("ix_core_search_entry_place", "core_search_entry", ["place"])
        for statement in _FULL_TEXT:
            op.execute(statement)
    else:
        op.create_index(
            "ix_core_search_entry_words",
            "core_search_entry",
            ["words"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
    op.create_table(
        "core_search_built",
        sa.Column("searchable", sa.String(length=80), nullable=False),
        sa.Column("declared", sa.String(length=64), nullable=False),
        sa.Column("built_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("searchable", name=op.f("pk_core_search_built")),
    )


def downgrade() -> None:
    op.drop_table("core_search_built")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE core_search_words")
    op.drop_table("core_search_entry")
