"""Notifications: what people should know, at the bell of the web application."""

from .service import NoticeGiven, notify

__all__ = ["NoticeGiven", "notify"]
