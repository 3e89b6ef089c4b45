"""Everything that billing adds to the platform, on one page, and what other families import from it.

What is listed in `__all__` is public; it is imported when it is first named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maxbooster.plugin import Command, Manifest, Panel, Permission, hookimpl

from .settings import BillingSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Context, FirstStep, Job, PersonalData, Routes, SearchResult, Subscription

    from .currency import checked as checked_currency
    from .currency import digits, written
    from .ledger.posting import (
        KeyReused,
        Leg,
        Overdrawn,
        Posted,
        Transaction,
        legs_of,
        post,
        post_many,
        posted_under,
        reverse,
        reverse_many,
        void,
    )
    from .ledger.queries import accounts as balances
    from .ledger.queries import balances_of
    from .ledger.transfers import Transfer
    from .ledger.transfers import send as send_transfer
    from .payees.queries import known as known_payees
    from .payouts.schemas import NewPayout
    from .payouts.service import request_payout

_LATE = {
    "KeyReused": "ledger.posting",
    "Leg": "ledger.posting",
    "NewPayout": "payouts.schemas",
    "Overdrawn": "ledger.posting",
    "Posted": "ledger.posting",
    "Transaction": "ledger.posting",
    "Transfer": "ledger.transfers",
    "balances": "ledger.queries:accounts",
    "balances_of": "ledger.queries",
    "checked_currency": "currency:checked",
    "digits": "currency",
    "known_payees": "payees.queries:known",
    "legs_of": "ledger.posting",
    "post": "ledger.posting",
    "post_many": "ledger.posting",
    "posted_under": "ledger.posting",
    "request_payout": "payouts.service",
    "reverse": "ledger.posting",
    "reverse_many": "ledger.posting",
    "send_transfer": "ledger.transfers:send",
    "void": "ledger.posting",
    "written": "currency",
}

__all__ = [
    "KeyReused",
    "Leg",
    "NewPayout",
    "Overdrawn",
    "Posted",
    "Transaction",
    "Transfer",
    "balances",
    "balances_of",
    "checked_currency",
    "digits",
    "known_payees",
    "legs_of",
    "post",
    "post_many",
    "posted_under",
    "request_payout",
    "reverse",
    "reverse_many",
    "send_transfer",
    "void",
    "written",
]

_ALL = ("owner", "admin", "manager", "artist")

manifest = Manifest(
    name="billing",
    version="0.1.0",
    title="Billing",
    hookspecs=("maxbooster_billing.hookspecs",),
    areas=("ledger", "payee", "payout", "payment_file", "bank_transfer", "transfer", "money"),
    permissions=(
        Permission("ledger.read", "See the ledger", roles=_ALL),
        Permission("ledger.write", "Post to the ledger by hand", roles=("owner", "admin")),
        Permission("ledger.approve", "Approve ledger postings that somebody else proposed", roles=("owner", "admin")),
        Permission("payee.read", "See payees and what is owed to them", roles=_ALL),
        Permission("payee.write", "Add payees and change how they are paid", roles=("owner", "admin", "manager")),
        Permission("payout.read", "See payouts", roles=_ALL),
        Permission("payout.request", "Pay payees", roles=("owner", "admin")),
        Permission("payout.execute", "Create payment files and record what the bank did", roles=("owner", "admin")),
        Permission("ledger.seal", "Seal the ledger of any account (the platform itself)", roles=(), across=True),
        Permission("payout.settle", "Settle payouts of any account (the platform itself)", roles=(), across=True),
    ),
    commands=(Command("billing", "Check and repair the ledger", "maxbooster_billing.commands:billing"),),
    migrations=True,
    settings=BillingSettings,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .approvals.routes import routes as approvals
    from .ledger.routes import routes as ledger
    from .payees.routes import routes as payees
    from .payouts.routes import routes as payouts

    return [*ledger, *approvals, *payees, *payouts]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .ledger.seals import seal
    from .payouts.jobs import hear, send

    return [send, hear, seal]


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    from .translations import texts

    return texts


@hookimpl
async def search(ctx: Context, query: str) -> Sequence[SearchResult]:
    from .payees.search import found

    return await found(ctx, query)


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from .payees.first_step import steps

    return await steps(ctx)


@hookimpl
def register_subscriptions() -> Sequence[Subscription]:
    from .ledger.transfers import arrive

    return [arrive]


@hookimpl
def register_tables() -> Sequence[type]:
    from .approvals.models import Proposal
    from .bank_transfer.models import BankFile, BankOrder
    from .ledger.models import LedgerAccount, LedgerEntry, LedgerPurpose, LedgerSeal, LedgerTransaction
    from .payees.models import Payee
    from .payouts.models import Payout

    ledger = [LedgerPurpose, LedgerAccount, LedgerTransaction, LedgerEntry, LedgerSeal]
    return [*ledger, Proposal, Payee, Payout, BankOrder, BankFile]


@hookimpl
def register_panels() -> Sequence[Panel]:
    return [
        Panel(
            id="billing.money",
            title="Money",
            icon="wallet",
            route="/money",
            order=50,
            tag="mb-billing-money",
            module="money.js",
            permissions=("ledger.read",),
        )
    ]


@hookimpl
def register_static() -> Path:
    return Path(__file__).parent / "static"


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    from .personal import declared

    return declared()


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"maxbooster_billing.plugin has no {name!r}")
    module, _, attribute = _LATE[name].partition(":")
    value = globals()[name] = getattr(import_module(f".{module}", __package__), attribute or name)
    return value
