"""How a caller can say who they are, for the OpenAPI description."""

from __future__ import annotations

from litestar.openapi.spec import Components, SecurityScheme

from ..grants.grantable import HEADER
from ..settings import Settings
from . import cookies


def schemes(settings: Settings) -> Components:
    return Components(
        security_schemes={
            "bearer": SecurityScheme(type="http", scheme="bearer", description="An API key or access token."),
            "session": SecurityScheme(
                type="apiKey",
                name=cookies.name("session", settings),
                security_scheme_in="cookie",
                description=f"A browser's session; what changes something also sends {cookies.CSRF_HEADER!r}.",
            ),
            "grant": SecurityScheme(
                type="apiKey",
                name=HEADER,
                security_scheme_in="header",
                description="A link's token, alone; or the id of a grant to your account, beside your own credential.",
            ),
        }
    )
