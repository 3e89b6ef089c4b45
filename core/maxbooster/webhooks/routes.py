"""Every address of webhooks, in and out."""

from __future__ import annotations

from .endpoints.routes import routes as endpoints
from .inbox.routes import routes as inbox

routes = [*inbox, *endpoints]
