"""`maxbooster mail`: does email leave the platform?"""

from __future__ import annotations

import asyncio

import click

from ..app import App
from ..mail import Mail
from ..mail import address as normal
from .running import assembled


@click.group()
def mail() -> None:
    """Test how email is sent."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a test email to ADDRESS, and say what the mail server answered."""
    app, to = assembled(), normal(address)
    asyncio.run(_send(app, to))
    scheme = app.settings.mail.partition(":")[0]
    click.echo(_SENT.get(scheme, f"Sent to {to}. If it doesn't arrive, check the spam folder and the server's log."))


_SENT = {
    "console": "The email was only printed: nothing is sent until MAXBOOSTER_MAIL names a mail server.",
    "file": "The email was written to a file: nothing is sent until MAXBOOSTER_MAIL names a mail server.",
}


async def _send(app: App, to: str) -> None:
    transport = app.mail_transport()
    try:
        await transport.send(
            Mail(to, "Test email from Max Booster", f"Email from {app.settings.origin} works.\n\nMax Booster\n")
        )
    finally:
        await transport.close()
