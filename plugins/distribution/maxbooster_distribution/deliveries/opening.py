"""New deliveries of a release: who writes to whom, by when, under which batch id."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import Connection, update

from maxbooster.plugin import Conflict, Context, claim_in_directory

from ..catalog import queries as catalog
from ..catalog.identifiers import ISRC, UPC, Code, demand
from ..ddex import choreography
from ..ddex.message import Party
from ..events import ReleaseSubmitted
from ..outlets import service as outlets
from ..outlets.outlet import Endpoint, Outlet
from ..package import TAKEDOWN, Material
from ..quality.rule import Override
from . import clock, signs, states
from .content import Content, installed_schemas
from .jobs import go_on
from .models import Delivery, Stage
from .telling import watch

NAMELESS = "Max Booster"


class Opening:
    """Deliveries that begin together: gathered store by store, then committed with their jobs in one transaction."""

    def __init__(self, ctx: Context, release_id: UUID) -> None:
        self._ctx = ctx
        self._release = release_id
        self._title = ""
        self._opened: list[Delivery] = []
        self._codes: set[Code] = set()
        self._ids: list[UUID] = []

    def keep(self, delivery: Delivery) -> None:
        """One that is under way or there already takes the place of a new one."""
        self._ids.append(delivery.id)

    async def open(
        self,
        outlet: Outlet,
        what: str,
        material: Material,
        *,
        revision: int,
        number: int,
        overrides: Sequence[Override],
    ) -> None:
        """
        Raises:
            NotReady: the store is not set up, or is not simulated and DDEX's schemas are not installed.
            Conflict: a party id is missing.
        """
        ctx, released = self._ctx, material.description.release_date
        endpoint = await outlets.reachable(ctx, outlet)
        if not endpoint.sandbox:
            installed_schemas(ctx).demand_official(outlet.title)
        content = Content(
            material=material,
            sender=await _sender(ctx, endpoint),
            recipient=_recipient(outlet, endpoint),
            folder_prefix=ctx.settings(outlet.it.settings).folder_prefix,
            overrides=list(overrides),
        )
        by = None if what == TAKEDOWN else released
        usual, most = clock.promised(ctx.now, outlet.it.sla_days, by, endpoint.live_after_s)
        row = Delivery(
            release_id=self._release,
            revision=revision,
            outlet=outlet.name,
            number=number,
            what=what,
            state=states.QUEUED,
            batch=choreography.batch_id(ctx.now),
            sandbox=endpoint.sandbox,
            content=msgspec.to_builtins(content),
            queued_at=ctx.now,
            expected_from=usual,
            due_at=most,
            sign_due_at=signs.due(ctx.now),
        )
        ctx.add(row, Stage(delivery_id=row.id, state=states.QUEUED, at=ctx.now))
        self._title = material.description.title
        self._opened.append(row)
        if what != TAKEDOWN:
            self._codes |= _codes(material)
        self._ids.append(row.id)

    async def commit(self) -> list[UUID]:
        """The deliveries, in the order in which they were named.

        Raises:
            Conflict: a code is not this account's to deliver.
        """
        ctx = self._ctx
        for what in dict.fromkeys(row.what for row in self._opened):
            there = [row.outlet for row in self._opened if row.what == what]
            revision = max(row.revision for row in self._opened)
            ctx.emit(ReleaseSubmitted(self._release, revision, self._title, what, there))
            ctx.audit(f"release.{what}", f"distribution_release:{self._release}", after={"outlets": there})
        for row in self._opened:
            go_on(ctx, row)
            ctx.enqueue(watch, row.id, at=row.due_at)
        if self._opened:
            rows = [(row.id, row.outlet) for row in self._opened]
            await ctx.write(_settle, ctx.account, rows, sorted(self._codes, key=lambda code: code.value), ctx.now)
        return self._ids


def _codes(material: Material) -> set[Code]:
    said = material.description
    isrcs = {Code(ISRC, track.isrc) for track in said.tracks if track.isrc}
    return isrcs | ({Code(UPC, said.upc)} if said.upc else set())


def _settle(
    connection: Connection, account: UUID, rows: list[tuple[UUID, str]], codes: list[Code], now: datetime
) -> None:
    """
    Raises:
        Conflict: a code is not this account's to deliver.
    """
    demand(connection, account, codes, now)
    _name_batches(connection, account, rows, now)


def _name_batches(connection: Connection, account: UUID, rows: list[tuple[UUID, str]], now: datetime) -> None:
    """Batch ids are times to the millisecond; two at the same time, in whatever account, take the next."""
    for id, outlet in rows:
        at = now
        while not _claimed(connection, account, f"{outlet}/{choreography.batch_id(at)}", now):
            at += timedelta(milliseconds=1)
        mine = update(Delivery).where(Delivery.account_id == account, Delivery.id == id)
        connection.execute(mine.values(batch=choreography.batch_id(at)))


def _claimed(connection: Connection, account: UUID, batch: str, now: datetime) -> bool:
    try:
        with connection.begin_nested():
            claim_in_directory(connection, "batch", batch, account, at=now)
    except Conflict:
        return False
    return True


async def _sender(ctx: Context, endpoint: Endpoint) -> Party:
    """
    Raises:
        Conflict: the account has no party id, and the endpoint is no simulator that lends one.
    """
    registrant = await catalog.registrant(ctx)
    dpid = (registrant and registrant.dpid) or endpoint.sender_party_id
    if not dpid:
        raise Conflict(
            "Stores know senders by their DDEX party id, and yours is not entered; get it from ddex.net.", field="dpid"
        )
    return Party(dpid, (registrant and registrant.name) or NAMELESS)


def _recipient(outlet: Outlet, endpoint: Endpoint) -> Party:
    """
    Raises:
        Conflict: the store's party id is not known.
    """
    dpid = endpoint.party_id or outlet.it.party_id
    if not dpid:
        raise Conflict(
            f"{outlet.title}'s party id is not public; the operator sets party_id in [distribution.{outlet.name}].",
            field="party_id",
        )
    return Party(dpid, outlet.title)
