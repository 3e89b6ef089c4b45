"""Proposals over HTTP: words in, words out."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from litestar.params import Parameter

from maxbooster.plugin import Conflict, Context, Cursor, Limit, Page, Routes, get, post

from ..ledger.posting import KeyReused, Overdrawn
from ..ledger.schemas import PostedOut
from . import service
from .schemas import ProposalOut

State = Annotated[Literal["waiting", "approved", "rejected"] | None, Parameter(description="Only in this state")]


@get("/", operation_id="listProposals", permission="ledger.read")
async def list_proposals(
    ctx: Context, proposal_state: State = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[ProposalOut]:
    """Postings by hand that touch money or what is owed, the newest first."""
    rows, next = await service.proposals(ctx, cursor, limit, state=proposal_state)
    return Page([ProposalOut.of(row) for row in rows], next)


@post(
    "/{proposal_id:uuid}/approve",
    operation_id="approveProposal",
    permission="ledger.approve",
    step_up=True,
    raises=[Conflict, KeyReused, Overdrawn],
)
async def approve_proposal(ctx: Context, proposal_id: UUID) -> PostedOut:
    """Post it. It takes somebody else than who proposed it; API keys cannot approve."""
    posted = await service.approve(ctx, proposal_id)
    return PostedOut(posted.id, posted.repeated)


@post(
    "/{proposal_id:uuid}/reject",
    operation_id="rejectProposal",
    permission="ledger.write",
    raises=[Conflict],
    status_code=204,
)
async def reject_proposal(ctx: Context, proposal_id: UUID) -> None:
    """Leave the books as they are."""
    await service.reject(ctx, proposal_id)


routes = [Routes("/ledger/proposals", [list_proposals, approve_proposal, reject_proposal])]
