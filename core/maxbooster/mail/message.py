"""A message, and who can send one."""

from __future__ import annotations

from datetime import datetime
from email.errors import NonASCIILocalPartDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTPUTF8, EmailPolicy
from email.utils import make_msgid
from hashlib import sha256
from typing import Any, Protocol, cast, runtime_checkable

from msgspec import Struct

from ..errors import Invalid


class _Policy(EmailPolicy):
    """Addresses in List-… headers stay whole: Python would fold long ones into encoded words, which no program takes
    for an address."""

    def fold(self, name: str, value: str) -> str:
        return self._whole(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self._whole(name, value).encode("ascii") or super().fold_binary(name, value)

    def _whole(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}" if name.startswith("List-") else ""


_ASCII = _Policy(linesep="\r\n", cte_type="7bit")
"""For every server: not all of them take 8-bit bodies (RFC 6152)."""
_UTF8 = _Policy(linesep="\r\n", utf8=True)


class Mail(Struct, frozen=True):
    """A message to one address, in plain text, and in HTML as well where that is given.

    `key`: what makes it the same message when it is sent again, such as the job's id; it becomes the Message-ID, by
    which mail servers drop duplicates. Left out, each time is a message of its own. `sender`: whose name stands before
    the platform's address. `unsubscribe`: an address that takes a POST and asks no questions (RFC 8058). `reference`:
    what a provider says again when it tells what became of the message (`record_mail_event`); at most 200 characters.

    Raises:
        Invalid: `to` is not one address, or a line break would add a header (`field` says where).
    """

    to: str
    subject: str
    text: str
    html: str = ""
    key: str = ""
    sender: str = ""
    unsubscribe: str = ""
    reference: str = ""

    def __post_init__(self) -> None:
        refuse_breaks(self.subject, "subject")
        refuse_breaks(self.sender, "sender")
        refuse_breaks(self.unsubscribe, "unsubscribe")
        mailbox(self.to, "to")


class MailRefused(Invalid):
    """The mail server will not take this message, now or later; trying again is of no use. `field` is `to` where it
    is about the recipient."""

    type = "mail-refused"
    title = "The mail server refused the message"
    final = True


@runtime_checkable
class MailTransport(Protocol):
    """How email leaves the platform."""

    async def send(self, mail: Mail) -> None:
        """Hand the message over; it is on its way when this returns.

        Raises:
            NotReady: not now; try again later.
            AuthFailed: the provider refused our credentials; a person has to fix them.
            MailRefused: the message was refused for good.
        """

    async def close(self) -> None: ...


def compose(mail: Mail, sender: str, at: datetime) -> EmailMessage:
    """The message in the form of RFC 5322; `at` becomes its date.

    Headers are plain ASCII as long as the addresses are, else UTF-8 (RFC 6532).
    """
    author, reader = mailbox(sender, "core.mail_from"), mailbox(mail.to, "to")
    plain = author.addr_spec.isascii() and reader.addr_spec.isascii()
    message = EmailMessage(_ASCII if plain else _UTF8)
    message["From"] = Address(mail.sender, addr_spec=author.addr_spec) if mail.sender else author
    message["To"] = reader
    message["Subject"] = mail.subject
    message["Date"] = at
    message["Message-ID"] = _message_id(mail.key, author.domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def writes_utf8(message: EmailMessage) -> bool:
    """Whether its headers need SMTPUTF8 (RFC 6531)."""
    return message.policy is _UTF8


def _message_id(key: str, domain: str) -> str:
    """The key is hashed: it may be anything, and need not be seen."""
    return f"<{sha256(key.encode()).hexdigest()[:32]}@{domain}>" if key else make_msgid(domain=domain)


def mailbox(text: str, field: str) -> Address:
    """`name@example.org` or `Name <name@example.org>`, in its parts.

    Raises:
        Invalid: it is not one address.
    """
    refuse_breaks(text, field)
    address = _parsed(text)
    if address is None:
        raise Invalid(f"{text!r} is not one email address; write name@example.org.", field=field)
    return address


def _parsed(text: str) -> Address | None:
    try:
        header: Any = SMTPUTF8.header_factory("To", text)
        [address] = header.addresses
    except Exception:  # Python 3.11's own parser stumbles in many ways over what is no address
        return None
    wrong = [defect for defect in header.defects if not isinstance(defect, NonASCIILocalPartDefect)]
    return cast(Address, address) if address.username and not wrong else None


def refuse_breaks(text: str, field: str) -> None:
    """
    Raises:
        Invalid: it contains a line break, and so would become more than one header (CWE-93).
    """
    if text and text.splitlines() != [text]:
        raise Invalid(f"The {field} {text!r} of an email contains a line break; write it on one line.", field=field)
