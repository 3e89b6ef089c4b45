"""A statement is read exactly as it is meant, or refused with a question: nothing is guessed, swallowed or counted
twice."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maxbooster_distribution.royalties.division import Matching, divide
from maxbooster_distribution.royalties.layouts import layout
from maxbooster_distribution.royalties.lines import Form, Reading, read, written_lines
from maxbooster_distribution.royalties.reading import StatementFault

from .test_statements import HEADER, sold, statement

LINE = "2026-09,{isrc},{upc},Harbour,Nova Lane,Spotify,DE,{quantity},{amount},{currency}"
PER_UNIT = Decimal(10) ** 10


def reading(folder: Path, content: bytes, **options) -> Reading:
    (folder / "s.csv").write_bytes(content)
    currency, decimals = options.pop("currency", None), options.pop("decimals", "auto")
    known = options.pop("layout", None) or layout("standard")
    return read(folder / "s.csv", folder / "lines.csv", Form("s.csv", known, currency, decimals, **options))


def lines_of(folder: Path) -> list:
    return list(written_lines(folder / "lines.csv"))


def refused(folder: Path, content: bytes, **options) -> StatementFault:
    with pytest.raises(StatementFault) as fault:
        reading(folder, content, **options)
    return fault.value


def line(
    *,
    isrc: str = "QZES92700001",
    upc: str = "",
    quantity: str = "10",
    amount: str = "1.00",
    currency: str = "EUR",
) -> str:
    return LINE.format(isrc=isrc, upc=upc, quantity=quantity, amount=amount, currency=currency)


# Numbers


@pytest.mark.parametrize(
    ("content", "options", "quantity", "amount"),
    [
        (b"Period;ISRC;Quantity;Net Amount;Currency\n2026-09;QZES92700001;12.345;37,03;EUR\n", {}, 12345, "37.03"),
        (
            b"Period;ISRC;Quantity;Net Amount;Currency\n2026-09;QZES92700001;10;-1.080;EUR\n",
            {"decimals": "comma"}, 10, "-1080",
        ),
        (statement(line(quantity='"1,080"', amount="1.5")), {}, 1080, "1.5"),
        (statement(line(quantity="0.5", amount="0.05")), {}, Decimal("0.5"), "0.05"),
        (statement(line(quantity="10.0", amount='"1,234,567"')), {}, 10, "1234567"),
        (statement(line(amount='"1,23,456.50"')), {}, 10, "123456.5"),
        (statement(line(amount="1'234.50")), {}, 10, "1234.5"),
        (statement(line(amount='"1\u202f234,50"')), {}, 10, "1234.5"),
        (statement(line(amount="\u22121.5")), {}, 10, "-1.5"),
        (statement(line(amount="1.5E-05")), {}, 10, "0.000015"),
        (statement(line(amount="1.250"), line(amount="0.5")), {}, 10, "1.25"),
        (statement(line(amount="1.250"), line(amount='"2.000,5"')), {}, 10, "1250"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_the_file_writes_them(tmp_path, content, options, quantity, amount):
    reading(tmp_path, content, **options)
    first = lines_of(tmp_path)[0]
    assert (first.quantity, first.units) == (quantity, int(Decimal(amount) * PER_UNIT))


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (statement(line(quantity='"1,080"', amount="12")), {"decimals": "comma"}, "1.080 or 1080"),
        (statement(line(amount="1.080")), {}, "1080 or 1.080"),
        (b"Period;ISRC;Quantity;Net Amount;Currency\n2026-09;A;10;-1.080;EUR\n", {"decimals": "point"}, "-1080"),
        (statement(line(amount="1.5")), {"decimals": "comma"}, "Import it with a decimal point"),
        (statement(line(amount="1.5"), line(amount='"1,5"')), {}, "in two ways"),
        (statement(line(quantity="1.2E+06")), {}, "shortened"),
        (statement(line(quantity="")), {}, "not a number"),
        (statement(line(amount="$1.00")), {}, "not a number"),
        (statement(line(amount="1..5")), {}, "not a number"),
        (statement(line(amount='"12,34.5"')), {}, "not a number"),
    ],
)
def test_numbers_that_can_be_read_in_two_ways_are_asked_for(tmp_path, content, options, words):
    fault = refused(tmp_path, content, **options)
    assert words in fault.detail


def test_an_answer_to_a_question_is_taken(tmp_path):
    content = statement(line(amount="1.080"))
    asked = refused(tmp_path, content).question
    assert (asked.option, [each.value for each in asked.answers]) == ("decimals", ["point"])
    assert reading(tmp_path, content, decimals="point").units == int(Decimal("1.08") * PER_UNIT)
    tabs = b"Period\tISRC\tQuantity\tNet Amount\tCurrency\n2026-09\tQZES92700001\t1\t1.080\tEUR\n"
    assert [each.value for each in refused(tmp_path, tabs).question.answers] == ["point", "comma"]
    assert reading(tmp_path, tabs, decimals="comma").units == int(1080 * PER_UNIT)


LOCALES = {
    "en": (",", "."),
    "de": (".", ","),
    "ch": ("'", "."),
    "fr": ("\u202f", ","),
    "plain": ("", "."),
    "se": (" ", ","),
}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.decimals(-(10**7), 10**7, places=3), min_size=1, max_size=4), quantity=st.integers(0, 10**7),
    form=st.tuples(st.sampled_from(list(LOCALES)), st.sampled_from([",", ";", "\t"]), st.integers(0, 3)),
)  # fmt: skip
def test_a_number_in_any_countrys_form_is_read_exactly_or_refused(tmp_path, amounts, quantity, form):
    locale, delimiter, places = form
    group, mark = LOCALES[locale]

    def spoken(amount: Decimal, digits: int) -> str:
        return f"{amount:,.{digits}f}".replace(",", "\1").replace(".", mark).replace("\1", group)

    exact = [round(amount, places) for amount in amounts]
    rows = [["2026-09", "QZES92700001", spoken(Decimal(quantity), 0), spoken(each, places), "EUR"] for each in exact]
    header = ["Period", "ISRC", "Quantity", "Net Amount", "Currency"]
    quoted = [delimiter.join(f'"{cell}"' if delimiter in cell else cell for cell in row) for row in [header, *rows]]
    content = "\n".join([*quoted, ""]).encode()

    def right(**options) -> bool:
        found = reading(tmp_path, content, **options)
        read_rows = lines_of(tmp_path)
        return found.units == sum(int(each * PER_UNIT) for each in exact) and {e.quantity for e in read_rows} == {
            quantity
        }

    try:
        assert right()
    except StatementFault as fault:
        for advice in ("point", "comma"):
            if f"decimals={advice}" in fault.detail:
                assert right(decimals=advice)


# Dates


def dated(*dates: str) -> bytes:
    return statement(*(line().replace("2026-09", date) for date in dates))


def test_days_and_months_are_told_apart_by_the_file_or_asked_for(tmp_path):
    asked = refused(tmp_path, dated("03/04/2026")).question
    assert [each.value for each in asked.answers] == ["month-first", "day-first"]
    for dates, option, months in (
        (["03/04/2026", "09/30/2026"], "auto", ["2026-03", "2026-09"]),
        (["03/04/2026", "30/09/2026"], "auto", ["2026-04", "2026-09"]),
        (["03/04/2026"], "day-first", ["2026-04"]),
        (["03/04/2026"], "month-first", ["2026-03"]),
        (["04/04/2026"], "auto", ["2026-04"]),
        (["2026-03-04", "Apr 2026", "05.06.2026", "07/2026", "2026/08", "202609"], "auto",
         ["2026-03", "2026-04", "2026-06", "2026-07", "2026-08", "2026-09"]),
    ):  # fmt: skip
        found = reading(tmp_path, dated(*dates), dates=option)
        assert [each.month for each in lines_of(tmp_path)] == months
        assert (found.first_month, found.last_month) == (min(months), max(months))
    assert "in two ways" in refused(tmp_path, dated("30/09/2026", "09/30/2026")).detail
    for wrong in ("2026", "46266", "31/31/2026", "0026-01", "9999-12", "Q3 2026", "09/30/26"):
        refused(tmp_path, dated(wrong))


# Codes


@pytest.mark.parametrize(
    "placeholder",
    ["N/A", "n.a.", "-", "0", "000000000000", "none", "Unknown", "NULL", "#N/A", "?", "999999999999", '"=""0"""'],
)  # fmt: skip
def test_placeholders_are_no_codes_and_each_title_waits_by_itself(tmp_path, placeholder):
    rows = [f"2026-09,{placeholder},{placeholder},{title},Somebody,Spotify,DE,1,5.00,EUR" for title in ("One", "Two")]
    reading(tmp_path, statement(*rows))
    assert {(each.isrc, each.upc) for each in lines_of(tmp_path)} == {("", "")}
    waiting = divide(tmp_path / "lines.csv", tmp_path / "divided", Matching({}, {})).waiting.values()
    assert [(each.title, each.lines) for each in waiting] == [("One", 1), ("Two", 1)]


