"""Messages: valid against the official schemas, the same bytes for the same input, and read without trust."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maxbooster.plugin import Invalid, NotReady
from maxbooster_distribution.ddex import choreography, ern43, reading
from maxbooster_distribution.ddex.choreography import Outcome
from maxbooster_distribution.ddex.message import Envelope, Party, written
from maxbooster_distribution.ddex.schemas import Schemas, Standard, install, installed
from maxbooster_distribution.description import (
    CreditLine,
    Deal,
    ReleaseDescription,
    RightsLine,
    TrackDescription,
    artist_line,
)
from maxbooster_distribution.media import AudioFacts, CoverFacts
from maxbooster_distribution.outlets import spotify
from maxbooster_distribution.settings import DistributionSettings

from .conftest import official_layout

SCHEMAS = Schemas()
ENVELOPE = Envelope(
    message_id="0193a7c2",
    thread_id="thread",
    created_at=datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC),
    sender=Party("PADPIDA2026010101N", "Quay Street"),
    recipient=Party("PADPIDA2011072101T", "Spotify"),
)


def contents(count=2, kind="ep", **more):
    writers = [CreditLine("Ana Lind", "ComposerLyricist"), CreditLine("Bo Kern", "Mixer")]
    said = ReleaseDescription(
        kind=kind,
        title="Harbour & <Lights>",
        upc="036000291452",
        credits=[CreditLine("Nova Lane"), CreditLine("Jo", "FeaturedArtist")],
        label="Quay Street",
        genre="Electronic",
        release_date=date(2027, 6, 4),
        p_line=RightsLine(2026, "Quay Street"),
        c_line=RightsLine(2026, "Quay Street"),
        tracks=[
            TrackDescription(
                title=f"Track {n}", isrc=f"QZES92600{n:03}", disc=1 + n // 8, language="en", credits=writers
            )
            for n in range(count)
        ],
    )
    said = msgspec.structs.replace(said, **more)
    audio = tuple(
        ern43.Resource(
            f"resources/{n}.flac", AudioFacts("a", f"{n:064x}", 1000 + n, "FLAC", "PCM_24", 48_000, 2, 24, 200.4)
        )
        for n in range(len(said.tracks))
    )
    cover = ern43.Resource("resources/cover.jpg", CoverFacts("c", "f" * 64, 99, "JPEG", "RGB", 3000, 3000))
    return ern43.Contents(said, audio, cover)


def valid(root):
    SCHEMAS.validate(root, Standard.ERN_43)
    return root


@pytest.mark.parametrize(("kind", "tracks"), [("single", 1), ("ep", 5), ("album", 12)])
def test_releases_of_every_kind_are_valid(kind, tracks):
    root = valid(ern43.new_release_message(contents(tracks, kind), ENVELOPE))
    assert len(root.findall("ResourceList/SoundRecording")) == tracks
    assert len(root.findall("ReleaseList/TrackRelease")) == tracks
    assert [each.text for each in root.iterfind("DealList/ReleaseDeal/DealReleaseReference")] == [
        f"R{n}" for n in range(tracks + 1)
    ]


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_whatever_is_described_is_valid(data):
    """Anything that passes the structs makes a valid message, if its words are DDEX's."""
    xml_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=20)
    words = xml_text.filter(lambda text: text.strip() and "\ufffe" not in text and "\uffff" not in text)
    roles = st.sampled_from([*SCHEMAS.allowed("ContributorRole"), "FeaturedArtist"])
    credits = st.lists(st.builds(CreditLine, words, roles), max_size=4)
    track = st.builds(
        TrackDescription,
        title=words,
        subtitle=st.none() | words,
        isrc=st.just("QZES92600001"),
        credits=credits,
        disc=st.integers(1, 3),
        language=st.sampled_from(["en", "de-CH", "ja"]),
        instrumental=st.booleans(),
        advisory=st.sampled_from(["NotExplicit", "Explicit", "ExplicitContentEdited"]),
        p_line=st.none() | st.just(RightsLine(2020, "Quay")),
        genre=st.none() | words,
    )
    territories = st.lists(
        st.sampled_from(SCHEMAS.allowed("CurrentTerritoryCode")), min_size=1, max_size=3, unique=True
    )
    deal = st.builds(
        Deal,
        models=st.just(("SubscriptionModel",)),
        uses=st.lists(st.sampled_from(SCHEMAS.allowed("UseType_ERN")), min_size=1, max_size=3, unique=True).map(tuple),
        territories=territories.map(tuple),
        excluded=st.just(()) | territories.map(tuple),
        ends=st.none() | st.just(date(2030, 1, 1)),
    )
    tracks, deals = (
        data.draw(st.lists(track, min_size=1, max_size=4)),
        data.draw(st.lists(deal, min_size=1, max_size=3)),
    )
    more = {"title": data.draw(words), "subtitle": data.draw(st.none() | words), "label": data.draw(st.none() | words)}
    made = contents(0, tracks=tracks, deals=deals, **more)
    if "UserDefined" in {use for each in deals for use in each.uses} | {c.role for t in tracks for c in t.credits}:
        return  # these need an explanation of their own
    valid(ern43.new_release_message(made, ENVELOPE))


def test_a_takedown_is_the_same_message_without_deals():
    whole = valid(ern43.new_release_message(contents(), ENVELOPE))
    down = valid(spotify.outlet().release_message(contents(), ENVELOPE, available=False))
    whole.remove(whole.find("DealList"))
    assert written(down) == written(whole)


