"""No text of a person becomes a formula in somebody's spreadsheet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.plugin import csv_text
from maxbooster.spreadsheet import csv_said

SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "⁼", "₌"]
BEFORE = ["", " ", "\t", "\n", "\r\n", "\u00a0", "\ufeff", "\u200b", "\u2028", "\x00", " \n\t"]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", BEFORE)
def test_whatever_comes_before_it_a_formula_is_marked(sign, before):
    assert csv_text(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("text", ["", "Nova", "a=b", "1+1", "Ä", "'quoted", "Señor", "🎵", " Nova", "(live)"])
def test_plain_text_stays_as_it_is(text):
    assert csv_text(text) == text


@given(st.text())
def test_what_a_cell_shows_first_is_never_a_sign(text):
    marked = csv_text(text)
    assert marked in (text, f"'{text}")
    seen = [each for each in marked if unicodedata.category(each)[0] not in "ZC"]
    assert not seen or unicodedata.normalize("NFKC", seen[0])[0] not in "=+-@"
    assert csv_said(marked) == text


@pytest.mark.parametrize("text", ["'Til Tuesday", "'", "''", "rock ’n’ roll", "'n'"])
def test_an_apostrophe_that_marks_nothing_stays(text):
    assert (csv_text(text), csv_said(text)) == (text, text)
