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
from maxbooster_distribution.outlets.outlet import OUTLET, Outlet
from maxbooster_distribution.quality.review import review, rules
from maxbooster_distribution.quality.rule import Subject

from .conftest import described

AUDIO = AudioFacts("1.wav", "a" * 64, 1000, "WAV", "PCM_24", 44_100, 2, 24, 60.0)
PICTURE = CoverFacts("c.png", "b" * 64, 1000, "PNG", "RGB", 3000, 3000)
TODAY = date(2026, 11, 25)
SPOTIFY = Outlet(OUTLET, "distribution.spotify", "Spotify", spotify.outlet())


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
    expected |= dict.fromkeys(["T04", "T05", "T08", "T17", "T18", "T20", "T25"], "WARN") | {
        "T21": "ERROR",
        "T24": "INFO",
    }
    assert {rule.id: rule.severity for rule in rules if rule.id.startswith("T")} == expected


@pytest.mark.parametrize(
    ("title", "rule", "fixed"),
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
def test_a_title_is_objected_to_and_fixed(title, rule, fixed):
    findings = found(title)
    assert rule in findings, sorted(findings)
    changes = {each.field: each.value for each in findings[rule].changes}
    assert changes.get("tracks[0].title") == fixed
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
            fixed = msgspec.convert(said, ReleaseDescription)
            again = review(msgspec.structs.replace(one, description=fixed))
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
    findings = [each for each in review(asked, [SPOTIFY]) if each.blocks]
    assert [(each.rule, each.outlets) for each in findings] == [(rule, ["spotify"])]


def store(name: str, **wanted) -> Outlet:
    """One that asks for something else than Spotify."""
    said = spotify.outlet()
    requirements = msgspec.structs.replace(said.requirements, **wanted)
    connector = msgspec.structs.replace(said, requirements=requirements)
    return Outlet(OUTLET, f"distribution.{name.lower()}", name, connector)


def test_what_several_stores_ask_for_is_one_finding_that_names_them_the_strictest_first():
    wishes = {"cover_min_px": 3000, "lead_days": 5, "min_sample_rate_hz": 48_000, "audio": ("FLAC",)}
    strict, mild = store("Strict", **wishes), store("Mild", **wishes | {"cover_min_px": 1400, "lead_days": 21})
    small = msgspec.structs.replace(PICTURE, width_px=1000, height_px=1000)
    asked = subject(picture=small, release_date="2026-11-28")
    first, *more = review(asked, [mild, strict])
    by_rule = {each.rule: each for each in (first, *more)}
    assert len(by_rule) == len(more) + 1
    assert by_rule["C02"].fix == "Use at least 3000 × 3000 (Strict); at least 1400 × 1400 (Mild)."
    assert by_rule["C02"].outlets == ["strict", "mild"]
    assert by_rule["S02"].fix == "Use a master of at least 48 kHz (Mild, Strict)."
    assert by_rule["S01"].fix == "Use FLAC (Mild, Strict)."
    late = by_rule["D02"]
    assert late.fix == "Choose a date at least 21 days ahead (Mild); a date at least 5 days ahead (Strict)."
    assert (late.severity, by_rule["C02"].severity) == ("WARN", "ERROR")


def test_what_one_store_refuses_and_another_would_rather_have_is_one_finding_that_blocks():
    soft = msgspec.structs.replace(PICTURE, width_px=1500, height_px=1500)
    picky, easy = store("Picky", cover_min_px=2000), store("Easy", cover_min_px=640)
    [found] = review(subject(picture=soft), [easy, picky])
    assert (found.blocks, found.outlets) == (True, ["picky", "easy"])
    assert found.fix.startswith("Use at least 2000 × 2000 (Picky); 3000 × 3000 if you have it")
    [alone] = review(subject(picture=soft), [easy])
    assert (alone.blocks, "Easy" in alone.fix) == (False, False)


def test_nothing_is_wrong_with_a_good_release():
    assert review(subject(), [SPOTIFY]) == []


def whole(*tracks, **more):
    """Rule → field and fix, of what the tracks of a release have in common."""
    said = [{"language": "en", "credits": [], **each} for each in tracks]
    reviewed = review(subject(tracks=said, kind="ep", **more))
    return {each.rule: each for each in reviewed if each.rule in ("T21", "A03", "A08", "P01")}


def test_the_same_track_twice_is_refused_unless_its_version_or_artist_differs():
    live = {"title": "harbour ", "subtitle": "Live"}
    other = {"title": "Harbour", "credits": [{"name": "Jo", "role": "MainArtist"}]}
    assert whole({"title": "Harbour"}, live, other) == {}
    twice = whole({"title": "Harbour"}, other, {"title": "HARBOUR"})["T21"]
    assert (twice.field, "tracks 1 and 3" in twice.message, twice.overridable) == ("tracks[2].title", True, True)


def names(*given, role="MainArtist"):
    return [{"name": name, "role": role} for name in given]


def test_many_primary_artists_are_various_artists_and_none_is_lost():
    many = names("Ana", "Bo", "Cy", "Di")
    assert whole({"title": "Harbour"}, credits=many[:3]) == {}
    assert whole({"title": "Harbour"}, credits=many)["A03"].changes == []
    [change] = whole({"title": "Harbour", "credits": names("Ana", "Bo")}, credits=many)["A03"].changes
    assert [each.name for each in change.value] == ["Various Artists"]


def test_a_guest_of_every_track_is_one_of_the_release_and_the_other_way_round():
    guest = names("Jo", role="FeaturedArtist")
    tracks = [{"title": title, "credits": [*names("Nova Lane"), *guest]} for title in ("Harbour", "Quay")]
    [change] = whole(*tracks)["A08"].changes
    assert [(each.name, each.role) for each in change.value][-1] == ("Jo", "FeaturedArtist")
    assert whole(tracks[0], {"title": "Quay"}) == {}
    assert whole(*tracks, credits=[*names("Nova Lane"), *guest]) == {}
    alone = [{"title": title, "credits": names("Nova Lane")} for title in ("Harbour", "Quay")]
    assert "on none of its tracks" in whole(*alone, credits=[*names("Nova Lane"), *guest])["A08"].message


def test_discs_are_numbered_without_gaps():
    assert whole({"title": "Harbour"}, {"title": "Quay", "disc": 2}) == {}
    assert whole({"title": "Harbour"}, {"title": "Quay", "disc": 3})["P01"].field == "tracks[1].disc"
