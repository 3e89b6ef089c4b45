"""What orders are called at providers: `checkout.<id>` and `refund.<account>.<id>`. It comes back in their webhooks and
in their lists, and says what they are about."""

from __future__ import annotations

import re
from typing import NamedTuple
from uuid import UUID

_CHECKOUT = re.compile(r"checkout\.([0-9a-f]{32})")
_REFUND = re.compile(r"refund\.([0-9a-f]{32})\.([0-9a-f]{32})")


class RefundKey(NamedTuple):
    account: UUID
    id: UUID


def of_checkout(id: UUID) -> str:
    return f"checkout.{id.hex}"


def of_refund(account: UUID, id: UUID) -> str:
    return f"refund.{account.hex}.{id.hex}"


def checkout_in(key: str) -> UUID | None:
    """None: it is not the key of a checkout."""
    found = _CHECKOUT.fullmatch(key)
    return UUID(found[1]) if found else None


def refund_in(key: str) -> RefundKey | None:
    """None: it is not the key of a refund."""
    found = _REFUND.fullmatch(key)
    return RefundKey(UUID(found[1]), UUID(found[2])) if found else None
