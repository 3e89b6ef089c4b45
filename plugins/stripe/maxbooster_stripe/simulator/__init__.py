"""A stateful simulator of Stripe over real HTTP: what the platform's tests, demo and sandbox mode talk to.

It shares no code with the connector. It was written from Stripe's documentation and the SDK's types of parameters; where
it refuses something, a test quotes the rule. What it does not have it refuses, rather than ignoring it.
"""

from .server import Simulator, application

__all__ = ["Simulator", "application"]
