"""Connected accounts: what they may do follows from what is still required of them.

Sources: https://docs.stripe.com/api/accounts, https://docs.stripe.com/connect/express-accounts,
https://docs.stripe.com/connect/handling-api-verification, https://docs.stripe.com/api/account_links
"""

from __future__ import annotations

from typing import Any

from .answers import page
from .balance import totals
from .clock import MINUTE
from .due import falls_due
from .errors import Refusal, missing, wrong_state
from .events import emit, update
from .money import currency
from .operations import operation
from .store import Object
from .work import Work, list_of, metadata, new_id

LINK_LASTS = 5 * MINUTE
_COUNTRIES = {
    "AT": "eur", "AU": "aud", "BE": "eur", "CA": "cad", "CH": "chf", "DE": "eur", "DK": "dkk", "ES": "eur",
    "FI": "eur", "FR": "eur", "GB": "gbp", "IE": "eur", "IT": "eur", "JP": "jpy", "NL": "eur", "NO": "nok",
    "NZ": "nzd", "PL": "pln", "PT": "eur", "SE": "sek", "SG": "sgd", "US": "usd",
}  # fmt: skip
_INSTANT_COUNTRIES = {"AT", "AU", "BE", "CA", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "NL", "NO", "NZ", "PT",
                      "SE", "SG", "US"}  # fmt: skip
_PERSON = ("individual.first_name", "individual.last_name", "individual.dob.day", "individual.dob.month",
           "individual.dob.year", "individual.email")  # fmt: skip
REQUIRED = ("business_type", "business_profile.url", *_PERSON, "external_account", "tos_acceptance.date",
            "tos_acceptance.ip")  # fmt: skip
_TOKENS = {"btok_us_verified": ("US", "000123456789"), "btok_us": ("US", "000123456789")}


def platform_account(work: Work) -> Object:
    """The platform's own account; it exists from the first use of a key."""
    found = work.on(work.platform).find("account", work.platform)
    if found is not None:
        return found
    account = _blank(work.platform, "US", "standard", work.now)
    account |= {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True, "_platform": True}
    account["capabilities"] = {"card_payments": "active", "transfers": "active"}
    account["settings"]["payouts"]["schedule"]["interval"] = "manual"
    account["requirements"] = _requirements([])
    own = work.on(work.platform)
    own.save(account)
    for code in ("usd", "eur", "gbp"):
        _add_bank(own, account, {"country": "US", "currency": code, "account_number": "000123456789"})
    return account


def connected(work: Work, id: str, param: str | None = None) -> Object:
    """
    Raises:
        Refusal: no account that is connected to this platform.
    """
    account = work.on(work.platform).find("account", id)
    if account is None or account.get("_platform"):
        raise missing("destination" if param == "destination" else "account", id, param, status=400)
    return account


@operation("accounts.create")
def create(work: Work) -> Object:
    given = work.parameters
    kind = _kind(given)
    country = given.get("country", "US")
    if country not in _COUNTRIES:
        raise Refusal(f"{country} is not currently supported by Stripe.", code="country_unsupported", param="country")
    account = _blank(new_id("acct", 16), country, kind, work.now)
    if "default_currency" in given:
        account["default_currency"] = currency(given["default_currency"])
    capabilities = {name: one.get("requested", False) for name, one in (given.get("capabilities") or {}).items()}
    account["capabilities"] = {name: "inactive" for name, requested in capabilities.items() if requested}
    if not account["capabilities"] and kind == "express":
        account["capabilities"] = {"card_payments": "inactive", "transfers": "inactive"}
    _take(work, account, given)
    _decide(account)
    work.save(account)
    if bank := given.get("external_account"):
        _add_bank(work.on(account["id"]), account, bank)
        _decide(account)
        work.save(account)
    emit(work.on(account["id"]), "account.updated", account)
    return account


def _kind(given: Any) -> str:
    if controller := given.get("controller"):
        if "type" in given:
            raise Refusal("You may only specify one of type or controller.", param="controller")
        kind = (controller.get("stripe_dashboard") or {}).get("type", "full")
        controller.items()
        return {"express": "express", "full": "standard", "none": "custom"}[kind]
    if "type" not in given:
        raise Refusal("Missing required param: type.", code="parameter_missing", param="type")
    return str(given["type"])


