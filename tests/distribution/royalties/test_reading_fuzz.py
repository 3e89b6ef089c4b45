"""Whatever comes as a statement: it is read, and every amount is counted, or one error names the file and why."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from maxbooster_distribution.royalties.division import Matching, Shares, Timeline, divide
from maxbooster_distribution.royalties.layouts import layout
from maxbooster_distribution.royalties.lines import Form, Reading, read, written_lines
from maxbooster_distribution.royalties.reading import StatementFault

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
FORM = Form("s.csv", layout("standard"), None, "auto")
HEADER = ["Sale Month", "ISRC", "UPC", "Title", "Artist", "Quantity", "Net Amount", "Currency"]
EXAMPLES = settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

words = st.text(st.characters(exclude_categories=["Cs", "Zl", "Zp"], exclude_characters='\0\n\r\t"'), max_size=12)
titles = words.map(lambda text: f"Song {text}")
amounts = st.decimals(-(10**6), 10**6, places=10).map(lambda amount: f"{amount:f}")
cells = st.tuples(
    st.sampled_from(["2026-09", "2026-09-30", "09/30/2026", "Sep 2026"]),
    st.sampled_from(["QZES92600001", "qz-es9-26-00002", "'QZES92600003", ""]),
    st.sampled_from(["", "012345000010", "12345000010"]),
    titles, words, st.integers(-(10**6), 10**9).map(str), amounts, st.sampled_from(["EUR", "eur", " EUR "]),
)  # fmt: skip
odd = st.one_of(
    words, st.sampled_from(["1.23E+11", "1,5", "1.234,5", "NaN", "Infinity", "1e400", "-", "٣", "9" * 400, '"', "=1+1"])
)


def text_of(rows: list[list[str]], delimiter: str, encoding: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows([HEADER, *rows])
    return file.getvalue().encode(encoding)


def attempted(folder: Path, content: bytes) -> Reading | None:
    """None if it was refused, in words that name the file."""
    path = folder / "s.csv"
    path.write_bytes(content)
    try:
        return read(path, folder / "lines", FORM)
    except StatementFault as fault:
        words = fault.detail
    assert "s.csv" in words
    assert len(words) > len("s.csv. ") + 10
    return None


@EXAMPLES
@given(
    rows=st.lists(cells, min_size=1, max_size=8), delimiter=st.sampled_from([",", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)  # fmt: skip
def test_a_sound_statement_is_read_and_divided_to_the_unit(tmp_path, rows, delimiter, encoding):
    found = attempted(tmp_path, text_of([list(row) for row in rows], delimiter, encoding))
    assert found is not None
    exact = sum(int(Decimal(row[6]).scaleb(10)) for row in rows)
    assert (found.lines, found.units, found.currency) == (len(rows), exact, "EUR")
    shares = Shares("split", ("ana", "bo", "cy"), (1, 1, 5), 7)
    division = divide(tmp_path / "lines", tmp_path / "divided", Matching({"QZES92600001": Timeline.always(shares)}, {}))
    assert sum(division.payees.values()) + division.unallocated == exact
    assert sum(group.units for group in division.waiting.values()) == division.unallocated
    assert sum(line.units for line in written_lines(tmp_path / "divided")) == exact


@EXAMPLES
@given(rows=st.lists(cells, min_size=1, max_size=5), place=st.tuples(st.integers(0, 4), st.integers(0, 7)), value=odd)
def test_one_odd_cell_is_read_as_it_stands_or_named(tmp_path, rows, place, value):
    wrong = [list(row) for row in rows]
    wrong[place[0] % len(rows)][place[1]] = value
    found = attempted(tmp_path, text_of(wrong, ",", "utf-8"))
    assert found is None or found.lines == len(rows)


@EXAMPLES
@given(content=st.binary(max_size=400))
@example(content=b"\xff\xfe")
@example(content=b"\xef\xbb\xbf")
@example(content=b"\xff\xfe\x00\x00a")
@example(content=b'Period,Quantity,Amount,Currency\n2026-09,1,"1')
def test_bytes_of_any_kind_are_refused_in_words(tmp_path, content):
    attempted(tmp_path, content)


@EXAMPLES
@given(
    rows=st.lists(cells, min_size=1, max_size=4),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_damaged_statement_is_read_or_refused(tmp_path, rows, cuts, encoding):
    content = text_of([list(row) for row in rows], ",", encoding)
    for place, bytes_ in cuts:
        at = int(place * len(content))
        content = content[:at] + bytes_ + content[at + 1 :]
    attempted(tmp_path, content)
