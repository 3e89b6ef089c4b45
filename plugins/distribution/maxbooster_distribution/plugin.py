"""Everything that distribution adds to the platform, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maxbooster.plugin import Manifest, Permission, hookimpl

from .settings import DistributionSettings

if TYPE_CHECKING:
    from maxbooster.plugin import Job, Routes

_EVERYBODY = ("owner", "admin", "manager", "artist", "editor", "viewer")

manifest = Manifest(
    name="distribution",
    version="0.1.0",
    title="Distribution",
    requires=("billing",),
    hookspecs=("maxbooster_distribution.hookspecs",),
    permissions=(
        Permission("release.read", "See releases and where they are", roles=_EVERYBODY),
        Permission(
            "release.write", "Make and change releases", roles=("owner", "admin", "manager", "artist", "editor")
        ),
        Permission(
            "release.submit", "Send releases to outlets and take them down", roles=("owner", "admin", "manager")
        ),
        Permission("release.register", "Enter party ids and code prefixes", roles=("owner", "admin")),
    ),
    settings=DistributionSettings,
    commands=(),
    migrations=True,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .catalogue.routes import routes as catalogue
    from .deliveries.routes import routes as deliveries

    return [*catalogue, *deliveries]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .deliveries.jobs import jobs as deliveries

    return [*deliveries]


@hookimpl
def register_tables() -> Sequence[type]:
    from .tables import tables

    return tables
