"""`maxbooster billing`: for the operator's terminal."""

from __future__ import annotations

import click

from maxbooster.plugin import AS_JSON, Context, in_platform, print_json

from .bank_transfer.commands import transfers
from .ledger.repair import repair
from .ledger.seals import seal
from .ledger.verify import Verdict, verify
from .reconciliation.matching import book
from .reconciliation.service import Reconciled, reconcile, reporting


@click.group()
def billing() -> None:
    """Check and repair the ledger, and pay by bank transfer."""


billing.add_command(transfers)


@billing.command("verify")
@AS_JSON
def verify_command(as_json: bool) -> None:
    """Check the ledger's rules, its schema and every book; exit status 1 and a sentence for each fault.

    Every balance is recomputed from its entries, every transaction is compared with its digest and its seal, and every
    payout and transfer with its postings. If nothing is wrong, what was posted since the last check is sealed.
    """
    verdict = in_platform(_verdict)
    if as_json:
        print_json(verdict)
    else:
        _tell(verdict)
    if not verdict.ok:
        raise click.exceptions.Exit(1)


@billing.command("repair")
@AS_JSON
def repair_command(as_json: bool) -> None:
    """Restore the ledger's rules, indexes and constraints. Entries are never edited.

    Exit status 1 if something is still wrong; each fault is named.
    """
    done, left = in_platform(_repaired)
    if as_json:
        print_json({"done": done, "left": left})
    else:
        for sentence in done or ["There was nothing to restore."]:
            click.echo(sentence)
        for sentence in left:
            click.echo(f"Not repaired: {sentence}", err=True)
    if left:
        raise click.exceptions.Exit(1)


@billing.command("reconcile")
@AS_JSON
def reconcile_command(as_json: bool) -> None:
    """Compare each payment provider's own list with the ledger, line by line; exit status 1 if they differ.

    What the provider does by itself, such as paying out to the platform's bank account, is booked. It runs every night.
    """
    found = in_platform(_reconciled)
    if as_json:
        print_json(found)
    else:
        _tell_differences(found)
    if found.differences:
        raise click.exceptions.Exit(1)


@billing.command("book")
@click.argument("provider")
@click.argument("line")
@click.option("--to", "purpose", required=True, help="What it is: fees, bank, income, receivable, opening, …")
def book_command(provider: str, line: str, purpose: str) -> None:
    """Post an open LINE of a PROVIDER's balance, which `reconcile` lists, into the platform's ledger."""

    async def booked(ctx: Context) -> None:
        ctx.audit("balance.booked", f"billing_balance_line:{line[:100]}", after={"provider": provider, "to": purpose})
        await ctx.write(book, provider, line, purpose, ctx.now)

    in_platform(booked)
    click.echo(f"{line} is in the ledger, against {purpose}.")


async def _reconciled(ctx: Context) -> Reconciled:
    found = Reconciled([], 0, [])
    for provider in await reporting(ctx):
        async with ctx.aside() as unit:
            one = await reconcile(unit, provider)
        found = Reconciled(
            [*found.providers, *one.providers], found.lines + one.lines, [*found.differences, *one.differences]
        )
    return found


def _tell_differences(found: Reconciled) -> None:
    for each in found.differences:
        click.echo(f"{each.provider} {each.line}: {each.problem}".replace(" :", ":"), err=True)
    if not found.providers:
        click.echo("No payment provider that is set up here has a balance to compare.")
    elif not found.differences:
        click.echo(f"{', '.join(found.providers)}: {found.lines} new lines, and the ledger agrees to the cent.")


async def _verdict(ctx: Context) -> Verdict:
    verdict = await ctx.read(lambda connection: verify(connection, ctx.now))
    if verdict.ok:
        await seal.handler(ctx)
    return verdict


async def _repaired(ctx: Context) -> tuple[list[str], list[str]]:
    done, failed = await ctx.write(repair)
    verdict = await ctx.read(lambda connection: verify(connection, ctx.now))
    return done, [*failed, *verdict.faults]


def _tell(verdict: Verdict) -> None:
    for fault in verdict.faults:
        click.echo(fault, err=True)
    for sentence in verdict.unverified:
        click.echo(f"Not verified: {sentence}")
    if not verdict.ok:
        click.echo("Rules and indexes are restored by `maxbooster billing repair`; entries never are.", err=True)
    elif not verdict.transactions:
        click.echo("The ledger is empty, and its rules are in place.")
    else:
        click.echo(
            f"The ledger balances: {verdict.books} books, {verdict.transactions} transactions, {verdict.entries}"
            f" entries. {verdict.holds} holds are open, {verdict.transfers_in_flight} transfers in flight."
        )