@pytest.mark.parametrize("code", ["PENDING-1", "12345", "ABC"])
def test_what_is_not_a_code_does_not_bring_titles_together(tmp_path, code):
    rows = [f"2026-09,{code},,{title},Somebody,Spotify,DE,1,5.00,EUR" for title in ("One", "Two")]
    reading(tmp_path, statement(*rows))
    assert len(divide(tmp_path / "lines.csv", tmp_path / "divided", Matching({}, {})).waiting) == 2


def test_titles_under_one_product_code_wait_one_by_one(tmp_path):
    rows = [f"2026-09,,012345678905,{title},Somebody,Spotify,DE,1,5.00,EUR" for title in ("One", "Two")]
    reading(tmp_path, statement(*rows))
    assert len(divide(tmp_path / "lines.csv", tmp_path / "divided", Matching({}, {})).waiting) == 2


@pytest.mark.parametrize(
    ("written", "upc"),
    [('"=""012345678905"""', "012345678905"), ("12345678905", "012345678905"), ("0-12345-67890-5", "012345678905")],
)
def test_codes_lose_what_spreadsheets_put_around_them(tmp_path, written, upc):
    reading(tmp_path, statement(line(upc=written)))
    assert lines_of(tmp_path)[0].upc == upc


@pytest.mark.parametrize(
    ("written", "isrc"),
    [
        ("ISRC US-ABC-26-00001", "USABC2600001"),
        ("isrc: usabc2600001", "USABC2600001"),
        ("ＵＳＡＢＣ２６００００１", "USABC2600001"),
        ("\u200bUSABC2600001\ufeff", "USABC2600001"),
        ("IS-RC1-26-00001", "ISRC12600001"),
        ("ISRC IS-RC1-26-00001", "ISRC12600001"),
    ],
)
def test_an_isrc_is_read_however_it_is_printed(tmp_path, written, isrc):
    """ISRC Handbook 4.3: in print the code stands after the word ISRC."""
    reading(tmp_path, statement(line(isrc=written)))
    assert lines_of(tmp_path)[0].isrc == isrc


