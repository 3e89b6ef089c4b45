"""Everything that set lists add to the platform, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from maxbooster.plugin import Command, ConsoleView, Manifest, Panel, Permission, hookimpl

from .settings import SetlistSettings

if TYPE_CHECKING:
    from uuid import UUID

    from maxbooster.plugin import (
        Context,
        Doorbell,
        Event,
        FirstStep,
        HealthCheck,
        Job,
        MailTransport,
        NoticeKind,
        PersonalData,
        Plan,
        Routes,
        Searchable,
        Settings,
        StoredFile,
        Subscription,
    )

manifest = Manifest(
    name="setlist",
    version="0.1.0",
    title="Set lists",
    example=True,
    hookspecs=("maxbooster_setlist.hookspecs",),
    permissions=(
        Permission("setlist.read", "See set lists", roles=("owner", "admin", "manager", "artist", "viewer")),
        Permission("setlist.write", "Make and publish set lists", roles=("owner", "admin", "manager", "artist")),
    ),
    settings=SetlistSettings,
    commands=(Command("setlist", "Print set lists", "maxbooster_setlist.commands:setlist"),),
    migrations=True,
)


@hookimpl
def register_routes() -> Sequence[Routes]:
    from .routes import routes

    return routes


@hookimpl
def register_jobs() -> Sequence[Job]:
    from .jobs import fill

    return [fill]


@hookimpl
def register_public_events() -> Sequence[type[Event]]:
    from .events import SetlistPublished

    return [SetlistPublished]


@hookimpl
def register_subscriptions() -> Sequence[Subscription]:
    from .jobs import print_sheet

    return [print_sheet]


@hookimpl
def register_notice_kinds() -> Sequence[NoticeKind]:
    """What `notify(ctx, "setlist.printed", …)` says, and how it comes unless somebody chooses otherwise."""
    from maxbooster.plugin import NoticeKind

    return [NoticeKind(name="setlist.printed", title="A stage sheet was printed", permission="setlist.read")]


@hookimpl
def register_tables() -> Sequence[type]:
    from .models import Setlist, Song

    return [Setlist, Song]


@hookimpl
def register_personal_data() -> Sequence[PersonalData]:
    """Set lists are their account's; who published one is somebody's, and goes when they go."""
    from maxbooster.plugin import PersonalData

    from .models import Setlist

    return [PersonalData(table=Setlist, by="published_by", erase={"published_by": None})]


@hookimpl
def register_panels() -> Sequence[Panel]:
    return [
        Panel(
            id="setlist.overview",
            title="Set lists",
            icon="list-music",
            route="/setlist",
            order=90,
            tag="mb-setlist-overview",
            module="overview.js",
            permissions=("setlist.read",),
        )
    ]


@hookimpl
def register_searchables() -> Sequence[Searchable]:
    """Set lists, by their title, their venue and the songs on them."""
    from .search import searchables

    return searchables


@hookimpl
def register_console_views() -> Sequence[ConsoleView]:
    return [
        ConsoleView(
            id="setlist.setlists",
            title="Set lists",
            operation="listSetlists",
            columns=("played_on", "venue", "title", "songs", "published_at"),
            actions={"p": "publishSetlist"},
        )
    ]


@hookimpl
def register_health_checks() -> Sequence[HealthCheck]:
    from .health import checks

    return checks


@hookimpl
def register_static() -> Path:
    return Path(__file__).parent / "static"


@hookimpl
def register_translations() -> Mapping[str, Mapping[str, str]]:
    from .translations import texts

    return texts


@hookimpl
def job_doorbell(settings: Settings) -> Doorbell | None:
    """None leaves it to the next plugin: set lists bring no message broker. `core.redis` brings one."""
    return None


@hookimpl
def mail_transport(settings: Settings, ctx: Context) -> MailTransport | None:
    """None leaves it to the next plugin: set lists bring no mail provider. `core.sendgrid` brings one."""
    return None


@hookimpl
async def account_plan(ctx: Context, account: UUID) -> Plan | None:
    """Only where the operator sells set lists: `feature="setlist.fill"` is then for those who pay."""
    from .service import plan_of

    return plan_of(ctx, account)


@hookimpl
async def first_steps(ctx: Context) -> Sequence[FirstStep]:
    from .service import steps

    return await steps(ctx)


@hookimpl
async def inspect_file(ctx: Context, file: StoredFile, head: bytes) -> str | None:
    from .service import objection_to

    return objection_to(ctx, file)
