"""Every hook of the core, in one page.

Assembly hooks are synchronous and return data; they run once, when the application is put together.
Run-time hooks may be coroutines; the core asks each plugin by itself, awaits it and isolates failures
(`ctx.ask`). Families define further hooks for their connectors in the same way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    from uuid import UUID

    from ..auth.plan import Plan
    from ..connections.providers import Provider
    from ..context import Context
    from ..data_keys import KeyService
    from ..documents.renderer import PdfRenderer
    from ..events import Event, Subscription
    from ..facts.dataset import Dataset
    from ..grants.grantable import Grantable
    from ..health import HealthCheck
    from ..http.routes import Routes
    from ..jobs import Doorbell, Job
    from ..mail import MailTransport
    from ..notices.kinds import NoticeKind
    from ..privacy import PersonalData
    from ..public.page import PublicPage
    from ..rollups.roll_up import RollUp
    from ..search.searchable import Searchable
    from ..services import Service
    from ..settings import Settings
    from ..simulators import Simulator
    from ..storage import FilePurpose, StoredFile
    from ..web.first_steps import FirstStep
    from ..web.offers import Offer
    from ..web.search import SearchResult
    from ..webhooks.source import WebhookSource
    from .kinds import Kind
    from .manifest import ConsoleView, ExtensionPoint, Panel, PanelExtension

hookspec = HookspecMarker("maxbooster")
hookimpl = HookimplMarker("maxbooster")


@hookspec
def register_routes() -> Sequence[Routes]:  # type: ignore[empty-body]
    """HTTP routes, mounted under `/api/<family>`."""


@hookspec
def register_jobs() -> Sequence[Job]:  # type: ignore[empty-body]
    """Jobs that workers run: queued by `ctx.enqueue`, or on a cron schedule."""


@hookspec
def register_subscriptions() -> Sequence[Subscription]:  # type: ignore[empty-body]
    """Which domain events this plugin hears, and what it does with them."""


@hookspec
def register_public_events() -> Sequence[type[Event]]:  # type: ignore[empty-body]
    """Events that accounts may have sent to their webhooks. What they say is a part of the public API: each has a
    docstring, and a text `event.<name>`."""


@hookspec
def webhook_source() -> WebhookSource:  # type: ignore[empty-body]
    """How a provider's webhooks are checked and handled. They come in at `/api/core/webhooks/<name of the plugin>`,
    are stored raw, answered at once, and handled once per event, in any order."""


@hookspec
def register_notice_kinds() -> Sequence[NoticeKind]:  # type: ignore[empty-body]
    """What `notify` tells people of, each kind with a title by which they choose how they hear of it: at the bell, by
    email at once or in a digest, on their devices. See [notifications.md](notifications.md)."""


@hookspec
def register_tables() -> Sequence[type]:  # type: ignore[empty-body]
    """The mapped classes of this plugin, so that their ownership can be audited."""


@hookspec
def register_datasets() -> Sequence[Dataset]:  # type: ignore[empty-body]
    """Facts in bulk that this plugin publishes as Parquet: plays, sales, visits. Whoever wants them hears
    `facts.ready`. See [facts.md](facts.md)."""


@hookspec
def register_file_purposes() -> Sequence[FilePurpose]:  # type: ignore[empty-body]
    """What files of this plugin are, where that takes a permission beyond `file.read`: a statement that was uploaded, a
    message to a store. `ctx.files.put(…, purpose=…)` makes one, `ctx.files.claim(file, …)` says what one became."""


@hookspec
def register_personal_data() -> Sequence[PersonalData]:  # type: ignore[empty-body]
    """How people's data in this plugin's tables is exported and erased, beyond rows that an account simply owns."""


@hookspec
def register_grantables() -> Sequence[Grantable]:  # type: ignore[empty-body]
    """Objects that an account can share with another account, or with whoever has a link: which rights are offered, and
    which tables a grant opens. Routes let such visitors in by `grantable={"<name>": "<path parameter>"}`."""


@hookspec
def register_panels() -> Sequence[Panel]:  # type: ignore[empty-body]
    """Pages of the web application."""


@hookspec
def register_extension_points() -> Sequence[ExtensionPoint]:  # type: ignore[empty-body]
    """Places on this plugin's pages where others show something of their own, and what they are told there."""


@hookspec
def register_panel_extensions() -> Sequence[PanelExtension]:  # type: ignore[empty-body]
    """What this plugin shows on the pages of others, at their extension points (see [names.md](../names.md))."""


@hookspec
def register_roll_ups() -> Sequence[RollUp]:  # type: ignore[empty-body]
    """What a label sees of all its sub-accounts at once, on its page “Roster”: a table each, whose rows are read in one
    sub-account after the other, by a permission for work across accounts."""


@hookspec
def public_page() -> Sequence[PublicPage]:  # type: ignore[empty-body]
    """Pages that strangers see, at `/p/<area>/…`: a Jinja2 template each, and a function that says what is at an
    address. They're served without a session, a script or anything from elsewhere. See [public.md](public.md)."""


