"""The emails of logins: confirming, resetting, warning. `t`: the texts in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..mail import Action, Email

Texts = Callable[..., str]


def verify(t: Texts, link: str) -> Email:
    return _with_link(t, "verify", link, t("core.mail_verify_else"))


def known_already(t: Texts, origin: str) -> Email:
    forgotten = t("core.mail_known_else", link=f"{origin}/reset")
    return _with_link(t, "known", f"{origin}/login", forgotten)


def reset(t: Texts, link: str) -> Email:
    return _with_link(t, "reset", link, t("core.mail_reset_else"))


def shared(t: Texts, owner: str, kind: str, link: str) -> Email:
    """To somebody who may have no login. What it is called stays out: anybody may write anything there."""
    return Email(
        subject=t("core.mail_shared", owner=owner),
        paragraphs=(t("core.mail_shared_text", owner=owner, object=kind.lower()), t("core.mail_shared_how")),
        action=Action(t("core.mail_shared_go"), link),
        after=(t("core.mail_shared_else"),),
        language=t("core.mail_language"),
    )


def password_changed(t: Texts, origin: str) -> Email:
    return _warning(t, t("core.mail_password"), t("core.mail_password_text"), origin)


def password_reset(t: Texts, logins: str, passkeys: str, origin: str) -> Email:
    """`logins` at providers and `passkeys`: those that still log in, by name; empty: none."""
    left = [t("core.mail_reset_logins", names=logins)] if logins else []
    left += [t("core.mail_reset_passkeys", names=passkeys)] if passkeys else []
    return _warning(t, t("core.mail_password"), t("core.mail_password_text"), origin, *left)


def new_address(t: Texts, link: str) -> Email:
    return _with_link(t, "new_address", link)


def mailbox(t: Texts, link: str) -> Email:
    """To an address from which email came back."""
    return _with_link(t, "mailbox", link)


def address_changed(t: Texts, new: str, origin: str) -> Email:
    """To the old address: whoever has the new one could undo nothing there."""
    return Email(
        subject=t("core.mail_address"),
        paragraphs=(t("core.mail_address_text", email=new, origin=origin),),
        language=t("core.mail_language"),
    )


def second_factor_changed(t: Texts, change: str, origin: str) -> Email:
    return _warning(t, t("core.mail_factor"), t("core.mail_factor_text", change=change), origin)


def erasure_asked(t: Texts, day: str, origin: str) -> Email:
    return Email(
        subject=t("core.mail_erasure"),
        paragraphs=(t("core.mail_erasure_text", day=day),),
        action=Action(t("core.mail_erasure_go"), f"{origin}/profile"),
        language=t("core.mail_language"),
    )


def invitation(t: Texts, account: str, role: str, link: str) -> Email:
    return Email(
        subject=t("core.mail_invitation", account=account),
        paragraphs=(t("core.mail_invitation_text", account=account, role=role),),
        action=Action(t("core.mail_invitation_go"), link),
        after=(t("core.mail_invitation_else"),),
        language=t("core.mail_language"),
    )


def _with_link(t: Texts, name: str, link: str, *after: str) -> Email:
    name = f"core.mail_{name}"
    return Email(
        subject=t(name),
        paragraphs=(t(f"{name}_text"),),
        action=Action(t(f"{name}_go"), link),
        after=after,
        language=t("core.mail_language"),
    )


def identity_changed(t: Texts, provider: str, change: str, origin: str) -> Email:
    """`change`: `linked` or `unlinked`."""
    return _warning(t, t("core.mail_identity"), t(f"core.mail_identity_{change}", provider=provider), origin)


def _warning(t: Texts, subject: str, text: str, origin: str, *more: str) -> Email:
    return Email(
        subject=subject,
        paragraphs=(text, *more, t("core.mail_not_you")),
        action=Action(t("core.mail_not_you_go"), f"{origin}/reset"),
        language=t("core.mail_language"),
    )


WAITING: Final = {
    each.__name__: each
    for each in (
        shared,
        password_changed,
        password_reset,
        address_changed,
        second_factor_changed,
        identity_changed,
        erasure_asked,
    )
}
"""Those that are queued by name, with their facts: they are written in the reader's language when they are sent."""
ABOUT_LOGINS: Final = frozenset(WAITING) - {"shared"}
"""Those that come even to whoever has reported other email as spam."""
