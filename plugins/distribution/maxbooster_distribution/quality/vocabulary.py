"""Words that must be DDEX's own, looked up in our schema (P04: the message would not be valid)."""

from __future__ import annotations

from collections.abc import Iterator

from ..ddex.schemas import Schemas
from ..description import DISPLAYED
from .rule import QualityFinding, Subject


def findings(schemas: Schemas, subject: Subject) -> Iterator[QualityFinding]:
    said = subject.description
    roles = frozenset(schemas.allowed("ContributorRole"))
    for prefix, credits in (("", said.credits), *((f"tracks[{n}].", t.credits) for n, t in enumerate(said.tracks))):
        for index, credit in enumerate(credits):
            if credit.role not in DISPLAYED and credit.role not in roles:
                yield _unknown(f"{prefix}credits[{index}].role", "contributor role", credit.role)
    for index, deal in enumerate(said.deals):
        for name, values, allowed in (
            ("models", deal.models, "CommercialModelType_ERN"),
            ("uses", deal.uses, "UseType_ERN"),
            ("territories", deal.territories, "CurrentTerritoryCode"),
            ("excluded", deal.excluded, "CurrentTerritoryCode"),
        ):
            for value in values:
                if value not in schemas.allowed(allowed):
                    yield _unknown(f"deals[{index}].{name}", allowed.removesuffix("_ERN"), value)


def _unknown(field: str, what: str, value: str) -> QualityFinding:
    return QualityFinding(
        rule="P04", severity="ERROR", field=field, message=f"{value!r} is no {what} that DDEX knows.",
        fix="Choose one from the list.",
    )  # fmt: skip
