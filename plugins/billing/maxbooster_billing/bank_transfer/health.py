"""Whether payouts by bank transfer can be paid, for `maxbooster doctor` and for those who execute payouts."""

from __future__ import annotations

from maxbooster.plugin import Advice, Context, HealthCheck, NotReady

from .destination import sender
from .settings import BankTransferSettings

MISSING = (
    "No bank account is set that payouts come from, so each account has to enter its own under Connections. Set"
    " MAXBOOSTER_BILLING_BANK_TRANSFER__IBAN, __BIC and __NAME for those that don't, or turn bank transfers off with"
    " `maxbooster plugins disable billing.bank_transfer`."
)


def missing(settings: BankTransferSettings) -> str:
    """What is missing until payment files can be made; empty: nothing."""
    if not (settings.iban or settings.bic or settings.name):
        return MISSING
    try:
        sender(settings)
    except ValueError as fault:
        return f"The bank account that payouts come from can't be used: {fault}"
    return ""


async def ask(ctx: Context) -> str:
    settings = ctx.settings(BankTransferSettings)
    if fault := missing(settings):
        raise Advice(fault) if fault == MISSING else NotReady(fault)
    return f"pays from {settings.iban[:2]} account ending {settings.iban[-4:]}"


checks = [HealthCheck("bank transfers", ask, thorough=True)]
