"""The core as a plugin: what it offers goes through the same hooks as everybody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import __version__
from ..settings import Settings
from .hookspecs import hookimpl
from .manifest import OPERATORS, PERSON, ROLES, Command, ConsoleView, Manifest, Permission

if TYPE_CHECKING:
    from uuid import UUID

    from ..context import Context
    from ..documents.renderer import PdfRenderer
    from ..events import Event
    from ..health import HealthCheck
    from ..http.routes import Routes
    from ..jobs import Doorbell, Job
    from ..mail import MailTransport
    from ..notices.kinds import NoticeKind
    from ..privacy import PersonalData
    from ..rollups.roll_up import RollUp
    from ..storage import FilePurpose
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
        Permission("account.secure", "Require two-factor authentication of the members", roles=("owner",)),
        Permission("sso.read", "See how members sign in at the account's own provider", roles=("owner", "admin")),
        Permission("sso.write", "Set up the account's own sign-in provider", roles=("owner", "admin")),
        Permission("member.read", "See who is in the account", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("member.write", "Invite and remove members, give roles", roles=("owner", "admin")),
        Permission("subaccount.read", "See the label's sub-accounts", roles=("owner", "admin", "manager")),
        Permission(
            "member.oversee",
            "See who is in the sub-accounts",
            roles=("owner", "admin", "manager"),
            across=True,
        ),
        Permission("subaccount.create", "Create sub-accounts", roles=("owner", "admin")),
        Permission("key.read", "See API keys", roles=("owner", "admin", "manager")),
        Permission("key.write", "Create and revoke API keys", roles=("owner", "admin")),
        Permission(
            "connection.read",
            "See which outside services are connected",
            roles=("owner", "admin", "manager", "artist", "editor"),
        ),
        Permission("connection.write", "Connect and disconnect outside services", roles=("owner", "admin", "manager")),
        Permission("connector.read", "See how stores and providers are set up", roles=("owner", "admin", "manager")),
        Permission("connector.write", "Set up stores and providers", roles=("owner", "admin")),
        Permission("grant.read", "See what is shared, and with whom", roles=ROLES),
        Permission("grant.write", "Share with others, and stop sharing", roles=("owner", "admin", "manager", "artist")),
        Permission("file.read", "See and download files", roles=ROLES),
        Permission("file.write", "Upload and delete files", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("facts.read", "See and download figures in bulk", roles=("owner", "admin", "manager")),
        Permission("link.read", "See short links and their clicks", roles=ROLES),
        Permission(
            "link.write",
            "Create, change and delete short links",
            roles=("owner", "admin", "manager", "artist", "editor"),
        ),
        Permission(
            "audience.read",
            "See fans' email addresses and what they agreed to",
            roles=("owner", "admin", "manager", "artist"),
        ),
        Permission(
            "audience.write",
            "Import and remove fans, create mailing lists",
            roles=("owner", "admin", "manager", "artist"),
        ),
        Permission("audience.send", "Send email to mailing lists", roles=("owner", "admin", "manager", "artist")),
        Permission("job.read", "See jobs", roles=("owner", "admin", "manager", "artist", "editor")),
        Permission("job.control", "Cancel and retry jobs", roles=("owner", "admin", "manager")),
        Permission("webhook.read", "See webhooks and what was sent to them", roles=("owner", "admin", "manager")),
        Permission("webhook.write", "Add, change, test and delete webhooks", roles=("owner", "admin")),
        Permission("webhook.inspect", "See what providers sent", roles=(), operators=("admin", "support")),
        Permission("webhook.replay", "Handle what providers sent again", roles=(), operators=("admin",)),
        Permission("audit.read", "Read the audit trail", roles=("owner", "admin"), operators=("admin",)),
        Permission("plugin.read", "See which plugins are enabled", roles=ROLES, operators=OPERATORS),
        Permission(
            "plugin.review", "See what plugins ask for, and who approved it", roles=(), operators=("admin", "support")
        ),
        Permission("page.review", "See public pages of all accounts", roles=(), operators=("admin", "moderator")),
        Permission(
            "page.control",
            "Turn off public pages of any account",
            roles=(),
            operators=("admin", "moderator"),
            across=True,
        ),
        Permission("metrics.read", "Read metrics", roles=(), operators=("admin", "support")),
        Permission("user.read", "Find users", roles=(), operators=("admin", "support", "moderator", "finance")),
        Permission("user.control", "Disable users, end their sessions", roles=(), operators=("admin", "support")),
    ),
    commands=(
        Command("up", "Run everything in one process: web server and worker", "maxbooster.cli.serve:up"),
        Command("serve", "Run web processes", "maxbooster.cli.serve:serve"),
        Command("worker", "Run a worker process", "maxbooster.cli.serve:worker"),
        Command("db", "Upgrade, inspect or downgrade the database", "maxbooster.cli.database:db"),
        Command("plugin", "Write a new plugin", "maxbooster.cli.plugin:plugin"),
        Command("plugins", "List plugins, turn them on and off", "maxbooster.cli.plugins:plugins"),
        Command("jobs", "See, retry and cancel jobs", "maxbooster.cli.jobs:jobs"),
        Command("account", "Create accounts and their tokens", "maxbooster.cli.account:account"),
        Command("user", "Create, find, disable and reset users; tokens for staff", "maxbooster.cli.user:user"),
        Command("sso", "See sign-in providers, check them, confirm accounts' domains", "maxbooster.cli.sso:sso"),
        Command("connections", "See and close logins at outside services", "maxbooster.cli.connections:connections"),
        Command("grants", "See what accounts share, and stop it", "maxbooster.cli.grants:grants"),
        Command("audience", "See, import and send to mailing lists", "maxbooster.cli.audience:audience"),
        Command("links", "See short links", "maxbooster.cli.links:links"),
        Command("pages", "See public pages, and turn off one that does harm", "maxbooster.cli.pages:pages"),
        Command("roles", "See and change what each role may do", "maxbooster.cli.roles:roles"),
        Command("webhooks", "See what came in and went out; replay and resend", "maxbooster.cli.webhooks:webhooks"),
        Command("search", "See, build and check the search index", "maxbooster.cli.search:search"),
        Command("audit", "Verify the audit trail", "maxbooster.cli.audit:audit"),
        Command("secrets", "Create and rotate secret keys", "maxbooster.cli.secrets:secrets"),
        Command("mail", "Test how email is sent", "maxbooster.cli.mail:mail"),
        Command("backup", "Back up the database and the files", "maxbooster.cli.backup:backup"),
        Command("restore", "Restore a backup, or check one", "maxbooster.cli.restore:restore"),
        Command("openapi", "Print the OpenAPI description", "maxbooster.cli.inspect:openapi"),
        Command("check", "Check that the plugins fit together", "maxbooster.cli.inspect:check"),
        Command("doctor", "Check that everything the platform needs is there", "maxbooster.cli.inspect:doctor"),
    ),
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from ..audience.routes import routes as audience
    from ..auth.routes import routes
    from ..connections.routes import routes as connections
    from ..connectors.routes import routes as connectors
    from ..facts.routes import routes as facts
    from ..grants.routes import routes as grants
    from ..http import core_routes
    from ..links.routes import routes as links
    from ..notices.routes import routes as notices
    from ..public.routes import routes as pages
    from ..push.routes import routes as push
    from ..rollups.routes import routes as roll_ups
    from ..web import first_steps, live_routes, reports, search, translations
    from ..webhooks.routes import routes as webhooks

    web = [*live_routes.routes, *first_steps.routes, *search.routes, *translations.routes, *reports.routes]
    own = [
        *routes,
        *audience,
        *connections,
        *connectors,
        *facts,
        *grants,
        *links,
        *notices,
        *pages,
        *push,
        *roll_ups,
        *webhooks,
    ]
    return [*core_routes.routes, *own, *web]


@hookimpl
def register_jobs() -> Sequence[Job]:
    from ..audience.jobs import jobs as audience
    from ..auth.jobs import jobs
    from ..connections.jobs import jobs as connections
    from ..jobs import upkeep
    from ..mail.mailboxes import tell_mailbox
    from ..notices.delivery import jobs as notices
    from ..push.sending import jobs as push
    from ..search.building import build_search
    from ..webhooks.jobs import jobs as webhooks

    return [*upkeep.jobs, *jobs, *audience, *connections, *notices, *push, *webhooks, build_search, tell_mailbox]


@hookimpl
def register_public_events() -> Sequence[type[Event]]:
    from ..public.events import PageTakenDown
    from ..storage.events import FileReady

    return [FileReady, PageTakenDown]


@hookimpl
def register_roll_ups() -> Sequence[RollUp]:
    """The people of a label's sub-accounts."""
    from ..rollups.people import PEOPLE

    return [PEOPLE]


