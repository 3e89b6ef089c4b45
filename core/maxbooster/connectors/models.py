"""An account's settings of connectors, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db.models import Owned, Table, Versioned
from ..db.types import Json


class ConnectorSettingsRow(Versioned, Owned, Table):
    """What is secret lies sealed in it and nowhere else."""

    __tablename__ = "core_connector_settings"
    __table_args__ = (UniqueConstraint("account_id", "plugin"),)

    plugin: Mapped[str] = mapped_column(String(80))
    fields: Mapped[dict[str, Any]] = mapped_column(Json)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The secret fields, as JSON."""
    updated_at: Mapped[datetime]


def place(account: UUID, plugin: str) -> str:
    """Where an account's secrets with a connector are kept, for the keyring that seals them."""
    return f"connector/{account}/{plugin}"
