"""The simulator's own pages, plain HTML: paying, 3-D Secure, onboarding, the customer's portal, invoices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, PackageLoader

from . import accounts, checkout, invoices, payment_intents, setup_intents, subscriptions
from .balance import totals
from .control import platform_of
from .engine import Engine
from .errors import Refusal, missing
from .events import update
from .money import shown as money
from .payment_methods import new_card, new_debit
from .store import Object
from .work import Work, new_id

_templates = Environment(
    loader=PackageLoader(__package__ or "", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)
_templates.filters["money"] = money


@dataclass(frozen=True)
class Page:
    template: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    location: str | None = None


@dataclass(frozen=True)
class Visit:
    work: Work
    id: str
    form: dict[str, str]
    """What was submitted; empty when the page is only opened."""

    @property
    def submits(self) -> bool:
        return bool(self.form)


Show = Callable[[Visit], Page]
_pages: list[tuple[re.Pattern[str], Show]] = []


def _page(path: str) -> Callable[[Show], Show]:
    """A page at `/path/{account}/{id}`."""

    def register(show: Show) -> Show:
        _pages.append((re.compile(rf"/{path}/(?P<account>[^/]+)/(?P<id>[^/]+)"), show))
        return show

    return register


async def show(engine: Engine, method: str, path: str, query: str, body: bytes) -> tuple[int, str, str | None]:
    """Status, HTML and where to go instead."""
    for pattern, page in _pages:
        if method in ("GET", "POST") and (match := pattern.fullmatch(path)):
            form = dict(parse_qsl(body.decode("utf-8", "replace"))) if method == "POST" else {}
            form |= {"submitted": "yes"} if method == "POST" else {}
            return await _shown(engine, page, match["account"], match["id"], form)
    return _rendered(_message("Not found", f"The simulator has no page at {path}.", 404))


async def _shown(engine: Engine, page: Show, account: str, id: str, form: dict[str, str]) -> tuple[int, str, str | None]:
    def visit() -> Page:
        work = engine.work(platform_of(engine, account), account)
        return page(Visit(work, id, form))

    try:
        found = await engine.transaction(visit)
    except Refusal as refused:
        found = _message("This isn't available", str(refused), refused.status)
    return _rendered(found)


def _rendered(page: Page) -> tuple[int, str, str | None]:
    if page.location:
        return 303, "", page.location
    return page.status, _templates.get_template(page.template).render(**page.values), None


def _message(title: str, text: str, status: int = 200, **more: Any) -> Page:
    return Page("message.html", {"title": title, "text": text, **more}, status)


def _go(location: str) -> Page:
    return Page(location=location)


# --- paying


@_page("pay")
def pay(visit: Visit) -> Page:
    session = visit.work.find("checkout.session", visit.id)
    if session is None:
        raise missing("checkout.session", visit.id)
    if session["status"] == "complete":
        return _message("Already paid", "This checkout is complete.", link=_success(session), link_text="Continue")
    if session["status"] == "expired":
        return _message("This checkout has expired", "Go back to the shop and start again.", 410,
                        link=session["cancel_url"], link_text="Back to the shop")  # fmt: skip
    error = ""
    if visit.submits:
        try:
            if visit.form.get("action") == "apply":
                checkout.apply_code(visit.work, session, visit.form.get("code", ""))
            else:
                return _after(session, checkout.pay(visit.work, session, _method(visit), *_buyer(visit)))
        except Refusal as refused:
            error = str(refused)
            session = visit.work.get("checkout.session", visit.id)
    return _pay_page(visit, session, error)


def _pay_page(visit: Visit, session: Object, error: str) -> Page:
    mode = session["mode"]
    trial = session["_data"].get("trial_period_days")
    verb = {"payment": "Pay", "setup": "Save card", "subscription": "Start trial" if trial else "Subscribe"}[mode]
    status = 402 if error else 200
    return Page("pay.html", {"session": session, "error": error, "verb": verb, "trial": trial, "form": visit.form,
                             "lines": session["_lines"]}, status)  # fmt: skip


def _method(visit: Visit) -> Object:
    form = visit.form
    if form.get("method") == "sepa_debit":
        return new_debit(visit.work, form.get("iban", ""))
    month, _, year = form.get("expiry", "").replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit()):
        raise Refusal("Your card's expiration date is incomplete: write it as MM / YY.")
    card = {"number": form.get("number", ""), "exp_month": int(month), "exp_year": 2000 + int(year) % 100}
    return new_card(visit.work, card, {"email": form.get("email"), "name": form.get("name")})


def _buyer(visit: Visit) -> tuple[str | None, str | None]:
    return visit.form.get("email"), visit.form.get("name")


def _after(session: Object, outcome: Object) -> Page:
    if outcome["object"] == "checkout.session":
        return _go(_success(outcome))
    return _go(outcome["_page"])


def _success(session: Object) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


@_page("3ds")
def secure(visit: Visit) -> Page:
    """The bank asks whether it is really the customer."""
    kind = "setup_intent" if visit.id.startswith("seti_") else "payment_intent"
    intent = visit.work.find(kind, visit.id)
    if intent is None:
        raise missing(kind, visit.id)
    if intent["status"] != "requires_action":
        return _message("Nothing to confirm", "This payment does not wait for a confirmation.", 409)
    if not visit.submits:
        return Page("secure.html", {"intent": intent, "card": visit.work.get("payment_method", intent["payment_method"])})
    back = (intent["next_action"].get("redirect_to_url") or {}).get("return_url")
    passed = visit.form.get("action") == "complete"
    intent = _authenticated(visit.work, kind, intent, passed)
    if intent.get("_checkout"):
        return _back_to_checkout(visit.work, intent, passed)
    if intent.get("_invoice") and not back:
        return _go(f"{visit.work.origin}/invoices/{visit.work.account}/{intent['_invoice']}")
    if not back:
        return _message("Done", "You can close this page.")
    status = "succeeded" if intent["status"] in ("succeeded", "requires_capture", "processing") else "failed"
    given = {kind: intent["id"], f"{kind}_client_secret": intent["client_secret"], "redirect_status": status}
    return _go(f"{back}{'&' if '?' in back else '?'}{urlencode(given)}")


def _authenticated(work: Work, kind: str, intent: Object, passed: bool) -> Object:
    """A bank may decline even so; that is the intent's state then, not an error of this page."""
    try:
        if kind == "setup_intent":
            return setup_intents.authenticated(work, intent, passed)
        return payment_intents.authenticated(work, intent, passed)
    except Refusal:
        return work.get(kind, intent["id"])


