"""Everything that distribution adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maxbooster.plugin import (
    Command,
    Manifest,
    Panel,
    PanelAction,
    PanelExtension,
    Permission,
    hookimpl,
    late_imports,
)

from .outlets.outlet import FLAC as FLAC
from .outlets.outlet import JPEG as JPEG
from .outlets.outlet import OUTLET as OUTLET
from .outlets.outlet import PNG as PNG
from .outlets.outlet import TIFF as TIFF
from .outlets.outlet import WAV as WAV
from .outlets.outlet import DdexOutlet as DdexOutlet
from .outlets.outlet import Endpoint as Endpoint
from .outlets.outlet import Outlet as Outlet
from .outlets.outlet import OutletSettings as OutletSettings
from .outlets.outlet import Requirements as Requirements
from .settings import DistributionSettings

if TYPE_CHECKING:
    from uuid import UUID

    from maxbooster.plugin import (
        Context,
        Dataset,
        Event,
        FilePurpose,
        FirstStep,
        HealthCheck,
        Job,
        Kind,
        NoticeKind,
        Offer,
        PersonalData,
        Provider,
        PublicPage,
        RollUp,
        Routes,
        Searchable,
        SearchResult,
        StoredFile,
        Subscription,
    )

    from .ddex.choreography import Answer as Answer
    from .ddex.message import Envelope as Envelope
    from .ddex.receiving import Received as Received
    from .ddex.receiving import acknowledge as acknowledge
    from .ddex.receiving import read_batch as read_batch
    from .ddex.schemas import Schemas as Schemas
    from .deliveries.content import installed_schemas as installed_schemas
else:
    __getattr__, __dir__ = late_imports(__name__)

_EVERYBODY = ("owner", "admin", "manager", "artist", "editor", "viewer")

manifest = Manifest(
    name="distribution",
    version="0.1.0",
    title="Distribution",
    hosts_from_people=True,
    requires=("billing",),
    hookspecs=("maxbooster_distribution.hookspecs",),
    areas=(
        "release",
        "releases",
        "delivery",
        "royalty",
        "royalties",
        "statement",
        "statements",
        "registrant",
        "split",
        "finding",
    ),
    permissions=(
        Permission("release.read", "See releases and where they are", roles=_EVERYBODY),
        Permission(
            "release.write", "Create and change releases", roles=("owner", "admin", "manager", "artist", "editor")
        ),
        Permission("release.submit", "Send releases to stores and take them down", roles=("owner", "admin", "manager")),
        Permission("release.oversee", "See the releases of the sub-accounts", across=True),
        Permission("release.register", "Enter party ids and code prefixes", roles=("owner", "admin")),
        Permission("royalty.read", "See splits and statements", roles=("owner", "admin", "manager", "artist")),
        Permission(
            "royalty.write",
            "Set splits, import and undo statements, assign lines in suspense",
            roles=("owner", "admin", "manager"),
        ),
    ),
    settings=DistributionSettings,
    commands=(
        Command("distribution", "Check, pack and deliver releases", "maxbooster_distribution.commands:distribution"),
    ),
    migrations=True,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .catalog.routes import routes as catalog
    from .deliveries.routes import routes as deliveries
    from .landing.routes import routes as landing
    from .royalties.routes import routes as royalties

    return [*catalog, *deliveries, *landing, *royalties]


@hookimpl
def register_kinds() -> Sequence[Kind[Any]]:
    return [OUTLET]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .deliveries.jobs import jobs as deliveries
    from .landing.jobs import jobs as landing
    from .royalties.jobs import jobs as royalties

    return [*deliveries, *landing, *royalties]


@hookimpl
def register_notice_kinds() -> Sequence[NoticeKind]:
    from .notices import kinds

    return kinds


@hookimpl
def register_public_events() -> Sequence[type[Event]]:
    from . import events as of

    return [
        of.ReleaseSubmitted,
        of.ReleaseDelivered,
        of.ReleaseLive,
        of.ReleaseRejected,
        of.ReleaseTakenDown,
        of.DeliveryOverdue,
        of.StatementImported,
    ]


@hookimpl
def register_datasets() -> Sequence[Dataset]:
    """Every line of every statement that is in the ledger."""
    from .royalties.sales import SALES

    return [SALES]


@hookimpl
def register_subscriptions() -> Sequence[Subscription]:
    from .deliveries.telling import subscriptions as telling
    from .landing.jobs import subscriptions as landing

    return [*telling, *landing]


@hookimpl
def public_page() -> Sequence[PublicPage]:
    """What strangers see of a release that is live."""
    from .landing.page import release_page

    return [release_page]


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from .deliveries.telling import steps

    return await steps(ctx)


@hookimpl
async def open_work(ctx: Context, plugin: str) -> Sequence[str]:
    from .deliveries.open_work import still_open

    return await still_open(ctx, plugin)


@hookimpl
async def hand_over(ctx: Context, file: StoredFile, kind: str, title: str) -> Offer | None:
    """A master becomes the sound of a new release."""
    from urllib.parse import urlencode

    from maxbooster.plugin import Offer

    if kind != "master" or ctx.identity is None or not ctx.identity.may("release.write"):
        return None
    return Offer("Send to a release", f"/releases/new?{urlencode({'audio': str(file.id), 'title': title})}")


@hookimpl
async def file_uses(ctx: Context, files: Sequence[UUID]) -> Sequence[str]:
    """Releases, whose sound or cover a file is; what was exchanged with stores; statements."""
    from .catalog.queries import titles_with_files
    from .deliveries.queries import titles_with_messages
    from .royalties.service import statements_with_files

    titles = [*await titles_with_files(ctx, files), *await titles_with_messages(ctx, files)]
    releases = [f"the release “{title or 'Untitled'}”" for title in dict.fromkeys(titles)]
    return [*releases, *(f"the statement “{name}”" for name in await statements_with_files(ctx, files))]


@hookimpl
async def oauth_provider(ctx: Context) -> Sequence[Provider]:
    """Every store, for labels that have their own contract there."""
    from .outlets.logins import provider
    from .outlets.service import offered

    return [provider(outlet) for outlet in offered(ctx).values()]


@hookimpl
def register_searchables() -> Sequence[Searchable]:
    from .catalog.search import searchables

    return searchables


@hookimpl
async def search(ctx: Context, query: str) -> Sequence[SearchResult]:
    from .catalog.search import found

    return await found(ctx, query)


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    from .translations import texts

    return texts


@hookimpl
def register_panels() -> Sequence[Panel]:
    return [
        Panel(
            id="distribution.releases",
            title="Releases",
            icon="disc-3",
            route="/releases",
            order=30,
            tag="mb-distribution-releases",
            module="releases.js",
            offline=True,
            permissions=("release.read",),
            actions=(
                PanelAction(
                    id="distribution.new_release",
                    title="New release",
                    path="/releases/new",
                    permissions=("release.write",),
                ),
            ),
        ),
        Panel(
            id="distribution.royalties",
            title="Royalties",
            icon="scroll-text",
            route="/royalties",
            order=35,
            tag="mb-distribution-royalties",
            module="royalties.js",
            permissions=("royalty.read",),
            actions=(
                PanelAction(
                    id="distribution.upload_statement",
                    title="Upload a statement",
                    path="/royalties/upload",
                    icon="upload",
                    permissions=("royalty.write",),
                ),
            ),
        ),
    ]


@hookimpl
def register_panel_extensions() -> Sequence[PanelExtension]:
    return [
        PanelExtension(
            id="distribution.money_statements",
            title="Statements",
            point="billing.money",
            tag="mb-distribution-money-statements",
            module="money-statements.js",
            permissions=("royalty.read",),
        ),
        PanelExtension(
            id="distribution.money_payee",
            title="Latest royalties",
            point="billing.payout",
            tag="mb-distribution-money-payee",
            module="money-payee.js",
            permissions=("royalty.read",),
        ),
    ]


@hookimpl
def register_static() -> Path:
    return Path(__file__).parent / "static"


@hookimpl
def register_tables() -> Sequence[type]:
    from .tables import tables

    return tables


@hookimpl
def register_health_checks() -> Sequence[HealthCheck]:
    from .ddex.health import checks

    return checks


@hookimpl
def register_roll_ups() -> Sequence[RollUp]:
    from .deliveries.rolled_up import RELEASES

    return [RELEASES]


@hookimpl
def register_file_purposes() -> Sequence[FilePurpose]:
    from .file_purposes import purposes

    return purposes


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    from .deliveries.personal import declared as deliveries
    from .royalties.personal import declared as royalties

    return [*deliveries(), *royalties()]


# What other families and connectors may import from this one; the rest is private.
