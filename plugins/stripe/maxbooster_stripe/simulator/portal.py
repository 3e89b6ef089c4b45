"""The customer's own page: what they subscribe to, what they pay with, and canceling.

Source: https://docs.stripe.com/customer-management
"""

from __future__ import annotations

from .operations import operation
from .store import Object
from .work import Work, new_id


@operation("billing_portal.sessions.create")
def create(work: Work) -> Object:
    given = work.parameters
    customer = work.get("customer", given["customer"], "customer")
    session = work.new(
        "billing_portal.session",
        "bps",
        configuration=given.get("configuration") or new_id("bpc"),
        customer=customer["id"],
        customer_account=None,
        flow=None,
        locale=given.get("locale"),
        on_behalf_of=None,
        return_url=given.get("return_url"),
        url=None,
    )
    session["url"] = f"{work.origin}/portal/{work.account}/{session['id']}"
    session["_platform"] = work.platform
    work.save(session)
    return session
