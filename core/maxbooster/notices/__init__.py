"""Notifications: what people should know, at the bell of the web application, by email and on their devices."""

from .kinds import NoticeKind
from .service import NoticeGiven, notify

__all__ = ["NoticeGiven", "NoticeKind", "notify"]
