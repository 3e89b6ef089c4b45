"""Catalogue and deliveries"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "distribution_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "distribution_artist",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("isni", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_artist")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_distribution_artist_account_id_name")),
    )
    op.create_table(
        "distribution_label",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_label")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_distribution_label_account_id_name")),
    )
    op.create_table(
        "distribution_registrant",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("dpid", sa.String(length=40), nullable=True),
        sa.Column("isrc_prefix", sa.String(length=5), nullable=True),
        sa.Column("isrc_year", sa.Integer(), nullable=False),
        sa.Column("isrc_issued", sa.Integer(), nullable=False),
        sa.Column("gs1_prefix", sa.String(length=11), nullable=True),
        sa.Column("upc_issued", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_registrant")),
        sa.UniqueConstraint("account_id", name="uq_distribution_registrant_account_id"),
    )
    op.create_table(
        "distribution_track",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("subtitle", sa.String(length=300), nullable=True),
        sa.Column("isrc", sa.String(length=12), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=True),
        sa.Column("instrumental", sa.Boolean(), nullable=False),
        sa.Column("advisory", sa.String(length=30), nullable=False),
        sa.Column("p_line", Json(), nullable=True),
        sa.Column("genre", sa.String(length=300), nullable=True),
        sa.Column("audio_file_id", Id(), nullable=True),
        sa.Column("audio", Json(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_track")),
        sa.UniqueConstraint("account_id", "isrc", name=op.f("uq_distribution_track_account_id_isrc")),
    )
    op.create_table(
        "distribution_release",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("subtitle", sa.String(length=300), nullable=True),
        sa.Column("upc", sa.String(length=14), nullable=True),
        sa.Column("catalogue_number", sa.String(length=40), nullable=True),
        sa.Column("label_id", Id(), nullable=True),
        sa.Column("genre", sa.String(length=300), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("release_date", sa.Date(), nullable=True),
        sa.Column("original_release_date", sa.Date(), nullable=True),
        sa.Column("p_line", Json(), nullable=True),
        sa.Column("c_line", Json(), nullable=True),
        sa.Column("deals", Json(), nullable=False),
        sa.Column("cover_file_id", Id(), nullable=True),
        sa.Column("cover", Json(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("changed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "label_id"],
            ["distribution_label.account_id", "distribution_label.id"],
            name=op.f("fk_distribution_release_account_id_label_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_release")),
        sa.UniqueConstraint("account_id", "upc", name=op.f("uq_distribution_release_account_id_upc")),
    )
    op.create_table(
        "distribution_credit",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("release_id", Id(), nullable=True),
        sa.Column("track_id", Id(), nullable=True),
        sa.Column("artist_id", Id(), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "artist_id"],
            ["distribution_artist.account_id", "distribution_artist.id"],
            name=op.f("fk_distribution_credit_account_id_artist_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "release_id"],
            ["distribution_release.account_id", "distribution_release.id"],
            name=op.f("fk_distribution_credit_account_id_release_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "track_id"],
            ["distribution_track.account_id", "distribution_track.id"],
            name=op.f("fk_distribution_credit_account_id_track_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_credit")),
    )
    with op.batch_alter_table("distribution_credit", schema=None) as batch_op:
        batch_op.create_index("ix_distribution_credit_release", ["account_id", "release_id"], unique=False)
        batch_op.create_index("ix_distribution_credit_track", ["account_id", "track_id"], unique=False)

    op.create_table(
        "distribution_delivery",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("release_id", Id(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("advice", sa.String(length=500), nullable=True),
        sa.Column("batch", sa.String(length=40), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("message_file_id", Id(), nullable=True),
        sa.Column("manifest_file_id", Id(), nullable=True),
        sa.Column("queued_at", UtcTime(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=True),
        sa.Column("answered_at", UtcTime(), nullable=True),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("due_at", UtcTime(), nullable=False),
        sa.Column("expected_from", UtcTime(), nullable=False),
        sa.Column("sign_due_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "release_id"],
            ["distribution_release.account_id", "distribution_release.id"],
            name=op.f("fk_distribution_delivery_account_id_release_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_delivery")),
        sa.UniqueConstraint(
            "account_id",
            "release_id",
            "outlet",
            "number",
            name=op.f("uq_distribution_delivery_account_id_release_id_outlet_number"),
        ),
    )
    op.create_table(
        "distribution_placement",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("release_id", Id(), nullable=False),
        sa.Column("track_id", Id(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("disc", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "release_id"],
            ["distribution_release.account_id", "distribution_release.id"],
            name=op.f("fk_distribution_placement_account_id_release_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "track_id"],
            ["distribution_track.account_id", "distribution_track.id"],
            name=op.f("fk_distribution_placement_account_id_track_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_placement")),
        sa.UniqueConstraint(
            "account_id",
            "release_id",
            "position",
            name=op.f("uq_distribution_placement_account_id_release_id_position"),
        ),
    )
    with op.batch_alter_table("distribution_placement", schema=None) as batch_op:
        batch_op.create_index("ix_distribution_placement_track", ["account_id", "track_id"], unique=False)

    op.create_table(
        "distribution_acknowledgement",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("delivery_id", Id(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("file_id", Id(), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "delivery_id"],
            ["distribution_delivery.account_id", "distribution_delivery.id"],
            name=op.f("fk_distribution_acknowledgement_account_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_acknowledgement")),
        sa.UniqueConstraint(
            "account_id",
            "delivery_id",
            "name",
            name=op.f("uq_distribution_acknowledgement_account_id_delivery_id_name"),
        ),
    )
    op.create_table(
        "distribution_stage",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("delivery_id", Id(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=True),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "delivery_id"],
            ["distribution_delivery.account_id", "distribution_delivery.id"],
            name=op.f("fk_distribution_stage_account_id_delivery_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_distribution_stage")),
    )
    with op.batch_alter_table("distribution_stage", schema=None) as batch_op:
        batch_op.create_index("ix_distribution_stage_delivery", ["account_id", "delivery_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("distribution_stage", schema=None) as batch_op:
        batch_op.drop_index("ix_distribution_stage_delivery")

    op.drop_table("distribution_stage")
    op.drop_table("distribution_acknowledgement")
    with op.batch_alter_table("distribution_placement", schema=None) as batch_op:
        batch_op.drop_index("ix_distribution_placement_track")

    op.drop_table("distribution_placement")
    op.drop_table("distribution_delivery")
    with op.batch_alter_table("distribution_credit", schema=None) as batch_op:
        batch_op.drop_index("ix_distribution_credit_track")
        batch_op.drop_index("ix_distribution_credit_release")

    op.drop_table("distribution_credit")
    op.drop_table("distribution_release")
    op.drop_table("distribution_track")
    op.drop_table("distribution_registrant")
    op.drop_table("distribution_label")
    op.drop_table("distribution_artist")
