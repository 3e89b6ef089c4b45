"""Everything that distribution adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maxbooster.plugin import Command, Manifest, Panel, Permission, hookimpl

from .outlets.outlet import FLAC, JPEG, PNG, TIFF, WAV, DdexOutlet, Endpoint, OutletSettings, Requirements
from .settings import DistributionSettings

if TYPE_CHECKING:
    from maxbooster.plugin import (
        Context,
        FirstStep,
        HealthCheck,
        Job,
        Offer,
        PersonalData,
        Routes,
        SearchResult,
        StoredFile,
        Subscription,
    )

    from .ddex.choreography import Answer
    from .ddex.message import Envelope
    from .ddex.receiving import Received, acknowledge, read_batch
    from .ddex.schemas import Schemas
    from .deliveries.content import schemas as installed_schemas

_EVERYBODY = ("owner", "admin", "manager", "artist", "editor", "viewer")

manifest = Manifest(
    name="distribution",
    version="0.1.0",
    title="Distribution",
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
    from .catalogue.routes import routes as catalogue
    from .deliveries.routes import routes as deliveries
    from .royalties.routes import routes as royalties

    return [*catalogue, *deliveries, *royalties]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .deliveries.jobs import jobs as deliveries
    from .royalties.jobs import jobs as royalties

    return [*deliveries, *royalties]


@hookimpl
def register_subscriptions() -> Sequence[Subscription]:
    from .deliveries.telling import subscriptions

    return subscriptions


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from .deliveries.telling import steps

    return await steps(ctx)


@hookimpl
async def hand_over(ctx: Context, file: StoredFile, kind: str, title: str) -> Offer | None:
    """A master becomes the sound of a new release."""
    from urllib.parse import urlencode

    from maxbooster.plugin import Offer

    if kind != "master" or ctx.identity is None or not ctx.identity.may("release.write"):
        return None
    return Offer("Send to a release", f"/releases/new?{urlencode({'audio': str(file.id), 'title': title})}")


@hookimpl
async def search(ctx: Context, query: str) -> Sequence[SearchResult]:
    from .catalogue.search import found

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
            permissions=("release.read",),
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
def register_personal_data() -> Sequence[PersonalData]:
    from .deliveries.personal import declared as deliveries
    from .royalties.personal import declared as royalties

    return [*deliveries(), *royalties()]


# What other families and connectors may import from this one; the rest is private.

__all__ = [
    "FLAC",
    "JPEG",
    "PNG",
    "TIFF",
    "WAV",
    "Answer",
    "DdexOutlet",
    "Endpoint",
    "Envelope",
    "OutletSettings",
    "Received",
    "Requirements",
    "Schemas",
    "acknowledge",
    "installed_schemas",
    "manifest",
    "read_batch",
]

_LATE = {
    "Answer": "ddex.choreography",
    "Envelope": "ddex.message",
    "Received": "ddex.receiving",
    "Schemas": "ddex.schemas",
    "acknowledge": "ddex.receiving",
    "installed_schemas": "deliveries.content:schemas",
    "read_batch": "ddex.receiving",
}


def __getattr__(name: str) -> Any:
    """What needs lxml is imported when it is first named."""
    if name not in _LATE:
        raise AttributeError(f"maxbooster_distribution.plugin has no {name!r}")
    module, _, attribute = _LATE[name].partition(":")
    return getattr(import_module(f".{module}", __package__), attribute or name)
