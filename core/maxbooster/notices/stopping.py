"""Links in emails by which notifications stop coming, without a login (RFC 8058).

A link names account, person and kind, and carries a keyed hash of the three; it works as long as the account does.
"""

from __future__ import annotations

import binascii
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

from ..context import Context
from ..errors import Gone, NotFound
from . import preferences, queries

PATH: Final = "/p/notifications/stop"
EVERYTHING: Final = "all"
"""In place of a kind: every email about notifications of the account."""
_SECRET: Final = "core.notices"
_PART: Final = 16


class Stop(NamedTuple):
    account: UUID
    user: UUID
    kind: str
    proof: bytes

    def __str__(self) -> str:
        return urlsafe_b64encode(self.account.bytes + self.user.bytes + self.proof + self.kind.encode()).decode()

    @classmethod
    def read(cls, text: str) -> Stop | None:
        """None: it is no link of ours."""
        try:
            parts = urlsafe_b64decode(text)
            kind = parts[3 * _PART :].decode("ascii")
        except (binascii.Error, ValueError):
            return None
        if len(parts) <= 3 * _PART:
            return None
        account, user, proof = (parts[place * _PART : (place + 1) * _PART] for place in range(3))
        found = cls(UUID(bytes=account), UUID(bytes=user), kind, proof)
        return found if str(found) == text else None


async def link(ctx: Context, user: UUID, kind: str) -> str:
    key = await _key(ctx) or bytes.fromhex(await ctx.secrets.create(_SECRET, secrets.token_hex(32)))
    stop = Stop(ctx.account, user, kind, _proof(key, ctx.account, user, kind))
    return f"{ctx.app.settings.pages_origin}{PATH}/{stop}"


async def refuse_foreign(ctx: Context, stop: Stop) -> None:
    """
    Raises:
        Gone: no link of ours says so.
    """
    key = await _key(ctx)
    if key is None or not hmac.compare_digest(_proof(key, stop.account, stop.user, stop.kind), stop.proof):
        raise Gone("Check that the address is complete.")


async def stop_emails(ctx: Context, stop: Stop) -> None:
    """What else they chose stays; what cannot be turned off comes to the bell from now on. Commits."""
    await refuse_foreign(ctx, stop)
    chosen = await queries.chosen_by(ctx, stop.user)
    after = preferences.without_email(ctx, chosen, "" if stop.kind == EVERYTHING else stop.kind)
    ctx.audit("notification.stopped", f"core_user:{stop.user}", after={"kind": stop.kind}, actor=stop.user)
    await ctx.write(partial(preferences.choose, account=ctx.account, user=stop.user, chosen=after))


async def _key(ctx: Context) -> bytes | None:
    """This account's; None: it has sent no such email yet."""
    try:
        return bytes.fromhex(await ctx.secrets.get(_SECRET))
    except NotFound:
        return None


def _proof(key: bytes, account: UUID, user: UUID, kind: str) -> bytes:
    return hmac.digest(key, b"stop\0" + account.bytes + user.bytes + kind.encode(), "sha256")[:_PART]
