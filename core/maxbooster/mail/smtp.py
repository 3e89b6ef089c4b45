"""Email through a mail server: RFC 5321, with STARTTLS (RFC 3207) or TLS from the start (RFC 8314)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import aiosmtplib
from msgspec import Struct

from ..db.guard import refuse_in_write
from ..errors import AuthFailed, NotReady, SettingsError, suggestion
from .message import Mail, MailRefused, compose, mailbox, writes_utf8

PORTS = {"smtp": 587, "smtps": 465}
OPTIONS = ("from", "tls", "ca", "timeout")
_REPLY_LIMIT = 300


class Server(Struct, frozen=True, kw_only=True):
    """What `core.mail` says of a mail server.

    `tls`: from the start, after STARTTLS, or not at all. `ca` is a file of certificates to trust instead of the
    system's.
    """

    host: str
    port: int
    tls: str
    user: str = ""
    password: str = ""
    ca: str = ""
    timeout_s: float = 30.0
    sender: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def server(url: str, sender: str) -> Server:
    """Read `smtp://user:password@host:587?from=…`.

    Raises:
        SettingsError: it cannot be read, or would send a password in clear text.
        Invalid: the sender is not one address.
    """
    parts = urlsplit(url)
    options = _options(parts.query)
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise _wrong("the port is not a number from 1 to 65535") from None
    if not parts.hostname:
        raise _wrong("it names no host")
    if parts.path.strip("/"):
        raise _wrong(f"the path {parts.path!r} means nothing; percent-encode a / in the password as %2F")
    found = Server(
        host=parts.hostname,
        port=port,
        tls=_tls(parts, options),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca=_readable(options.get("ca", "")),
        timeout_s=_seconds(options.get("timeout", "30")),
        sender=options.get("from", sender),
    )
    mailbox(found.sender, "core.mail" if "from" in options else "core.mail_from")
    if found.password and found.tls == "none" and not _is_loopback(found.host):
        raise _wrong("it would send the password without TLS; leave out tls=none")
    return found


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in OPTIONS:
            raise _wrong(f"there is no option {name!r}, only {', '.join(OPTIONS)}.{suggestion(name, OPTIONS)}")
    return options


def _tls(parts: SplitResult, options: dict[str, str]) -> str:
    """STARTTLS is required, except to this machine itself or where the operator says otherwise."""
    usual = "start" if parts.scheme == "smtps" else "none" if _is_loopback(parts.hostname or "") else "starttls"
    match options.get("tls", ""):
        case "":
            return usual
        case "required":
            return "start" if parts.scheme == "smtps" else "starttls"
        case "none" if parts.scheme == "smtp":
            return "none"
    raise _wrong("tls is either required or, with smtp://, none")


def _readable(path: str) -> str:
    if path and not Path(path).is_file():
        raise _wrong(f"the certificate file {path!r} does not exist")
    return path


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 300:
        raise _wrong(f"timeout is {text!r}; use 0 to 300 seconds")
    return seconds


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wrong(reason: str) -> SettingsError:
    return SettingsError(
        f"The setting core.mail cannot be used: {reason}. Write smtp://user:password@host:587 or smtps://….",
        field="core.mail",
    )


class Smtp:
    """Sends each message in a connection of its own.

    Raises:
        SettingsError: the certificates cannot be read.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._trusted = _trusting(server) if server.tls != "none" else None

    async def send(self, mail: Mail) -> None:
        refuse_in_write("sending email")
        message = compose(mail, self._server.sender, datetime.now(UTC))
        with self._explained(mail):
            async with asyncio.timeout(self._server.timeout_s * 4):
                await self._deliver(message, mail)

    async def close(self) -> None: ...

    async def _deliver(self, message: EmailMessage, mail: Mail) -> None:
        author = mailbox(self._server.sender, "core.mail_from")
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            timeout=self._server.timeout_s,
            use_tls=self._server.tls == "start",
            start_tls=self._server.tls == "starttls",
            tls_context=self._trusted,
            local_hostname=author.domain,
        )
        try:
            await client.connect()
            if self._server.user:
                await client.login(self._server.user, self._server.password)
            await client.sendmail(
                author.addr_spec,
                [mailbox(mail.to, "to").addr_spec],
                message.as_bytes(),
                mail_options=["SMTPUTF8", "BODY=8BITMIME"] if writes_utf8(message) else [],
            )
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()
        finally:
            client.close()

    @contextmanager
    def _explained(self, mail: Mail) -> Iterator[None]:
        """What the server or the network said, as one of our errors; never with a password in it."""
        try:
            yield
        except TimeoutError as error:
            raise NotReady(f"The mail server {self._server} did not answer in time.") from error
        except aiosmtplib.SMTPException as error:
            raise self._meaning(error, mail) from error
        except (OSError, EOFError) as error:
            raise NotReady(f"The mail server {self._server} cannot be reached: {_reply(error)}.") from error

    def _meaning(self, error: aiosmtplib.SMTPException, mail: Mail) -> Exception:
        where = f"The mail server {self._server}"
        match error:
            case aiosmtplib.SMTPAuthenticationError() if error.code >= 500:
                return AuthFailed(f"{where} refused the user name or password: {_reply(error)}. Check core.mail.")
            case aiosmtplib.SMTPRecipientsRefused():
                return self._refused(f"{where} refused the recipient {mail.to}", error.recipients[0], "to")
            case aiosmtplib.SMTPSenderRefused():
                return self._refused(f"{where} refused the sender {self._server.sender}", error, "core.mail_from")
            case aiosmtplib.SMTPResponseException():
                return self._refused(f"{where} refused the message", error, None)
            case aiosmtplib.SMTPNotSupported():
                return self._unsupported(where, error, mail)
        return NotReady(f"{where} cannot be used: {_reply(error)}.")

    def _refused(self, what: str, error: Any, field: str | None) -> Exception:
        """4yz is temporary, 5yz is for good (RFC 5321 §4.2.1)."""
        if error.code >= 500:
            return MailRefused(f"{what}: {error.code} {_reply(error)}.", field=field)
        return NotReady(f"{what} for the moment: {error.code} {_reply(error)}.")

    def _unsupported(self, where: str, error: aiosmtplib.SMTPNotSupported, mail: Mail) -> Exception:
        if "SMTPUTF8" in str(error):
            return MailRefused(f"{where} cannot write to {mail.to}: it does not offer SMTPUTF8.", field="to")
        return AuthFailed(f"{where} lacks what core.mail asks for: {_reply(error)}.")


def _trusting(server: Server) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca or None)
    except (OSError, ssl.SSLError) as error:
        raise _wrong(f"the certificate file {server.ca!r} cannot be read ({_reply(error)})") from error


def _reply(error: Any) -> str:
    """The server's words in one printable line."""
    said = str(getattr(error, "message", "") or error or type(error).__name__)
    line = " ".join("".join(each if each.isprintable() else " " for each in said).split()).rstrip(".")
    return line if len(line) <= _REPLY_LIMIT else f"{line[:_REPLY_LIMIT]}…"
