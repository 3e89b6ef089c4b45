"""Quality control and deliveries over HTTP: words in, words out."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context, Cursor, Limit, NotReady, Page, Problem, Routes, delete, get, post

from ..catalog.service import described
from ..outlets import service as outlets
from ..quality.review import QualityError
from ..quality.rule import Override
from . import discarding, overriding, overview, planning, queries, reviewing, service
from .discarding import UnsentChanges
from .planning import Plan
from .reviewing import tally
from .schemas import (
    AcknowledgementOut,
    Deliveries,
    DeliveryOut,
    Discard,
    MessageDiff,
    Outlets,
    OverrideWanted,
    Review,
    ReviewWanted,
    Submission,
    Submitted,
    acknowledgement_out,
)

_REFUSALS: list[type[Problem]] = [Conflict, NotReady, QualityError]


@get("/", operation_id="listOutlets", permission="release.read")
async def list_outlets(ctx: Context) -> Outlets:
    """Every store whose connector is enabled, and whether it is set up."""
    return await overview.outlets_now(ctx)


@post("/", operation_id="reviewDescription", permission="release.read", status_code=200)
async def review_description(ctx: Context, data: ReviewWanted) -> Review:
    """What would be found if a release were described like this; nothing is stored."""
    chosen = outlets.named(ctx, data.outlets)
    return tally(await reviewing.review_description(ctx, data.description, chosen, data.release), chosen)


@get("/{release_id:uuid}/review", operation_id="reviewRelease", permission="release.read")
async def review_release(ctx: Context, release_id: UUID) -> Review:
    """The issues to fix before the stores that are set up would take the release."""
    chosen = [each.outlet for each in await overview.reached(ctx) if each.endpoint]
    return tally(await reviewing.review_release(ctx, await described(ctx, release_id), chosen), chosen)


@get("/{release_id:uuid}/overrides", operation_id="listOverrides", permission="release.read")
async def list_overrides(ctx: Context, release_id: UUID) -> list[Override]:
    """Which findings somebody decided otherwise about, with the reason; the newest first."""
    return await overriding.overrides(ctx, release_id)


@post("/{release_id:uuid}/overrides", operation_id="overrideFinding", permission="release.submit", raises=[Conflict])
async def override_finding(ctx: Context, release_id: UUID, data: OverrideWanted) -> Override:
    """Let a finding block nothing any more, with a reason that goes on record with the release and its deliveries."""
    return await overriding.override(ctx, release_id, data.rule, data.field, data.reason)


@delete(
    "/{release_id:uuid}/overrides/{override_id:uuid}",
    operation_id="deleteOverride",
    permission="release.submit",
    status_code=204,
)
async def delete_override(ctx: Context, release_id: UUID, override_id: UUID) -> None:
    """Let the finding count again."""
    await overriding.withdraw(ctx, release_id, override_id)


@post("/{release_id:uuid}/plan", operation_id="planSubmission", permission="release.read", status_code=200)
async def plan_submission(ctx: Context, release_id: UUID, data: Submission) -> Plan:
    """What would be sent where and when, and what is held back and why; nothing is sent."""
    return await planning.plan(ctx, release_id, data.outlets)


@post("/{release_id:uuid}/submit", operation_id="submitRelease", permission="release.submit", raises=_REFUSALS)
async def submit_release(ctx: Context, release_id: UUID, data: Submission) -> Submitted:
    """Send a release, or its newest version, to stores. What is there already is not sent again."""
    return Submitted(await service.submit(ctx, release_id, data.outlets))


@post("/{release_id:uuid}/takedown", operation_id="takeDownRelease", permission="release.submit", raises=_REFUSALS)
async def take_down_release(ctx: Context, release_id: UUID, data: Submission) -> Submitted:
    """Ask stores to take a release down; it can be reinstated."""
    return Submitted(await service.take_down(ctx, release_id, data.outlets))


@post("/{release_id:uuid}/reactivate", operation_id="reinstateRelease", permission="release.submit", raises=_REFUSALS)
async def reinstate_release(ctx: Context, release_id: UUID, data: Submission) -> Submitted:
    """Ask stores to reinstate what was taken down."""
    return Submitted(await service.reactivate(ctx, release_id, data.outlets))


@get("/{release_id:uuid}/unsent", operation_id="getUnsentChanges", permission="release.read")
async def get_unsent_changes(ctx: Context, release_id: UUID) -> UnsentChanges:
    """What was edited since the release was sent to stores, and whether it can go back to what they have."""
    return await discarding.unsent(ctx, release_id)


@post(
    "/{release_id:uuid}/discard",
    operation_id="discardUnsentChanges",
    permission="release.write",
    raises=[Conflict],
    status_code=204,
)
async def discard_unsent_changes(ctx: Context, release_id: UUID, data: Discard) -> None:
    """Go back to what stores have: words, tracks, audio and cover. Splits stay as they are."""
    await discarding.discard(ctx, release_id, data.version)


@get("/{release_id:uuid}/deliveries", operation_id="listReleaseDeliveries", permission="release.read")
async def list_release_deliveries(ctx: Context, release_id: UUID) -> Deliveries:
    """Every delivery of a release with its stages; what needs attention first."""
    return await overview.of_release(ctx, release_id)


@get("/", operation_id="listDeliveries", permission="release.read")
async def list_deliveries(ctx: Context, cursor: Cursor = None, limit: Limit = 100) -> Page[DeliveryOut]:
    """The newest delivery of every release to each store, without stages; the latest first."""
    return await overview.newest(ctx, cursor, limit)


@get("/{delivery_id:uuid}", operation_id="getDelivery", permission="release.read")
async def get_delivery(ctx: Context, delivery_id: UUID) -> DeliveryOut:
    return await overview.delivery(ctx, delivery_id)


@post(
    "/{delivery_id:uuid}/retry",
    operation_id="retryDelivery",
    permission="release.submit",
    raises=[Conflict],
    status_code=204,
)
async def retry_delivery(ctx: Context, delivery_id: UUID) -> None:
    """Retry a delivery that has failed or is stalled, as it is."""
    await service.retry(ctx, delivery_id)


@get("/{delivery_id:uuid}/acknowledgements", operation_id="listAcknowledgements", permission="release.read")
async def list_acknowledgements(ctx: Context, delivery_id: UUID) -> list[AcknowledgementOut]:
    """What the store has answered, the oldest first; each is kept as a file."""
    await queries.delivery(ctx, delivery_id)
    return [acknowledgement_out(row) for row in await queries.acknowledgements(ctx, delivery_id)]


@get("/{delivery_id:uuid}/diff", operation_id="diffDelivery", permission="release.read")
async def diff_delivery(ctx: Context, delivery_id: UUID) -> MessageDiff:
    """What changed in the message since the last delivery to the same store."""
    return await overview.diff(ctx, delivery_id)


routes = [
    Routes("/outlets", [list_outlets]),
    Routes("/review", [review_description]),
    Routes(
        "/releases",
        [
            review_release,
            list_overrides,
            override_finding,
            delete_override,
            plan_submission,
            submit_release,
            take_down_release,
            reinstate_release,
            get_unsent_changes,
            discard_unsent_changes,
            list_release_deliveries,
        ],
    ),
    Routes("/deliveries", [list_deliveries, get_delivery, retry_delivery, list_acknowledgements, diff_delivery]),
]
