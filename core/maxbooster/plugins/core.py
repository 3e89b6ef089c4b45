"""The core as a plugin: what it offers goes through the same hooks as everybody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .. import __version__
from ..settings import Settings
from .hookspecs import hookimpl
from .manifest import Command, Manifest, Permission

if TYPE_CHECKING:
    from ..health import HealthCheck
    from ..http.routes import Routes
    from ..jobs import Doorbell, Job

manifest = Manifest(
    name="core",
    version=__version__,
    title="Core",
    settings=Settings,
    migrations=True,
    permissions=(
        Permission(
            "file.read", "See and download files", roles=("owner", "admin", "manager", "artist", "editor", "viewer")
        ),
        Permission("file.write", "Upload and delete files", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("job.read", "See what is being worked on", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("job.control", "Cancel and repeat jobs", roles=("owner", "admin", "manager")),
        Permission("audit.read", "Read the audit trail", roles=("owner", "admin")),
        Permission(
            "plugin.read",
            "See which plugins are enabled",
            roles=("owner", "admin", "manager", "artist", "editor", "viewer"),
        ),
    ),
    commands=(
        Command("up", "Run everything in this process: web and worker", "maxbooster.cli.serve:up"),
        Command("serve", "Run web processes", "maxbooster.cli.serve:serve"),
        Command("worker", "Run a worker process", "maxbooster.cli.serve:worker"),
        Command("db", "Upgrade, inspect or downgrade the database", "maxbooster.cli.database:db"),
        Command("plugins", "List plugins, switch them on and off", "maxbooster.cli.plugins:plugins"),
        Command("jobs", "See and steer jobs", "maxbooster.cli.jobs:jobs"),
        Command("account", "Create accounts and their tokens", "maxbooster.cli.account:account"),
        Command("audit", "Verify the audit trail", "maxbooster.cli.audit:audit"),
        Command("secrets", "Make and rotate secret keys", "maxbooster.cli.secrets:secrets"),
        Command("openapi", "Print the OpenAPI description", "maxbooster.cli.inspect:openapi"),
        Command("check", "Validate everything that the plugins contribute", "maxbooster.cli.inspect:check"),
        Command("doctor", "Explain what is missing", "maxbooster.cli.inspect:doctor"),
    ),
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from ..http import core_routes

    return core_routes.routes


@hookimpl
def register_jobs() -> Sequence[Job]:
    from ..jobs import upkeep

    return upkeep.jobs


@hookimpl
def register_tables() -> Sequence[type]:
    from ..db import tables

    return tables.core


@hookimpl
def register_health_checks() -> Sequence[HealthCheck]:
    from .. import checks

    return checks.core


@hookimpl
def job_doorbell(settings: Settings) -> Doorbell | None:
    from ..jobs.doorbell import LocalDoorbell

    return LocalDoorbell()


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    return {"en": {"core.title": "Max Booster"}}
