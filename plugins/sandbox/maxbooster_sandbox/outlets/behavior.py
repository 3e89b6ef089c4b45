"""What a simulated store does with what an account sends it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from .place import Place, write

Doing = Literal["accept", "reject", "delay", "lose"]


class Behavior(Struct, frozen=True, kw_only=True):
    """`accept`: answer, then put live. `reject`: refuse with `status`. `delay`: answer `delay_s` later. `lose`: never
    answer."""

    answer: Doing = "accept"
    status: Annotated[str, Meta(max_length=80)] = "ResourceNotMeetingSpecifications"
    """`ErncFileStatus` of a refusal."""
    text: Annotated[str, Meta(max_length=300)] = "The simulated store was told to refuse."
    delay_s: Annotated[float, Meta(ge=0, le=30 * 86_400)] = 60.0


def behavior(place: Place, outlet: str, account: str) -> Behavior:
    return _read(_path(place, outlet, account)) or Behavior()


def set_behavior(place: Place, outlet: str, account: UUID, wanted: Behavior) -> None:
    write(_path(place, outlet, account.hex), msgspec.json.encode(wanted))


def decided(batch: Path) -> Behavior | None:
    """What was decided about a batch when it was first seen."""
    return _read(batch / ".behavior.json")


def decide(batch: Path, wanted: Behavior) -> None:
    write(batch / ".behavior.json", msgspec.json.encode(wanted))


def _path(place: Place, outlet: str, account: str) -> Path:
    return place.root / "behavior" / f"{outlet}.{account}.json"


def _read(path: Path) -> Behavior | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Behavior)
    except FileNotFoundError:
        return None
