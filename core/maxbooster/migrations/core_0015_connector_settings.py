"""What accounts set up with connectors"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from maxbooster.plugin import Id, Json, UtcTime

revision = "core_0015"
down_revision = "core_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_connector_settings",
        sa.Column("account_id", Id(), nullable=False),
        sa.Column("id", Id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plugin", sa.String(length=80), nullable=False),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "id", name=op.f("pk_core_connector_settings")),
        sa.UniqueConstraint("account_id", "plugin", name=op.f("uq_core_connector_settings_account_id_plugin")),
    )


def downgrade() -> None:
    op.drop_table("core_connector_settings")
