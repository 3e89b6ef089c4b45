"""Payees, as people find them by words."""

from __future__ import annotations

from sqlalchemy import select

from maxbooster.plugin import Searchable

from .models import Payee

searchables = [
    Searchable(
        name="billing.payee",
        kind="Payee",
        icon="wallet",
        permission="payee.read",
        model=Payee,
        select=select(Payee.id, Payee.name),
        title="{name}",
        path="/money?payee={id}",
    )
]
