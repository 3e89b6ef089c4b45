"""`maxbooster mail`: does email leave the platform, and what does it look like?"""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from ..app import App
from ..mail import Email
from ..mail import address as normal
from ..public.rendering import speaking
from .running import assembled


@click.group()
def mail() -> None:
    """Test how email is sent, and look at it."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a test email to ADDRESS, and say what the mail server answered."""
    app, to = assembled(), normal(address)
    asyncio.run(_send(app, to))
    scheme = app.settings.mail.partition(":")[0]
    click.echo(_SENT.get(scheme, f"Sent to {to}. If it doesn't arrive, check the spam folder and the server's log."))


@mail.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--language", default="en", show_default=True, help="The language of the emails.")
def preview(folder: Path, language: str) -> None:
    """Write every email of the platform to FOLDER, as HTML and as plain text, with made-up content."""
    from ..mail.samples import samples

    app = assembled()
    folder.mkdir(parents=True, exist_ok=True)
    emails = samples(app.offers.catalog, app.settings.origin, language)
    for name, email in emails.items():
        (folder / f"{name}.html").write_text(email.html, "utf-8")
        (folder / f"{name}.txt").write_text(f"Subject: {email.subject}\n\n{email.text}", "utf-8")
    click.echo(f"Wrote {len(emails)} emails to {folder}.")


_SENT = {
    "console": "The email was only printed: nothing is sent until MAXBOOSTER_MAIL names a mail server.",
    "file": "The email was written to a file: nothing is sent until MAXBOOSTER_MAIL names a mail server.",
}


async def _send(app: App, to: str) -> None:
    transport = app.mail_transport()
    try:
        t = speaking(app.offers.catalog, "en")
        email = Email(
            subject=t("core.mail_test"), paragraphs=(t("core.mail_test_text", origin=app.settings.origin),)
        )  # fmt: skip
        await transport.send(email.mail(to))
    finally:
        await transport.close()
        await app.http.close()
