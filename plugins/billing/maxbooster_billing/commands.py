"""`maxbooster billing`: for the operator's terminal."""

from __future__ import annotations

import click
import msgspec

from maxbooster.plugin import Context, in_platform

from .ledger.verify import Verdict, verify


@click.group()
def billing() -> None:
    """Prove that the books are right."""


@billing.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def verify_command(as_json: bool) -> None:
    """Derive every balance anew and compare; exit status 1 and a sentence for each fault."""
    verdict = in_platform(_verdict)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(verdict)).decode())
    else:
        _tell(verdict)
    if not verdict.ok:
        raise click.exceptions.Exit(1)


async def _verdict(ctx: Context) -> Verdict:
    return await ctx.app.database.read(lambda connection: verify(connection, ctx.now))


def _tell(verdict: Verdict) -> None:
    for fault in verdict.faults:
        click.echo(fault, err=True)
    if verdict.ok:
        click.echo(
            f"{verdict.books} books, {verdict.transactions} transactions, {verdict.entries} entries:"
            f" every transaction is zero and every balance is the sum of its entries."
            f" {verdict.holds} holds are open, {verdict.transfers_in_flight} transfers on their way."
        )
