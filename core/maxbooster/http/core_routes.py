"""The core's own addresses: health, metrics, plugins, panels, jobs, audit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response
from litestar.params import QueryParameter
from msgspec import Struct, structs
from sqlalchemy import Connection, select

from .. import health
from ..audit.models import AuditPayload, AuditRow
from ..auth.keys.service import key_names
from ..context import Context
from ..errors import NotFound
from ..jobs import queries as queue
from ..paging import Page
from ..plugins import switches
from ..plugins.manifest import ConsoleView, Panel, PanelExtension
from ..plugins.overview import PluginApproval, overview
from ..plugins.page_calls import page_calls
from ..storage.routes import routes as storage_routes
from .hosts import is_local
from .page_parameters import Cursor, Limit
from .routes import Routes, get, post

State = Annotated[
    Literal["ready", "running", "done", "dead", "canceled"] | None,
    QueryParameter(description="Only jobs in this state"),
]


class Alive(Struct):
    alive: bool = True


class Readiness(Struct):
    ready: bool
    """Whether the process can serve; what is degraded is among the checks."""
    degraded: bool
    checks: list[health.HealthResult]


@get("/live", operation_id="getLiveness", public=True)
async def get_liveness() -> Alive:
    """The process answers."""
    return Alive()


@get("/ready", operation_id="getReadiness", public=True)
async def get_readiness(ctx: Context, request: Request[Any, Any, Any]) -> Response[Readiness]:
    """Everything that the process needs is there; 503 names what is not, and to programs on this machine why.

    A broken plugin degrades, and no more.
    """
    found = await health.examine(ctx.app, thorough=False)
    why = is_local(request.client, request.headers)
    findings = [structs.replace(each, value=None, reason=each.reason if why else None) for each in found]
    ready = all(finding.ok for finding in findings if finding.vital)
    degraded = not all(finding.ok for finding in findings)
    return Response(Readiness(ready, degraded, findings), status_code=200 if ready else 503)


@get(
    "/metrics",
    operation_id="readMetrics",
    permission="metrics.read",
    local=True,
    media_type="text/plain",
    include_in_schema=False,
)
async def read_metrics() -> bytes:
    """For programs on this machine, and for staff's tokens."""
    from prometheus_client import generate_latest

    return generate_latest()


class PluginOut(Struct):
    name: str
    title: str
    version: str


@get("/plugins", operation_id="listPlugins", permission="plugin.read")
async def list_plugins(ctx: Context) -> list[PluginOut]:
    """The plugins that are enabled."""
    return [PluginOut(plugin.name, manifest.title, manifest.version) for plugin, manifest in ctx.app.registry.enabled()]


@get("/plugin-approvals", operation_id="listPluginApprovals", permission="plugin.review")
async def list_plugin_approvals(ctx: Context) -> list[PluginApproval]:
    """Every installed plugin: what it asks for, who approved that and when, and what has changed since."""
    approvals = await asyncio.to_thread(switches.approvals, ctx.app.settings)
    return list(overview(ctx.app.registry, approvals))


class PermissionOut(Struct):
    name: str
    title: str
    plugin: str
    plugin_title: str


@get("/permissions", operation_id="listPermissions", permission="plugin.read")
async def list_permissions(ctx: Context) -> list[PermissionOut]:
    """What can be permitted here, plugin by plugin; `readSession` says what the caller may."""
    return [
        PermissionOut(each.name, each.help, plugin.name, manifest.title)
        for plugin, manifest in ctx.app.registry.enabled()
        for each in manifest.permissions
    ]


class FrameOut(Struct):
    """Where a page runs in a sandboxed frame: what it may call there, as `GET /api/setlist/setlists`."""

    calls: list[str]


class PanelOut(Struct):
    plugin: str
    panel: Panel
    frame: FrameOut | None = None


@get("/panels", operation_id="listPanels", permission="plugin.read")
async def list_panels(ctx: Context) -> list[PanelOut]:
    """The pages of the web application that the caller may open and what they can do there, in the order of the
    navigation."""
    found = [
        PanelOut(
            plugin,
            structs.replace(panel, actions=tuple(each for each in panel.actions if _may(ctx, each.permissions))),
            _frame(ctx, plugin),
        )
        for plugin, panel in ctx.app.offers.panels
        if _may(ctx, panel.permissions)
    ]
    return sorted(found, key=lambda each: (each.panel.order, each.panel.title))


def _frame(ctx: Context, plugin: str) -> FrameOut | None:
    if not ctx.app.registry.plugins[plugin].is_framed:
        return None
    return FrameOut(page_calls(ctx.app, plugin))


class PanelExtensionOut(Struct):
    plugin: str
    extension: PanelExtension
    frame: FrameOut | None = None


