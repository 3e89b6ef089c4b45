"""Every address of identity."""

from __future__ import annotations

from .accounts.routes import routes as accounts
from .keys.routes import routes as keys
from .operators.routes import routes as operators
from .passkeys.routes import routes as passkeys
from .people.routes import routes as people
from .sessions.routes import routes as sessions
from .sso.account_routes import routes as account_providers
from .sso.routes import routes as providers

routes = [*sessions, *people, *passkeys, *accounts, *providers, *account_providers, *keys, *operators]
