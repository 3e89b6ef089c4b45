"""The one place where a request's right to its route is checked, before the handler runs."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from ..db.models import PLATFORM
from ..errors import (
    GrantEnded,
    NotAllowed,
    NotAuthenticated,
    NotInPlan,
    OwnLoginNeeded,
    SecondFactorNeeded,
    SignInNeeded,
    StepUpRequired,
)
from ..grants.grantable import HEADER, LINK_PREFIX
from ..grants.lookup import Watch
from ..http.hosts import is_local
from ..http.routes import PUBLIC, SAFE
from ..identity import Identity
from . import cookies
from .identify import Credentials

if TYPE_CHECKING:
    from ..app import App

Connection = ASGIConnection[Any, Any, Any, Any]


def _missing(app: App, identity: Identity, permission: str) -> NotAllowed:
    if identity.lacks_sign_in:
        return SignInNeeded("This account asks its members to sign in at its own provider. Log in there, then repeat.")
    if identity.lacks_factor:
        return SecondFactorNeeded(
            "Set up two-factor authentication or a passkey in your profile first; it is required here."
        )
    if identity.within is not None and permission.startswith("profile."):
        return OwnLoginNeeded(
            "You signed in through your account's provider, which is good for that account alone. Log in with your"
            " own password or passkey to change your profile."
        )
    return app.policy.missing(permission)


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
            GrantEnded: they come by a grant that is over, or never was.
        """
        permission = handler.opt.get("permission")
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        if not (bearer or handler.opt.get("signed")) and connection.scope["method"] not in SAFE:  # type: ignore[typeddict-item]
            self._refuse_other_sites(connection)
        if permission == PUBLIC or _is_options(handler):
            return
        if (permission is None or handler.opt.get("local")) and is_local(connection.client, connection.headers):
            return
        grant = connection.headers.get(HEADER)
        if grant is None:
            identity = await self._known(connection, bearer)
        else:
            identity = await self._by_grant(connection, handler, grant, bearer)
        connection.scope["state"]["caller"] = identity
        if permission is not None and not identity.may(permission):
            raise _missing(self._app, identity, permission)
        step_up = handler.opt.get("step_up")
        if step_up and not (step_up == "people" and identity.way == "key"):
            self._demand_recent_proof(identity)
        if feature := handler.opt.get("feature"):
            await self._demand_feature(identity, feature)
        connection.scope["state"]["identity"] = identity

    async def _known(self, connection: Connection, bearer: str) -> Identity:
        credentials = self._app.credentials
        identity = await (credentials.of_bearer(bearer) if bearer else self._of_cookie(connection, credentials))
        if identity is None:
            raise NotAuthenticated("Log in, or send a valid token: `Authorization: Bearer …`.")
        return identity

    async def _by_grant(self, connection: Connection, handler: BaseRouteHandler, grant: str, bearer: str) -> Identity:
        """Whoever comes by a grant: to what their route declares to be grantable, and there to one object."""
        declared: dict[str, str] = handler.opt.get("grantable") or {}
        if not declared:
            raise NotAllowed(f"What is shared cannot be used for this; leave the header {HEADER!r} out.")
        identity = await self._granted(connection, grant, bearer)
        granted = identity.grant
        named = connection.path_params.get(declared.get(granted.kind, "")) if granted else None
        if granted is None or named != granted.object_id:
            raise NotAllowed("This was not shared with you: a grant opens one object alone.")
        connection.scope["state"]["watch"] = Watch(self._app.grants, granted.id)
        return identity

    async def _granted(self, connection: Connection, grant: str, bearer: str) -> Identity:
        """By a link nobody else is known: a cookie, which browsers send by themselves, counts for nothing."""
        if not grant.startswith(LINK_PREFIX):
            try:
                id = UUID(grant)
            except ValueError:
                raise GrantEnded(f"The header {HEADER!r} holds neither a link's token nor a grant's id.") from None
            return await self._app.grants.of_account(id, await self._known(connection, bearer))
        if "authorization" in connection.headers:
            raise NotAllowed(f"Send either {HEADER!r} with a link's token or 'Authorization', not both.")
        return await self._app.grants.of_link(grant)

    async def _of_cookie(self, connection: Connection, credentials: Credentials) -> Identity | None:
        token = connection.cookies.get(cookies.name("session", self._app.settings))
        if not token:
            return None
        identity = await credentials.of_cookie(token)
        if identity is not None and connection.scope["method"] not in SAFE:  # type: ignore[typeddict-item]
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
        """
        Raises:
            NotAllowed: a page of another site sends it.
        """
        if is_from_other_site(connection.headers, self._app.settings.origin):
            raise NotAllowed("This was sent by a page of another site; only pages of this server may.")


def is_from_other_site(headers: Mapping[str, str], origin: str) -> bool:
    """Browsers say from where a request comes (Fetch Metadata, else RFC 6454 Origin); other programs do not."""
    site, sender = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        return site not in ("same-origin", "none")
    ours = (urlsplit(origin).netloc, headers.get("host"))
    return sender is not None and urlsplit(sender).netloc not in ours
