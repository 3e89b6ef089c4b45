"""What a delivery can be, and what can follow what."""

from __future__ import annotations

from typing import Literal

from maxbooster.plugin import Conflict

State = Literal["queued", "packaging", "sending", "sent", "acknowledged", "live", "down", "rejected", "failed"]

QUEUED, PACKAGING, SENDING, SENT = "queued", "packaging", "sending", "sent"
ACKNOWLEDGED, LIVE, DOWN = "acknowledged", "live", "down"
REJECTED, FAILED = "rejected", "failed"

FOLLOWS: dict[str, frozenset[str]] = {
    QUEUED: frozenset({PACKAGING, FAILED}),
    PACKAGING: frozenset({SENDING, FAILED}),
    SENDING: frozenset({SENT, FAILED}),
    SENT: frozenset({ACKNOWLEDGED, LIVE, DOWN, REJECTED, FAILED}),
    ACKNOWLEDGED: frozenset({LIVE, DOWN, REJECTED, FAILED}),
    LIVE: frozenset({DOWN, REJECTED}),
    DOWN: frozenset(),
    REJECTED: frozenset(),
    FAILED: frozenset({QUEUED}),
}
"""A failed delivery may be tried again as it is; a rejected one is submitted again, once it is fixed."""

UNDER_WAY = frozenset({QUEUED, PACKAGING, SENDING})
"""Not with the store yet."""
AWAITED = frozenset({SENT, ACKNOWLEDGED})
"""With the store, which has not said its last word."""
ARRIVED = frozenset({SENT, ACKNOWLEDGED, LIVE, DOWN})
ENDED = frozenset({LIVE, DOWN, REJECTED, FAILED})


def demand(before: str, after: str) -> None:
    """
    Raises:
        Conflict: the one cannot follow the other.
    """
    if after not in FOLLOWS[before]:
        raise Conflict(f"A delivery that is {before} cannot become {after}.", field="state")
