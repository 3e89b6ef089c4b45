"""Statements as outlets send them: any encoding is read, and a fault is named with its file, line, column and value."""

from __future__ import annotations

from pathlib import Path

import pytest

from maxbooster_distribution.royalties.layouts import layout
from maxbooster_distribution.royalties.lines import Form, Reading, read, written_lines
from maxbooster_distribution.royalties.reading import StatementFault

from .test_statements import HEADER, sold, statement


def reading(folder: Path, content: bytes) -> Reading:
    (folder / "september.csv").write_bytes(content)
    form = Form("september.csv", layout("standard"), None, "auto")
    return read(folder / "september.csv", folder / "lines.csv", form)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_and_decimal_commas_are_read(tmp_path, encoding):
    text = "Umsätze\r\nPeriod;ISRC;Quantity;Net Amount;Currency\r\n2026-09;us-xxx-26-00001;1000;1.234,50;EUR\r\n"
    found = reading(tmp_path, text.encode(encoding))
    assert (found.currency, found.lines, found.units) == ("EUR", 1, 1234_50 * 10**8)
    assert [(line.number, line.isrc) for line in written_lines(tmp_path / "lines.csv")] == [(3, "USXXX2600001")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            statement(sold("USXXX2600001", "1.25"), sold("USXXX2600001", '"1,5"')),
            ["september.csv, line 3, column 'Net Amount': '1,5'", "Line 2 has '1.25'", "written alike"],
        ),
        (statement(sold("", "1", upc="1.23E+11")), ["line 2, column 'UPC': '1.23E+11'", "column as text"]),
        (statement(sold("1.23E+11", "1")), ["line 2, column 'ISRC': '1.23E+11'", "column as text"]),
        (statement("2026-09,USXXX2600001,Harbour,10,1.00,EUR"), ["line 2", "6 cells, the header 10"]),
        (statement(sold("A", "1"), "Harbour, live," + sold("B", "1")), ["line 3", "12 cells", "may lack its quotes"]),
        (statement(sold("A", "1"), header=HEADER.replace("Net Amount", "Net Amuont")), ["'Net Amuont' looks like it"]),
        (statement(sold("A", "1"), header=HEADER + ",Net Amount"), ["line 1, column 'Net Amount'"]),
        (statement(sold("A", "1")).decode().encode("utf-16-le"), ["UTF-16 without its byte order mark"]),
        (statement(sold("A", '"1.234,50.6"')), ["column 'Net Amount'", "not a number"]),
        (statement(sold("USXXX2600001", "1"), sold("USXXX2600001", "1\0")), ["NUL"]),
        (b"", ["september.csv. The file is empty"]),
        (statement(), ["no line after the header"]),
        (statement("1", header="Color"), ["No column is the period"]),
        (statement(sold("USXXX2600001", "much")), ["line 2, column 'Net Amount': 'much'. It is not a number"]),
        (statement(sold("A", "1"), sold("A", "1", currency="USD")), ["line 3, column 'Currency': 'USD'", "in EUR"]),
        (statement(sold("A", "1", currency="")), ["names no currency"]),
        (statement(sold("A", "999999999999999")), ["more than can be counted"]),
        ("Period,Quantity,Amount,Currency\n2026-09,1,1,EUR\nNové".encode("latin-1"), ["UTF-8"]),
    ],
)
def test_a_fault_is_named_in_words(tmp_path, content, words):
    with pytest.raises(StatementFault) as fault:
        reading(tmp_path, content)
    for each in ("september.csv", *words):
        assert each in fault.value.detail
