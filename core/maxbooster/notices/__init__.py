"""What people should know when they look in: the bell of the web application (C-22)."""

from .service import NoticeGiven, notify

__all__ = ["NoticeGiven", "notify"]
