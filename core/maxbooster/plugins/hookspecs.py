"""Every hook of the core, in one page.

Assembly hooks are synchronous and return data; they run once, when the application is put together.
Run-time hooks may be coroutines; the core asks each plugin by itself, awaits it and isolates failures
(`ctx.ask`). Families define further hooks for their connectors in the same way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pluggy import HookimplMarker, HookspecMarker

if TYPE_CHECKING:
    from uuid import UUID

    from ..auth.plan import Plan
    from ..context import Context
    from ..events import Subscription
    from ..health import HealthCheck
    from ..http.routes import Routes
    from ..jobs import Doorbell, Job
    from ..mail import MailTransport
    from ..privacy import PersonalData
    from ..services import Service
    from ..settings import Settings
    from ..storage import StoredFile
    from ..web.first_steps import FirstStep
    from ..web.offers import Offer
    from ..web.search import SearchResult
    from .manifest import ConsoleView, Panel

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
def register_tables() -> Sequence[type]:  # type: ignore[empty-body]
    """The mapped classes of this plugin, so that their ownership can be audited."""


@hookspec
def register_personal_data() -> Sequence[PersonalData]:  # type: ignore[empty-body]
    """How people's data in this plugin's tables is exported and erased, beyond rows that an account simply owns."""


@hookspec
def register_panels() -> Sequence[Panel]:  # type: ignore[empty-body]
    """Pages of the web application."""


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
def register_static() -> Path:  # type: ignore[empty-body]
    """The folder of built web files, served under `/static/<plugin>/`."""


@hookspec
def register_translations() -> Mapping[str, Mapping[str, str]]:  # type: ignore[empty-body]
    """Locale → message id → text. Every locale must have the same ids as `en`."""


@hookspec(firstresult=True)
def job_doorbell(settings: Settings) -> Doorbell | None:
    """How other processes hear that a queue has work. The first plugin that answers is used."""


@hookspec(firstresult=True)
def mail_transport(settings: Settings) -> MailTransport | None:
    """How mail leaves the platform. The first plugin that answers is used."""


@hookspec
def account_plan(ctx: Context, account: UUID) -> Awaitable[Plan | None]:  # type: ignore[empty-body]
    """Run time. What an account's subscription includes; None leaves it to the next plugin, at last to no limits."""


@hookspec
def first_steps(ctx: Context) -> Awaitable[Sequence[FirstStep]]:  # type: ignore[empty-body]
    """Run time. What leads a new account to a first result here, and what of it is done."""


@hookspec
def search(ctx: Context, query: str) -> Awaitable[Sequence[SearchResult]]:  # type: ignore[empty-body]
    """Run time. What is called that here, the best first, for the command palette; at most eight are shown."""


@hookspec
def inspect_file(ctx: Context, file: StoredFile, head: bytes) -> Awaitable[str | None]:  # type: ignore[empty-body]
    """Run time. Why an uploaded file must be refused (a virus, a forbidden kind), or None."""


@hookspec
def hand_over(ctx: Context, file: StoredFile, kind: str, title: str) -> Awaitable[Offer | None]:  # type: ignore[empty-body]
    """Run time. What this plugin can do next with a finished file of another (`kind`: `master`), such as make a release
    of it; None if nothing. `title`: what the artist calls it."""