@pytest.mark.parametrize("written", ["8.59E11", "8.59E+11", '"8,59E+11"', "859E9", "859000000000.0"])
def test_codes_that_a_spreadsheet_rounded_are_refused(tmp_path, written):
    assert "column as text" in refused(tmp_path, statement(line(upc=written))).detail


# Currency


EARNINGS = "Sale Month\tISRC\tQuantity\t{}\n2026-09\tQZES92700001\t10\t1.00\n"


@pytest.mark.parametrize(
    ("header", "chosen", "currency"),
    [
        ("Earnings (USD)", None, "USD"), ("Earnings [usd]", "USD", "USD"), ("Net Amount in GBP", None, "GBP"),
        ("earnings_usd", None, "USD"), ("EUR Royalty", None, "EUR"), ("Earnings (€)", None, "EUR"),
        ("Earnings ($)", "CAD", "CAD"), ("Earnings", "JPY", "JPY"),
    ],
)  # fmt: skip
def test_the_currency_of_the_header_counts(tmp_path, header, chosen, currency):
    assert reading(tmp_path, EARNINGS.format(header).encode(), currency=chosen).currency == currency


@pytest.mark.parametrize(
    ("header", "chosen", "words"),
    [
        ("Earnings (USD)", "EUR", "The file is in USD, but EUR was chosen"),
        ("Earnings (€)", "USD", "The file is in EUR"), ("Earnings ($)", "EUR", "not EUR"),
        ("Earnings ($)", None, "names no currency"), ("Earnings", None, "names no currency"),
    ],
)  # fmt: skip
def test_a_currency_that_contradicts_the_file_is_refused(tmp_path, header, chosen, words):
    assert words in refused(tmp_path, EARNINGS.format(header).encode(), currency=chosen).detail


def test_currencies_of_lines_are_known_and_one(tmp_path):
    no_currency = "X" * 3  # ISO 4217's code for a transaction without one
    for unknown in ("ABC", no_currency, "XAU", "DEM", "ZZZ"):
        assert "not a currency in use" in refused(tmp_path, statement(line(currency=unknown))).detail
    assert "EUR was chosen" in refused(tmp_path, statement(line(currency="USD")), currency="EUR").detail
    assert "names no currency" in refused(tmp_path, statement(line(), line(currency=""))).detail
    above = b"Statement\nCurrency: USD\n" + EARNINGS.format("Earnings").encode()
    assert reading(tmp_path, above).currency == "USD"
    assert "USD" in refused(tmp_path, above, currency="EUR").detail


