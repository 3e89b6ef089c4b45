"""Comments on masters"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, UtcTime

revision = "studio_0004"
down_revision = "studio_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "studio_master_comment",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("master_id", Id(), nullable=False),
        sa.Column("at_s", sa.Float(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("grant_id", Id(), nullable=True),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "master_id"],
            ["studio_master.account_id", "studio_master.id"],
            name=op.f("fk_studio_master_comment_account_id_master_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_studio_master_comment")),
    )
    with op.batch_alter_table("studio_master_comment", schema=None) as batch_op:
        batch_op.create_index("ix_studio_master_comment_master", ["account_id", "master_id"], unique=False)


def downgrade() -> None:
    op.drop_table("studio_master_comment")
