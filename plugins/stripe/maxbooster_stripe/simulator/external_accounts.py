"""What a platform does with the bank accounts of a connected account.

Source: https://docs.stripe.com/api/external_accounts
"""

from __future__ import annotations

from .accounts import connected, tell
from .answers import page
from .banks import list_banks, make_default, new_bank
from .errors import wrong_state
from .events import emit
from .operations import operation
from .store import Object
from .work import Work, metadata


@operation("accounts.external_accounts.create")
def add_bank(work: Work) -> Object:
    id = work.path["account"]
    account = connected(work, id)
    made = new_bank(work.on(id), account, work.parameters["external_account"])
    made["metadata"] = metadata({}, work.parameters.get("metadata"))
    if work.parameters.get("default_for_currency"):
        make_default(work.on(id), account, made)
    tell(work, id, {})
    emit(work.on(id), "account.external_account.created", made)
    return made


@operation("accounts.external_accounts.list")
def listed_banks(work: Work) -> Object:
    connected(work, work.path["account"])
    return page(work.on(work.path["account"]), "bank_account", {})


@operation("accounts.external_accounts.retrieve")
def retrieve_bank(work: Work) -> Object:
    return work.on(connected(work, work.path["account"])["id"]).get("bank_account", work.path["id"])


@operation("accounts.external_accounts.update")
def change_bank(work: Work) -> Object:
    account = connected(work, work.path["account"])
    own = work.on(account["id"])
    found = own.get("bank_account", work.path["id"])
    found["metadata"] = metadata(found["metadata"], work.parameters.get("metadata"))
    if work.parameters.get("default_for_currency"):
        make_default(own, account, found)
    own.save(found)
    emit(own, "account.external_account.updated", found)
    return found


@operation("accounts.external_accounts.delete")
def remove_bank(work: Work) -> Object:
    account = connected(work, work.path["account"])
    own = work.on(account["id"])
    found = own.get("bank_account", work.path["id"])
    if found["default_for_currency"] and len(own.all("bank_account", currency=found["currency"])) > 1:
        raise wrong_state("You cannot delete the default external account of a currency.")
    own.store.remove(own.account, "bank_account", found["id"])
    list_banks(own, account)
    tell(work, account["id"], {})
    emit(own, "account.external_account.deleted", found)
    return {"id": found["id"], "object": "bank_account", "deleted": True}
