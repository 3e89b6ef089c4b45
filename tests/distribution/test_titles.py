"""Titles, versions and names from public bug reports: what is found, and what is left alone."""

from __future__ import annotations

import re
import time
from collections import Counter

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maxbooster_distribution.description import CreditLine, ReleaseDescription
from maxbooster_distribution.quality import texts
from maxbooster_distribution.quality.review import release_rules, review, rules
from maxbooster_distribution.quality.rule import Subject

from .test_quality import AUDIO, PICTURE, TODAY, apply, subject

MAIN = [{"name": "Nova Lane", "role": "MainArtist"}]


def track(title="Harbour", *, version=None, language="en", credits=(), **more):
    said = {"title": title, "subtitle": version, "language": language, "credits": list(credits), "isrc": "QZES92600001"}
    return subject(tracks=[said | more])


def findings(one, prefix="tracks[0]."):
    return [each for each in review(one) if each.field.startswith(prefix)]


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "T.N.T."), ("en", "I.O.U."), ("en", "M.I.A. Blues"), ("en", "Tidal Wave"), ("en", "Ringtone Blues"),
        ("en", "An Exclusive Lossless Heart"), ("en", "Ft. Worth Morning"), ("en", "Back to Ft. Lauderdale"),
        ("en", "Six Ft. Under"), ("en", "10 Ft. Tall"), ("en", "(You Should) Leave the Light (On for Me)"),
        ("en", "(I Can't Get) No (Real) Sleep"), ("en", "Smile :)"), ("en", "Wink ;)"), ("si", "ශ්‍රී ලංකා"),
        ("fa", "می‌خواهم"), ("ja", "夜の DANCE"), ("ko", "사랑 SONG"), ("en", "Cattle Prod Blues"),
        ("en", "The Best Part I Know"), ("en", "Turn the Volume 11"), ("en", "Part of Me"),
        ("en", "Rock 'n' Roll Heart"),
        ("en", "Hold 'em 'til Dawn"), ("en", "Love (In the Mix)"), ("en", "Sound (To My Edit)"),
        ("en", "Anthology 1995-2005"), ("en", "1999 2000 2001"), ("en", "1 2 3 4 5 6 7 8 9"), ("tr", "Işık ve Gölge"),
        ("ru", "Ночь"), ("ja", "Dance"), ("de", "Die Nacht der Wölfe"), ("en", "#1 Crush"), ("en", "Love & Hate"),
        ("en", "A Great Feat of Strength"), ("en", "(Live) Wire"), ("en", "Way Out Now"), ("en", "On Tidal Waves"),
        ("en", "9 to 5"), ("en", "Turn It Up"), ("en", "Clean Up Your Act"),
    ],
)  # fmt: skip
def test_what_only_looks_wrong_is_left_alone(language, title):
    assert [(each.rule, each.message) for each in findings(track(title, language=language))] == []


@pytest.mark.parametrize(
    ("language", "title", "rule", "better"),
    [
        ("en", "WORLD WAR II", "T02", "World War II"),
        ("en", "T.N.T. BLOWS UP", "T02", "T.N.T. Blows Up"),
        ("tr", "IŞIK VE GÖLGE", "T02", "Işık ve Gölge"),
        ("tr", "İSTANBUL GECESİ", "T02", "İstanbul Gecesi"),
        ("fr", "LE PORT DE LA NUIT", "T02", "Le port de la nuit"),
        ("de", "DIE NACHT DER WÖLFE", "T02", None),
        ("pl", "NOC I DZIEŃ", "T02", None),
        ("en", "TURN IT UP", "T02", "Turn It Up"),
        ("en", "Harbour (Out Now)", "T15", None),
        ("en", "Harbour - Single", "T25", "Harbour"),
        ("en", "Harbour (EP)", "T25", "Harbour"),
        ("en", "Ночь", "L02", None),
        ("ru", "夜の", "L02", None),
        ("en", "Harbour  Lights", "T24", "Harbour Lights"),
        ("en", "Harbour Ringtone (Ringtone)", "T13", None),
        ("en", "Call +1 555 867 5309", "T15", None),
        ("en", "Harbour (Jo's 2009 Remix)", "T10", "Harbour"),
        ("en", "Song 2", "T14", None),
    ],
)
def test_what_is_wrong_is_found(language, title, rule, better):
    found = {each.rule: each for each in findings(track(title, language=language))}
    assert rule in found, found
    changes = {each.field: each.value for each in found[rule].changes}
    assert changes.get("tracks[0].title") == better


