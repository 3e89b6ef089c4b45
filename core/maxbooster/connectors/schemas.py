"""What the API says of connectors and of what an account has set up with them. Nothing secret is in any of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

State = Literal["nothing", "unset", "ready", "attention"]
"""`nothing`: there is nothing to set up; `attention`: what was set up doesn't fit any more."""


class ConnectorOut(Struct, frozen=True, kw_only=True):
    plugin: str
    """`billing.bank_transfer`"""
    kind: str
    """`payment-provider`"""
    kind_title: str
    title: str
    state: State
    reason: str
    """What needs attention, and what to do."""


class ConnectorSettings(ConnectorOut, frozen=True, kw_only=True):
    form: dict[str, Any]
    """The JSON Schema of what is to be set up."""
    values: dict[str, Any]
    """What was set up, secrets apart."""
    secrets: list[str]
    """Which secrets are kept."""
    version: int | None
    """None: nothing was set up yet."""
    updated_at: datetime | None


class NewConnectorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    values: dict[str, Any]
    """By the form. A secret that is left out stays as it is; null removes it."""
    version: int | None = None
    """The one that was read, where nobody else may have changed it since."""
