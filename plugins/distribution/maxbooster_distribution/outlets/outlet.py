"""What a store is: who it is, what it asks for, how it is reached. A connector is one of these, as data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from maxbooster.plugin import Connector, Kind, PluginSettings

if TYPE_CHECKING:
    from uuid import UUID

    from lxml import etree

    from ..ddex.ern43 import Contents
    from ..ddex.message import Envelope

FLAC, WAV = "FLAC", "WAV"
JPEG, PNG, TIFF = "JPEG", "PNG", "TIFF"


class OutletSettings(PluginSettings, kw_only=True, frozen=True):
    """How an operator reaches a store: the section `[distribution.<name>]`. Subclass it for each outlet."""

    transport: Literal["sftp", "folder"] = "sftp"
    host: str = ""
    port: int = 22
    username: str = ""
    password: str = ""
    key_file: Path | None = None
    """A private key, in OpenSSH's form."""
    host_key: str = ""
    """The server's public key, as in `known_hosts` without the name: `ssh-ed25519 AAAA…`."""
    folder: str = ""
    """Where batches go, on the server or on this machine; empty: where one is after login."""
    party_id: str = ""
    """The store's DDEX party id, where it is not public or differs by contract."""
    folder_prefix: str = ""
    """What batch folders begin with, if not the store's usual prefix."""


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where a delivery goes."""

    transport: Literal["sftp", "folder"]
    host: str = ""
    port: int = 22
    username: str = ""
    password: str = ""
    key_file: Path | None = None
    private_key: str = ""
    """The key itself, where it is no file of the operator's."""
    host_key: str = ""
    folder: str = ""
    party_id: str = ""
    connection: UUID | None = None
    """The account's own login that this is; None: the operator's, or a simulator's."""
    public_only: bool = False
    """A user named the host: it may not lie in a private network."""
    sender_party_id: str = ""
    """For senders that have none of their own; only a simulator gives one."""
    sandbox: bool = False
    """A simulator on this machine; nobody publishes anything."""
    live_after_s: float | None = None
    """How soon a simulator puts a release live or takes it down; None: as the store's own terms say."""
    poll_s: float | None = None
    """How often to look for answers; None: as the operator set it."""

    @property
    def address(self) -> str:
        return f"sftp://{self.host}:{self.port}/{self.folder}" if self.transport == "sftp" else self.folder


class Requirements(Struct, frozen=True, kw_only=True):
    """What a store asks of files and dates."""

    audio: tuple[str, ...] = (FLAC, WAV)
    """Containers, as libsndfile calls them; `WAVEX` is WAV with an extensible header."""
    min_sample_rate_hz: int = 44_100
    min_bits: int = 16
    channels: int = 2
    cover: tuple[str, ...] = (JPEG, PNG)
    cover_min_px: int = 1400
    cover_modes: tuple[str, ...] = ("RGB",)
    lead_days: int = 7
    """Days before the release date by which it should be there."""


class DdexOutlet(Struct, frozen=True, kw_only=True):
    """A store that takes DDEX messages. Override a method where one differs, and say why in a line. Its name and title
    are its plugin's."""

    settings: type[OutletSettings]
    party_id: str = ""
    """DDEX party id; empty where it is not public: then the operator sets it."""
    message: Literal["ern-4.3"] = "ern-4.3"
    choreography: Literal["batch"] = "batch"
    takedown: Literal["omit-deals", "end-deals"] = "omit-deals"
    folder_prefix: str = "N_"
    """Of batch folders: P_ for production data, N_ for new releases, none."""
    requirements: Requirements = Requirements()
    sla_days: tuple[int, int] = (2, 5)
    """Working days until a release is live: usually, and at most."""
    find_url: str = ""
    """Where people search there, for a release's public page: an address with `{query}` in it."""

    def endpoint(self, settings: OutletSettings) -> Endpoint | None:
        """Where the operator's settings lead; None while they lead nowhere."""
        reachable = settings.folder if settings.transport == "folder" else settings.host
        if not reachable:
            return None
        same = {name: getattr(settings, name) for name in ("transport", "host", "port", "username", "password")}
        more = {name: getattr(settings, name) for name in ("key_file", "host_key", "folder", "party_id")}
        return Endpoint(**same, **more)

    def batch_folder(self, batch: str, prefix: str = "") -> str:
        """The folder of a batch; `prefix`: the operator's, in place of the store's usual one."""
        return f"{prefix or self.folder_prefix}{batch}"

    def acknowledgements(self, folder: str) -> str:
        """The folder where answers to a batch appear."""
        return f"{folder}/acknowledgements"

    def release_message(self, contents: Contents, envelope: Envelope, *, available: bool) -> etree._Element:
        """The message about a release that is to be available, or no longer."""
        from ..ddex.ern43 import new_release_message

        if not available and self.takedown == "end-deals":
            return new_release_message(_ended(contents, envelope), envelope)
        return new_release_message(contents, envelope, deals=available)


Outlet = Connector[DdexOutlet]
"""A store as the platform knows it: its name, its title, and what its connector says, `it`."""

OUTLET = Kind[DdexOutlet](
    hook="outlet",
    family="distribution",
    title="store",
    protocols=(DdexOutlet,),
    contract="maxbooster_distribution.testing:OutletContract",
    guide="distribution/outlets.md",
    template="maxbooster_distribution:templates/outlet",
)


def _ended(contents: Contents, envelope: Envelope) -> Contents:
    """Every deal is over on the day of the message."""
    today = envelope.created_at.date()
    said = contents.description
    starts = min(filter(None, (said.release_date, today)))
    deals = [msgspec.structs.replace(deal, starts=min(deal.starts or starts, today), ends=today) for deal in said.deals]
    return msgspec.structs.replace(contents, description=msgspec.structs.replace(said, deals=deals))