def _blank(id: str, country: str, kind: str, now: int) -> Object:
    names = ("mcc", "name", "product_description", "support_address", "support_email", "support_phone", "support_url",
             "url")  # fmt: skip
    return {
        "id": id,
        "object": "account",
        "business_profile": {name: None for name in names},
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": {
            "fees": {"payer": "account" if kind == "standard" else "application_express"},
            "is_controller": True,
            "losses": {"payments": "stripe" if kind == "standard" else "application"},
            "requirement_collection": "application" if kind == "custom" else "stripe",
            "stripe_dashboard": {"type": {"standard": "full", "custom": "none"}.get(kind, kind)},
            "type": "application",
        },
        "country": country,
        "created": now,
        "default_currency": _COUNTRIES[country],
        "details_submitted": False,
        "email": None,
        "external_accounts": list_of(f"/v1/accounts/{id}/external_accounts", []),
        "future_requirements": _requirements([]),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements(list(REQUIRED)),
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": {
                "decline_on": {"avs_failure": False, "cvc_failure": False},
                "statement_descriptor_prefix": None,
                "statement_descriptor_prefix_kana": None,
                "statement_descriptor_prefix_kanji": None,
            },
            "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
            "payments": {
                "statement_descriptor": None,
                "statement_descriptor_kana": None,
                "statement_descriptor_kanji": None,
            },
            "payouts": {
                "debit_negative_balances": kind == "standard",
                "schedule": {"delay_days": 2, "interval": "daily"},
                "statement_descriptor": None,
            },
        },
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": kind,
    }


def _requirements(due: list[str], **more: Any) -> Object:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": None,
        "errors": [],
        "eventually_due": due,
        "past_due": [],
        "pending_verification": [],
        **more,
    }


def _take(work: Work, account: Object, given: Any) -> None:
    """What a request or the onboarding says about the account."""
    account["metadata"] = metadata(account["metadata"], given.get("metadata"))
    for name in ("email", "business_type"):
        if name in given:
            account[name] = given[name]
    for name in ("business_profile", "company", "tos_acceptance"):
        if given.get(name):
            account[name] = {**(account.get(name) or {}), **dict(given[name].items())}
    if person := given.get("individual"):
        account["_individual"] = _merged(account.get("_individual", {}), dict(person.items()))
    if settings := given.get("settings"):
        account["settings"] = _merged(account["settings"], {name: dict(one.items()) for name, one in settings.items()})
        _check_schedule(account)


def _check_schedule(account: Object) -> None:
    schedule = account["settings"]["payouts"]["schedule"]
    if schedule["delay_days"] == "minimum":
        schedule["delay_days"] = 2
    if schedule["interval"] not in ("daily", "manual"):
        raise Refusal(
            f"The simulator pays out daily or manually, not {schedule['interval']}.",
            param="settings[payouts][schedule][interval]",
        )


def _merged(old: Object, new: Object) -> Object:
    both = {name: (old[name], new[name]) for name in old.keys() & new.keys()}
    deep = {name: _merged(a, dict(b.items())) for name, (a, b) in both.items() if isinstance(a, dict) and b}
    return {**old, **new, **deep}


def _decide(account: Object) -> None:
    """What the account may do, from what it has told and what was decided about it."""
    needs = account["requirements"]
    if not account.get("_decided"):
        due = [name for name in REQUIRED if not _told(account, name)]
        needs["currently_due"], needs["eventually_due"] = due, due
        account["details_submitted"] = not due or account["details_submitted"]
        needs["disabled_reason"] = "requirements.past_due" if due else None
        needs["past_due"] = due
    may = account["details_submitted"] and needs["disabled_reason"] is None
    account["capabilities"] = {name: "active" if may else "inactive" for name in account["capabilities"]}
    account["charges_enabled"] = may and account["capabilities"].get("card_payments", "active") == "active"
    account["payouts_enabled"] = may and bool(account["external_accounts"]["data"])