@get("/panel-extensions", operation_id="listPanelExtensions", permission="plugin.read")
async def list_panel_extensions(ctx: Context) -> list[PanelExtensionOut]:
    """What plugins show on each other's pages and the caller may see, in its order."""
    points = ctx.app.offers.extension_points
    found = [
        PanelExtensionOut(plugin, extension, _frame(ctx, plugin))
        for plugin, extension in ctx.app.offers.panel_extensions
        if extension.point in points and _may(ctx, extension.permissions)
    ]
    return sorted(found, key=lambda each: (each.extension.point, each.extension.order, each.extension.title))


def _may(ctx: Context, permissions: Sequence[str]) -> bool:
    return all(ctx.identity and ctx.identity.may(permission) for permission in permissions)


class ConsoleViewOut(Struct):
    plugin: str
    view: ConsoleView


@get("/console-views", operation_id="listConsoleViews", permission="plugin.read")
async def list_console_views(ctx: Context) -> list[ConsoleViewOut]:
    """The tables of the operator's console, as data."""
    return [ConsoleViewOut(plugin, view) for plugin, view in ctx.app.offers.console_views]


@get("/", operation_id="listJobs", permission="job.read")
async def list_jobs(
    ctx: Context, job_state: State = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[queue.JobOut]:
    """This account's jobs, the newest first."""
    account = ctx.account
    return await ctx.app.database.read(
        lambda connection: queue.page(connection, account=account, state=job_state, cursor=cursor, limit=limit)
    )


@get("/{job_id:uuid}", operation_id="getJob", permission="job.read")
async def get_job(ctx: Context, job_id: UUID) -> queue.JobOut:
    account = ctx.account
    found = await ctx.app.database.read(lambda connection: queue.shown(connection, job_id, account))
    if found is None:
        raise NotFound(f"There is no job {job_id}.")
    return found


class JobState(Struct):
    id: UUID
    state: str


@post("/{job_id:uuid}/cancel", operation_id="cancelJob", permission="job.control", status_code=200)
async def cancel_job(ctx: Context, job_id: UUID) -> JobState:
    """Cancel a waiting job at once; ask a running one to stop."""
    ctx.audit("job.canceled", f"core_job:{job_id}")
    return JobState(job_id, await ctx.write(_steered, queue.cancel, job_id, ctx.now, ctx.account))


@post("/{job_id:uuid}/retry", operation_id="retryJob", permission="job.control", status_code=200)
async def retry_job(ctx: Context, job_id: UUID) -> JobState:
    """Queue a dead or canceled job again."""
    ctx.audit("job.retried", f"core_job:{job_id}")
    await ctx.app.ring({await ctx.write(_steered, queue.retry, job_id, ctx.now, ctx.account)})
    return JobState(job_id, "ready")


def _steered(connection: Connection, steer: Callable[..., str | None], job_id: UUID, *given: Any) -> str:
    """
    Raises:
        NotFound: there is no such job here, or none in a state for it; then nothing is recorded either.
    """
    found = steer(connection, job_id, *given)
    if found is None:
        raise NotFound(f"There is no job {job_id} that this could be done to.")
    return found


class AuditOut(Struct):
    id: UUID
    at: datetime
    action: str
    object: str
    sealed: bool
    actor: UUID | None = None
    request_id: str | None = None
    before: Any = None
    after: Any = None
    by_key: bool = False
    """Whether it was done with an API key; `actor` is then whose it is."""
    key_name: str | None = None
    """The key's; absent once it is revoked."""
    grant: UUID | None = None
    """What was shared, and let in whoever did it; `listGrants` has it."""


@get("/", operation_id="listAudit", permission="audit.read")
async def list_audit(
    ctx: Context, action: str | None = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[AuditOut]:
    """This account's audit trail, the newest first."""
    same = (AuditPayload.account_id == AuditRow.account_id) & (AuditPayload.id == AuditRow.id)
    query = select(AuditRow, AuditPayload).outerjoin(AuditPayload, same)
    if action is not None:
        query = query.where(AuditRow.action == action)
    rows, next = await ctx.page(query, AuditRow.id.desc(), cursor=cursor, limit=limit)
    keys = await key_names(ctx, {payload.key_id for _, payload in rows if payload and payload.key_id})
    found = [
        AuditOut(
            row.id,
            row.at,
            row.action,
            row.object,
            row.seq is not None,
            *(_payload(payload, keys) if payload else ()),
        )
        for row, payload in rows
    ]
    return Page(found, next)


def _payload(of: AuditPayload, keys: Mapping[UUID, str]) -> tuple[Any, ...]:
    key = keys.get(of.key_id) if of.key_id is not None else None
    return of.actor, of.request_id, of.before, of.after, of.key_id is not None, key, of.grant_id


routes = [
    Routes("/health", [get_liveness, get_readiness]),
    Routes("/", [read_metrics]),
    Routes("/api/core", [list_plugins, list_plugin_approvals, list_permissions]),
    Routes("/api/core", [list_panels, list_panel_extensions, list_console_views]),
    Routes("/api/core/jobs", [list_jobs, get_job, cancel_job, retry_job]),
    Routes("/api/core/audit", [list_audit]),
    *storage_routes,
]
