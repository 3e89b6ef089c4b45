"""Rules R01 to R03 and D03: what stores may do with a release, where and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from ..description import WORLDWIDE, Deal
from .rule import Objection, Subject, rule


@rule("R01", "ERROR")
def deals(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    if not said.deals:
        yield Objection("deals", "No store may do anything with the release.", "Add rights & territories.")
    for index, deal in enumerate(said.deals):
        if not deal.models or not deal.uses:
            yield Objection(f"deals[{index}]", "The commercial model or the use is missing.", "Choose one of each.")
        if deal.starts and deal.ends and deal.ends <= deal.starts:
            yield Objection(f"deals[{index}].ends", "The rights end before they start.", "Correct the dates.")


@rule("R02", "ERROR")
def contradicting_deals(subject: Subject) -> Iterator[Objection]:
    """Two that say the same model and use for a territory at the same time: stores do not know which counts."""
    said = subject.description
    for (first, one), (second, two) in combinations(enumerate(said.deals), 2):
        same = set(one.models) & set(two.models) and set(one.uses) & set(two.uses)
        if same and _share_a_day(one, two, said.release_date) and _share_a_place(one, two):
            yield Objection(
                f"deals[{second}]", f"Rights {first + 1} and {second + 1} cover the same use, place and time.",
                "Keep one, or part them by territory or date.",
            )  # fmt: skip


def _share_a_day(one: Deal, two: Deal, released: date | None) -> bool:
    starts = [deal.starts or released or date.min for deal in (one, two)]
    ends = [deal.ends or date.max for deal in (one, two)]
    return max(starts) < min(ends)


def _share_a_place(one: Deal, two: Deal) -> bool:
    worldwide = [WORLDWIDE in deal.territories for deal in (one, two)]
    if all(worldwide):
        return True
    if worldwide[0]:
        one, two = two, one
    return bool(
        set(one.territories) - set(two.excluded) if any(worldwide) else set(one.territories) & set(two.territories)
    )


@rule("D03", "ERROR", overridable=True)
def available_before_release(subject: Subject) -> Iterator[Objection]:
    said = subject.description
    for index, deal in enumerate(said.deals):
        if deal.starts and said.release_date and deal.starts < said.release_date:
            days = (said.release_date - deal.starts).days
            yield Objection(
                f"deals[{index}].starts",
                f"Stores may offer it from {deal.starts}, {days} days before the release date {said.release_date}.",
                "Leave the start out, or move the release date.",
            )


@rule("R03", "ERROR")
def territories(subject: Subject) -> Iterator[Objection]:
    for index, deal in enumerate(subject.description.deals):
        field = f"deals[{index}].territories"
        if not deal.territories:
            yield Objection(field, "No territory is chosen.", f"Choose some, or {WORLDWIDE}.")
        elif WORLDWIDE in deal.territories and len(deal.territories) > 1:
            yield Objection(field, f"{WORLDWIDE} is listed with other territories.", "Keep one or the other.")
        elif deal.excluded and deal.territories != [WORLDWIDE]:
            yield Objection(f"deals[{index}].excluded", f"Only {WORLDWIDE} can have exceptions.", "Leave them out.")
        if WORLDWIDE in deal.excluded:
            yield Objection(f"deals[{index}].excluded", f"{WORLDWIDE} cannot be excluded.", "Leave it out.")


rules = [deals, contradicting_deals, available_before_release, territories]
