"""What happens to people's access: recorded in the audit trail and told to whoever subscribed."""

from __future__ import annotations

from uuid import UUID

import msgspec

from ..context import Context
from ..events import Event


class SecurityEvent(Event, frozen=True):
    """Events of one user are heard in order. `user` is None where nobody is known."""

    user: UUID | None


class Registered(SecurityEvent, frozen=True, tag="security.registered"):
    pass


class LoggedIn(SecurityEvent, frozen=True, tag="security.logged_in"):
    session: UUID
    kind: str
    address: str | None
    agent: str
    factors: str = ""
    """By which they proved who they are: `password`, `password and code`, `passkey`, `provider`, …"""


class LoginRefused(SecurityEvent, frozen=True, tag="security.login_refused"):
    """`reason`: `password`, `code`, `passkey`, `provider`, `disabled` or `too many`."""

    reason: str
    address: str | None

    def entity(self) -> str:
        return str(self.user or self.address)


class SessionRevoked(SecurityEvent, frozen=True, tag="security.session_revoked"):
    """`session` is None when all were."""

    session: UUID | None
    reason: str


class RefreshReused(SecurityEvent, frozen=True, tag="security.refresh_reused"):
    """A refresh token came twice: it was stolen, so its whole family is revoked."""

    session: UUID
    address: str | None


class PasswordChanged(SecurityEvent, frozen=True, tag="security.password_changed"):
    by: str
    """`owner` or `link`."""


class EmailChanged(SecurityEvent, frozen=True, tag="security.email_changed"):
    pass


class SecondFactorChanged(SecurityEvent, frozen=True, tag="security.second_factor_changed"):
    change: str
    """`on`, `off` or `new recovery codes`."""


class IdentityChanged(SecurityEvent, frozen=True, tag="security.identity_changed"):
    """A login at a provider: `change` is `linked` or `unlinked`."""

    provider: str
    change: str


class KeyChanged(SecurityEvent, frozen=True, tag="security.key_changed"):
    key: UUID
    change: str
    """`made` or `revoked`."""


class MemberChanged(SecurityEvent, frozen=True, tag="security.member_changed"):
    """`role` is None for one who left or was removed."""

    account: UUID
    role: str | None


class UserChanged(SecurityEvent, frozen=True, tag="security.user_changed"):
    change: str
    """`disabled`, `enabled`, `erasure asked`, `erasure withdrawn`, `erased`."""


def note(ctx: Context, event: SecurityEvent) -> None:
    """Tell and record a security event with this unit: as the deed of whoever is logged in, else of the user whom it
    is about."""
    ctx.emit(event)
    facts = msgspec.to_builtins(event)
    after = {name: value for name, value in facts.items() if name not in _ELSEWHERE and value is not None}
    actor = event.user if ctx.identity is None else None
    ctx.audit(event.name(), f"core_user:{event.user or 'unknown'}", after=after, actor=actor)


_ELSEWHERE = ("type", "user", "address")
"""What an audit entry tells in places of its own."""