# Columns, headers, totals, quotes


def test_two_columns_of_amounts_are_asked_for(tmp_path):
    content = b"Period,ISRC,Quantity,Net Revenue,Royalty,Currency\n2026-09,QZES92700001,1,10.00,7.00,EUR\n"
    asked = refused(tmp_path, content).question
    assert (asked.option, [each.value for each in asked.answers]) == ("columns.amount", ["Net Revenue", "Royalty"])
    assert reading(tmp_path, content, columns={"amount": "Royalty"}).units == 7 * PER_UNIT
    refused(tmp_path, content, columns={"amount": "Gross"})
    two = b"Period,ISRC,Quantity,Amount,Currency,Royalty Currency\n2026-09,QZES92700001,1,10.00,GBP,EUR\n"
    assert refused(tmp_path, two).question.option == "columns.currency"


def test_which_of_two_columns_was_read_is_told(tmp_path):
    content = b"Sale Month,Start Date,ISRC,Quantity,Amount,Currency\n2026-09,2026-10-01,QZES92700001,1,1.00,EUR\n"
    found = reading(tmp_path, content)
    assert found.notes == ["'Sale Month' is read as the period; 'Start Date' is not used."]
    assert lines_of(tmp_path)[0].month == "2026-09"


def test_a_repeated_header_is_told_as_one(tmp_path):
    assert "repeats the header" in refused(tmp_path, statement(line(), HEADER, line())).detail


@pytest.mark.parametrize("word", ["TOTAL", "Grand Total:", "Total (EUR)", "Summe", "合計"])
@pytest.mark.parametrize("place", [0, 3, 5])
def test_totals_are_not_counted(tmp_path, word, place):
    cells = ["2026-09", "", "", "", "", "", "", "20", "10.00", "EUR"]
    cells[place] = word
    sales = [line(amount="4.00"), line(amount="6.00")]
    found = reading(tmp_path, statement(*sales, ",".join(cells)))
    assert (found.units, found.lines) == (10 * PER_UNIT, 2)
    assert "Line 4 is a total (10) and was not counted." in found.notes
    cells[8] = "9.00"
    assert "looks like a total" in refused(tmp_path, statement(*sales, ",".join(cells))).detail


def test_totals_beyond_those_that_are_told_singly_are_counted(tmp_path):
    pair = [line(amount="1.00"), "2026-09,Total,,,,,,1,1.00,EUR"]
    for totals, told, last in (
        (20, 20, "Line 41 is a total (1) and was not counted."),
        (25, 20, "6 more lines are totals, too, and were not counted."),
    ):
        found = reading(tmp_path, statement(*pair * totals))
        notes = [note for note in found.notes if "total" in note]
        assert (found.lines, len(notes), notes[-1]) == (totals, told, last)


def test_subtotals_and_totals_without_a_word(tmp_path):
    subtotal, total = "2026-09,,,Subtotal,,,,20,{},EUR", "2026-09,,,,,,,20,10.00,EUR"
    parts = [line(amount="4.00"), subtotal.format("4.00"), line(amount="6.00"), subtotal.format("6.00")]
    assert reading(tmp_path, statement(*parts)).units == 10 * PER_UNIT
    assert "looks like a total" in refused(tmp_path, statement(line(amount="4.00"), line(amount="6.00"), total)).detail
    first = "2026-09,,,TOTAL,,,,20,10.00,EUR"
    assert "looks like a total" in refused(tmp_path, statement(first, line(amount="10.00"))).detail
    song = "2026-09,QZES92700009,,Total,Nova Lane,Spotify,DE,1,10.00,EUR"
    assert reading(tmp_path, statement(line(amount="10.00"), song)).units == 20 * PER_UNIT


TABS = "Period\tISRC\tTitle\tQuantity\tNet Amount\tCurrency\n{}"


def test_tab_separated_text_is_not_quoted(tmp_path):
    rows = '2026-09\tQZES92700001\t"Til Dawn\t1\t1.00\tEUR\n2026-09\tQZES92700002\tBlue Mix 12"\t1\t2.00\tEUR\n'
    assert reading(tmp_path, TABS.format(rows).encode()).units == 3 * PER_UNIT
    assert [each.title for each in lines_of(tmp_path)] == ['"Til Dawn', 'Blue Mix 12"']
    rows = "2026-09\tQZES92700001\t{}\t1\t1.00\tEUR\n"
    for written in ('"Heroes" (Live)', '"""Heroes"" (Live)"'):
        found = reading(tmp_path, TABS.format(rows.format(written)).encode())
        assert lines_of(tmp_path)[0].title == '"Heroes" (Live)'
        assert "Quotes are read as part of the text" in found.notes[0]
    all_quoted = TABS.format(rows.format('A ""B""')).replace("\t", '"\t"').replace("\n", '"\n"')[:-1]
    reading(tmp_path, f'"{all_quoted}'.encode())
    assert lines_of(tmp_path)[0].title == 'A "B"'


