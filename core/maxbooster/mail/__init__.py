"""Email: what is sent, and the seam that a provider's plugin fills."""

from .address import address
from .email import Action, Email, Item
from .message import Mail, MailRefused, MailTransport, compose
from .transports import Console, Folder, Memory, transport, unknown

__all__ = [
    "Action",
    "Console",
    "Email",
    "Folder",
    "Item",
    "Mail",
    "MailRefused",
    "MailTransport",
    "Memory",
    "address",
    "compose",
    "transport",
    "unknown",
]
