"""Faults on purpose: what goes wrong with the next requests, as often and as likely as was asked for."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from .errors import Refusal
from .store import Store

KINDS = {
    "error_before": "answers 500 and has done nothing",
    "error_after": "answers 500 and has done it",
    "drop_before": "drops the connection and has done nothing",
    "drop_after": "drops the connection and has done it",
    "rate_limit": "answers 429",
    "lock_timeout": "answers 429, as when the object is in use elsewhere",
    "delay": "answers late, so that requests of the same key meet",
}


@dataclass(frozen=True)
class Fault:
    kind: str
    operation: str = "*"
    """Names as in the SDK, `transfers.create`, with wildcards."""
    skip: int = 0
    """How many matching requests are left alone first."""
    times: int = 1
    chance: float = 1.0
    seed: int = 0
    delay_s: float = 1.0
    seen: int = 0


def add(store: Store, given: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Raises:
        Refusal: no such kind of fault, or a field that faults lack.
    """
    known = set(asdict(Fault("delay"))) - {"seen"}
    if unknown := set(given) - known:
        raise Refusal(f"A fault has no {', '.join(sorted(unknown))}. Known: {', '.join(sorted(known))}.")
    if given.get("kind") not in KINDS:
        raise Refusal(f"No fault {given.get('kind')}. Known: {', '.join(KINDS)}.")
    faults = [*listed(store), asdict(Fault(**given))]
    store.set_setting("faults", faults)
    return faults


def listed(store: Store) -> list[dict[str, Any]]:
    return list(store.setting("faults") or [])


def take(store: Store, operation: str) -> Fault | None:
    """The fault that this request meets, if any; it is counted."""
    faults = [Fault(**one) for one in listed(store)]
    if not faults:
        return None
    met, left = None, []
    for fault in faults:
        after = fault
        if met is None and fnmatchcase(operation, fault.operation):
            after = Fault(**{**asdict(fault), "seen": fault.seen + 1})
            if fault.seen >= fault.skip and _strikes(fault):
                met = fault
                after = Fault(**{**asdict(after), "times": fault.times - 1})
        if after.times > 0:
            left.append(asdict(after))
    store.set_setting("faults", left)
    return met


def _strikes(fault: Fault) -> bool:
    return random.Random(f"{fault.seed}/{fault.seen}").random() < fault.chance