@hookspec
def register_console_views() -> Sequence[ConsoleView]:  # type: ignore[empty-body]
    """Tables of the operator's console."""


@hookspec
def register_health_checks() -> Sequence[HealthCheck]:  # type: ignore[empty-body]
    """What `/health/ready` and `maxbooster doctor` should ask."""


@hookspec
def register_services() -> Sequence[Service]:  # type: ignore[empty-body]
    """What a process that runs jobs keeps running beside them: a server, a watcher."""


@hookspec
def register_kinds() -> Sequence[Kind[Any]]:  # type: ignore[empty-body]
    """What the connectors of this family are, a `Kind` for each hook that they implement."""


@hookspec
def register_static() -> Path:  # type: ignore[empty-body]
    """The folder of built web files, served under `/static/<plugin>/`."""


@hookspec
def register_translations() -> Mapping[str, Mapping[str, str]]:  # type: ignore[empty-body]
    """Locale → message id → text. A locale has the same ids as `en`, or just all those that strangers read on public
    pages and in their emails, which begin with `page_` after the name (`release.page_listen`)."""


@hookspec(firstresult=True)
def job_doorbell(settings: Settings) -> Doorbell | None:
    """How other processes hear that a queue has work. The first plugin that answers is used."""


@hookspec(firstresult=True)
def mail_transport(settings: Settings, ctx: Context) -> MailTransport | None:
    """How mail leaves the platform, where `settings.mail` names a way of this plugin's (`sendgrid:`). `ctx` has no
    account and no database: `ctx.settings(…)` and `ctx.http` work. What the provider tells later of a message goes to
    `record_mail_event`. See [mail.md](mail.md)."""


@hookspec
def simulator() -> Sequence[Simulator]:  # type: ignore[empty-body]
    """Simulators of outside services that the plugin's connectors call. Whoever answers `simulated` runs them; a
    connector asks `simulated_address` where its service is. They share no code with their connector."""


@hookspec
def simulated(ctx: Context, service: str) -> Awaitable[str | None]:  # type: ignore[empty-body]
    """Run time. Where an outside service is simulated here, as its base URL; None: it isn't; an empty text: it is, and
    its simulator isn't running."""


@hookspec
def key_service(ctx: Context) -> KeyService | None:
    """What wraps and unwraps the platform's secret keys, where `core.key_service` names this plugin: a vault, a cloud's
    KMS. It's asked at the start, before anything else can be read. See [keys.md](../security/keys.md)."""


@hookspec
def pdf_renderer(settings: Settings) -> PdfRenderer | None:
    """What makes PDFs of templates of one kind (`ctx.document`). Of several for the same kind, the last is used."""


@hookspec
def account_plan(ctx: Context, account: UUID) -> Awaitable[Plan | None]:  # type: ignore[empty-body]
    """Run time. What an account's subscription includes; None leaves it to the next plugin, at last to no limits."""


@hookspec
def open_work(ctx: Context, plugin: str) -> Awaitable[Sequence[str]]:  # type: ignore[empty-body]
    """Run time. What is still open in a plugin that is about to be turned off, a sentence each: what would stop, and
    what could no longer be done. The operator reads it and decides. A family answers for its connectors. `ctx` belongs
    to no account and only reads."""


@hookspec
def first_steps(ctx: Context) -> Awaitable[Sequence[FirstStep]]:  # type: ignore[empty-body]
    """Run time. What leads a new account to a first result here, and what of it is done."""


@hookspec
def register_searchables() -> Sequence[Searchable]:  # type: ignore[empty-body]
    """Rows that people find by words: one declaration, from which the index is written with each commit, built and
    checked."""


@hookspec
def search(ctx: Context, query: str) -> Awaitable[Sequence[SearchResult]]:  # type: ignore[empty-body]
    """Run time. What is called that here and is no row (those are `register_searchables`), the best first, for the
    command palette; at most eight are shown."""


@hookspec
def oauth_provider(ctx: Context) -> Awaitable[Sequence[Provider]]:  # type: ignore[empty-body]
    """Run time. The services at which accounts can have logins through this plugin, as data: how one logs in there
    (OAuth, a key, a password), and where its calls may go. Each is named as the plugin, or within its family."""


@hookspec
def inspect_file(ctx: Context, file: StoredFile, head: bytes) -> Awaitable[str | None]:  # type: ignore[empty-body]
    """Run time. Why an uploaded file must be refused (a virus, a forbidden kind), or None."""


@hookspec
def hand_over(ctx: Context, file: StoredFile, kind: str, title: str) -> Awaitable[Offer | None]:  # type: ignore[empty-body]
    """Run time. What this plugin can do next with a finished file of another (`kind`: `master`), such as make a release
    of it; None if nothing. `title`: what the artist calls it."""


@hookspec
def file_uses(ctx: Context, files: Sequence[UUID]) -> Awaitable[Sequence[str]]:  # type: ignore[empty-body]
    """Run time. What of this plugin needs one of these files, as people call it (`the release “Nightfall”`); while
    anything does, nobody can delete them, nor what they were made by."""
