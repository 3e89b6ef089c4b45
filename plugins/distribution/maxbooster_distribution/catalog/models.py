"""Tables of the catalog: recordings exist once, and stand on any number of releases.

Relationships are there so that rows are written and removed in the right order; queries say what they load.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from maxbooster.plugin import Json, Owned, Table, Versioned, owned_reference, refusal


def _children(overlaps: str) -> Any:
    """`overlaps`: every one of them also carries the account."""
    return relationship(lazy="raise", passive_deletes=True, overlaps=overlaps)


class Registrant(Versioned, Owned, Table):
    """Who an account is towards stores and registries, and which codes it may issue. One per account."""

    __tablename__ = "distribution_registrant"
    __table_args__ = (UniqueConstraint("account_id", name="uq_distribution_registrant_account_id"),)

    name: Mapped[str] = mapped_column(String(200))
    """The sender's name in messages."""
    dpid: Mapped[str | None] = mapped_column(String(40))
    """DDEX party id."""
    isrc_prefix: Mapped[str | None] = mapped_column(String(5))
    isrc_year: Mapped[int] = mapped_column(default=0)
    isrc_issued: Mapped[int] = mapped_column(default=0)
    """How many codes of `isrc_year` were issued."""
    gs1_prefix: Mapped[str | None] = mapped_column(String(11))
    upc_issued: Mapped[int] = mapped_column(default=0)


class Artist(Owned, Table):
    """A name on the catalog: an artist, a writer, a producer."""

    __tablename__ = "distribution_artist"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    name: Mapped[str] = mapped_column(String(200))
    isni: Mapped[str | None] = mapped_column(String(16))
    credits: Mapped[list[Credit]] = _children("credits")


class Label(Owned, Table):
    __tablename__ = "distribution_label"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    name: Mapped[str] = mapped_column(String(300))
    releases: Mapped[list[Release]] = relationship(lazy="raise", passive_deletes="all")


class Track(Versioned, Owned, Table):
    """A recording."""

    __tablename__ = "distribution_track"
    __table_args__ = (
        UniqueConstraint(
            "account_id", "isrc", info=refusal("Another of your tracks has this ISRC already.", field="tracks")
        ),
    )

    title: Mapped[str] = mapped_column(String(300))
    subtitle: Mapped[str | None] = mapped_column(String(300))
    isrc: Mapped[str | None] = mapped_column(String(12))
    language: Mapped[str | None] = mapped_column(String(35))
    instrumental: Mapped[bool]
    advisory: Mapped[str] = mapped_column(String(30))
    p_line: Mapped[Any | None] = mapped_column(Json)
    genre: Mapped[str | None] = mapped_column(String(300))
    audio_file_id: Mapped[UUID | None]
    audio: Mapped[Any | None] = mapped_column(Json)
    """`AudioFacts` of its master."""
    placements: Mapped[list[Placement]] = _children("placements,credits")
    credits: Mapped[list[Credit]] = _children("placements,credits")


class Release(Versioned, Owned, Table):
    """Its version counts every change; a delivery names the version that it delivers."""

    __tablename__ = "distribution_release"
    __table_args__ = (
        owned_reference("label_id", "distribution_label", on_delete="RESTRICT"),
        UniqueConstraint("account_id", "upc", info=refusal("Another of your releases has this UPC already.")),
    )

    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(300))
    subtitle: Mapped[str | None] = mapped_column(String(300))
    upc: Mapped[str | None] = mapped_column(String(14))
    catalog_number: Mapped[str | None] = mapped_column(String(40))
    label_id: Mapped[UUID | None]
    genre: Mapped[str | None] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(35))
    release_date: Mapped[date | None]
    original_release_date: Mapped[date | None]
    p_line: Mapped[Any | None] = mapped_column(Json)
    c_line: Mapped[Any | None] = mapped_column(Json)
    deals: Mapped[Any] = mapped_column(Json)
    cover_file_id: Mapped[UUID | None]
    cover: Mapped[Any | None] = mapped_column(Json)
    """`CoverFacts` of its front cover."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    label: Mapped[Label | None] = relationship(lazy="raise", viewonly=True)
    placements: Mapped[list[Placement]] = _children("placements,credits")
    credits: Mapped[list[Credit]] = _children("placements,credits")


class Placement(Owned, Table):
    """Where a recording stands on a release."""

    __tablename__ = "distribution_placement"
    __table_args__ = (
        owned_reference("release_id", "distribution_release"),
        owned_reference("track_id", "distribution_track"),
        UniqueConstraint("account_id", "release_id", "position"),
        Index("ix_distribution_placement_track", "account_id", "track_id"),
    )

    release_id: Mapped[UUID]
    track_id: Mapped[UUID]
    position: Mapped[int]
    """Over all discs, from 1."""
    disc: Mapped[int]


class Credit(Owned, Table):
    """Somebody's part in a release as a whole, or in a recording."""

    __tablename__ = "distribution_credit"
    __table_args__ = (
        owned_reference("release_id", "distribution_release"),
        owned_reference("track_id", "distribution_track"),
        owned_reference("artist_id", "distribution_artist", on_delete="RESTRICT"),
        Index("ix_distribution_credit_release", "account_id", "release_id"),
        Index("ix_distribution_credit_track", "account_id", "track_id"),
    )

    release_id: Mapped[UUID | None]
    track_id: Mapped[UUID | None]
    artist_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
