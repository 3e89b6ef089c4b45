"""Notifications by email: one at once, or several in a digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from ..mail import Action, Email, Item
from .models import Notice
from .times import Times

Texts = Callable[..., str]
MOST_IN_A_DIGEST: Final = 40


class Reader(Struct, frozen=True, kw_only=True):
    """Whom an email is for, and where it leads."""

    t: Texts
    catalog: Mapping[str, str]
    """Texts in their language, for what only some kinds have."""
    times: Times
    account: str
    """Its name."""
    origin: str


def of_one(reader: Reader, notice: Notice, stop: str) -> Email:
    """`stop`: the link by which emails of this kind end."""
    t = reader.t
    return Email(
        subject=_title(reader, notice),
        paragraphs=tuple(filter(None, [notice.text])),
        action=Action(t("core.mail_notice_go"), f"{reader.origin}{notice.path or '/home'}"),
        foot=_why(reader),
        unsubscribe=Action(t("core.mail_notice_stop"), stop),
        language=t("core.mail_language"),
    )


def digest(reader: Reader, notices: Sequence[Notice], stop: str) -> Email:
    """`stop`: the link by which every email about notifications of the account ends. The newest are shown; how many
    more there are is said."""
    t, account = reader.t, reader.account
    shown, rest = notices[-MOST_IN_A_DIGEST:], len(notices) - MOST_IN_A_DIGEST
    subject = t("core.mail_digest", account=account, n=len(notices))
    return Email(
        subject=subject if len(notices) != 1 else t("core.mail_digest_one", account=account),
        paragraphs=(t("core.mail_digest_text", account=account),),
        items=tuple(_item(reader, each) for each in shown),
        action=Action(t("core.mail_notice_go"), f"{reader.origin}/home"),
        after=(t("core.mail_digest_more", n=rest),) if rest > 0 else (),
        foot=_why(reader),
        unsubscribe=Action(t("core.mail_digest_stop", account=account), stop),
        language=t("core.mail_language"),
    )


def _why(reader: Reader) -> tuple[str, ...]:
    t = reader.t
    settings = t("core.mail_notice_settings", link=f"{reader.origin}/notifications")
    return t("core.mail_notice_why", account=reader.account), settings


def _item(reader: Reader, notice: Notice) -> Item:
    url = f"{reader.origin}{notice.path}" if notice.path else ""
    when = _when(reader, notice.at)
    return Item(title=_title(reader, notice), text=notice.text, when=when, url=url, tone=notice.tone)


def _when(reader: Reader, at: datetime) -> str:
    """`Dec 4, 08:15`, by their clock."""
    local = at.astimezone(ZoneInfo(reader.times.zone))
    month = reader.t("core.page_months").split("|")[local.month - 1]
    return f"{month} {local.day}, {local:%H:%M}"


def title_of(notice: Notice, catalog: Mapping[str, str]) -> str:
    """In one line, as the bell says it."""
    title = catalog.get(f"notice.{notice.kind}", notice.title)
    return " ".join(_filled(title, notice.facts).split())


def _title(reader: Reader, notice: Notice) -> str:
    return title_of(notice, reader.catalog)


def _filled(title: str, facts: Mapping[str, Any]) -> str:
    for name, value in facts.items():
        title = title.replace(f"{{{name}}}", str(value))
    return title
