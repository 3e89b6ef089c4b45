"""Email: what is sent, and the seam that a provider's plugin fills."""

from .address import address
from .message import Mail, MailTransport, compose
from .transports import Console, Folder, Memory, transport, unknown

__all__ = ["Console", "Folder", "Mail", "MailTransport", "Memory", "address", "compose", "transport", "unknown"]
