"""Domain events: what has happened, told to whoever subscribed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from ..context import Context


class Event(Struct, frozen=True):
    """Subclass it: `class ReleaseDelivered(Event, tag="release.delivered")` with the facts as fields.

    Events of one `entity()` are heard in the order in which they were recorded.
    """

    @classmethod
    def name(cls) -> str:
        tag = cls.__struct_config__.tag
        return str(tag) if tag else cls.__name__

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if taken := {"name", "entity"} & set(cls.__annotations__):
            raise TypeError(f"{cls.__name__}.{taken.pop()}: an event's field cannot have this name; choose another")

    def entity(self) -> str:
        """What the event is about; its first field unless a subclass says otherwise."""
        return str(getattr(self, self.__struct_fields__[0]))


Listener = Callable[["Context", Any], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """One listener to one kind of event. A listener runs as a job of its own, in order per entity."""

    event: str
    listener: Listener = field(repr=False)
    name: str
    """Unique; names the job that tells it."""
    kind: type[Event] | None = None
    """The struct that the listener wants; None: it takes the facts as a dict (another family's event)."""
    attempts: int = 8


def on(event: str | type[Event], name: str, **options: Any) -> Callable[[Listener], Subscription]:
    """Subscribe: `@on(ReleaseDelivered, "social.announce")`, or by name for another family's event."""
    if isinstance(event, str):
        return lambda listener: Subscription(event, listener, name, **options)
    return lambda listener: Subscription(event.name(), listener, name, event, **options)
