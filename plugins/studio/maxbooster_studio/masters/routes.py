"""Masters over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

from maxbooster.plugin import Conflict, Context, Routes, delete, get, patch, post

from ..drawings import MOST_BINS, Curve, Peaks, curve, peaks
from . import comments, queries, review, service
from .schemas import (
    ChainOut,
    CommentOut,
    MasterAudio,
    MasterMade,
    MasterOut,
    MasterReview,
    MasterUpdate,
    NewComment,
    NewMaster,
    NewRendering,
    OfferOut,
    RenderingOut,
)

Bins = Annotated[int, QueryParameter(ge=1, le=MOST_BINS, description="At least this many, where the length allows it")]

SHARED = {"studio.master": "master_id"}


@post(
    "/{recording_id:uuid}/masters",
    operation_id="createMaster",
    permission="studio.master",
    raises=[Conflict],
    status_code=202,
)
async def create_master(ctx: Context, recording_id: UUID, data: NewMaster) -> MasterMade:
    """Master a recording for a target, in the background."""
    return await service.begin(ctx, recording_id, data)


@get("/{recording_id:uuid}/masters", operation_id="listMasters", permission="studio.read")
async def list_masters(ctx: Context, recording_id: UUID) -> Sequence[MasterOut]:
    """The masters of a recording, the newest first."""
    return await service.of_recording(ctx, recording_id)


@get("/{master_id:uuid}", operation_id="getMaster", permission="studio.read")
async def get_master(ctx: Context, master_id: UUID) -> MasterOut:
    """A master: what was done and why, what was measured of it, what each store will do with it, its files."""
    return await service.shown(ctx, master_id)


@patch("/{master_id:uuid}", operation_id="updateMaster", permission="studio.master")
async def update_master(ctx: Context, master_id: UUID, data: MasterUpdate) -> MasterOut:
    """Rename a master."""
    return await service.rename(ctx, master_id, data.title)


@get("/{master_id:uuid}/offers", operation_id="listMasterOffers", permission="studio.read", raises=[Conflict])
async def list_offers(ctx: Context, master_id: UUID) -> list[OfferOut]:
    """Where a finished master can be sent next, such as a release."""
    return await service.offers(ctx, master_id)


@delete(
    "/{master_id:uuid}", operation_id="deleteMaster", permission="studio.master", raises=[Conflict], status_code=204
)
async def delete_master(ctx: Context, master_id: UUID) -> None:
    """Forget a master, unless something uses its files, which stay."""
    await service.remove(ctx, master_id)


@post(
    "/{master_id:uuid}/renderings",
    operation_id="renderMaster",
    permission="studio.master",
    raises=[Conflict],
    status_code=202,
)
async def render_master(ctx: Context, master_id: UUID, data: NewRendering) -> RenderingOut:
    """The master in a format: there already, or rendered in the background."""
    return await service.render(ctx, master_id, data.format)


@get("/{master_id:uuid}/chain", operation_id="getMasterChain", permission="studio.read", raises=[Conflict])
async def read_chain(ctx: Context, master_id: UUID) -> ChainOut:
    """The chain's numbers: the kernel in the browser plays with them what the server has rendered, bit for bit."""
    return await service.chain(ctx, master_id)


@get("/{master_id:uuid}/peaks", operation_id="getMasterPeaks", permission="studio.read", grantable=SHARED)
async def read_peaks(ctx: Context, master_id: UUID, bins: Bins = 1000) -> Peaks:
    """The waveform of the result at the resolution that is wanted, as small as it can be."""
    return peaks((await queries.picture(ctx, master_id)).peaks, bins)


@get("/{master_id:uuid}/loudness", operation_id="getMasterLoudness", permission="studio.read", grantable=SHARED)
async def read_loudness(ctx: Context, master_id: UUID) -> Curve:
    """Short-term loudness of the result over time."""
    return curve((await queries.picture(ctx, master_id)).loudness)


@get("/{master_id:uuid}/review", operation_id="getMasterReview", permission="studio.read", grantable=SHARED)
async def get_review(ctx: Context, master_id: UUID) -> MasterReview:
    """What a reviewer sees of a master: what was measured of it, and what each store will do with it."""
    return await review.review(ctx, master_id)


@get(
    "/{master_id:uuid}/audio",
    operation_id="getMasterAudio",
    permission="studio.read",
    grantable=SHARED,
    raises=[Conflict],
)
async def get_audio(ctx: Context, master_id: UUID) -> MasterAudio:
    """Where to listen to a finished master."""
    return await review.audio(ctx, master_id)


@get(
    "/{master_id:uuid}/download",
    operation_id="downloadMaster",
    permission="studio.download",
    grantable=SHARED,
    raises=[Conflict],
)
async def download_master(ctx: Context, master_id: UUID) -> MasterAudio:
    """Where to download a finished master, in the format that it was made in."""
    return await review.download(ctx, master_id)


@get("/{master_id:uuid}/comments", operation_id="listMasterComments", permission="studio.read", grantable=SHARED)
async def list_comments(ctx: Context, master_id: UUID) -> Sequence[CommentOut]:
    """What was said of a master: about all of it first, then as it comes in the sound."""
    return await comments.of_master(ctx, master_id)


@post(
    "/{master_id:uuid}/comments",
    operation_id="createMasterComment",
    permission="studio.comment",
    grantable=SHARED,
    raises=[Conflict],
)
async def create_comment(ctx: Context, master_id: UUID, data: NewComment) -> CommentOut:
    """Comment on a master, or on a place in it."""
    return await comments.add(ctx, master_id, data)


@delete(
    "/{master_id:uuid}/comments/{comment_id:uuid}",
    operation_id="deleteMasterComment",
    permission="studio.comment",
    grantable=SHARED,
    status_code=204,
)
async def delete_comment(ctx: Context, master_id: UUID, comment_id: UUID) -> None:
    """Delete a comment: as a member any of them, else your own."""
    await comments.remove(ctx, master_id, comment_id)


routes = [
    Routes("/recordings", [create_master, list_masters]),
    Routes(
        "/masters",
        [
            get_master,
            update_master,
            list_offers,
            delete_master,
            render_master,
            read_chain,
            read_peaks,
            read_loudness,
            get_review,
            get_audio,
            download_master,
            list_comments,
            create_comment,
            delete_comment,
        ],
    ),
]
