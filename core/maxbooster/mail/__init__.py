"""Email: what is sent, and the seam that a provider's plugin fills."""

from .address import address
from .letter import Action, Item, Letter
from .message import Mail, MailRefused, MailTransport, compose
from .transports import Console, Folder, Memory, transport, unknown

__all__ = [
    "Action",
    "Console",
    "Folder",
    "Item",
    "Letter",
    "Mail",
    "MailRefused",
    "MailTransport",
    "Memory",
    "address",
    "compose",
    "transport",
    "unknown",
]
