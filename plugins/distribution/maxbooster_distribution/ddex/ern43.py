"""NewReleaseMessage of ERN 4.3 (http://ddex.net/xml/ern/43), release profile "Audio" (ern-rp.ddex.net, 7.2-7.4).

A takedown is the same message without its DealList; a reinstatement is the message with it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lxml import etree
from msgspec import Struct

from ..description import (
    DISPLAYED,
    WORLDWIDE,
    CreditLine,
    Deal,
    ReleaseDescription,
    RightsLine,
    TrackDescription,
    artist_line,
)
from ..media import AudioFacts, CoverFacts
from .message import Envelope, add, moment

NAMESPACE = "http://ddex.net/xml/ern/43"
_AVS = "6"
_TYPES = {"single": "Single", "ep": "EP", "album": "Album"}
_EVERYWHERE = {"ApplicableTerritoryCode": WORLDWIDE, "IsDefault": "true"}
_CONTAINERS = {"WAV": "WAV", "WAVEX": "WAV", "AIFF": "AIFF"}


class Resource(Struct, frozen=True):
    """A file of the delivery: where it lies beside the message, and what it is."""

    uri: str
    facts: AudioFacts | CoverFacts


class Contents(Struct, frozen=True):
    """What a message is about. `audio` runs parallel to the tracks."""

    description: ReleaseDescription
    audio: tuple[Resource, ...]
    cover: Resource


def new_release_message(contents: Contents, envelope: Envelope, *, deals: bool = True) -> etree._Element:
    """The message as a tree. `deals=False` takes the release down."""
    return _Writer(contents, envelope).message(deals)


class _Writer:
    def __init__(self, contents: Contents, envelope: Envelope) -> None:
        self.said = contents.description
        self.contents = contents
        self.envelope = envelope
        self.language = {"LanguageAndScriptCode": self.said.language}
        self.titled = self.language | _EVERYWHERE
        label = self.said.label or envelope.sender.name
        self.names = _references(self.said, label)
        self.label = self.names[label]

    def message(self, deals: bool) -> etree._Element:
        root = etree.Element(
            f"{{{NAMESPACE}}}NewReleaseMessage",
            {"ReleaseProfileVersionId": "Audio", "AvsVersionId": _AVS, **self.language},
            nsmap={"ern": NAMESPACE},
        )
        self._header(root)
        self._parties(root)
        resources = add(root, "ResourceList")
        for index, track in enumerate(self.said.tracks, start=1):
            self._recording(resources, index, track)
        self._cover(resources, len(self.said.tracks) + 1)
        releases = add(root, "ReleaseList")
        self._release(releases)
        for index, track in enumerate(self.said.tracks, start=1):
            self._track_release(releases, index, track)
        if deals:
            self._deals(root)
        return root

    def _header(self, root: etree._Element) -> None:
        header = add(root, "MessageHeader")
        add(header, "MessageThreadId", self.envelope.thread_id)
        add(header, "MessageId", self.envelope.message_id)
        for tag, party in (("MessageSender", self.envelope.sender), ("MessageRecipient", self.envelope.recipient)):
            element = add(header, tag)
            add(element, "PartyId", party.dpid)
            add(add(element, "PartyName"), "FullName", party.name)
        add(header, "MessageCreatedDateTime", moment(self.envelope.created_at))
        add(header, "MessageControlType", "TestMessage" if self.envelope.test else "LiveMessage")

    def _parties(self, root: etree._Element) -> None:
        parties = add(root, "PartyList")
        for name, reference in self.names.items():
            party = add(parties, "Party")
            add(party, "PartyReference", reference)
            add(add(party, "PartyName"), "FullName", name)

    def _recording(self, resources: etree._Element, index: int, track: TrackDescription) -> None:
        credits = self.said.credits_of(track)
        facts = self.contents.audio[index - 1].facts
        recording = add(resources, "SoundRecording")
        add(recording, "ResourceReference", f"A{index}")
        add(recording, "Type", "MusicalWorkSoundRecording")
        self._edition(recording, index, track)
        self._titles(recording, track)
        self._display_artists(recording, credits)
        self._contributors(recording, credits)
        assert isinstance(facts, AudioFacts)
        add(recording, "Duration", duration(facts.duration_s))
        add(recording, "ParentalWarningType", track.advisory, **_EVERYWHERE)
        if track.instrumental:
            add(recording, "IsInstrumental", "true")
        elif track.language:
            add(recording, "LanguageOfPerformance", track.language.split("-")[0].lower())

    def _edition(self, recording: etree._Element, index: int, track: TrackDescription) -> None:
        edition = add(recording, "SoundRecordingEdition")
        add(add(edition, "ResourceId"), "ISRC", track.isrc)
        self._rights(edition, "PLine", track.p_line or self.said.p_line)
        resource = self.contents.audio[index - 1]
        facts = resource.facts
        assert isinstance(facts, AudioFacts)
        details = add(edition, "TechnicalDetails")
        add(details, "TechnicalResourceDetailsReference", f"T{index}")
        file = add(details, "DeliveryFile")
        add(file, "Type", "AudioFile")
        if facts.container in _CONTAINERS:
            add(file, "ContainerFormat", _CONTAINERS[facts.container])
        add(file, "AudioCodecType", "FLAC" if facts.container == "FLAC" else "PCM")
        add(file, "NumberOfChannels", str(facts.channels))
        add(file, "SamplingRate", str(facts.sample_rate_hz))
        add(file, "BitsPerSample", str(facts.bits))
        self._file(file, resource)

    def _cover(self, resources: etree._Element, index: int) -> None:
        resource = self.contents.cover
        facts = resource.facts
        assert isinstance(facts, CoverFacts)
        image = add(resources, "Image")
        add(image, "ResourceReference", f"A{index}")
        add(image, "Type", "FrontCoverImage")
        add(add(image, "ResourceId"), "ProprietaryId", f"{self.said.upc}_cover", Namespace=self._namespace)
        add(image, "ParentalWarningType", self.said.advisory, **_EVERYWHERE)
        details = add(image, "TechnicalDetails")
        add(details, "TechnicalResourceDetailsReference", f"T{index}")
        add(details, "ImageCodecType", facts.format)
        add(details, "ImageHeight", str(facts.height_px))
        add(details, "ImageWidth", str(facts.width_px))
        self._file(details, resource)

    def _file(self, parent: etree._Element, resource: Resource) -> None:
        file = add(parent, "File")
        add(file, "URI", resource.uri)
        hashed = add(file, "HashSum")
        add(hashed, "Algorithm", "SHA-256")
        add(hashed, "HashSumValue", resource.facts.sha256)
        add(file, "FileSize", str(resource.facts.size))

    def _release(self, releases: etree._Element) -> None:
        said = self.said
        release = add(releases, "Release")
        add(release, "ReleaseReference", "R0")
        add(release, "ReleaseType", _TYPES[said.kind])
        identity = add(release, "ReleaseId")
        add(identity, "ICPN", said.upc)
        if said.catalog_number:
            add(identity, "CatalogNumber", said.catalog_number, Namespace=self._namespace)
        self._titles(release, said)
        self._display_artists(release, said.credits)
        add(release, "ReleaseLabelReference", self.label, **_EVERYWHERE)
        self._rights(release, "PLine", said.p_line)
        self._rights(release, "CLine", said.c_line)
        self._genre(release, said.genre)
        assert said.release_date is not None
        add(release, "ReleaseDate", said.release_date.isoformat(), **_EVERYWHERE)
        original = said.original_release_date or said.release_date
        add(release, "OriginalReleaseDate", original.isoformat(), **_EVERYWHERE)
        add(release, "ParentalWarningType", said.advisory, **_EVERYWHERE)
        self._sequence(release)

    def _sequence(self, release: etree._Element) -> None:
        """One group per disc; the numbers begin again on each."""
        group = add(release, "ResourceGroup")
        discs: dict[int, list[int]] = {}
        for index, track in enumerate(self.said.tracks, start=1):
            discs.setdefault(track.disc, []).append(index)
        for number, disc in enumerate(sorted(discs), start=1):
            component = add(group, "ResourceGroup", ResourceGroupType="Component")
            add(component, "SequenceNumber", str(number))
            for position, index in enumerate(discs[disc], start=1):
                item = add(component, "ResourceGroupContentItem")
                add(item, "SequenceNumber", str(position))
                add(item, "ReleaseResourceReference", f"A{index}")
        add(group, "LinkedReleaseResourceReference", f"A{len(self.said.tracks) + 1}", LinkDescription="CoverArt")

    def _track_release(self, releases: etree._Element, index: int, track: TrackDescription) -> None:
        release = add(releases, "TrackRelease")
        add(release, "ReleaseReference", f"R{index}")
        identity = add(release, "ReleaseId")
        add(identity, "ProprietaryId", f"{track.isrc}_{self.said.upc}", Namespace=self._namespace)
        add(release, "ReleaseResourceReference", f"A{index}")
        add(release, "ReleaseLabelReference", self.label, **_EVERYWHERE)
        self._genre(release, track.genre or self.said.genre)

    def _deals(self, root: etree._Element) -> None:
        deal_list = add(add(root, "DealList"), "ReleaseDeal")
        for index in range(len(self.said.tracks) + 1):
            add(deal_list, "DealReleaseReference", f"R{index}")
        for deal in self.said.deals:
            self._deal(add(add(deal_list, "Deal"), "DealTerms"), deal)

    def _deal(self, terms: etree._Element, deal: Deal) -> None:
        if deal.excluded:
            for territory in deal.excluded:
                add(terms, "ExcludedTerritoryCode", territory)
        else:
            for territory in deal.territories:
                add(terms, "TerritoryCode", territory)
        starts = deal.starts or self.said.release_date
        assert starts is not None
        period = add(terms, "ValidityPeriod")
        add(period, "StartDateTime", _local_midnight(starts))
        if deal.ends:
            add(period, "EndDateTime", _local_midnight(deal.ends))
        for model in deal.models:
            add(terms, "CommercialModelType", model)
        for use in deal.uses:
            add(terms, "UseType", use)

    # What recordings and releases have alike

    def _titles(self, parent: etree._Element, said: ReleaseDescription | TrackDescription) -> None:
        full = f"{said.title} ({said.subtitle})" if said.subtitle else said.title
        add(parent, "DisplayTitleText", full, **self.titled)
        title = add(parent, "DisplayTitle", **self.titled)
        add(title, "TitleText", said.title)
        if said.subtitle:
            add(title, "SubTitle", said.subtitle)

    def _display_artists(self, parent: etree._Element, credits: Sequence[CreditLine]) -> None:
        shown = [credit for credit in credits if credit.role in DISPLAYED]
        add(parent, "DisplayArtistName", artist_line(shown), **self.titled)
        for number, credit in enumerate(shown, start=1):
            artist = add(parent, "DisplayArtist", SequenceNumber=str(number))
            add(artist, "ArtistPartyReference", self.names[credit.name])
            add(artist, "DisplayArtistRole", credit.role)

    def _contributors(self, parent: etree._Element, credits: Sequence[CreditLine]) -> None:
        """One element per party with all its roles (ern-rp.ddex.net 7.4)."""
        roles: dict[str, list[str]] = {}
        for credit in credits:
            if credit.role not in DISPLAYED:
                roles.setdefault(credit.name, []).append(credit.role)
        for number, (name, played) in enumerate(roles.items(), start=1):
            contributor = add(parent, "Contributor", SequenceNumber=str(number))
            add(contributor, "ContributorPartyReference", self.names[name])
            for role in dict.fromkeys(played):
                add(contributor, "Role", role)

    def _rights(self, parent: etree._Element, tag: str, line: RightsLine | None) -> None:
        if line is not None:
            element = add(parent, tag)
            add(element, "Year", str(line.year))
            add(element, f"{tag}Text", f"{line.year} {line.text}")

    def _genre(self, parent: etree._Element, genre: str | None) -> None:
        add(add(parent, "Genre", **_EVERYWHERE), "GenreText", genre)

    @property
    def _namespace(self) -> str:
        return f"DPID:{self.envelope.sender.dpid}"


def _references(said: ReleaseDescription, label: str) -> dict[str, str]:
    """Name → party reference, in the order of first appearance."""
    names = [credit.name for credit in said.credits]
    names += [credit.name for track in said.tracks for credit in track.credits]
    return {name: f"P{number}" for number, name in enumerate(dict.fromkeys([*names, label]), start=1)}


def duration(seconds: float) -> str:
    """`xs:duration` in whole seconds."""
    minutes, rest = divmod(max(1, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"PT{hours}H{minutes:02}M{rest:02}S" if hours else f"PT{minutes}M{rest:02}S"


def _local_midnight(day: date) -> str:
    """Without a zone: midnight in each territory."""
    return f"{day.isoformat()}T00:00:00"
