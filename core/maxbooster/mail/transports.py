"""The transports of the core: a mail server, and what needs none, for trying things out and for tests."""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ..db.guard import refuse_in_write
from ..errors import NotReady, SettingsError, suggestion
from .message import Mail, MailTransport, compose, mailbox

SCHEMES = ("smtp", "smtps", "file", "console", "memory")
_SENDING = "sending email"


def transport(url: str, sender: str) -> MailTransport | None:
    """The core's transport for `core.mail`, or None if the scheme is not one of its own.

    Raises:
        SettingsError: the URL cannot be used, or the folder cannot be written.
        Invalid: the sender is not one address.
    """
    mailbox(sender, "core.mail_from")
    match _scheme(url):
        case "smtp" | "smtps":
            from .smtp import Smtp, server

            return Smtp(server(url, sender))
        case "console":
            return Console(sender)
        case "file":
            return Folder(_folder(url), sender)
        case "memory":
            return Memory()
    return None


def unknown(url: str, reasons: Sequence[str] = ()) -> SettingsError:
    """No plugin has a transport for this URL. Only its scheme is shown: the rest may hold a password. `reasons`: why
    plugins are off; where one could not make its transport, that is the answer."""
    scheme = _scheme(url)
    for reason in reasons:
        if reason.startswith("mail_transport()"):
            return _unusable(f"core.mail names the transport {scheme!r}, whose plugin is off: {reason}")
    return _unusable(
        f"core.mail names the transport {scheme!r}, which neither the core nor an enabled plugin has; use"
        f" smtp://user:password@host:587, smtps://…, file:///folder or console:.{suggestion(scheme, SCHEMES)}"
    )


def _scheme(url: str) -> str:
    return url.partition(":")[0]


class Console:
    """Prints to standard output, never to the log: mail holds links that let people in."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        refuse_in_write(_SENDING)
        sys.stdout.write(f"\nFrom: {self._sender}\nTo: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n")
        sys.stdout.flush()

    async def close(self) -> None: ...


class Folder:
    """Writes each message to a file of its own, whole or not at all; the names sort by time.

    Raises:
        SettingsError: the folder cannot be created or written.
    """

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"The mail folder {folder} cannot be created: {error.strerror}.", field="core.mail"
            ) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _unusable(f"The mail folder {folder} cannot be written.")

    async def send(self, mail: Mail) -> None:
        """
        Raises:
            NotReady: the file cannot be written at present.
        """
        refuse_in_write(_SENDING)
        await asyncio.to_thread(self._write, mail)

    def _write(self, mail: Mail) -> None:
        at = datetime.now(UTC)
        content = compose(mail, self._sender, at).as_bytes()
        name = f"{at:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        unfinished = self._folder / f".{name}.part"
        try:
            with open(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self._folder / name)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise NotReady(f"An email cannot be written to {self._folder}: {error.strerror}.") from error

    async def close(self) -> None: ...


class Memory:
    """Keeps what was sent in `sent`, for tests."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    async def send(self, mail: Mail) -> None:
        refuse_in_write(_SENDING)
        self.sent.append(mail)

    async def close(self) -> None: ...


def _folder(url: str) -> Path:
    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        raise _unusable(f"The mail URL {url!r} must name a folder from the root on, as in file:///srv/mail.")
    return Path(unquote(parts.path))


def _unusable(detail: str) -> SettingsError:
    return SettingsError(detail, field="core.mail")
