"""An outlet's acknowledgements: read, kept, and matched to the delivery that they answer."""

from __future__ import annotations

from maxbooster.plugin import Context, Invalid

from ..ddex import choreography
from ..ddex.choreography import Answer, Outcome
from ..ddex.reading import parse
from ..events import ReleaseLive, ReleaseRejected, ReleaseTakenDown
from ..outlets.outlet import DdexOutlet, Endpoint
from ..package import TAKEDOWN
from ..transports.transport import Transport, opened
from . import queries, states, words
from .content import batch_folder
from .models import Acknowledgement, Delivery
from .service import advance

UNREADABLE = "unreadable"


async def collect(ctx: Context, row: Delivery, outlet: DdexOutlet, endpoint: Endpoint) -> None:
    """Read what is new, oldest first. What cannot be read is noted, and keeps nothing else back.

    Raises:
        NotReady, AuthFailed: the outlet cannot be reached.
    """
    folder = outlet.acknowledgements(batch_folder(row, outlet))
    known = {each.name for each in await queries.acknowledgements(ctx, row.id)}
    async with opened(endpoint) as transport:
        names = [name for name in await transport.names(folder) if name.lower().endswith(".xml") and name not in known]
        contents = [(name, await _content(row, outlet, transport, f"{folder}/{name}")) for name in names]
    for name, content in contents:
        if content is not None:
            await _take(ctx, row, outlet, name, content)


async def _content(row: Delivery, outlet: DdexOutlet, transport: Transport, path: str) -> bytes | None:
    try:
        return await transport.read(path)
    except Invalid as error:
        row.note = _unreadable(outlet, error)
        return None


def _unreadable(outlet: DdexOutlet, error: Invalid) -> str:
    return f"{outlet.title} sent an answer that cannot be read: {error.detail}"


async def _take(ctx: Context, row: Delivery, outlet: DdexOutlet, name: str, content: bytes) -> None:
    """Keep one acknowledgement, and do what it says."""
    try:
        file = await ctx.files.put(name, content, purpose="distribution.answer")
    except Invalid as error:
        row.note = _unreadable(outlet, error)
        return
    try:
        about = [each for each in choreography.answers(parse(content, name), name) if each.message_id == row.id.hex]
    except Invalid as error:
        about = []
        row.note = _unreadable(outlet, error)
    status = about[-1].status if about else UNREADABLE
    ctx.add(Acknowledgement(delivery_id=row.id, name=name[:255], file_id=file.id, status=status[:80], at=ctx.now))
    row.answered_at = ctx.now
    for answer in about:
        apply(ctx, row, outlet, answer)


def apply(ctx: Context, row: Delivery, outlet: DdexOutlet, answer: Answer) -> None:
    """What an answer means for a delivery; one that comes too late, or twice, changes nothing."""
    state, note, advice = _meaning(row, outlet, answer)
    if state is None or state == row.state or state not in states.FOLLOWS[row.state]:
        return
    advance(ctx, row, state, note, advice)
    if state == states.LIVE:
        ctx.emit(ReleaseLive(row.release_id, row.id, row.outlet))
    elif state == states.DOWN:
        ctx.emit(ReleaseTakenDown(row.release_id, row.id, row.outlet))
    elif state == states.REJECTED:
        ctx.emit(ReleaseRejected(row.release_id, row.id, row.outlet, note or ""))


def _meaning(row: Delivery, outlet: DdexOutlet, answer: Answer) -> tuple[str | None, str | None, str | None]:
    """State, note and advice."""
    match answer.outcome:
        case Outcome.RECEIVED | Outcome.ACCEPTED:
            return states.ACKNOWLEDGED, None, None
        case Outcome.LIVE:
            return (None if row.what == TAKEDOWN else states.LIVE), None, None
        case Outcome.GONE:
            note = None if row.what == TAKEDOWN else f"{outlet.title} has removed it; ask them why."
            return states.DOWN, note, None
        case Outcome.REFUSED:
            return states.REJECTED, words.reason(outlet.title, answer), words.advice(answer)
        case Outcome.UNKNOWN:
            return states.FAILED, words.unknown(outlet.title, answer), None
