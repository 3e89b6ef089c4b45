"""Each email of the platform with made-up facts, to look at: `maxbooster mail preview` and the layout's tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from ..audience import emails as audience
from ..auth import emails as logins
from ..notices import emails as notices
from ..notices.models import Notice
from ..notices.times import Times
from ..public.rendering import speaking, spoken
from .email import Email

_NOBODY: Final = UUID(int=0)
_LONG: Final = "Die unendlich lange Nacht der Wiederholungen (Live at Elbphilharmonie, Extended Remastered Edition)"


def samples(catalog: Mapping[str, Mapping[str, str]], origin: str, language: str = "en") -> dict[str, Email]:
    """Name → email."""
    t = speaking(catalog, language)
    link = f"{origin}/verify#JV0pNh3y0Wk0cQp3bXo8l2m4y7dGq1rT"
    reader = notices.Reader(
        t=t, catalog={**catalog.get("en", {}), **catalog.get(language, {})}, times=Times(language=language),
        account="Nova & the Night Shift", origin=origin,
    )  # fmt: skip
    stop = f"{origin}/p/notifications/stop/AZ-1f0Vq1rT0cQp3bXo8l2m4y7dGq1rT0cQp3bXo8l2m4y7dGq1rT0cQp3bXo8l2"
    told = _notices()
    return {
        "verify": logins.verify(t, link),
        "known_already": logins.known_already(t, origin),
        "reset": logins.reset(t, link),
        "shared": logins.shared(t, "Nova & the Night Shift", "Release", f"{origin}/shared"),
        "password_changed": logins.password_changed(t, origin),
        "password_reset": logins.password_reset(t, "Google (nova@example.org)", "“My phone”", origin),
        "new_address": logins.new_address(t, link),
        "mailbox": logins.mailbox(t, link),
        "address_changed": logins.address_changed(t, "nova.with.a.long.name@music-of-the-night.example", origin),
        "second_factor_changed": logins.second_factor_changed(t, "on", origin),
        "identity_changed": logins.identity_changed(t, "Harbour", "linked", origin),
        "erasure_asked": logins.erasure_asked(t, "2026-12-30", origin),
        "invitation": logins.invitation(t, _LONG, "manager", link),
        "sign_up": audience.confirmation_email(
            speaking(catalog, spoken(catalog, language)), title=_LONG, sender="Nova", page=f"{origin}/p/release/halo",
            words="Nova may email me about new music.", link=link, unsubscribe=stop, language=language,
        ),
        "notice": notices.of_one(reader, told[0], stop),
        "digest": notices.digest(reader, told, stop),
    }  # fmt: skip


def _notices() -> list[Notice]:
    at = datetime(2026, 11, 30, 7, 12, tzinfo=UTC)

    def notice(kind: str, said: str, tone: str, text: str = "", path: str = "", **facts: str) -> Notice:
        return Notice(
            account_id=_NOBODY, id=_NOBODY, user_id=_NOBODY, kind=kind, title=said, tone=tone, text=text, path=path,
            facts=facts, at=at,
        )  # fmt: skip

    return [
        notice(
            "payout.failed", "{amount} to {payee} failed and is back in their balance", "danger",
            "The bank returned it: account closed (AC04).", "/money", amount="1,204.10 EUR", payee="Ada Lind",
        ),
        notice(
            "release.live", "“{title}” is live on {outlet}", "good", path="/releases/1", title=_LONG, outlet="Spotify"
        ),
        notice(
            "statement.imported", "Statement from {source}: {total}", "good", "Lines that have no payee yet: 3.",
            "/royalties/statements/1", source="Deezer", total="88.02 EUR",
        ),
        notice("job.dead", "“{job}” failed", "danger", "ValueError: " + "x" * 120, "/work", job="Indexing for search"),
    ]  # fmt: skip
