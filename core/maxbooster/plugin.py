"""The one module that plugin authors import. What is not here is private (X-02).

It is light: what needs the web framework or the database is imported when it is first named.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from .errors import (
    AuthFailed,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotInPlan,
    NotReady,
    Problem,
    TooLarge,
    UsageError,
)
from .plugins.hookspecs import hookimpl, hookspec
from .plugins.manifest import API, Command, ConsoleView, Manifest, Panel, Permission
from .settings import PluginSettings, Settings

if TYPE_CHECKING:
    from .audit.trail import objects as audit_objects
    from .audit.trail import verify as audit_faults
    from .auth.plan import Plan
    from .cli.running import assembled, in_account, in_platform
    from .context import Context
    from .db import Id, Json, Local, Owned, Prepared, Reference, Table, UtcTime, Versioned, new_id, owned_reference
    from .db.directory import claim as claim_in_directory
    from .db.directory import release as release_from_directory
    from .events import Event, Subscription, on
    from .health import Advice, HealthCheck
    from .http.routes import Routes, delete, get, patch, post, put
    from .identity import Identity
    from .jobs import Cancelled, Doorbell, Job, job
    from .mail import Mail, MailTransport, compose
    from .notices import notify
    from .privacy import PersonalData
    from .services import Service
    from .spreadsheet import csv_text
    from .storage import StoredFile
    from .storage.events import FileReady
    from .web.first_steps import FirstStep
    from .web.offers import Offer
    from .web.search import SearchResult, has_words

_LATE = {
    "Context": "context",
    "assembled": "cli.running",
    "audit_faults": "audit.trail:verify",
    "audit_objects": "audit.trail:objects",
    "in_account": "cli.running",
    "in_platform": "cli.running",
    "Identity": "identity",
    "Id": "db",
    "Json": "db",
    "Local": "db",
    "Owned": "db",
    "Prepared": "db",
    "Reference": "db",
    "Table": "db",
    "UtcTime": "db",
    "Versioned": "db",
    "new_id": "db",
    "owned_reference": "db",
    "claim_in_directory": "db.directory:claim",
    "release_from_directory": "db.directory:release",
    "Event": "events",
    "Subscription": "events",
    "on": "events",
    "Advice": "health",
    "HealthCheck": "health",
    "Routes": "http.routes",
    "delete": "http.routes",
    "get": "http.routes",
    "patch": "http.routes",
    "post": "http.routes",
    "put": "http.routes",
    "Cancelled": "jobs",
    "Doorbell": "jobs",
    "Job": "jobs",
    "job": "jobs",
    "FileReady": "storage.events",
    "FirstStep": "web.first_steps",
    "Offer": "web.offers",
    "SearchResult": "web.search",
    "has_words": "web.search",
    "Mail": "mail",
    "MailTransport": "mail",
    "PersonalData": "privacy",
    "notify": "notices",
    "Plan": "auth.plan",
    "Service": "services",
    "StoredFile": "storage",
    "compose": "mail",
    "csv_text": "spreadsheet",
}

__all__ = [
    "API",
    "Advice",
    "AuthFailed",
    "Cancelled",
    "Command",
    "Conflict",
    "ConsoleView",
    "Context",
    "Doorbell",
    "Event",
    "FileReady",
    "FirstStep",
    "HealthCheck",
    "Id",
    "Identity",
    "Invalid",
    "Job",
    "Json",
    "Local",
    "Mail",
    "MailTransport",
    "Manifest",
    "NotAllowed",
    "NotFound",
    "NotInPlan",
    "NotReady",
    "Offer",
    "Owned",
    "Panel",
    "Permission",
    "PersonalData",
    "Plan",
    "PluginSettings",
    "Prepared",
    "Problem",
    "Reference",
    "Routes",
    "SearchResult",
    "Service",
    "Settings",
    "StoredFile",
    "Struct",
    "Subscription",
    "Table",
    "TooLarge",
    "UsageError",
    "UtcTime",
    "Versioned",
    "assembled",
    "audit_faults",
    "audit_objects",
    "claim_in_directory",
    "compose",
    "csv_text",
    "delete",
    "get",
    "has_words",
    "hookimpl",
    "hookspec",
    "in_account",
    "in_platform",
    "job",
    "new_id",
    "notify",
    "on",
    "owned_reference",
    "patch",
    "post",
    "put",
    "release_from_directory",
]


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"maxbooster.plugin has no {name!r}")
    module, _, attribute = _LATE[name].partition(":")
    value = globals()[name] = getattr(import_module(f".{module}", __package__), attribute or name)
    return value


def __dir__() -> list[str]:
    """With what is imported late, so that `help()` and completion show it."""
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