@hookimpl
def register_notice_kinds() -> Sequence[NoticeKind]:
    from ..notices.kinds import core

    return core


@hookimpl
def register_console_views() -> Sequence[ConsoleView]:
    return [
        ConsoleView(
            id="core.webhooks",
            title="Received webhooks",
            operation="listReceivedWebhooks",
            columns=("source", "type", "event_id", "state", "received_at", "note"),
            actions={"r": "replayWebhook"},
        ),
        ConsoleView(
            id="core.connections",
            title="Connections",
            operation="listConnections",
            columns=("state", "provider_title", "title", "expires_at", "reason"),
            actions={"c": "deleteConnection"},
        ),
        ConsoleView(
            id="core.connectors",
            title="Stores and providers",
            operation="listConnectors",
            columns=("state", "kind_title", "title", "plugin", "reason"),
        ),
        ConsoleView(
            id="core.grants",
            title="Shared",
            operation="listGrants",
            columns=("state", "kind_title", "title", "label", "receiver_name", "expires_at", "used_at"),
            actions={"r": "revokeGrant"},
        ),
        ConsoleView(
            id="core.audience",
            title="Mailing lists",
            operation="listMailingLists",
            columns=("title", "sender", "confirmed", "waiting", "created_at"),
        ),
        ConsoleView(
            id="core.mailings",
            title="Email to lists",
            operation="listMailings",
            columns=("state", "subject", "send_at", "ended_at"),
            actions={"c": "cancelMailing"},
        ),
        ConsoleView(
            id="core.suppressions",
            title="No email to",
            operation="listSuppressions",
            columns=("email", "reason", "everywhere", "at"),
        ),
        ConsoleView(
            id="core.pages",
            title="Public pages",
            operation="listPublicPages",
            columns=("address", "title", "published", "taken_down_at", "taken_down_why", "account_id"),
        ),
        ConsoleView(
            id="core.links",
            title="Short links",
            operation="listLinks",
            columns=("url", "target", "title", "enabled", "clicks"),
            actions={"d": "deleteLink"},
        ),
        ConsoleView(
            id="core.facts",
            title="Facts",
            operation="listFacts",
            columns=("dataset", "part", "version", "rows", "published_at"),
        ),
    ]


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
def register_file_purposes() -> Sequence[FilePurpose]:
    from ..storage.purposes import FACTS

    return [FACTS]


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
def pdf_renderer(settings: Settings) -> PdfRenderer | None:
    from ..documents.typst import TypstRenderer

    return TypstRenderer(settings.document_fonts)


@hookimpl
async def file_uses(ctx: Context, files: Sequence[UUID]) -> Sequence[str]:
    from ..facts.service import datasets_with_files

    return [f"the figures of {dataset}" for dataset in await datasets_with_files(ctx, files)]


@hookimpl
async def open_work(ctx: Context, plugin: str) -> Sequence[str]:
    from .leftovers import unfinished_jobs

    return await unfinished_jobs(ctx, plugin)


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from ..web.first_steps import of_the_core

    return await of_the_core(ctx)


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    from ..web.translations import texts

    return texts
