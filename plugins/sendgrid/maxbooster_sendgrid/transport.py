"""Sending: v3 Mail Send (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maxbooster.plugin import AuthFailed, Context, Invalid, Mail, MailRefused, NotReady, compose, mailbox

if TYPE_CHECKING:
    import httpx

    from .plugin import SendGridSettings

_UNTRACKED: Final = {
    "click_tracking": {"enable": False, "enable_text": False},
    "open_tracking": {"enable": False},
    "subscription_tracking": {"enable": False},
}
"""Links let people in: they lead to us, not through somebody else's server. We unsubscribe people ourselves."""
_HEADERS: Final = ("Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post")
"""Ours that SendGrid takes as they are; the others it writes itself."""
_ANSWER_BYTES: Final = 100_000
_SHOWN: Final = 300


class SendGrid:
    """
    Raises:
        Invalid: there is no key, or the sender is no address.
    """

    def __init__(self, ctx: Context, sender: str, settings: SendGridSettings) -> None:
        if not settings.key:
            raise Invalid(
                "SendGrid needs an API key: set MAXBOOSTER_CORE_SENDGRID__KEY, or key in [core.sendgrid].", field="key"
            )
        self._sender = mailbox(sender, "core.mail_from")
        self._ctx, self._written, self._settings = ctx, sender, settings

    async def send(self, mail: Mail) -> None:
        """SendGrid has no key by which it drops what comes twice: where its answer is lost, the message is sent again,
        with the same Message-ID."""
        reader = mailbox(mail.to, "to")
        if not reader.addr_spec.isascii():
            raise MailRefused(
                f"SendGrid cannot write to {mail.to}: it takes plain letters before the @ alone.", field="to"
            )  # fmt: skip
        response = await self._ctx.http.request(
            "POST",
            f"{self._settings.url}/v3/mail/send",
            json=self._body(mail, reader.addr_spec),
            headers={"Authorization": f"Bearer {self._settings.key}"},
            timeout_s=self._settings.timeout_s,
            max_bytes=_ANSWER_BYTES,
        )
        if response.status_code != 202:
            self._refuse(response, mail)

    async def close(self) -> None: ...

    def _body(self, mail: Mail, to: str) -> dict[str, Any]:
        composed = compose(mail, self._written, self._ctx.clock())
        content = [{"type": "text/plain", "value": mail.text}]
        if mail.html:
            content.append({"type": "text/html", "value": mail.html})
        personal: dict[str, Any] = {"to": [{"email": to}]}
        if mail.reference:
            personal["custom_args"] = {"reference": mail.reference}
        return {
            "personalizations": [personal],
            "from": {"email": self._sender.addr_spec, "name": mail.sender or self._sender.display_name},
            "subject": mail.subject,
            "content": content,
            "headers": {name: str(composed[name]) for name in _HEADERS if name in composed},
            "tracking_settings": _UNTRACKED,
        }

    def _refuse(self, response: httpx.Response, mail: Mail) -> None:
        """
        Raises:
            AuthFailed, NotReady, MailRefused: as its answer says.
        """
        status, said, field = response.status_code, *_said(response)
        if status in (401, 403):
            raise AuthFailed(f"SendGrid refused the API key or the sender ({status}): {said}. Check core.sendgrid.")
        if status == 429 or status >= 500:
            pause = _pause_s(response, self._ctx)
            raise NotReady(f"SendGrid takes nothing now ({status}): {said}.", retry_after_s=pause)
        about = "to" if field.startswith("personalizations") else None
        raise MailRefused(f"SendGrid refused the message to {mail.to} ({status}): {said}.", field=about)


def _said(response: httpx.Response) -> tuple[str, str]:
    """The first of its errors in one printable line, and the field that it names."""
    try:
        first = response.json()["errors"][0]
        said, field = str(first["message"]), str(first.get("field") or "")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        said, field = "no reason given", ""
    line = " ".join("".join(each if each.isprintable() else " " for each in said).split()).rstrip(".")
    return (line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"), field


def _pause_s(response: httpx.Response, ctx: Context) -> float | None:
    """Until its limit begins anew (`X-RateLimit-Reset`, in seconds since 1970)."""
    at = response.headers.get("x-ratelimit-reset", "")
    if not (at.isascii() and at.isdigit() and len(at) <= 11):
        return None
    return min(max(float(at) - ctx.clock().timestamp(), 1.0), 3600.0)
