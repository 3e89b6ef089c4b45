"""A store's acknowledgements: read, kept, and matched to the delivery that they answer.

A file may still be written while it is looked at. What is not whole is looked at again; what is the same at two looks
and still not readable is noted as unreadable; what changes later is read again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from maxbooster.plugin import Context, Invalid, NotReady

from ..ddex import choreography
from ..ddex.choreography import Acknowledged, Answer, Outcome
from ..ddex.reading import parse
from ..events import DeliveryFlagged, ReleaseLive, ReleaseRejected, ReleaseTakenDown
from ..file_purposes import ANSWER
from ..outlets.logins import connected
from ..outlets.outlet import Endpoint, Outlet
from ..package import TAKEDOWN
from ..transports.transport import Listed, Transport
from . import queries, states, words
from .content import batch_folder, content_of
from .models import LONGEST_NOTE, Acknowledgement, Delivery, cut
from .stages import advance

INCOMPLETE, UNREADABLE, ABOUT_ANOTHER = "incomplete", "unreadable", "about another release"


class _Read(Struct, frozen=True):
    """A file that was looked at: what it says, or why it cannot be read."""

    listed: Listed
    content: bytes | None = None
    says: Acknowledged | None = None
    problem: str = ""
    later: bool = False
    """Whether it may be read at the next look."""


async def collect(ctx: Context, row: Delivery, outlet: Outlet, endpoint: Endpoint) -> None:
    """Read what is new or has changed, in the order in which it was written. What cannot be read is noted once, and
    keeps nothing else back.

    Raises:
        NotReady, AuthFailed: the store cannot be reached.
    """
    folder = outlet.call_sync(lambda it: it.acknowledgements(batch_folder(row, outlet)))
    known = {each.name: each for each in await queries.acknowledgements(ctx, row.id)}
    async with connected(ctx, endpoint) as transport:
        new = [each for each in await transport.listed(folder) if _is_new(each, known.get(each.name))]
        files = [await _read(transport, folder, each, known.get(each.name)) for each in new]
    for file in sorted(files, key=_written_at):
        await _keep(ctx, row, outlet, file, known.get(file.listed.name))
    _apply_in_order(ctx, row, outlet, [file.says for file in sorted(files, key=_written_at) if file.says])


def _is_new(listed: Listed, known: Acknowledgement | None) -> bool:
    if listed.odd:
        return known is None
    if not listed.name.lower().endswith(".xml"):
        return False
    return known is None or known.status == INCOMPLETE or (known.size, known.modified) != (listed.size, listed.modified)


async def _read(transport: Transport, folder: str, listed: Listed, known: Acknowledgement | None) -> _Read:
    if listed.odd:
        return _Read(listed, problem=f"the file name {listed.name} cannot be used. Ask them to name it otherwise.")
    stable = known is not None and (known.size, known.modified) == (listed.size, listed.modified)
    content = None
    try:
        content = await transport.read(f"{folder}/{listed.name}")
        return _Read(listed, content, choreography.read_acknowledgement(parse(content, listed.name), listed.name))
    except NotReady as error:
        return _Read(listed, problem=error.detail, later=True)
    except Invalid as error:
        return _Read(listed, content, problem=error.detail, later=not stable)


def _written_at(file: _Read) -> tuple[datetime, str]:
    said = file.says.written_at if file.says else None
    return said or datetime.fromtimestamp(file.listed.modified, UTC), file.listed.name


async def _keep(ctx: Context, row: Delivery, outlet: Outlet, file: _Read, known: Acknowledgement | None) -> None:
    """Note that it was looked at, and keep its bytes once they are whole."""
    entry = known or Acknowledgement(delivery_id=row.id, name=file.listed.name)
    entry.size, entry.modified, entry.at = file.listed.size, file.listed.modified, ctx.now
    if file.later:
        entry.status = INCOMPLETE
    else:
        entry.status = _status(row, file)
        entry.file_id = await _stored(ctx, file)
        if file.says is None:
            row.note = f"{outlet.title} sent an answer that cannot be read: {file.problem}"
        row.answered_at = ctx.now
    if known is None:
        ctx.add(entry)


async def _stored(ctx: Context, file: _Read) -> UUID | None:
    if file.content is None:
        return None
    try:
        return (await ctx.files.put(file.listed.name, file.content, purpose=ANSWER)).id
    except Invalid:  # the name or an empty file; that it came is kept all the same
        return None


def _status(row: Delivery, file: _Read) -> str:
    if file.says is None:
        return UNREADABLE
    mine = _mine(row, file.says)
    return cut(mine[-1].status or UNREADABLE, 80) if mine else ABOUT_ANOTHER


def _mine(row: Delivery, said: Acknowledged) -> list[Answer]:
    """Of all answers in a message those that are about this delivery."""
    upc = content_of(row).material.description.upc or ""
    return [answer for answer in said.answers if answer.is_about(row.id.hex, upc)]


def _apply_in_order(ctx: Context, row: Delivery, outlet: Outlet, said: list[Acknowledged]) -> None:
    """What was written before an answer that counted already says nothing any more, whenever it arrives."""
    for each in said:
        mine = _mine(row, each)
        late = each.written_at and row.answer_written_at and each.written_at < row.answer_written_at
        if not mine or late:
            continue
        row.answer_written_at = each.written_at or row.answer_written_at
        for answer in mine:
            apply(ctx, row, outlet, answer)


def apply(ctx: Context, row: Delivery, outlet: Outlet, answer: Answer) -> None:
    """What an answer means for a delivery; one that comes too late, or twice, changes nothing."""
    state, note, advice = _meaning(row, outlet, answer)
    if state is not None and state != row.state and state in states.FOLLOWS[row.state]:
        advance(ctx, row, state, note, advice)
        _tell(ctx, row, state, note)
    elif state == row.state or state is None:
        _flag(ctx, row, note, advice)


def _tell(ctx: Context, row: Delivery, state: str, note: str | None) -> None:
    if state == states.LIVE:
        ctx.emit(ReleaseLive(row.release_id, row.id, row.outlet))
    elif state == states.DOWN:
        ctx.emit(ReleaseTakenDown(row.release_id, row.id, row.outlet))
    elif state == states.REJECTED:
        ctx.emit(ReleaseRejected(row.release_id, row.id, row.outlet, note or ""))
    elif note:
        ctx.emit(DeliveryFlagged(row.release_id, row.id, row.outlet, note))


def _flag(ctx: Context, row: Delivery, note: str | None, advice: str | None) -> None:
    """Note what has to be looked into, once."""
    if note and row.note != cut(note, LONGEST_NOTE) and row.state not in states.ENDED:
        row.note, row.advice = note, advice
        ctx.emit(DeliveryFlagged(row.release_id, row.id, row.outlet, note))


def _meaning(row: Delivery, outlet: Outlet, answer: Answer) -> tuple[str | None, str | None, str | None]:
    """State (None: the one that it has), note and advice."""
    flag = (words.reported(outlet.title, answer), words.advice(answer)) if answer.problems else (None, None)
    match answer.outcome:
        case Outcome.NOTHING_NEW:
            return None, *flag
        case Outcome.RECEIVED | Outcome.ACCEPTED:
            return states.ACKNOWLEDGED, *flag
        case Outcome.LIVE:
            return (None if row.what == TAKEDOWN else states.LIVE), *flag
        case Outcome.GONE:
            note = None if row.what == TAKEDOWN else f"{outlet.title} has removed it; ask them why."
            return states.DOWN, note, None
        case Outcome.REFUSED:
            return states.REJECTED, words.reason(outlet.title, answer), words.advice(answer)
        case Outcome.ASK:
            return None, words.asked(outlet.title, answer), "Ask the store; the delivery goes on meanwhile."