def _back_to_checkout(work: Work, intent: Object, passed: bool) -> Page:
    session = work.get("checkout.session", intent["_checkout"])
    if intent["status"] in ("succeeded", "requires_capture", "processing"):
        return _after(session, checkout.after_intent(work, session, intent))
    failure = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    return Page("pay.html", {
        "session": session, "error": failure.get("message", "The payment failed."), "verb": "Try again", "trial": None,
        "form": {}, "lines": session["_lines"], "target": f"{work.origin}/pay/{work.account}/{session['id']}",
    }, 402)  # fmt: skip


@_page("invoices")
def invoice(visit: Visit) -> Page:
    found = visit.work.find("invoice", visit.id)
    if found is None:
        raise missing("invoice", visit.id)
    error = ""
    if visit.submits and found["status"] == "open":
        method = _method(visit)
        invoices.try_to_pay(visit.work, found, off_session=False, method=method["id"])
        found = visit.work.get("invoice", visit.id)
        intent = visit.work.get("payment_intent", found["_intent"])
        if intent["status"] == "requires_action":
            return _go(intent["_page"])
        error = (intent["last_payment_error"] or {}).get("message", "") if found["status"] == "open" else ""
    return Page("invoice.html", {"invoice": found, "error": error, "form": visit.form}, 402 if error else 200)


@_page("receipts")
def receipt(visit: Visit) -> Page:
    charge = visit.work.find("charge", visit.id)
    if charge is None:
        raise missing("charge", visit.id)
    amount = money(charge["amount"], charge["currency"])
    return _message(f"Receipt: {amount}", "Paid." if charge["paid"] else "Not paid.")


# --- connected accounts


@_page("setup")
def setup_link(visit: Visit) -> Page:
    """A link can be opened once, for a few minutes; after that it leads to where a new one is made."""
    link = visit.work.find("account_link", visit.id)
    if link is None:
        raise missing("account_link", visit.id)
    if link["_visited"] or link["expires_at"] <= visit.work.now:
        return _go(link["_refresh_url"])
    update(visit.work, None, link, _visited=True)
    made: Object = {"id": new_id("onb", 32), "object": "_onboarding", "account": link["_account"],
                    "return_url": link["_return_url"]}  # fmt: skip
    visit.work.save(made)
    return _go(f"{visit.work.origin}/onboarding/{visit.work.account}/{made['id']}")