def _told(account: Object, name: str) -> bool:
    if name == "external_account":
        return bool(account["external_accounts"]["data"])
    value: Any = {**account, "individual": account.get("_individual", {})}
    for step in name.split("."):
        value = (value or {}).get(step)
    return value not in (None, "")


@operation("accounts.update")
def change(work: Work) -> Object:
    return tell(work, work.path["account"], work.parameters)


def tell(work: Work, id: str, given: Any) -> Object:
    """Take what is told about an account, decide anew, and say what changed."""
    account = connected(work, id)
    before = {name: account[name] for name in ("charges_enabled", "payouts_enabled", "details_submitted")}
    was_able = dict(account["capabilities"])
    for name, one in (given.get("capabilities") or {}).items():
        account["capabilities"].setdefault(name, "inactive")
        if not one.get("requested", False):
            del account["capabilities"][name]
    _take(work, account, given)
    if bank := given.get("external_account"):
        _add_bank(work.on(id), account, bank)
    _decide(account)
    _announce(work, account, before, was_able)
    return account


def _announce(work: Work, account: Object, before: Object, was_able: dict[str, str]) -> None:
    work.on(work.platform).save(account)
    own = work.on(account["id"])
    emit(own, "account.updated", account, {name: was for name, was in before.items() if account[name] != was})
    for name, status in account["capabilities"].items():
        if was_able.get(name) != status:
            emit(own, "capability.updated", _capability(account, name), {"status": was_able.get(name)})


def _capability(account: Object, name: str) -> Object:
    return {
        "id": name,
        "object": "capability",
        "account": account["id"],
        "future_requirements": _requirements([]),
        "requested": True,
        "requested_at": account["created"],
        "requirements": account["requirements"],
        "status": account["capabilities"][name],
    }


