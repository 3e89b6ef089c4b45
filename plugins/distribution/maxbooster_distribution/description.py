"""A release in words and files: the one description that people edit, rules review and messages are written from.

It is what the API takes and gives, what lies in a RELEASE.json, and what a delivery keeps of the moment it was
submitted.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct, field

Kind = Literal["single", "ep", "album"]
Advisory = Literal["NotExplicit", "Explicit", "ExplicitContentEdited"]
"""Values of `ParentalWarningType` (DDEX allowed value sets) that a sound recording can have here."""

Text = Annotated[str, Meta(max_length=300)]
Code = Annotated[str, Meta(max_length=40)]
Year = Annotated[int, Meta(ge=1860, le=2200)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", max_length=35, examples=["en"])]
"""BCP 47."""

WORLDWIDE = "Worldwide"
MAIN, FEATURED = "MainArtist", "FeaturedArtist"
DISPLAYED = (MAIN, FEATURED)
"""Roles in which a name stands on the cover line (`DisplayArtistRole`); all others are contributors'."""


class RightsLine(Struct, frozen=True, forbid_unknown_fields=True):
    """A P-line (who owns the recording) or a C-line (who owns the artwork), without the sign."""

    year: Year
    text: Annotated[str, Meta(min_length=1, max_length=200)]


class CreditLine(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody's part, in DDEX's word for it: `MainArtist`, `FeaturedArtist`, `Composer`, `StudioProducer`, …"""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    role: Annotated[str, Meta(pattern=r"^[A-Za-z]+\Z", max_length=60)] = MAIN


class Deal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a store may do with the release, where and from when (`DealTerms`)."""

    models: Annotated[list[Code], Meta(max_length=8)] = field(
        default_factory=lambda: ["SubscriptionModel", "AdvertisementSupportedModel"]
    )
    """`CommercialModelType` values."""
    uses: Annotated[list[Code], Meta(max_length=20)] = field(
        default_factory=lambda: ["OnDemandStream", "NonInteractiveStream"]
    )
    """`UseType` values."""
    territories: Annotated[list[Code], Meta(max_length=600)] = field(default_factory=lambda: [WORLDWIDE])
    excluded: Annotated[list[Code], Meta(max_length=600)] = field(default_factory=list)
    """Territories left out of `Worldwide`."""
    starts: date | None = None
    """Local midnight of that day; None: the release date."""
    ends: date | None = None


class TrackDescription(Struct, kw_only=True, forbid_unknown_fields=True):
    """A recording and its place on the release: the order of the list, within its disc."""

    id: UUID | None = None
    """Which recording of the catalog it is; None: a new one."""
    title: Text
    subtitle: Text | None = None
    """What kind of version it is: `Live`, `Radio Edit`."""
    isrc: Code | None = None
    disc: Annotated[int, Meta(ge=1, le=99)] = 1
    credits: Annotated[list[CreditLine], Meta(max_length=200)] = field(default_factory=list)
    """In the order in which names are shown. Display artists that are not given are the release's."""
    language: Language | None = None
    """Of the words that are sung; None for an instrumental."""
    instrumental: bool = False
    advisory: Advisory = "NotExplicit"
    p_line: RightsLine | None = None
    """None: the release's."""
    genre: Text | None = None
    """None: the release's."""
    audio: Text | None = None
    """Its master: a path beside the RELEASE.json, or the id of a stored file."""


class ReleaseDescription(Struct, kw_only=True, forbid_unknown_fields=True):
    """Everything that is said about a release."""

    kind: Kind
    title: Text
    subtitle: Text | None = None
    upc: Code | None = None
    """UPC-A or EAN-13 (DDEX: ICPN)."""
    catalog_number: Code | None = None
    credits: Annotated[list[CreditLine], Meta(max_length=50)] = field(default_factory=list)
    label: Text | None = None
    genre: Text | None = None
    language: Language = "en"
    """Of the titles."""
    release_date: date | None = None
    original_release_date: date | None = None
    """When it first came out, if earlier."""
    p_line: RightsLine | None = None
    c_line: RightsLine | None = None
    deals: Annotated[list[Deal], Meta(max_length=50)] = field(default_factory=lambda: [Deal()])
    cover: Text | None = None
    """Its front cover: a path beside the RELEASE.json, or the id of a stored file."""
    tracks: Annotated[list[TrackDescription], Meta(max_length=500)] = field(default_factory=list)

    def credits_of(self, track: TrackDescription) -> list[CreditLine]:
        """Everybody's part in a track: its own display artists, else the release's; then its contributors."""
        own = [credit for credit in track.credits if credit.role in DISPLAYED]
        shown = own or [credit for credit in self.credits if credit.role in DISPLAYED]
        return shown + [credit for credit in track.credits if credit.role not in DISPLAYED]

    @property
    def advisory(self) -> Advisory:
        """One explicit track makes the release explicit."""
        found = {track.advisory for track in self.tracks}
        for strongest in ("Explicit", "ExplicitContentEdited"):
            if strongest in found:
                return strongest
        return "NotExplicit"


def artist_line(credits: list[CreditLine]) -> str:
    """The names as they are shown: "A, B & C feat. D"."""
    main = joined([credit.name for credit in credits if credit.role == MAIN])
    featured = joined([credit.name for credit in credits if credit.role == FEATURED])
    return f"{main} feat. {featured}" if featured else main


def joined(names: list[str]) -> str:
    """ "A", "A & B", "A, B & C"."""
    return " & ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
