"""Waiting jobs follow the new name of their kind"""

from __future__ import annotations

from alembic import op

revision = "studio_0003"
down_revision = "studio_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE core_job SET name = 'studio.analyze' WHERE name = 'studio.analyse'")


def downgrade() -> None:
    op.execute("UPDATE core_job SET name = 'studio.analyse' WHERE name = 'studio.analyze'")