def decide(work: Work, id: str, decision: Object) -> Object:
    """The simulator's operator decides about an account: what is due, until when, and why it is disabled.

    An empty decision lets the account's own details decide again.
    """
    known = {"currently_due", "past_due", "pending_verification", "errors", "disabled_reason", "current_deadline",
             "eventually_due"}  # fmt: skip
    if unknown := set(decision) - known:
        raise Refusal(f"A decision has no {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
    account = connected(work, id)
    before = {name: account[name] for name in ("charges_enabled", "payouts_enabled", "requirements")}
    was_able = dict(account["capabilities"])
    account["_decided"] = bool(decision)
    due = decision.get("currently_due", [])
    account["requirements"] = _requirements(due, **{n: v for n, v in decision.items() if n != "currently_due"})
    _decide(account)
    if deadline := decision.get("current_deadline"):
        work.on(work.platform).plan(deadline, "account.past_due", id)
    _announce(work, account, before, was_able)
    return account


@falls_due("account.past_due")
def _past_due(work: Work, id: str) -> None:
    """The deadline has passed with something still due: the account is disabled."""
    account = connected(work, id)
    needs = account["requirements"]
    if needs["currently_due"] and needs["current_deadline"] == work.now:
        reason = {"past_due": needs["currently_due"], "disabled_reason": "requirements.past_due"}
        decide(work, id, {"currently_due": needs["currently_due"], **reason})


@operation("accounts.retrieve")
def retrieve(work: Work) -> Object:
    if work.path["account"] == work.platform:
        return platform_account(work)
    found = work.on(work.platform).find("account", work.path["account"])
    if found is None:
        raise no_access(work.path["account"])
    return found


def no_access(id: str) -> Refusal:
    return Refusal(
        f"The provided key does not have access to account '{id}' (or that account does not exist). Application access "
        "may have been revoked.",
        status=403,
        code="account_invalid",
    )


@operation("accounts.retrieve_current")
def retrieve_current(work: Work) -> Object:
    own = platform_account(work)
    return own if work.is_platform else connected(work, work.account)


@operation("accounts.list")
def listing(work: Work) -> Object:
    """The platform's own account is older than all connected ones, so it can only be the last of the last page."""
    found = page(work, "account", {"created": "created"})
    found["data"] = [one for one in found["data"] if not one.get("_platform")]
    return found


@operation("accounts.delete")
def delete(work: Work) -> Object:
    account = connected(work, work.path["account"])
    if any(any(one) for one in totals(work.on(account["id"])).values()):
        raise wrong_state("This account cannot be deleted because its balance is not zero.", code="account_invalid")
    work.store.remove(work.platform, "account", account["id"])
    emit(work.on(account["id"]), "account.application.deauthorized", {"id": "ca_simulated", "object": "application"})
    return {"id": account["id"], "object": "account", "deleted": True}


@operation("accounts.reject")
def reject(work: Work) -> Object:
    reason = work.parameters["reason"]
    if reason not in ("fraud", "terms_of_service", "other"):
        raise Refusal("Invalid reason: must be one of fraud, terms_of_service or other", param="reason")
    return decide(work, work.path["account"], {"disabled_reason": f"rejected.{reason}"})


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


@operation("accounts.capabilities.list")
def capabilities(work: Work) -> Object:
    account = connected(work, *work.path.values())
    return list_of(work.url, [_capability(account, name) for name in account["capabilities"]])


@operation("accounts.external_accounts.create")
def add_bank(work: Work) -> Object:
    id = work.path["account"]
    account = connected(work, id)
    made = _add_bank(work.on(id), account, work.parameters["external_account"])
    made["metadata"] = metadata({}, work.parameters.get("metadata"))
    if work.parameters.get("default_for_currency"):
        _make_default(work.on(id), account, made)
    tell(work, id, {})
    emit(work.on(id), "account.external_account.created", made)
    return made


@operation("accounts.external_accounts.list")
def banks(work: Work) -> Object:
    connected(work, work.path["account"])
    return page(work.on(work.path["account"]), "bank_account", {})


@operation("accounts.external_accounts.retrieve")
def bank(work: Work) -> Object:
    return work.on(connected(work, work.path["account"])["id"]).get("bank_account", work.path["id"])


@operation("accounts.external_accounts.update")
def change_bank(work: Work) -> Object:
    account = connected(work, work.path["account"])
    own = work.on(account["id"])
    found = own.get("bank_account", work.path["id"])
    found["metadata"] = metadata(found["metadata"], work.parameters.get("metadata"))
    if work.parameters.get("default_for_currency"):
        _make_default(own, account, found)
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
    _list_banks(own, account)
    tell(work, account["id"], {})
    emit(own, "account.external_account.deleted", found)
    return {"id": found["id"], "object": "bank_account", "deleted": True}


def _make_default(work: Work, account: Object, bank: Object) -> None:
    for one in work.all("bank_account", currency=bank["currency"]):
        work.save({**one, "default_for_currency": one["id"] == bank["id"]})
    bank["default_for_currency"] = True
    _list_banks(work, account)


def _add_bank(work: Work, account: Object, given: Any) -> Object:
    if isinstance(given, str):
        if given not in _TOKENS:
            raise missing("token", given, "external_account", status=400)
        country, number = _TOKENS[given]
        given = {"country": country, "account_number": number}
    if given.get("object", "bank_account") != "bank_account":
        raise Refusal("The simulator pays out to bank accounts, not to cards.", param="external_account")
    country = given["country"]
    if country not in _COUNTRIES:
        raise Refusal(f"Country '{country}' is unknown.", code="country_unsupported", param="external_account[country]")
    code = currency(given.get("currency") or _COUNTRIES[country])
    made = work.new(
        "bank_account",
        "ba",
        account=account["id"],
        account_holder_name=given.get("account_holder_name"),
        account_holder_type=given.get("account_holder_type"),
        account_type=None,
        available_payout_methods=["standard", *(["instant"] if country in _INSTANT_COUNTRIES else [])],
        bank_name="STRIPE TEST BANK",
        country=country,
        currency=code,
        default_for_currency=not work.all("bank_account", currency=code),
        fingerprint=new_id("f", 16)[2:],
        last4=given["account_number"][-4:],
        metadata={},
        routing_number=given.get("routing_number"),
        status="new",
        _number=given["account_number"],
    )
    del made["created"], made["livemode"]
    work.save(made)
    _list_banks(work, account)
    return made


def _list_banks(work: Work, account: Object) -> None:
    update(work.on(work.platform), None, account, external_accounts={
        **account["external_accounts"], "data": work.all("bank_account"),
    })  # fmt: skip
