"""The one place where a request's right to its route is checked, before the handler runs (C-02)."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from ..db.models import PLATFORM
from ..errors import NotAllowed, NotAuthenticated, NotInPlan, StepUpRequired
from ..http.hosts import is_local
from ..http.routes import PUBLIC
from ..identity import Identity
from . import cookies
from .identify import Credentials

if TYPE_CHECKING:
    from ..app import App

Connection = ASGIConnection[Any, Any, Any, Any]
_SAFE = ("GET", "HEAD", "OPTIONS")


def _is_options(handler: BaseRouteHandler) -> bool:
    """Litestar's own answers to what methods an address takes."""
    return getattr(handler, "http_methods", None) == {"OPTIONS"}


class Guard:
    """Knows the caller, and compares what the route declares with what they hold."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """
        Raises:
            NotAuthenticated: the route is not public and the caller is not known.
            NotAllowed: they lack the permission, or a browser sends this on behalf of another site.
            StepUpRequired: the route wants a recent proof of who they are.
            NotInPlan: their subscription does not include it.
            TooMany: their API key is used up for this second.
        """
        permission = handler.opt.get("permission")
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        if not bearer and connection.scope["method"] not in _SAFE:  # type: ignore[typeddict-item]
            self._refuse_other_sites(connection)
        if permission == PUBLIC or _is_options(handler):
            return
        if (permission is None or handler.opt.get("local")) and is_local(connection.client, connection.headers):
            return
        credentials = self._app.credentials
        identity = await (credentials.of_bearer(bearer) if bearer else self._of_cookie(connection, credentials))
        if identity is None:
            raise NotAuthenticated("Log in, or send a valid token: `Authorization: Bearer …`.")
        connection.scope["state"]["caller"] = identity
        if permission is not None and not identity.may(permission):
            raise NotAllowed(f"This needs the permission {permission!r}.", permission=permission)
        step_up = handler.opt.get("step_up")
        if step_up and not (step_up == "people" and identity.way == "key"):
            self._demand_recent_proof(identity)
        if feature := handler.opt.get("feature"):
            await self._demand_feature(identity, feature)
        connection.scope["state"]["identity"] = identity

    async def _of_cookie(self, connection: Connection, credentials: Credentials) -> Identity | None:
        token = connection.cookies.get(cookies.name("session", self._app.settings))
        if not token:
            return None
        identity = await credentials.of_cookie(token)
        if identity is not None and connection.scope["method"] not in _SAFE:  # type: ignore[typeddict-item]
            sent = connection.headers.get(cookies.CSRF_HEADER, "")
            if not hmac.compare_digest(sent.encode(), cookies.csrf_token(token).encode()):
                raise NotAllowed(
                    f"Send the session's `csrf` value in the header {cookies.CSRF_HEADER!r}; without it another site"
                    " could have sent this."
                )
        return identity

    def _demand_recent_proof(self, identity: Identity) -> None:
        if identity.way == "key":
            raise NotAllowed("An API key cannot do this; log in.")
        limit = timedelta(minutes=self._app.settings.step_up_minutes)
        if identity.proved_at is None or self._app.clock() - identity.proved_at > limit:
            raise StepUpRequired("Prove once more who you are: `POST /api/core/session/prove`, then repeat this.")

    async def _demand_feature(self, identity: Identity, feature: str) -> None:
        if identity.account in (None, PLATFORM):
            return
        plan = await self._app.plans.of(identity.account)
        if not plan.includes(feature):
            raise NotInPlan(f"The plan {plan.name!r} does not include {feature!r}.", feature=feature, plan=plan.name)

    def _refuse_other_sites(self, connection: Connection) -> None:
        """Browsers say from where a request comes (Fetch Metadata, else RFC 6454 Origin); other programs do not.

        Raises:
            NotAllowed: a page of another site sends it.
        """
        site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
        if site is not None:
            foreign = site not in ("same-origin", "none")
        else:
            ours = (urlsplit(self._app.settings.origin).netloc, connection.headers.get("host"))
            foreign = origin is not None and urlsplit(origin).netloc not in ours
        if foreign:
            raise NotAllowed("This was sent by a page of another site; only pages of this server may.")
