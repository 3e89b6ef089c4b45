"""Links and sessions by which a connected account tells about itself.

Sources: https://docs.stripe.com/api/account_links, https://docs.stripe.com/api/account_sessions
"""

from __future__ import annotations

from .accounts import connected
from .clock import MINUTE
from .errors import Refusal, wrong_state
from .operations import operation
from .store import Object
from .work import Work, new_id

LINK_LASTS = 5 * MINUTE


@operation("account_links.create")
def create_link(work: Work) -> Object:
    given = work.parameters
    account = connected(work, given["account"], "account")
    if given["type"] == "account_update" and account["type"] != "custom":
        raise Refusal(
            "You cannot create `account_update` type Account Links for this account: use `account_onboarding`.",
            param="type",
        )
    for name in ("refresh_url", "return_url"):
        if name not in given:
            raise Refusal(f"Missing required param: {name}.", code="parameter_missing", param=name)
    token = new_id("l", 32)[2:]
    (given.get("collection_options") or {}).items()
    given.get("collect")
    link = {
        "id": token,
        "object": "account_link",
        "_account": account["id"],
        "_refresh_url": given["refresh_url"],
        "_return_url": given["return_url"],
        "_visited": False,
        "created": work.now,
        "expires_at": work.now + LINK_LASTS,
        "url": f"{work.origin}/setup/{work.platform}/{token}",
    }
    work.save(link)
    return {name: value for name, value in link.items() if name != "id"}


@operation("account_sessions.create")
def create_session(work: Work) -> Object:
    account = connected(work, work.parameters["account"], "account")
    components = dict(work.parameters["components"].items())
    return {
        "object": "account_session",
        "account": account["id"],
        "client_secret": f"accs_secret__{new_id('s', 32)[2:]}",
        "components": components,
        "expires_at": work.now + 60 * MINUTE,
        "livemode": False,
    }


@operation("accounts.login_links.create")
def create_login_link(work: Work) -> Object:
    account = connected(work, *work.path.values())
    if not account["details_submitted"]:
        raise wrong_state(
            "Cannot create a login link for an account that has not completed onboarding.", param="account"
        )
    return {"object": "login_link", "created": work.now, "url": f"{work.origin}/express/{account['id']}/balance"}