@pytest.mark.parametrize(
    ("version", "rule", "better"),
    [("(Live)", "T19", "Live"), ("feat. Jo", "T07", None), ("   ", "T01", None), ("Li\u200bve", "T01", "Live")],
)
def test_a_version_is_looked_at_as_a_title_is(version, rule, better):
    [found] = findings(track("Harbour", version=version))
    assert (found.rule, found.field) == (rule, "tracks[0].subtitle")
    assert {each.field: each.value for each in found.changes}["tracks[0].subtitle"] == better


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        ([("Nova Lane feat. Jo", "MainArtist")], "A02"), ([("Nova Lane vs. Jo", "MainArtist")], "A02"),
        ([("Nova Lane x Jo", "MainArtist")], "A02"), ([("Nova Lane & Jo", "MainArtist"), ("Jo", "Composer")], "A02"),
        ([("Nova Lane", "MainArtist"), ("Nova Lane", "FeaturedArtist")], "A07"),
        ([("Nova Lane", "MainArtist"), ("nova  lane", "MainArtist")], "A07"),
        ([("Nova Lane (Official) www.nova.example", "MainArtist")], "A06"),
        ([("Nova Lane (Producer)", "MainArtist")], "A06"),
        ([("Nova Lane - Guitar", "MainArtist")], "A06"), ([("Various Artists", "MainArtist")], "A04"),
        ([("Sleep Music", "MainArtist")], "A05"), ([("yoga", "FeaturedArtist")], "A05"),
        ([("A Tribute to Nova Lane", "MainArtist")], "A10"), ([("Karaoke Kings", "MainArtist")], "A10"),
    ],
)  # fmt: skip
def test_a_name_is_one_name(names, rule):
    credits = [{"name": name, "role": role} for name, role in names]
    assert rule in {each.rule for each in findings(track(credits=credits))}


@pytest.mark.parametrize(
    "name",
    [
        "Lind & Kern",
        "Earth, Water & Fire",
        "X",
        "The Official Kids",
        "Ft. Knox",
        "1975 Club",
        "Baby Lane",
        "Sleep Token",
    ],
)
def test_names_of_bands_are_left_alone(name):
    assert findings(track(credits=[{"name": name, "role": "MainArtist"}])) == []


def test_a_duo_that_is_credited_is_one_guest():
    credits = [*MAIN, {"name": "Lind & Kern", "role": "FeaturedArtist"}]
    [found] = findings(track("Harbour (feat. Lind & Kern)", credits=credits))
    assert (found.rule, found.changes[0].value) == ("T08", "Harbour")


# Fixes

SCRIPTS = st.sampled_from(["en", "fr", "de", "tr", "ja", "ru", "si", "ar", "nl", "xx"])
PIECES = ["harbour", "OF", "(live)", "feat.", "ft.", "Jo", "x", "&", "[", ")", ":)", "vol", "II", "2", "//",
          "prod. Bo", "🔥", "-", "a", "IŞIK", "夜", "Ночь", "\u200d", "\u200b", "'n'", "Remix", "(Original Mix)", "EP",
          "Part",          "  ", "e\u0301", "T.N.T.", "Single", "Explicit", "(Clean)"]  # fmt: skip
TITLES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join) | st.text(min_size=1, max_size=40)
NAMES = st.sampled_from(["Nova Lane", "Jo", "Jo & Mia", "Nova Lane feat. Jo", "Bo\x0bKern", "  ", "Кино"])
CREDITS = st.lists(st.builds(CreditLine, NAMES, st.sampled_from(["MainArtist", "FeaturedArtist"])), max_size=3)


def said_after(one, changes):
    said = msgspec.to_builtins(one.description)
    apply(said, changes)
    return msgspec.structs.replace(one, description=msgspec.convert(said, ReleaseDescription, strict=False))


@settings(max_examples=400, deadline=None)
@given(TITLES, st.none() | TITLES, SCRIPTS, CREDITS)
@example("feat. harbour [ feat. OF", None, "en", [])
@example("prod. harbour [ prod. harbour", None, "en", [])
@example("Harbour (Live)", "Album Version", "en", [])
@example("0", "FEAT \u200b", "en", [{"name": "  ", "role": "MainArtist"}])
def test_a_fix_is_idempotent_and_leaves_no_new_finding(title, version, language, credits):
    credits = msgspec.to_builtins(credits)
    one = track(title, version=version, language=language, credits=credits)
    found = review(one)
    known = Counter(map(_place, found))
    for finding in found:
        if finding.changes:
            after = said_after(one, finding.changes)
            assert said_after(after, finding.changes) == after
            left = Counter(map(_place, review(after)))
            assert left[_place(finding)] < known[_place(finding)], finding
            assert left <= known, (finding, left - known)