def test_an_outlet_may_want_deals_ended_instead():
    ending = msgspec.structs.replace(spotify.outlet(), takedown="end-deals")
    down = valid(ending.release_message(contents(), ENVELOPE, available=False))
    assert down.findtext("DealList/ReleaseDeal/Deal/DealTerms/ValidityPeriod/EndDateTime") == "2026-11-25T00:00:00"


def test_the_same_input_gives_the_same_bytes():
    first = written(ern43.new_release_message(contents(12, "album"), ENVELOPE))
    assert first == written(ern43.new_release_message(contents(12, "album"), ENVELOPE))
    assert b"Harbour &amp; &lt;Lights&gt;" in first


def test_tracks_are_numbered_anew_on_each_disc():
    root = ern43.new_release_message(contents(10, "album"), ENVELOPE)
    discs = root.findall("ReleaseList/Release/ResourceGroup/ResourceGroup")
    assert [disc.findtext("SequenceNumber") for disc in discs] == ["1", "2"]
    assert [[each.text for each in disc.iterfind("ResourceGroupContentItem/SequenceNumber")] for disc in discs] == [
        [str(n) for n in range(1, 9)], ["1", "2"],
    ]  # fmt: skip


def test_names_are_joined_as_stores_show_them():
    names = [CreditLine("A"), CreditLine("B"), CreditLine("C"), CreditLine("D", "FeaturedArtist")]
    assert artist_line(names) == "A, B & C feat. D"


def test_what_is_not_valid_is_refused_with_the_place():
    root = ern43.new_release_message(contents(), ENVELOPE)
    root.find("ReleaseList/Release/ReleaseType").text = "Mixtape"
    with pytest.raises(Invalid, match="Mixtape"):
        valid(root)


# Choreography


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("ReleaseReceivedByReleaseDistributor", Outcome.RECEIVED),
        ("SuccessfullyIngestedByReleaseDistributor", Outcome.ACCEPTED),
        ("ReleaseMadeAvailableToConsumers", Outcome.LIVE),
        ("ReleaseNotAvailable", Outcome.GONE),
        ("RightsConflict", Outcome.REFUSED),
        ("DeliveredToReleaseDistributor", Outcome.NOTHING_NEW),
        ("ProcessingErrorAtReleaseCreator", Outcome.ASK),
    ],
)
def test_an_acknowledgement_reads_as_it_was_written(status, outcome):
    answer = choreography.Answer(
        message_id="m1", upc="036000291452", status=status, text="Why", file_statuses=("FileOK",)
    )
    root = choreography.acknowledgement(ENVELOPE, "N_20260101000000000", answer)
    SCHEMAS.validate(root, Standard.CHOREOGRAPHY)
    assert choreography.read_acknowledgement(reading.parse(written(root))).answers == [answer]
    assert answer.outcome is outcome


def test_every_status_of_the_standard_has_a_meaning():
    assert set(choreography.OUTCOMES) == set(SCHEMAS.allowed("SupplyChainStatus"))


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_batch_id_is_a_time_to_the_millisecond(at):
    batch = choreography.batch_id(at)
    assert len(batch) == 17
    assert choreography.moment_of(batch) == at.replace(microsecond=at.microsecond // 1000 * 1000)


# XML from outside

ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "a billion laughs": f'<!DOCTYPE a [<!ENTITY e0 "ha">{ENTITIES}]><a>&e9;</a>',
    "a file of this machine": '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>',
    "an address": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>',
    "a parameter entity": '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>',
    "broken": "<a><b></a>",
    "nothing": "",
    "a deep tree": "<a>" * 5000 + "</a>" * 5000,
    "too long": "<a>" + "x" * (reading.LARGEST_BYTES + 1) + "</a>",
    "no XML": "{}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bad_xml_is_refused_by_name(name):
    with pytest.raises(Invalid, match="ack.xml"):
        reading.parse(BOMBS[name].encode(), "ack.xml")


def fuzzed(examples):
    return settings(max_examples=examples, deadline=None)


def read_anything(content):
    """Anything but our own refusal would be a bug."""
    with suppress(Invalid):
        choreography.read_acknowledgement(reading.parse(content))


@fuzzed(200)
@given(st.binary(max_size=500))
def test_any_bytes_are_read_or_refused(content):
    read_anything(content)


@pytest.mark.slow
@fuzzed(20_000)
@given(st.integers(0, 10_000), st.binary(max_size=6), st.integers(0, 40))
def test_any_damage_to_an_acknowledgement_is_read_or_refused(at, put, cut):
    answer = choreography.Answer(message_id="m1", upc="036000291452", status="RightsConflict", text="é<&")
    whole = written(choreography.acknowledgement(ENVELOPE, "N_1", answer))
    at %= len(whole)
    read_anything(whole[:at] + put + whole[at + cut :])


# Schemas


def test_a_real_store_needs_ddexs_schemas_and_it_is_said_where_to_get_them(tmp_path):
    with pytest.raises(NotReady, match=r"Spotify is a real store.*ddex\.net.*schemas add"):
        installed(DistributionSettings(), tmp_path).demand_official("Spotify")
    with pytest.raises(NotReady, match=r"distribution\.schemas is .* does not hold"):
        installed(DistributionSettings(schemas=tmp_path), tmp_path)


def test_schemas_are_installed_from_a_folder(tmp_path):
    with pytest.raises(Invalid, match="has not all schemas"):
        install(tmp_path, tmp_path / "data")
    assert install(official_layout(tmp_path / "theirs"), tmp_path / "data") == tmp_path / "data" / "ddex"
    found = installed(DistributionSettings(), tmp_path / "data")
    assert found.official == (tmp_path / "data" / "ddex").resolve()
    found.demand_official("Spotify")
    found.validate(ern43.new_release_message(contents(), ENVELOPE), Standard.ERN_43)
