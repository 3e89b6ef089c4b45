"""The testing kit: what the core's own tests use, for plugin authors too.

Installing `maxbooster[testing]` gives pytest the fixtures of `maxbooster.testing.pytest_plugin`.
"""

from ..services import running as with_services
from .app import drain, make_app, open_api
from .clock import Clock
from .kinds import ConnectorContract, connector_of
from .people import PASSWORD, Browser, Person, link_in, make_person, open_browser

__all__ = [
    "PASSWORD",
    "Browser",
    "Clock",
    "ConnectorContract",
    "Person",
    "connector_of",
    "drain",
    "link_in",
    "make_app",
    "make_person",
    "open_api",
    "open_browser",
    "with_services",
]