def test_quotes_that_reach_over_lines_are_refused(tmp_path):
    swallow = [
        '2026-09,QZES92700001,,"Til Dawn,A,Spotify,DE,1,1.00,EUR',
        '2026-09,QZES92700002,,Mix",A,Spotify,DE,1,2.00,EUR',
    ]
    assert "reaches from line 2 to line 3" in refused(tmp_path, statement(*swallow)).detail
    assert "quotes do not match" in refused(tmp_path, statement(swallow[0], line())).detail


def test_a_layout_can_say_how_its_files_are_written(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'title = "M"\ndelimiters = [";"]\ndates = ["%d/%m/%Y"]\ndecimals = "point"\nmay_be_empty = ["quantity"]\n'
        '[columns]\nperiod = ["P"]\nquantity = ["Q"]\namount = ["A"]\ncurrency = ["C"]\n'
        '[required]\nfields = ["period", "amount"]\n'
    )
    reading(tmp_path, b"P;Q;A;C\n03/04/2026;;1.080;EUR\n", layout=layout("mine", tmp_path))
    [only] = lines_of(tmp_path)
    assert (only.month, only.quantity, only.units) == ("2026-04", 0, int(Decimal("1.08") * PER_UNIT))


# Bounds


# VmHWM, for ru_maxrss begins with the peak of the process that started this one.
_READ_APART = f"""
import re, sys
from pathlib import Path
from {read.__module__} import Form, read
from {layout.__module__} import layout
try:
    read(Path(sys.argv[1]), Path(sys.argv[2]), Form("long.csv", layout("standard"), None, "auto"))
except Exception as fault:
    print(fault.detail)
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def test_a_line_of_600_mb_costs_bounded_memory(tmp_path):
    with (tmp_path / "long.csv").open("wb") as file:
        file.write(statement(line()) + b"x" * 100_000)
        file.seek(600 * 1024**2)
        file.write(b"\n")
    command = [sys.executable, "-c", _READ_APART, str(tmp_path / "long.csv"), str(tmp_path / "lines.csv")]
    told, peak_kib = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "The line is longer than 65,536 characters" in told
    assert int(peak_kib) < 250 * 1024


def test_lines_and_cells_have_a_bound(tmp_path):
    for header in (HEADER, "x" * 70_000 + "," + HEADER):
        long = LINE.replace("Harbour", "x" * 70_000).format(
            isrc="", upc="", quantity="1", amount="1.00", currency="EUR"
        )
        assert "longer than 65,536 characters" in refused(tmp_path, statement(long, header=header)).detail
    cell = LINE.replace("Harbour", "x" * 1_001).format(isrc="", upc="", quantity="1", amount="1.00", currency="EUR")
    assert "A cell is longer than 1,000 characters" in refused(tmp_path, statement(cell)).detail
    assert "longer than a code can be" in refused(tmp_path, statement(line(upc="9" * 41))).detail


# The same statement


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(4)), columns=st.permutations(range(10)),
    form=st.sampled_from(["crlf", "bom", "utf-16", ";", "all quoted"]),
)  # fmt: skip
def test_a_statement_saved_again_has_the_same_content(tmp_path, order, columns, form):
    rows = [line(amount="1.5"), line(amount="0.25", quantity="2"), line(amount="1.5"), sold("QZES92700002", "7.00")]
    first = reading(tmp_path, statement(*rows))
    cells = [HEADER.split(","), *(rows[place].split(",") for place in order)]
    again = [[row[place] for place in columns] for row in cells]
    delimiter = ";" if form == ";" else ","
    wrap = '"{}"' if form == "all quoted" else "{}"
    text = "\n".join(delimiter.join(wrap.format(cell) for cell in row) for row in again)
    encoded = {"bom": "utf-8-sig", "utf-16": "utf-16"}.get(form, "utf-8")
    content = (text.replace("\n", "\r\n") if form == "crlf" else text).encode(encoded)
    assert reading(tmp_path, content).content == first.content
    other = [*rows[:3], sold("QZES92700002", "7.01")]
    assert reading(tmp_path, statement(*other)).content != first.content
    assert reading(tmp_path, statement(*rows, rows[0])).content != first.content
