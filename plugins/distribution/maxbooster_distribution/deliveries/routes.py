"""Quality control and deliveries over HTTP: words in, words out."""

from __future__ import annotations

from uuid import UUID

from maxbooster.plugin import Conflict, Context, NotReady, Problem, Routes, get, post

from ..outlets import service as outlets
from ..quality.review import QualityError, rules
from ..quality.rule import Finding
from . import overview, queries, reviewing, service
from .schemas import (
    AcknowledgementOut,
    Deliveries,
    DeliveryOut,
    MessageDiff,
    Outlets,
    Review,
    ReviewWanted,
    Submission,
    Submitted,
    acknowledgement_out,
)

_REFUSALS: list[type[Problem]] = [Conflict, NotReady, QualityError]


@get("/", operation_id="listOutlets", permission="release.read")
async def list_outlets(ctx: Context) -> Outlets:
    """Every outlet whose connector is switched on, and whether it is set up."""
    return await overview.outlets_now(ctx)


@post("/", operation_id="reviewDescription", permission="release.read", status_code=200)
async def review_description(ctx: Context, data: ReviewWanted) -> Review:
    """What would be found if a release were described like this; nothing is stored."""
    chosen = await outlets.named(ctx, data.outlets)
    return _review(await reviewing.review_description(ctx, data.description, chosen))


@get("/{release_id:uuid}/review", operation_id="reviewRelease", permission="release.read")
async def review_release(ctx: Context, release_id: UUID) -> Review:
    """What is to be mended before the outlets that are set up would take the release."""
    chosen = [each.outlet for each in await overview.reached(ctx) if each.endpoint]
    return _review(await reviewing.review_release(ctx, release_id, chosen))


def _review(findings: list[Finding]) -> Review:
    return Review(findings, sum(each.blocks for each in findings), len(rules))


@post("/{release_id:uuid}/submit", operation_id="submitRelease", permission="release.submit", raises=_REFUSALS)
async def submit_release(ctx: Context, release_id: UUID, data: Submission) -> Submitted:
    """Send a release, or its newest version, to outlets. What is there already is not sent again."""
    return Submitted(await service.submit(ctx, release_id, data.outlets))


@post("/{release_id:uuid}/takedown", operation_id="takeDownRelease", permission="release.submit", raises=_REFUSALS)
async def take_down_release(ctx: Context, release_id: UUID, data: Submission) -> Submitted:
    """Ask outlets to take a release down; it can be re-activated."""
    return Submitted(await service.take_down(ctx, release_id, data.outlets))


@post("/{release_id:uuid}/reactivate", operation_id="reactivateRelease", permission="release.submit", raises=_REFUSALS)
async def reactivate_release(ctx: Context, release_id: UUID, data: Submission) -> Submitted:
    """Ask outlets to put back what was taken down."""
    return Submitted(await service.reactivate(ctx, release_id, data.outlets))


@get("/{release_id:uuid}/deliveries", operation_id="listReleaseDeliveries", permission="release.read")
async def list_release_deliveries(ctx: Context, release_id: UUID) -> Deliveries:
    """Every delivery of a release with its stages; what needs somebody comes first."""
    return await overview.of_release(ctx, release_id)


@get("/", operation_id="listDeliveries", permission="release.read")
async def list_deliveries(ctx: Context) -> Deliveries:
    """The newest delivery of every release to each outlet, without stages; what needs somebody comes first."""
    return await overview.newest(ctx)


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
    """Go on with a delivery that has failed or stands still, as it is."""
    await service.retry(ctx, delivery_id)


@get("/{delivery_id:uuid}/acknowledgements", operation_id="listAcknowledgements", permission="release.read")
async def list_acknowledgements(ctx: Context, delivery_id: UUID) -> list[AcknowledgementOut]:
    """What the outlet has answered, the oldest first; each is kept as a file."""
    await queries.delivery(ctx, delivery_id)
    return [acknowledgement_out(row) for row in await queries.acknowledgements(ctx, delivery_id)]


@get("/{delivery_id:uuid}/diff", operation_id="diffDelivery", permission="release.read")
async def diff_delivery(ctx: Context, delivery_id: UUID) -> MessageDiff:
    """What changed in the message since the delivery before to the same outlet."""
    return await overview.diff(ctx, delivery_id)


routes = [
    Routes("/outlets", [list_outlets]),
    Routes("/review", [review_description]),
    Routes(
        "/releases",
        [review_release, submit_release, take_down_release, reactivate_release, list_release_deliveries],
    ),
    Routes("/deliveries", [list_deliveries, get_delivery, retry_delivery, list_acknowledgements, diff_delivery]),
]
