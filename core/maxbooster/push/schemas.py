"""What goes in and out of the operations on devices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Base64Url = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+\Z")]


class PushKeys(Struct, frozen=True, forbid_unknown_fields=True):
    p256dh: Base64Url
    auth: Base64Url


class NewPushDevice(Struct, frozen=True, forbid_unknown_fields=True):
    """`PushSubscription.toJSON()` of the browser."""

    endpoint: Annotated[str, Meta(min_length=1, max_length=2000)]
    keys: PushKeys
    expirationTime: float | None = None


class PushKey(Struct, frozen=True):
    key: str
    """For `pushManager.subscribe({applicationServerKey})`."""


class PushDeviceOut(Struct, frozen=True):
    id: UUID
    agent: str
    """What the browser says it is."""
    service: str
    """The host of its push service."""
    this_session: bool
    """Whether it was turned on in the session that asks."""
    created_at: datetime
    used_at: datetime | None
    fault: str
    """Why the last push did not get through; empty: it did."""
