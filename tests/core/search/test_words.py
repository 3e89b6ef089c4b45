"""Words as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.plugin import has_words
from maxbooster.search.words import LONGEST, terms, words


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Beyoncé", "beyonce"),
        ("Beyonce\u0301", "BEYONCÉ"),
        ("Łódź", "lodz"),
        ("Ørsted", "orsted"),
        ("Straße", "strasse"),
        ("STRASSE", "straß"),
        ("İstanbul", "istanbul"),
        ("Σίσυφος", "σισυφοσ"),
        ("Don’t Stop", "dont"),
        ("Dont Stop", "don't"),
        ("Don´t Stop", "don`t stop"),
        ("AC/DC", "acdc"),
        ("AC/DC", "ac dc"),
        ("AC/DC", "AC/DC"),
        ("ACDC", "ac/dc"),
        ("AC DC", "ac-dc"),
        ("M.I.A.", "mia"),
        ("R.E.M", "r.e.m."),
        ("P!nk", "P!nk"),
        ("P!nk", "pink"),
        ("Pink", "p!nk"),
        ("A$AP Rocky", "asap"),
        ("$uicideboy$", "suicideboys"),
        ("!!!", "!!!"),
        ("÷", "÷"),
        ("東京事変", "東京"),
        ("東京事変", "事変"),
        ("東京事変", "変"),
        ("ガール", "ガ"),
        ("ｶﾞｰﾙ", "ガール"),
        ("ＡＢＣ", "abc"),
        ("ที่รัก", "รัก"),
        ("한국어 노래", "한국"),
        ("Love❤️", "love ❤"),
        ("🔥 Fire", "🔥"),
        ("USS1Z9900001", "US-S1Z-99-00001"),
        ("US-S1Z-99-00001", "uss1z99"),
        ("Foo – Bar", "foo - bar"),
        ("Low_Tide", "LOW_t"),
        ("Foo\u200bBar", "foobar"),
    ],
)
def test_a_title_is_found_by_what_people_type(title, typed):
    assert has_words(typed, title)


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Midnight", "night"),
        ("Harbour Lights", "harbour night"),
        ("が", "か"),
        ("Hello!", "helloi"),
        ("東京事変", "京東"),
        ("Rock", "!!!"),
        ("100", "%"),
    ],
)
def test_a_title_is_not_found_by_what_it_does_not_say(title, typed):
    assert not has_words(typed, title)


@pytest.mark.parametrize("nothing", ["", "   ", "\u0301\u0302", "\x00", "\ud800", "\u200b\u200d", "'"])
def test_what_says_nothing_asks_for_nothing(nothing):
    assert (words(nothing), terms(nothing)) == (set(), [])


@given(st.text(st.characters(exclude_categories=())))
def test_every_text_is_found_by_itself(text):
    assert has_words(text, text) == bool(list(terms(text)))


@given(st.text(st.characters(exclude_categories=())))
def test_words_are_plain_tokens_for_both_databases(text):
    """Whatever is typed or stored, nothing of the databases' own syntax is left in it."""
    for word in words(text) | {word for term in terms(text) for each in term for word in each}:
        assert 0 < len(word) <= LONGEST
        assert all(each.isalnum() for each in word if each.isascii())
        assert not any(each.isspace() or "\ud800" <= each <= "\udfff" for each in word)
        word.encode()


def test_long_words_are_compared_by_their_first_hundred_characters():
    assert has_words("a" * 150, "a" * 120)
    assert not has_words("a" * 120, "a" * 90)