def _place(finding):
    """Credits move up when one is taken out."""
    return finding.rule, re.sub(r"\[\d+\]\.name$", ".name", finding.field)


# Every text


def with_text(index, value):
    """A release whose text number `index` is this one; None if it has fewer."""
    one = subject(label="Quay", catalog_number="1", subtitle="Night", tracks=[
        {"title": "Harbour", "subtitle": "Live", "language": "en", "isrc": "QZES92600001", "genre": "Rock",
         "p_line": {"year": 2026, "text": "Quay"},
         "credits": [*MAIN, {"name": "Bo", "role": "Composer"}]}])  # fmt: skip
    every = list(texts.texts(one.description))
    if index >= len(every):
        return None, None
    said = msgspec.to_builtins(one.description)
    apply(said, [type("Change", (), {"field": every[index].field, "value": value})])
    return every[index].field, msgspec.structs.replace(one, description=msgspec.convert(said, ReleaseDescription))


@pytest.mark.parametrize("character", ["\x0b", "\x00", "\x1b", "\ufffe", "\n", "\x85"])
@pytest.mark.parametrize("index", range(16))
def test_what_no_message_can_hold_is_found_in_every_text_by_its_name(index, character):
    field, one = with_text(index, f"Quay{character}Street")
    if one is not None:
        assert any(each.field == field and each.severity == "ERROR" for each in review(one)), field


@pytest.mark.parametrize("index", range(16))
def test_blanks_are_found_in_every_text(index):
    field, one = with_text(index, " \u200b ")
    if one is not None:
        assert field in {each.field for each in review(one) if each.blocks}


BASES = [
    " ", "a ", "(", ")", "[a] ", "(a)", "(live) ", "feat. ", "(feat. a) ", "ft. under ", "feat. a & b ", "prod. by ",
    "(prod ",
    "- ", " - ", "1", "1 ", "a.", "a-", "@", "a@", "#", "' ", "vol ", "part I ", "A", "A.", "\u200d", "x", "https://",
    "//", "a/",
    ";", ":)", "é", "夜", "Ночь ", "℗ ", "2026 ", "Jo Remix ", "live at ", "& ", ", ", " x ", "\x0b", "e\u0301",
    "ශ්‍", "II ", "\t",
]  # fmt: skip
FIELDS = ["title", "subtitle", "name", "label", "genre", "p_line"]
SHORT, LONG = 1_500, 6_000


def sized(field, base, length):
    text = ("a" + base * length)[:length] + "b"
    said = msgspec.convert(msgspec.to_builtins(subject().description), ReleaseDescription)
    one = said.tracks[0]
    match field:
        case "title" | "subtitle":
            setattr(one, field, text)
        case "name":
            one.credits = [CreditLine(text), CreditLine("Jo")]
        case "p_line":
            said.p_line = msgspec.structs.replace(said.p_line, text=text)
        case _:
            setattr(said, field, text)
    return Subject(description=said, audio=[AUDIO], cover=PICTURE, today=TODAY)


def quickest(one):
    """Seconds, the least of three."""
    spent = []
    for _ in range(3):
        began = time.process_time()
        review(one)
        spent.append(time.process_time() - began)
    return min(spent)


@pytest.mark.parametrize("field", FIELDS)
def test_the_time_of_a_review_grows_no_faster_than_a_text(field):
    """Four times the text takes four times as long, and not sixteen times; a hundredth of a second is noise."""
    for base in BASES:
        short, long = quickest(sized(field, base, SHORT)), quickest(sized(field, base, LONG))
        assert long < 8 * short + 0.02, (base, short, long)


def test_every_rule_has_an_id_of_the_list_and_says_whether_it_can_be_overridden():
    never = {
        "T01",
        "A01",
        "A07",
        "I01",
        "I04",
        "D01",
        "D04",
        "D05",
        "R01",
        "R02",
        "R03",
        "L01",
        "G01",
        "C03",
        "P01",
        "P03",
        "P04",
        "P05",
    }
    assert {rule.id for rule in rules if not rule.overridable} == never
    judged = {"A02", "A03", "A04", "A05", "A06", "A08", "A10", "D03", "T21"}
    assert {rule.id for rule in release_rules if rule.overridable} == judged
