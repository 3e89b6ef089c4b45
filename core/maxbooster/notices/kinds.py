"""Kinds of notifications: what plugins tell people of, and how each comes unless somebody chose otherwise.

This module is light: plugins' faces import it.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

Email = Literal["at_once", "daily", "weekly", "never"]
EMAILS: Final = ("at_once", "daily", "weekly", "never")
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class Channels(Struct, frozen=True, kw_only=True):
    """How somebody hears of something."""

    bell: bool = True
    email: Email = "daily"
    push: bool = False
    """On the devices where they turned that on."""


class NoticeKind(Struct, frozen=True, kw_only=True):
    """What `notify(ctx, "<name>", …)` tells. The defaults are for good news; what waits for somebody is `at_once`."""

    name: str
    """`payout.failed`: begins with the plugin's family or one of its areas."""
    title: str
    """What people choose by: “A payout failed”. The text `notice_kind.<name>` translates it."""
    email: Email = "daily"
    push: bool = False
    required: bool = False
    """For money that did not arrive and logins that changed hands: people choose how they hear of it, not whether. The
    bell or an email at once stays on."""
    permission: str = ""
    """Who is told (`notify(…, permission=)`): others are not asked about it."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or len(self.name) > 80:
            raise ValueError(f"kind of notification {self.name!r}: use 'area.what', lower case, at most 80 letters")
        if not self.title.strip():
            raise ValueError(f"kind of notification {self.name!r}: give it a title, such as “A payout failed”")
        if self.email not in EMAILS:
            raise ValueError(f"kind of notification {self.name!r}: email is one of {', '.join(EMAILS)}")

    @property
    def channels(self) -> Channels:
        return Channels(email=self.email, push=self.push)


UNDECLARED: Final = Channels()
"""For kinds of plugins that are older than this declaration, or gone."""

core: Final = (
    NoticeKind(name="job.dead", title="A job failed", permission="job.control"),
    NoticeKind(
        name="connection.lost",
        title="A service was disconnected",
        email="at_once",
        push=True,
        permission="connection.write",
    ),
    NoticeKind(name="webhook.disabled", title="A webhook was disabled", email="at_once", permission="webhook.write"),
    NoticeKind(name="page.taken_down", title="A public page was turned off", email="at_once", required=True),
    NoticeKind(name="page.restored", title="A public page can be published again", email="at_once"),
    NoticeKind(name="mail.undeliverable", title="Email to you came back", email="never", push=True, required=True),
)
