"""What a plugin is that can wrap and unwrap keys: Vault, a cloud's KMS, an HSM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from ..context import Context


@runtime_checkable
class KeyService(Protocol):
    """Its own key, which wraps the platform's, never leaves it. Both calls raise `NotReady` where it doesn't answer,
    and `AuthFailed` or `Invalid` where it refuses, with words for the operator and without the key."""

    async def wrap(self, ctx: Context, key: bytes) -> str:
        """The key as nobody can use it without the service; with the newest version of its own key."""

    async def unwrap(self, ctx: Context, wrapped: str) -> bytes:
        """The key again, whichever version of the service's key wrapped it."""
