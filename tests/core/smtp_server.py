"""A mail server for tests, as a process: `python smtp_server.py '{"port": …, "mode": …}'`.

What it does with a message depends on the part before the recipient's @: `busy` 451, `gone` 550, `full` 452 after the
data, `spam` 554 and `huge` 552 after the data, `hang` no answer, `cut` the connection is closed in the middle of the
data, `silent` it is closed after the data, which were taken, `limited` and `broken` 421. With `greylist_s` who is new
gets 450 until so much time has gone by, by the clock in the file `minutes`.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from itertools import count
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

NUMBERS = count()
CONFIG = json.loads(sys.argv[1])
FOLDER = Path(CONFIG["folder"])
AFTER_DATA = {
    "full": "452 4.2.2 Mailbox full",
    "spam": "554 5.7.1 Looks like spam",
    "huge": "552 5.3.4 Message too big",
}


class Handler:
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if CONFIG.get("greylist_s") and _is_new(address):
            return "450 4.2.0 Greylisted, try again"
        match address.partition("@")[0]:
            case "limited" | "broken":
                return "421 4.7.0 Too many messages, slow down"
            case "busy":
                return "451 4.3.0 Try again\x1b[31m later"
            case "gone":
                return "550 5.1.1 No such user"
            case "hang":
                await asyncio.sleep(600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = AFTER_DATA.get(envelope.rcpt_tos[0].partition("@")[0])
        if answer:
            return answer
        number = next(NUMBERS)
        facts = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or CONFIG["mode"] == "tls",
            "user": session.auth_data,
        }
        (FOLDER / f"{number:04}.eml").write_bytes(envelope.original_content)
        (FOLDER / f"{number:04}.json").write_text(json.dumps(facts))
        if envelope.rcpt_tos[0].startswith("silent@"):
            server.transport.abort()
        return "250 OK"


def _is_new(address: str) -> bool:
    clock, first = FOLDER / "minutes", FOLDER / f"{address}.first"
    minutes = int(clock.read_text() or 0) if clock.exists() else 0
    clock.write_text(str(minutes))
    if not first.exists():
        first.write_text(str(minutes))
    return (minutes - int(first.read_text())) * 60 < CONFIG["greylist_s"]


class Cutting(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        if self.envelope and self.envelope.rcpt_tos[0].startswith("cut@"):
            await self.push("354 Go on")
            await self._reader.read(10)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def _authenticated(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    if (data.login.decode(), data.password.decode()) == (CONFIG["user"], CONFIG["password"]):
        return AuthResult(success=True, auth_data=data.login.decode())
    return AuthResult(success=False, handled=False)


def _protocol(context: ssl.SSLContext | None) -> SMTP:
    return Cutting(
        Handler(),
        hostname="mail.test",
        enable_SMTPUTF8=CONFIG.get("utf8", True),
        tls_context=context if CONFIG["mode"] == "starttls" else None,
        require_starttls=CONFIG["mode"] == "starttls",
        authenticator=_authenticated if CONFIG.get("user") else None,
        auth_required=bool(CONFIG.get("user")),
        auth_require_tls=CONFIG["mode"] == "starttls",
    )


async def main() -> None:
    context = None
    if CONFIG["mode"] != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(CONFIG["certificate"])
    server = await asyncio.get_running_loop().create_server(
        lambda: _protocol(context), "127.0.0.1", CONFIG["port"], ssl=context if CONFIG["mode"] == "tls" else None
    )
    await server.serve_forever()


asyncio.run(main())
