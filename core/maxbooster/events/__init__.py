from .event import Event, Subscription, on

__all__ = ["Event", "Subscription", "on"]
