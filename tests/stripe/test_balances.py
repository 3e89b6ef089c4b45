"""Whatever is done in whatever order: each balance is the sum of its lines, and what a small model of its own says."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from .conftest import Platform, Process

AMOUNTS = st.integers(50, 20_000)


@dataclass
class Model:
    """Written from the rules alone: who has how much, and what is left of each charge, transfer and payout."""

    has: dict[str, int]
    charges: list[dict[str, Any]] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    payouts: list[dict[str, Any]] = field(default_factory=list)
    disputes: list[dict[str, Any]] = field(default_factory=list)


def fee(amount: int) -> int:
    """2.9 percent and 30, half a cent up."""
    return (amount * 29 + 500) // 1000 + 30


class Money(RuleBasedStateMachine):
    process: Process

    def __init__(self) -> None:
        super().__init__()
        key = f"sk_test_{secrets.token_hex(12)}"
        self.platform = Platform(self.process, self.process.client(key), key)
        self.sellers = [self.platform.seller().id for _ in range(2)]
        self.model = Model({"platform": 0, **dict.fromkeys(self.sellers, 0)})

    @rule(amount=AMOUNTS)
    def charge(self, amount: int) -> None:
        made = self.platform.paid(amount, "pm_card_bypassPending").latest_charge
        self.model.charges.append(
            {"id": made.id, "left": amount, "amount": amount, "sent": 0, "disputed": False, "before": False}
        )
        self.model.has["platform"] += amount - fee(amount)

    @precondition(lambda self: self.model.charges)
    @rule(data=st.data(), amount=AMOUNTS)
    def refund(self, data: st.DataObject, amount: int) -> None:
        charge = data.draw(st.sampled_from(self.model.charges))
        allowed = amount <= charge["left"] and not charge["disputed"]
        covered = self.model.has["platform"] >= amount

        def do() -> Any:
            return self.platform.v1.refunds.create({"charge": charge["id"], "amount": amount})

        if not allowed:
            refuse(do)
            return
        if not covered:  # it would wait for money, which is a rule with a test of its own
            return
        assert do().status == "succeeded"
        charge["left"] -= amount
        self.model.has["platform"] -= amount

    @precondition(lambda self: self.model.charges)
    @rule(data=st.data(), amount=AMOUNTS, seller=st.integers(0, 1), of_charge=st.booleans())
    def transfer(self, data: st.DataObject, amount: int, seller: int, of_charge: bool) -> None:
        charge = data.draw(st.sampled_from(self.model.charges))
        to = self.sellers[seller]
        given = {"amount": amount, "currency": "usd", "destination": to}
        if of_charge:
            given["source_transaction"] = charge["id"]
        allowed = charge["sent"] + amount <= charge["amount"] if of_charge else self.model.has["platform"] >= amount

        def do() -> Any:
            return self.platform.v1.transfers.create(given)

        if not allowed:
            refuse(do)
            return
        made = do()
        source = charge if of_charge else None
        self.model.transfers.append({"id": made.id, "left": amount, "to": to, "of": source})
        if source:
            source["sent"] += amount
        self.model.has["platform"] -= amount
        self.model.has[to] += amount

    @precondition(lambda self: self.model.transfers)
    @rule(data=st.data(), amount=AMOUNTS)
    def reverse(self, data: st.DataObject, amount: int) -> None:
        transfer = data.draw(st.sampled_from(self.model.transfers))

        def do() -> Any:
            return self.platform.v1.transfers.reversals.create(transfer["id"], {"amount": amount})

        if amount > transfer["left"] or amount > self.model.has[transfer["to"]]:
            refuse(do)
            return
        do()
        transfer["left"] -= amount
        if transfer["of"]:
            transfer["of"]["sent"] -= amount
        self.model.has[transfer["to"]] -= amount
        self.model.has["platform"] += amount

    @rule(amount=AMOUNTS, seller=st.integers(0, 1), instant=st.booleans())
    def pay_out(self, amount: int, seller: int, instant: bool) -> None:
        account = self.sellers[seller]
        cost = max((amount + 50) // 100, 50) if instant else 0
        given = {"amount": amount, "currency": "usd", "method": "instant" if instant else "standard"}

        def do() -> Any:
            return self.platform.v1.payouts.create(given, {"stripe_account": account})

        if amount + cost > self.model.has[account]:
            refuse(do)
            return
        self.model.payouts.append({"id": do().id, "account": account, "whole": amount + cost})
        self.model.has[account] -= amount + cost

    @precondition(lambda self: self.model.payouts)
    @rule(data=st.data())
    def fail_payout(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self.model.payouts))
        self.process.steer(f"payouts/{payout['id']}/fail")
        self.model.payouts.remove(payout)
        self.model.has[payout["account"]] += payout["whole"]

    @precondition(lambda self: [one for one in self.model.charges if not one["before"]])
    @rule(data=st.data())
    def dispute(self, data: st.DataObject) -> None:
        charge = data.draw(st.sampled_from([one for one in self.model.charges if not one["before"]]))
        opened = self.process.steer(f"charges/{charge['id']}/dispute")
        charge["disputed"] = charge["before"] = True
        self.model.disputes.append({"id": opened["id"], "amount": charge["amount"], "charge": charge})
        self.model.has["platform"] -= charge["amount"] + 1500

    @precondition(lambda self: self.model.disputes)
    @rule(data=st.data(), won=st.booleans())
    def decide(self, data: st.DataObject, won: bool) -> None:
        dispute = data.draw(st.sampled_from(self.model.disputes))
        self.process.steer(f"disputes/{dispute['id']}/close", outcome="won" if won else "lost")
        self.model.disputes.remove(dispute)
        if won:
            dispute["charge"]["disputed"] = False
            self.model.has["platform"] += dispute["amount"]

    @invariant()
    def each_balance_is_the_sum_of_its_lines(self) -> None:
        for name, expected in self.model.has.items():
            account = None if name == "platform" else name
            assert sum(self.platform.balance(account)) == expected
            assert sum(line.net for line in self.platform.lines(account)) == expected


def refuse(do: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        do()


def run(process: Process, examples: int, steps: int) -> None:
    """Failures are not shrunk: each step is a request."""
    machine = type("Machine", (Money,), {"process": process})
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(machine, settings=how)


def test_balances_agree_with_a_model_of_their_own(simulator: Process) -> None:
    run(simulator, examples=3, steps=12)


@pytest.mark.slow
def test_balances_agree_with_a_model_of_their_own_for_long(simulator: Process) -> None:
    run(simulator, examples=12, steps=40)
