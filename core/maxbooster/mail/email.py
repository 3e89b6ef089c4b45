"""An email to one person: what it says, once, from which its HTML and its plain text are made.

The HTML is one column of tables with inline styles, which is what mail programs understand; what only some of them
do (dark colors) stands in one style element that the others ignore. Nothing is loaded from anywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from .message import Mail

_TEMPLATE: Final = Path(__file__).parent / "templates" / "email.html"
_SIGNED: Final = "Max Booster"


class Action(Struct, frozen=True):
    """The one thing to do: a button in HTML, an address on a line of its own in plain text."""

    label: str
    url: str

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise ValueError(f"an email cannot lead to {self.url[:80]!r}: only to http and https")


class Item(Struct, frozen=True, kw_only=True):
    """One of several things that an email tells."""

    title: str
    text: str = ""
    when: str = ""
    url: str = ""
    tone: str = "info"


class Email(Struct, frozen=True, kw_only=True):
    subject: str
    paragraphs: tuple[str, ...] = ()
    action: Action | None = None
    after: tuple[str, ...] = ()
    """Paragraphs after the button."""
    items: tuple[Item, ...] = ()
    foot: tuple[str, ...] = ()
    """Small print: why somebody gets this."""
    unsubscribe: Action | None = None
    """The link in the small print by which it stops coming; mail programs offer it too (RFC 8058)."""
    language: str = "en"

    def mail(self, to: str, *, key: str = "", sender: str = "") -> Mail:
        """`key`, `sender`: as in `Mail`."""
        one_click = self.unsubscribe.url if self.unsubscribe else ""
        return Mail(to, self.subject, self.text, self.html, key=key, sender=sender, unsubscribe=one_click)

    @property
    def text(self) -> str:
        parts = [*self.paragraphs, *map(_item_text, self.items)]
        if self.action:
            parts.append(f"{self.action.label}: {self.action.url}" if self.items else self.action.url)
        parts += self.after
        foot = [*self.foot]
        if self.unsubscribe:
            foot.append(f"{self.unsubscribe.label}: {self.unsubscribe.url}")
        parts.append("-- \n" + "\n".join((_SIGNED, *foot)))
        return "\n\n".join(parts) + "\n"

    @property
    def html(self) -> str:
        from ..public.rendering import loaded

        return loaded(_TEMPLATE).render(email=self, signed=_SIGNED)


def _item_text(item: Item) -> str:
    """As a list of plain text reads: what happened, then what is known of it."""
    lines = [f"* {item.title}{f' ({item.when})' if item.when else ''}", *item.text.splitlines(), item.url]
    return "\n  ".join(line for line in lines if line)
