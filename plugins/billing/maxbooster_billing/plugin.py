"""Everything that billing adds to the platform, on one page, and what other families import from it.

What is imported `as` itself is public; it is imported when it is first named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maxbooster.plugin import (
    Command,
    ExtensionPoint,
    Manifest,
    Panel,
    PanelAction,
    Permission,
    hookimpl,
    late_imports,
)

from .settings import BillingSettings

if TYPE_CHECKING:
    from maxbooster.plugin import (
        Context,
        Event,
        FirstStep,
        Job,
        Kind,
        NoticeKind,
        PersonalData,
        PublicPage,
        RollUp,
        Routes,
        Searchable,
        Subscription,
    )

    from .checkouts.allocation import allocate as allocate
    from .checkouts.events import PaymentRefunded as PaymentRefunded
    from .checkouts.events import PaymentSettled as PaymentSettled
    from .checkouts.jobs import hear_of_checkout as hear_of_checkout
    from .checkouts.refunds import hear_of_refund as hear_of_refund
    from .checkouts.refunds import refund as refund
    from .checkouts.schemas import CheckoutOpened as CheckoutOpened
    from .checkouts.schemas import NewCheckout as NewCheckout
    from .checkouts.schemas import NewLine as NewLine
    from .checkouts.schemas import NewRefund as NewRefund
    from .checkouts.service import checkout as checkout
    from .currency import checked_currency as checked_currency
    from .currency import digits as digits
    from .currency import written as written
    from .disputes.events import DisputeClosed as DisputeClosed
    from .disputes.events import PaymentDisputed as PaymentDisputed
    from .disputes.jobs import hear_of_dispute as hear_of_dispute
    from .ledger.posting import KeyReused as KeyReused
    from .ledger.posting import Leg as Leg
    from .ledger.posting import Overdrawn as Overdrawn
    from .ledger.posting import Posted as Posted
    from .ledger.posting import Transaction as Transaction
    from .ledger.posting import legs_of as legs_of
    from .ledger.posting import post as post
    from .ledger.posting import post_many as post_many
    from .ledger.posting import posted_under as posted_under
    from .ledger.posting import reverse as reverse
    from .ledger.posting import reverse_many as reverse_many
    from .ledger.posting import void as void
    from .ledger.queries import balances as balances
    from .ledger.queries import balances_of as balances_of
    from .ledger.transfers import Transfer as Transfer
    from .ledger.transfers import send_transfer as send_transfer
    from .parties import party_name as party_name
    from .payees.queries import known_payees as known_payees
    from .payouts.jobs import hear_of_payout as hear_of_payout
    from .payouts.schemas import NewPayout as NewPayout
    from .payouts.service import request_payout as request_payout
    from .payouts.settling import account_and_payout as account_and_payout
    from .providers.interface import PAYMENT_PROVIDER as PAYMENT_PROVIDER
    from .providers.interface import BalancePage as BalancePage
    from .providers.interface import BalanceTransaction as BalanceTransaction
    from .providers.interface import CheckoutLineOrder as CheckoutLineOrder
    from .providers.interface import CheckoutOrder as CheckoutOrder
    from .providers.interface import CheckoutState as CheckoutState
    from .providers.interface import DestinationField as DestinationField
    from .providers.interface import DisputeState as DisputeState
    from .providers.interface import HandlesDisputes as HandlesDisputes
    from .providers.interface import PayoutOrder as PayoutOrder
    from .providers.interface import PayoutState as PayoutState
    from .providers.interface import PaysOut as PaysOut
    from .providers.interface import Provider as Provider
    from .providers.interface import RefundOrder as RefundOrder
    from .providers.interface import RefundState as RefundState
    from .providers.interface import ReportsBalance as ReportsBalance
    from .providers.interface import TakesPayments as TakesPayments
else:
    __getattr__, __dir__ = late_imports(__name__)


_ALL = ("owner", "admin", "manager", "artist")

manifest = Manifest(
    name="billing",
    version="0.1.0",
    title="Billing",
    hookspecs=("maxbooster_billing.hookspecs",),
    areas=(
        "ledger",
        "payee",
        "payout",
        "payment",
        "checkout",
        "sale",
        "refund",
        "balance",
        "dispute",
        "payment_file",
        "bank_transfer",
        "transfer",
        "money",
    ),
    permissions=(
        Permission("ledger.read", "See the ledger", roles=_ALL),
        Permission("ledger.oversee", "See the money of the sub-accounts", roles=("owner", "admin"), across=True),
        Permission("ledger.write", "Post to the ledger by hand", roles=("owner", "admin")),
        Permission("ledger.approve", "Approve ledger postings that somebody else proposed", roles=("owner", "admin")),
        Permission("payee.read", "See payees and what is owed to them", roles=_ALL),
        Permission("payee.write", "Add payees and change how they are paid", roles=("owner", "admin", "manager")),
        Permission("sale.read", "View sales and refunds", roles=_ALL),
        Permission("sale.write", "Create checkouts", roles=("owner", "admin", "manager")),
        Permission("sale.refund", "Refund sales", roles=("owner", "admin")),
        Permission("payout.read", "See payouts", roles=_ALL),
        Permission("payout.request", "Pay payees", roles=("owner", "admin")),
        Permission("payout.execute", "Create payment files and record what the bank did", roles=("owner", "admin")),
        Permission(
            "balance.review",
            "See what differs between the ledger and payment providers",
            roles=(),
            operators=("admin",),
        ),
        Permission("ledger.seal", "Seal the ledger of any account (the platform itself)", roles=(), across=True),
    ),
    commands=(Command("billing", "Check the ledger, pay by bank transfer", "maxbooster_billing.commands:billing"),),
    migrations=True,
    settings=BillingSettings,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .approvals.routes import routes as approvals
    from .checkouts.routes import routes as checkouts
    from .ledger.routes import routes as ledger
    from .payees.routes import routes as payees
    from .payouts.routes import routes as payouts

    return [*ledger, *approvals, *payees, *payouts, *checkouts]


@hookimpl
def public_page() -> Sequence[PublicPage]:
    from .checkouts.page import page

    return [page]


@hookimpl
def register_kinds() -> Sequence[Kind[Any]]:
    from .providers.interface import PAYMENT_PROVIDER

    return [PAYMENT_PROVIDER]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .checkouts.jobs import update_checkout, update_checkouts
    from .checkouts.refunds import send_refund, update_refunds
    from .checkouts.sales import record_sale
    from .disputes.jobs import update_dispute, update_disputes
    from .disputes.settling import record_dispute
    from .ledger.seals import seal
    from .payouts.jobs import send
    from .reconciliation.jobs import reconcile_all, reconcile_provider

    selling = [update_checkout, update_checkouts, record_sale, send_refund, update_refunds]
    disputing = [update_dispute, update_disputes, record_dispute]
    return [send, seal, *selling, *disputing, reconcile_all, reconcile_provider]


@hookimpl
def register_notice_kinds() -> Sequence[NoticeKind]:
    from .notices import kinds

    return kinds


@hookimpl
def register_public_events() -> Sequence[type[Event]]:
    from .checkouts.events import PaymentRefunded, PaymentSettled
    from .disputes.events import DisputeClosed, PaymentDisputed
    from .payouts.events import PayoutFailed, PayoutPaid

    return [PayoutPaid, PayoutFailed, PaymentSettled, PaymentRefunded, PaymentDisputed, DisputeClosed]


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    from .translations import texts

    return texts


@hookimpl
def register_searchables() -> Sequence[Searchable]:
    from .payees.search import searchables

    return searchables


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from .payees.first_step import steps

    return await steps(ctx)


@hookimpl
async def open_work(ctx: Context, plugin: str) -> Sequence[str]:
    from .payouts.open_work import still_open

    return await still_open(ctx, plugin)


@hookimpl
def register_subscriptions() -> Sequence[Subscription]:
    from .ledger.transfers import arrive

    return [arrive]


@hookimpl
def register_tables() -> Sequence[type]:
    from .approvals.models import Proposal
    from .bank_transfer.models import BankFile, BankOrder
    from .checkouts.models import Checkout, CheckoutLine, Refund, Sale
    from .disputes.models import Dispute, SaleDispute
    from .ledger.models import LedgerAccount, LedgerEntry, LedgerPurpose, LedgerSeal, LedgerTransaction
    from .payees.models import Payee
    from .payouts.models import Payout
    from .reconciliation.models import BalanceLine

    ledger = [LedgerPurpose, LedgerAccount, LedgerTransaction, LedgerEntry, LedgerSeal]
    return [
        *ledger,
        Proposal,
        Payee,
        Payout,
        BankOrder,
        BankFile,
        Checkout,
        CheckoutLine,
        Sale,
        Refund,
        BalanceLine,
        Dispute,
        SaleDispute,
    ]


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
            actions=(
                PanelAction(
                    id="billing.add_payee", title="Add payee", path="/money?do=add-payee", permissions=("payee.write",)
                ),
                PanelAction(
                    id="billing.record_payment",
                    title="Record a payment that arrived",
                    path="/money?do=record-payment",
                    icon="wallet",
                    permissions=("ledger.write",),
                ),
            ),
        )
    ]


@hookimpl
def register_roll_ups() -> Sequence[RollUp]:
    from .ledger.rolled_up import MONEY

    return [MONEY]


@hookimpl
def register_extension_points() -> Sequence[ExtensionPoint]:
    return [
        ExtensionPoint(
            name="billing.money", help="On Money, below the payouts: a section on where money comes from or waits."
        ),
        ExtensionPoint(
            name="billing.payout",
            help="In the drawer of a payout, below the sums: what the payee's money is for.",
            context={"payee": "the payee's id", "currency": "ISO 4217 code of the payout"},
        ),
    ]


@hookimpl
def register_static() -> Path:
    return Path(__file__).parent / "static"


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    from .personal import declared

    return declared()
