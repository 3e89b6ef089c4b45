"""Rules T01 to T25 and what every message needs: what they find, and what they offer."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maxbooster_distribution.description import ReleaseDescription
from maxbooster_distribution.media import AudioFacts, CoverFacts
from maxbooster_distribution.outlets import spotify
from maxbooster_distribution.quality.review import review, rules
from maxbooster_distribution.quality.rule import Subject

from .conftest import described

AUDIO = AudioFacts("1.wav", "a" * 64, 1000, "WAV", "PCM_24", 44_100, 2, 24, 60.0)
PICTURE = CoverFacts("c.png", "b" * 64, 1000, "PNG", "RGB", 3000, 3000)
TODAY = date(2026, 11, 25)


def subject(title="Harbour", *, subtitle=None, language="en", audio=AUDIO, picture=PICTURE, **more):
    track = {"title": title, "subtitle": subtitle, "language": language, "credits": [], "isrc": "QZES92600001"}
    said = described(title="Quay", upc="036000291452", tracks=[track]) | more
    description = msgspec.convert(said, ReleaseDescription)
    return Subject(description=description, audio=[audio] * len(said["tracks"]), cover=picture, today=TODAY)


def found(*given, **more):
    """The rules that object to the track's title."""
    return {each.rule: each for each in review(subject(*given, **more)) if each.field.startswith("tracks[0].")}


def test_the_rules_for_titles_are_all_there_with_their_severities():
    expected = dict.fromkeys([f"T{number:02}" for number in range(1, 21)], "ERROR")
    expected |= dict.fromkeys(["T04", "T05", "T08", "T17", "T18", "T20", "T25"], "WARN") | {"T24": "INFO"}
    assert {rule.id: rule.severity for rule in rules if rule.id.startswith("T")} == expected


@pytest.mark.parametrize(
    ("title", "rule", "mended"),
    [
        ("   ", "T01", None),
        ("Har\u200bbour", "T01", "Harbour"),
        ("HARBOUR LIGHTS", "T02", "Harbour Lights"),
        ("harbour lights", "T03", "Harbour Lights"),
        ("hARBOUR lIGHTS", "T03", "Harbour Lights"),
        ("Lights Of The Harbour", "T04", "Lights of the Harbour"),
        ("Harbour ft. Jo", "T06", "Harbour (feat. Jo)"),
        ("Harbour (Feat Jo and Mia)", "T06", "Harbour (feat. Jo & Mia)"),
        ("Harbour (feat. Jo)", "T07", "Harbour"),
        ("Harbour (feat. Jo)", "T08", None),
        ("Harbour ft. X", "T06", "Harbour (feat. X)"),
        ("Harbour (feat. Jo, Mia, Al)", "T09", "Harbour (feat. Jo, Mia & Al)"),
        ("Harbour (Live)", "T10", "Harbour"),
        ("Harbour - Acoustic", "T10", "Harbour"),
        ("Harbour (Jo Remix)", "T10", "Harbour"),
        ("Harbour (Original Mix)", "T11", "Harbour"),
        ("Harbour (Explicit)", "T12", "Harbour"),
        ("Harbour Limited Edition", "T13", None),
        ("Track 01", "T14", None),
        ("Untitled", "T14", None),
        ("Harbour www.nova.example", "T15", None),
        ("Harbour out now", "T15", None),
        ("Harbour @novalane", "T15", None),
        ("Harbour (prod. Bo Kern)", "T16", "Harbour"),
        ("Harbour 🔥", "T17", None),
        ("Harbour Volume 2", "T18", "Harbour, Vol. 2"),
        ("Harbour Part IV", "T18", "Harbour, Pt. IV"),
        ("Harbour (Jo", "T19", None),
        ("Harbour [One] (Two)", "T19", None),
        ("Harbour // Lights", "T20", "Harbour / Lights"),
    ],
)
def test_a_title_is_objected_to_and_mended(title, rule, mended):
    findings = found(title)
    assert rule in findings, sorted(findings)
    changes = {each.field: each.value for each in findings[rule].changes}
    assert changes.get("tracks[0].title") == mended
    assert findings[rule].message
    assert findings[rule].fix


@pytest.mark.parametrize(
    "title",
    [
        "Harbour", "Lights of the Harbour", "Up", "SOS", "AC/DC", "1999", "Don't Stop (Tonight)", "iPhone Blues",
        "Love in the Time of Rain", "24/7 Blues", "McArthur Park", "Harbour, Vol. 2", "Déjà Vu", "One (Two) [Three]",
        "Live and Let Go", "Part of Me", "Alive", "Tracking Down",
    ],
)  # fmt: skip
def test_a_good_title_is_left_alone(title):
    assert {rule for rule in found(title) if rule.startswith("T")} == set()


