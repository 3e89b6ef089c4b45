"""What an account's own key is for: hashes of addresses that get nothing, and links in emails that need no login."""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from ..context import Context
from ..errors import Gone, NotFound
from ..settings import Settings

PATH = "/p/audience"
_SECRET = "core.audience"
_PART = 16
"""Bytes of each part of a token: the account's id, the list member's, and what cannot be guessed."""


class AudienceKey(NamedTuple):
    """Kept sealed, and the same whatever becomes of the platform's secret keys."""

    key: bytes

    def address_hash(self, email: str, list_id: UUID | None = None) -> bytes:
        """Of an address on one list, or (without one) in the whole account."""
        return self._mac(f"address\0{list_id or ''}\0{email}".encode())

    def hashes(self, email: str, *list_ids: UUID) -> list[bytes]:
        """Any of which keeps an address from getting what goes to one of the lists."""
        return [*(self.address_hash(email, each) for each in list_ids), self.address_hash(email)]

    def member_id(self, email: str, list_id: UUID) -> UUID:
        """The same each time somebody joins a list, so that links in old emails still mean them."""
        return UUID(bytes=self._mac(f"member\0{list_id}\0{email}".encode())[:_PART])

    def unsubscribe_secret(self, member_id: UUID) -> bytes:
        return self._mac(b"unsubscribe\0" + member_id.bytes)[:_PART]

    def _mac(self, of: bytes) -> bytes:
        return hmac.digest(self.key, of, "sha256")


async def key_of(ctx: Context) -> AudienceKey:
    """This account's, created when it is first needed."""
    return AudienceKey(bytes.fromhex(await ctx.secrets.create(_SECRET, secrets.token_hex(32))))


async def standing_key(ctx: Context) -> AudienceKey:
    """This account's, for whoever comes by a link: nothing is created for an account that they made up.

    Raises:
        Gone: it has none, so no link of ours leads to it.
    """
    try:
        return AudienceKey(bytes.fromhex(await ctx.secrets.get(_SECRET)))
    except NotFound:
        raise Gone("Check that the address is complete.") from None


class Token(NamedTuple):
    """What a link in an email carries."""

    account: UUID
    member: UUID
    secret: bytes

    def __str__(self) -> str:
        return urlsafe_b64encode(self.account.bytes + self.member.bytes + self.secret).decode()

    @classmethod
    def read(cls, text: str) -> Token | None:
        """None: it is no token."""
        try:
            parts = urlsafe_b64decode(text)
        except (binascii.Error, ValueError):
            return None
        if len(parts) != 3 * _PART or str(cls(*_ids(parts), parts[-_PART:])) != text:
            return None
        return cls(*_ids(parts), parts[-_PART:])


def _ids(parts: bytes) -> tuple[UUID, UUID]:
    return UUID(bytes=parts[:_PART]), UUID(bytes=parts[_PART : 2 * _PART])


def new_secret() -> tuple[bytes, bytes]:
    """Of a link that works once, and the hash that is kept of it."""
    secret = secrets.token_bytes(16)
    return secret, secret_hash(secret)


def secret_hash(secret: bytes) -> bytes:
    return sha256(secret).digest()


def confirmation_link(settings: Settings, account: UUID, member: UUID, secret: bytes) -> str:
    return f"{settings.pages_origin}{PATH}/confirm/{Token(account, member, secret)}"


def unsubscribe_link(settings: Settings, account: UUID, member: UUID, key: AudienceKey) -> str:
    return f"{settings.pages_origin}{PATH}/unsubscribe/{Token(account, member, key.unsubscribe_secret(member))}"