_ABOUT, _BANK, _REVIEW = "about", "bank", "review"


@_page("onboarding")
def onboarding(visit: Visit) -> Page:
    """Three steps, each saved by itself, so that whoever leaves goes on where they were."""
    state = visit.work.find("_onboarding", visit.id)
    if state is None:
        raise missing("account_link", visit.id)
    error = ""
    if visit.submits:
        try:
            _take_step(visit.work, state["account"], visit.form)
        except Refusal as refused:
            error = str(refused)
    account = accounts.connected(visit.work, state["account"])
    step = _step(account)
    if step is None:
        return _go(state["return_url"])
    return Page("onboarding.html", {"account": account, "person": account.get("_individual", {}), "step": step,
                                    "back": state["return_url"], "error": error}, 400 if error else 200)  # fmt: skip


def _step(account: Object) -> str | None:
    due = account["requirements"]["currently_due"]
    if any(name.startswith(("individual", "business", "company")) for name in due):
        return _ABOUT
    if "external_account" in due:
        return _BANK
    return _REVIEW if due else None


def _take_step(work: Work, id: str, form: dict[str, str]) -> None:
    step = form.get("step")
    if step == _ABOUT:
        year, month, day = _date(form.get("born", ""))
        told: dict[str, Any] = {
            "business_type": "individual",
            "business_profile": {"url": form.get("url", "")},
            "individual": {"first_name": form.get("first_name", ""), "last_name": form.get("last_name", ""),
                           "email": form.get("email", ""), "dob": {"day": day, "month": month, "year": year}},
        }  # fmt: skip
    elif step == _BANK:
        number = form.get("account_number", "").replace(" ", "")
        if len(number) < 6:
            raise Refusal(f"The account number is too short: {number!r}. Use 000123456789, or a test IBAN.")
        country = accounts.connected(work, id)["country"]
        told = {"external_account": {"country": country, "account_number": number, "routing_number": "110000000"}}
    else:
        told = {"tos_acceptance": {"date": work.now, "ip": "127.0.0.1"}}
    account = accounts.tell(work, id, told)
    if step == _REVIEW and account.get("_decided"):  # what was asked for later has been told now
        accounts.decide(work, id, {})


def _date(text: str) -> tuple[int, int, int]:
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise Refusal(f"The date of birth is incomplete: {text!r}.")
    year, month, day = (int(part) for part in parts)
    return year, month, day


@_page("express")
def dashboard(visit: Visit) -> Page:
    account = accounts.connected(visit.work, visit.work.account)
    return Page("express.html", {"account": account, "totals": totals(visit.work)})


# --- customers


@_page("portal")
def portal(visit: Visit) -> Page:
    session = visit.work.find("billing_portal.session", visit.id)
    if session is None:
        raise missing("billing_portal.session", visit.id)
    work = visit.work
    error = ""
    if visit.submits:
        try:
            _manage(visit, session["customer"])
        except Refusal as refused:
            error = str(refused)
    found = [one for one in work.all("subscription", customer=session["customer"]) if one["status"] != "canceled"]
    named = [(one, _named(work, one)) for one in found]
    bills = work.all("invoice", customer=session["customer"])[::-1]
    return Page("portal.html", {"session": session, "subscriptions": named, "invoices": bills, "error": error,
                                "form": visit.form}, 402 if error else 200)  # fmt: skip


def _named(work: Work, subscription: Object) -> str:
    products = [work.get("product", one["price"]["product"])["name"] for one in subscription["items"]["data"]]
    return ", ".join(products)


def _manage(visit: Visit, customer: str) -> None:
    work, action = visit.work, visit.form.get("action")
    if action == "card":
        from .payment_methods import attach_to, change_customer

        method = _method(visit)
        attach_to(work, method, work.get("customer", customer))
        settings = {"default_payment_method": method["id"]}
        for one in work.all("subscription", customer=customer):
            update(work, "customer.subscription.updated", one, default_payment_method=method["id"])
        from dataclasses import replace

        change_customer(replace(work, path={"customer": customer}, parameters={"invoice_settings": settings}))
    elif action in ("cancel", "keep"):
        one = work.get("subscription", visit.form.get("subscription", ""))
        if one["customer"] != customer:
            raise missing("subscription", one["id"])
        end = subscriptions.period(one)[1]
        cancels = action == "cancel"
        update(
            work, "customer.subscription.updated", one,
            cancel_at_period_end=cancels, cancel_at=end if cancels else None, canceled_at=work.now if cancels else None,
        )  # fmt: skip
