"""What a plugin can do next with a file that another has finished."""

from __future__ import annotations

from msgspec import Struct


class Offer(Struct, frozen=True):
    """`title`: what the button says. `address`: the page of the web application where it is done."""

    title: str
    address: str
