"""The one client for calls to other hosts: `ctx.http`.

Top down: a plugin's call (`confined`) goes to hosts that it declares. A call (`calls`) is admitted by its host's limits
(`hosts`), leaves through a connection that reaches public addresses only if a user gave the URL (`public`), and its
answer is read by rule (`answers`).
"""

from __future__ import annotations

from .answers import Refused, Unreachable
from .calls import Client, Options
from .confined import ConfinedClient
from .hosts import Limits
from .public import Resolve

__all__ = ["Client", "ConfinedClient", "Limits", "Options", "Refused", "Resolve", "Unreachable"]
