"""The platform's secret keys, where a key service wraps them (envelope encryption): their wrapped form is in the
database, they are unwrapped once at the start, and then kept in memory."""

from .seam import KeyService

__all__ = ["KeyService"]