def test_titles_in_other_languages_follow_their_own_rules():
    assert "T05" in found("Le Port De La Nuit", language="fr")
    assert found("Le port de la nuit", language="fr") == {}


def test_a_version_in_its_own_field_is_checked_too():
    assert found("Harbour", subtitle="Album Version")["T11"].changes[0].value is None
    assert found("Harbour", subtitle="Live") == {}


def test_mending_credits_a_guest():
    finding = found("Harbour (feat. Jo)")["T07"]
    credits = next(each.value for each in finding.changes if each.field.endswith("credits"))
    assert [(each.name, each.role) for each in credits][-1] == ("Jo", "FeaturedArtist")


def apply(said, changes):
    """Put a fix's values in place, as the page does."""
    for change in changes:
        at, (*steps, last) = said, change.field.replace("[", ".").replace("]", "").split(".")
        for step in steps:
            at = at[int(step)] if step.isdigit() else at[step]
        at[last] = msgspec.to_builtins(change.value)


PIECES = ["harbour", "OF", "(live)", "feat.", "Jo", "x", "[", ")", "vol", "2", "//", "prod.", "🔥", "-", "a"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join))
@example("feat. harbour [ feat. OF")
@example("prod. harbour [ prod. harbour")
@example("feat. x ) feat. harbour")
def test_a_safe_fix_ends_what_its_rule_objected_to(title):
    one = subject(title)
    for finding in review(one):
        if finding.rule.startswith("T") and finding.field == "tracks[0].title" and finding.changes:
            said = msgspec.to_builtins(one.description)
            apply(said, finding.changes)
            if not said["tracks"][0]["title"].strip():
                continue  # nothing but the remark was there: T01 says so now
            mended = msgspec.convert(said, ReleaseDescription)
            again = review(msgspec.structs.replace(one, description=mended))
            assert finding.rule not in {each.rule for each in again if each.field == "tracks[0].title"}, finding


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "fr", "de", "ja"]))
def test_any_text_can_be_reviewed(title, language):
    review(subject(title, language=language))


@pytest.mark.parametrize(
    ("lacking", "rule", "field"),
    [
        ({"credits": []}, "A01", "credits"),
        ({"upc": None}, "I04", "upc"),
        ({"upc": "036000291453"}, "I04", "upc"),
        ({"release_date": None}, "D01", "release_date"),
        ({"original_release_date": "2030-01-01"}, "D01", "original_release_date"),
        ({"p_line": None}, "D04", "p_line"),
        ({"c_line": {"year": 2032, "text": "Quay"}}, "D04", "c_line.year"),
        ({"deals": []}, "R01", "deals"),
        ({"deals": [{"territories": []}]}, "R03", "deals[0].territories"),
        ({"deals": [{"territories": ["Worldwide", "DE"]}]}, "R03", "deals[0].territories"),
        ({"genre": None}, "G01", "genre"),
        ({"tracks": []}, "P03", "tracks"),
        ({"cover": None}, "C03", "cover"),
    ],
)
def test_what_a_message_needs_is_asked_for(lacking, rule, field):
    picture = None if "cover" in lacking else PICTURE
    findings = review(subject(picture=picture, **lacking))
    assert (rule, field, True) in {(each.rule, each.field, each.blocks) for each in findings}


@pytest.mark.parametrize(
    ("audio", "cover", "rule"),
    [
        ({"container": "MP3"}, {}, "S01"),
        ({"container": "WAVEX"}, {}, "S05"),
        ({"sample_rate_hz": 22_050}, {}, "S02"),
        ({"bits": 8}, {}, "S02"),
        ({"encoding": "FLOAT"}, {}, "S02"),
        ({"channels": 1}, {}, "S03"),
        ({}, {"height_px": 2999}, "C01"),
        ({}, {"width_px": 600, "height_px": 600}, "C02"),
        ({}, {"format": "WEBP"}, "C03"),
        ({}, {"mode": "CMYK"}, "C04"),
    ],
)
def test_an_outlet_asks_for_its_own(audio, cover, rule):
    asked = subject(audio=msgspec.structs.replace(AUDIO, **audio), picture=msgspec.structs.replace(PICTURE, **cover))
    findings = [each for each in review(asked, [spotify.outlet()]) if each.blocks]
    assert [(each.rule, each.outlet) for each in findings] == [(rule, "spotify")]


def test_nothing_is_wrong_with_a_good_release():
    assert review(subject(), [spotify.outlet()]) == []
