"""The emails of the audience, in the language of their list."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from html import escape

from markdown_it import MarkdownIt
from msgspec import Struct

from ..mail import Action, Email, Mail
from .models import PLAIN

Texts = Callable[..., str]
_BODY = "margin:0 auto;max-width:600px;padding:24px 16px;font:16px/1.55 system-ui,-apple-system,'Segoe UI',sans-serif"
_FOOT = "margin-top:32px;padding-top:16px;border-top:1px solid #ddd;color:#5c6065;font-size:13px"


class Message(Struct, frozen=True, kw_only=True):
    """What all readers of a mailing get."""

    subject: str
    text: str
    body: str
    """The text as HTML; empty: it is sent as plain text alone."""
    postal_address: str


def confirmation(
    to: str, t: Texts, *, title: str, sender: str, page: str, words: str, link: str, unsubscribe: str, language: str
) -> Mail:
    email = confirmation_email(
        t, title=title, sender=sender, page=page, words=words, link=link, unsubscribe=unsubscribe, language=language
    )  # fmt: skip
    return email.mail(to, sender=sender)


def confirmation_email(
    t: Texts, *, title: str, sender: str, page: str, words: str, link: str, unsubscribe: str, language: str
) -> Email:
    return Email(
        subject=t("core.page_mail_confirm", title=title),
        paragraphs=(t("core.page_mail_confirm_text", title=title, page=page), t("core.page_mail_confirm_how")),
        action=Action(t("core.page_mail_confirm_go"), link),
        after=(t("core.page_mail_confirm_words", words=words), t("core.page_mail_confirm_else", sender=sender)),
        foot=(t("core.page_mail_confirm_for", sender=sender),),
        unsubscribe=Action(t("core.page_mail_unsubscribe"), unsubscribe),
        language=language,
    )


def mailing(
    to: str,
    t: Texts,
    message: Message,
    *,
    title: str,
    sender: str,
    language: str,
    unsubscribe: str,
    key: str,
    reference: str = "",
) -> Mail:
    """With an HTML part where the text is Markdown; plain text is left to the reader's program."""
    return Mail(
        to,
        message.subject,
        _text(t, message, title, unsubscribe),
        html=_html(t, message, title, language, unsubscribe),
        key=key,
        sender=sender,
        unsubscribe=unsubscribe,
        reference=reference,
    )


def trial(to: str, t: Texts, message: Message, *, title: str, sender: str, language: str) -> Mail:
    """To its author: it looks like the mailing, and unsubscribes nobody."""
    own = t("core.page_mail_own_link")
    html = _html(t, message, title, language, "")
    return Mail(to, f"[Test] {message.subject}", _text(t, message, title, own), html=html, sender=sender)


def formatted(text: str, format: str) -> str:
    """As a fragment of HTML that holds nothing but what Markdown makes: no tags of its own, no pictures, and links to
    nothing but web pages and addresses. Slow where the text is made for that: call it on a thread."""
    if format == PLAIN:
        return f"<p>{escape(text)}</p>".replace("\n", "<br>")
    return str(_markdown().render(text))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("js-default", {"html": False, "breaks": True, "linkify": True}).disable(["image", "table"])


def _text(t: Texts, message: Message, title: str, unsubscribe: str) -> str:
    foot = [t("core.page_mail_why", title=title), f"{t('core.page_mail_unsubscribe')}: {unsubscribe}"]
    if message.postal_address:
        foot.insert(1, message.postal_address)
    return f"{message.text.rstrip()}\n\n-- \n" + "\n".join(foot) + "\n"


def _html(t: Texts, message: Message, title: str, language: str, unsubscribe: str) -> str:
    if not message.body:
        return ""
    out = escape(t("core.page_mail_unsubscribe"))
    way = f'<a href="{escape(unsubscribe)}" style="color:inherit">{out}</a>' if unsubscribe else f"<u>{out}</u>"
    why, postal = escape(t("core.page_mail_why", title=title)), escape(message.postal_address).replace("\n", "<br>")
    return (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(message.subject)}</title></head>'
        f'<body style="{_BODY}">{message.body}'
        f'<div style="{_FOOT}"><p>{why}</p><p>{postal}</p><p>{way}</p></div></body></html>'
    )
