"""A message, and who can send one."""

from __future__ import annotations

from datetime import datetime
from email.errors import NonASCIILocalPartDefect
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import make_msgid
from typing import Any, Protocol, cast, runtime_checkable

from msgspec import Struct

from ..errors import Invalid


class Mail(Struct, frozen=True):
    """A message to one mailbox, in plain text, and in HTML beside it where that is given.

    Raises:
        Invalid: `to` is not one mailbox, or a line break would add a header (`field` says where).
    """

    to: str
    subject: str
    text: str
    html: str = ""

    def __post_init__(self) -> None:
        refuse_breaks(self.subject, "subject")
        mailbox(self.to, "to")


@runtime_checkable
class MailTransport(Protocol):
    """The way out for mail: a provider's plugin brings one."""

    async def send(self, mail: Mail) -> None:
        """Hand the message over; it is on its way when this returns.

        Raises:
            NotReady: not now; try again later.
            AuthFailed: the provider refused our credentials; a person has to mend them.
            Invalid: the address was refused for good.
        """

    async def close(self) -> None: ...


def compose(mail: Mail, sender: str, at: datetime) -> EmailMessage:
    """The message in the form of RFC 5322; `at` becomes its date.

    Headers are plain ASCII as long as the addresses are, else UTF-8 (RFC 6532).
    """
    author, reader = mailbox(sender, "core.mail_from"), mailbox(mail.to, "to")
    plain = author.addr_spec.isascii() and reader.addr_spec.isascii()
    message = EmailMessage(SMTP if plain else SMTPUTF8)
    message["From"] = author
    message["To"] = reader
    message["Subject"] = mail.subject
    message["Date"] = at
    message["Message-ID"] = make_msgid(domain=author.domain)
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def mailbox(text: str, field: str) -> Address:
    """`name@example.org` or `Name <name@example.org>`, in its parts.

    Raises:
        Invalid: it is not one mailbox.
    """
    refuse_breaks(text, field)
    address = _parsed(text)
    if address is None:
        raise Invalid(f"Mail cannot go to or come from {text!r}; give one address, name@example.org.", field=field)
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
        raise Invalid(f"The {field} {text!r} of a mail has a line break in it; write it in one line.", field=field)
