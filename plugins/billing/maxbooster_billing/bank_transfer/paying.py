"""Which bank account payouts come from."""

from __future__ import annotations

from maxbooster.plugin import Conflict, Context

from .destination import Destination, sender
from .settings import BankAccount, BankTransferSettings

NOT_SET_UP = (
    "Bank transfers aren't set up yet. Under Connections, enter the bank account that payouts come from, or ask whoever"
    " runs this server to set one for everybody."
)


class NotSetUp(Conflict):
    """The bank account that pays is not set, or is none."""

    type = "bank-transfers-not-set-up"
    title = "Bank transfers aren’t set up"


async def paying_account(ctx: Context) -> Destination:
    """The account's own; without one, the operator's.

    Raises:
        NotSetUp: there is neither.
        NotReady: the account has one that doesn't fit any more. Nothing is paid from the operator's in its stead.
    """
    own = await ctx.account_settings(BankAccount)
    try:
        return sender(own or ctx.settings(BankTransferSettings))
    except ValueError as fault:
        raise NotSetUp(NOT_SET_UP) from fault
