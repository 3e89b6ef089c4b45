"""The core as a plugin: what it offers goes through the same hooks as everybody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..settings import Settings
from .hookspecs import hookimpl
from .manifest import OPERATORS, PERSON, ROLES, Command, Manifest, Permission

if TYPE_CHECKING:
    from ..context import Context
    from ..health import HealthCheck
    from ..http.routes import Routes
    from ..jobs import Doorbell, Job
    from ..mail import MailTransport
    from ..privacy import PersonalData
    from ..web.first_steps import FirstStep

manifest = Manifest(
    name="core",
    version=__version__,
    title="Core",
    settings=Settings,
    migrations=True,
    permissions=(
        Permission("profile.read", "See one's own profile and devices", roles=(PERSON,)),
        Permission("profile.write", "Change one's own profile, password and devices", roles=(PERSON,)),
        Permission("account.read", "See the account and what each role may do", roles=ROLES),
        Permission("account.write", "Rename the account", roles=("owner", "admin")),
        Permission("member.read", "See who is in the account", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("member.write", "Invite and remove members, give roles", roles=("owner", "admin")),
        Permission("subaccount.read", "See the label's sub-accounts", roles=("owner", "admin", "manager")),
        Permission("subaccount.create", "Make sub-accounts", roles=("owner", "admin")),
        Permission("key.read", "See API keys", roles=("owner", "admin", "manager")),
        Permission("key.write", "Make and revoke API keys", roles=("owner", "admin")),
        Permission("file.read", "See and download files", roles=ROLES),
        Permission("file.write", "Upload and delete files", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("job.read", "See what is being worked on", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("job.control", "Cancel and repeat jobs", roles=("owner", "admin", "manager")),
        Permission("audit.read", "Read the audit trail", roles=("owner", "admin"), operators=("admin",)),
        Permission("plugin.read", "See which plugins are enabled", roles=ROLES, operators=OPERATORS),
        Permission("metrics.read", "Read metrics", roles=(), operators=("admin", "support")),
        Permission("user.read", "Find users", roles=(), operators=("admin", "support", "moderator", "finance")),
        Permission("user.control", "Disable users, end their sessions", roles=(), operators=("admin", "support")),
    ),
    commands=(
        Command("up", "Run everything in one process: web server and worker", "maxbooster.cli.serve:up"),
        Command("serve", "Run web processes", "maxbooster.cli.serve:serve"),
        Command("worker", "Run a worker process", "maxbooster.cli.serve:worker"),
        Command("db", "Upgrade, inspect or downgrade the database", "maxbooster.cli.database:db"),
        Command("plugins", "List plugins, turn them on and off", "maxbooster.cli.plugins:plugins"),
        Command("jobs", "See, retry and cancel jobs", "maxbooster.cli.jobs:jobs"),
        Command("account", "Create accounts and their tokens", "maxbooster.cli.account:account"),
        Command("user", "Create, find, disable and reset users; tokens for staff", "maxbooster.cli.user:user"),
        Command("roles", "See and change what each role may do", "maxbooster.cli.roles:roles"),
        Command("audit", "Verify the audit trail", "maxbooster.cli.audit:audit"),
        Command("secrets", "Create and rotate secret keys", "maxbooster.cli.secrets:secrets"),
        Command("mail", "Test how email is sent", "maxbooster.cli.mail:mail"),
        Command("openapi", "Print the OpenAPI description", "maxbooster.cli.inspect:openapi"),
        Command("check", "Check that the plugins fit together", "maxbooster.cli.inspect:check"),
        Command("doctor", "Check that everything the platform needs is there", "maxbooster.cli.inspect:doctor"),
    ),
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from ..auth.routes import routes
    from ..http import core_routes
    from ..notices.routes import routes as notices
    from ..web import first_steps, live_routes, reports, search, translations

    web = [*live_routes.routes, *first_steps.routes, *search.routes, *translations.routes, *reports.routes]
    return [*core_routes.routes, *routes, *notices, *web]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from ..auth.jobs import jobs
    from ..jobs import upkeep

    return [*upkeep.jobs, *jobs]


@hookimpl
def register_tables() -> Sequence[type]:
    from ..db import tables

    return tables.core


@hookimpl
def register_static() -> Path | None:
    """The web application, where it is built."""
    from ..web.shell import STATIC, Shell

    return STATIC if Shell().is_built else None


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    from ..auth.people import personal

    return personal.core


@hookimpl
def register_health_checks() -> Sequence[HealthCheck]:
    from .. import checks

    return checks.core


@hookimpl
def job_doorbell(settings: Settings) -> Doorbell | None:
    from ..jobs.doorbell import LocalDoorbell

    return LocalDoorbell()


@hookimpl
def mail_transport(settings: Settings) -> MailTransport | None:
    from ..mail import transport

    return transport(settings.mail, settings.mail_from)


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from ..web.first_steps import of_the_core

    return await of_the_core(ctx)


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    from ..web.translations import texts

    return texts
