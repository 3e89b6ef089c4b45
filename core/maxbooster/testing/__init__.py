"""The testing kit: what the core's own tests use, for plugin authors too.

Installing `maxbooster[testing]` gives pytest the fixtures of `maxbooster.testing.pytest_plugin`.
"""

from .app import drain, make_app, open_api
from .clock import Clock

__all__ = ["Clock", "drain", "make_app", "open_api"]
