"""Statements as Excel workbooks: what Excel may have changed is told or refused, and nothing unpacks without bound."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from maxbooster_distribution.royalties import workbook
from maxbooster_distribution.royalties.layouts import layout
from maxbooster_distribution.royalties.lines import Form, Line, Reading, read, written_lines
from maxbooster_distribution.royalties.reading import StatementFault

from ..conftest import stored
from .test_statements import AT, HEADER, books, imported, released, statement

COLUMNS = HEADER.split(",")
UNITS = 10**10


def sale(**more: Any) -> list[Any]:
    said = dict(zip(COLUMNS, ["2026-09", "USXXX2600001", "", "Harbour", "Nova Lane", "Spotify", "DE", 10, 1.5, "EUR"]))  # noqa: B905
    names = {"period": "Sale Month", "amount": "Net Amount"}
    for field, value in more.items():
        said[names.get(field) or next(each for each in COLUMNS if each.lower() == field)] = value
    return list(said.values())


def made(*rows: list[Any], change: Callable[[Workbook], None] = lambda book: None, title: str = "Sales") -> bytes:
    book = Workbook()
    book.active.title = title
    for row in (COLUMNS, *rows):
        book.active.append(row)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def reading(folder: Path, content: bytes, **more: Any) -> Reading:
    (folder / "september.xlsx").write_bytes(content)
    form = Form("september.xlsx", layout("standard"), None, "auto")._replace(**more)
    return read(folder / "september.xlsx", folder / "lines.csv", form)


def lines(folder: Path) -> list[Line]:
    return list(written_lines(folder / "lines.csv"))


def fault(folder: Path, content: bytes, **more: Any) -> StatementFault:
    with pytest.raises(StatementFault) as raised:
        reading(folder, content, **more)
    assert raised.value.detail.startswith("september.xlsx")
    return raised.value


def test_a_workbook_says_what_the_same_text_says(tmp_path):
    found = reading(tmp_path, made(sale(), sale(amount=-0.25, quantity=-1), sale(title='Say "hi", now')))
    assert (found.currency, found.lines, found.units) == ("EUR", 3, int(Decimal("2.75") * UNITS))
    assert [(each.number, each.month, each.territory, each.quantity) for each in lines(tmp_path)] == [
        (2, "2026-09", "DE", 10),
        (3, "2026-09", "DE", -1),
        (4, "2026-09", "DE", 10),
    ]
    text = statement(*(",".join(map(str, row)) for row in (sale(), sale(amount="-0.25", quantity="-1"))))
    (tmp_path / "a.csv").write_bytes(text)
    same = read(tmp_path / "a.csv", tmp_path / "b.csv", Form("a.csv", layout("standard"), None, "auto"))
    assert same.content == reading(tmp_path, made(sale(), sale(amount=-0.25, quantity=-1))).content


@settings(max_examples=40, deadline=None)
@given(st.decimals("-999999", "999999", places=9))
def test_money_is_what_the_cell_shows(tmp_path_factory, amount):
    """As a number, to Excel's 15 digits; as text, to the last one."""
    folder = tmp_path_factory.mktemp("money")
    found = reading(folder, made(sale(amount=float(amount)), sale(amount=f"{amount:f}")))
    number, text = lines(folder)
    assert text.units == int(amount * UNITS)
    assert number.units == text.units
    assert found.units == 2 * text.units


@pytest.mark.parametrize(
    ("value", "amount", "noisy"),
    [
        ("0.30000000000000004", "0.3", 1),
        ("3.3000000000000003", "3.3", 1),
        ("-1.0800000000000001E-2", "-0.0108", 1),
        ("0.3", "0.3", 0),
        ("1.0E-7", "0.0000001", 0),
        ("1234.5", "1234.5", 0),
        ("1.2E3", "1200", 0),
        ("12", "12", 0),
    ],
)
def test_binary_noise_is_no_money_and_told(tmp_path, value, amount, noisy):
    content = made(sale(amount=77.25))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read(SHEET).replace(b"<v>77.25</v>", f"<v>{value}</v>".encode())
    found = reading(tmp_path, _repacked(content, SHEET, sheet))
    assert found.units == int(Decimal(amount) * UNITS)
    assert sum("15 digits" in note for note in found.notes) == noisy


def test_a_number_means_the_same_beside_texts_with_decimal_commas(tmp_path):
    """1.234 as a number stays one and a bit; the text beside it says a thousand and more."""
    found = reading(tmp_path, made(sale(amount=1.234), sale(amount="1.234,50")))
    assert [each.units for each in lines(tmp_path)] == [int(Decimal(n) * UNITS) for n in ("1.234", "1234.5")]
    assert found.lines == 2
    asked = fault(tmp_path, made(sale(amount=1.234), sale(amount="1.234")))
    assert asked.question
    assert [each.value for each in asked.question.answers] == ["point", "comma"]


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
@pytest.mark.parametrize("day", [date(2026, 9, 30), datetime(2026, 9, 30, 23, 59, 59)])
def test_dates_are_dates_in_both_date_systems(tmp_path, epoch, day):
    def change(book: Workbook) -> None:
        if epoch:
            book.epoch = epoch

    reading(tmp_path, made(sale(period=day), change=change))
    assert [each.month for each in lines(tmp_path)] == ["2026-09"]


def test_the_sheet_that_fits_is_read_and_told(tmp_path):
    def change(book: Workbook) -> None:
        book.create_sheet("Summary", 0).append(["Total", 1.5])
        book.create_sheet("Empty")
        hidden = book.create_sheet("Old")
        hidden.append(COLUMNS)
        hidden.append(sale(amount=99))
        hidden.sheet_state = "hidden"

    found = reading(tmp_path, made(sale(), change=change))
    assert found.units == int(Decimal("1.5") * UNITS)
    assert found.notes[0] == "The sheet 'Sales' is read; 'Summary' is not."


def test_where_more_than_one_sheet_fits_somebody_chooses(tmp_path):
    def change(book: Workbook) -> None:
        book.create_sheet("Deezer").append(COLUMNS)
        book["Deezer"].append(sale(amount=7))

    content = made(sale(), change=change)
    asked = fault(tmp_path, content)
    assert asked.question
    assert (asked.question.option, [each.value for each in asked.question.answers]) == ("sheet", ["Sales", "Deezer"])
    assert reading(tmp_path, content, sheet="Deezer").units == 7 * UNITS
    assert "no visible sheet 'X'" in fault(tmp_path, content, sheet="X").detail


def test_where_no_sheet_fits_each_can_be_chosen_and_says_why(tmp_path):
    def change(book: Workbook) -> None:
        book.active["A1"] = "Nothing"
        book.create_sheet("Notes").append(["Thanks"])

    content = made(sale(), change=change)
    assert fault(tmp_path, content).question.option == "sheet"
    chosen = fault(tmp_path, content, sheet="Sales")
    assert "No column is the period" in chosen.detail
    assert chosen.question.option == "columns.period"
    assert (
        "no visible sheet with anything" in fault(tmp_path, made(change=lambda book: book.active.delete_rows(1))).detail
    )


def test_lines_above_the_header_and_gaps_count(tmp_path):
    def change(book: Workbook) -> None:
        book.active.insert_rows(1, 3)
        book.active["A1"] = "Quay Street, September"
        book.active.insert_rows(6, 2)
        book.active.merge_cells("A1:D1")

    reading(tmp_path, made(sale(), sale(), change=change))
    assert [each.number for each in lines(tmp_path)] == [5, 8]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (sale(isrc=260000112345.5), ["line 2, column 'ISRC': '260000112345.5'", "rounded this code"]),
        (sale(upc=12345678901234567), ["column 'UPC'", "rounded this code"]),
        (sale(isrc=date(2026, 9, 1)), ["column 'ISRC': '2026-09-01'", "made a date"]),
        (sale(amount=date(2026, 1, 8)), ["column 'Net Amount': '2026-01-08'", "made a date"]),
        (sale(period=time(12, 30)), ["column 'Sale Month'", "time of day"]),
        (sale(period=46266), ["column 'Sale Month': '46266'", "not a date or month"]),
        (sale(amount="=1+1"), ["line 2, column 'Net Amount'", "formula", "Open it in Excel"]),
        (sale(amount="#REF!"), ["column 'Net Amount'", "Excel's error #REF!"]),
        (sale(amount=1e18), ["column 'Net Amount': '1000000000000000000'", "too large"]),
        (sale(amount=True), ["column 'Net Amount': 'TRUE'", "not a number"]),
        (sale(title="x" * 1001), ["column 'Title'", "longer than 1,000"]),
        ([*sale(), "more"], ["line 2", "11 cells, the header 10"]),
    ],
)
def test_what_excel_made_of_a_value_is_refused_in_words(tmp_path, row, words):
    said = fault(tmp_path, made(row)).detail
    for each in words:
        assert each in said


def test_upcs_as_numbers_get_their_zeros_back_and_titles_may_be_anything(tmp_path):
    found = reading(tmp_path, made(sale(upc=12345000010, title=1979), sale(title=date(1999, 5, 1), isrc="")))
    assert [(each.upc, each.title) for each in lines(tmp_path)] == [("012345000010", "1979"), ("", "1999-05-01")]
    assert any("UPCs as numbers" in note and "Lines: 1." in note for note in found.notes)
    assert any("made dates" in note for note in found.notes)


def test_columns_that_are_not_used_may_hold_what_they_like(tmp_path):
    def change(book: Workbook) -> None:
        book.active["K1"], book.active["K2"] = "Check", "=I2*2"

    assert reading(tmp_path, made(sale(), change=change)).lines == 1


def test_hidden_rows_are_refused_and_hidden_columns_told(tmp_path):
    def hide(book: Workbook) -> None:
        book.active.row_dimensions[3].hidden = True

    assert "line 3. This row is hidden" in fault(tmp_path, made(sale(), sale(), change=hide)).detail

    def narrow(book: Workbook) -> None:
        book.active.column_dimensions["I"].hidden = True
        book.active.column_dimensions["B"].width = 40

    [note] = reading(tmp_path, made(sale(), change=narrow)).notes
    assert note == "The column 'Net Amount' is hidden; it is read as the amount."


def test_merged_cells_are_refused(tmp_path):
    said = fault(tmp_path, made(sale(), sale(), change=lambda book: book.active.merge_cells("A2:A3"))).detail
    assert "A2:A3 are merged" in said


def _repacked(content: bytes, name: str, part: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, part if each == name else old.read(each))
    return file.getvalue()


def _zipped(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return file.getvalue()


def _shared(content: bytes, texts: bytes | None = None) -> bytes:
    """The same with its texts apart from its cells, as Excel keeps them; one of them in two formats."""
    inline = re.compile(rb't="inlineStr"><is><t[^>]*>([^<]*)</t></is>')
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet, types = book.read(SHEET), book.read("[Content_Types].xml")
    known = list(dict.fromkeys(inline.findall(sheet)))
    sheet = inline.sub(lambda found: b't="s"><v>%d</v>' % known.index(found[1]), sheet)
    items = [b"<si><t>%s</t></si>" % each for each in known]
    place = known.index(b"Harbour")
    items[place] = b"<si><r><rPr><b/></rPr><t>Har</t></r><r><t>bour</t></r></si>"
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    part = b'<sst xmlns="' + space + b'">' + b"".join(items) + b"</sst>"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    listed = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    changed = _repacked(_repacked(content, SHEET, sheet), "[Content_Types].xml", types.replace(b"</Types>", listed))
    file = io.BytesIO(changed)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", part if texts is None else texts)
    return file.getvalue()


def test_texts_are_read_where_excel_keeps_them(tmp_path):
    content = made(sale(), sale(title="Two\nlines"))
    plain = reading(tmp_path, content)
    shared = reading(tmp_path, _shared(content))
    assert shared.content == plain.content
    assert [each.title for each in lines(tmp_path)] == ["Harbour", "Two lines"]


def _rows(rows: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="' + space + b'"><sheetData>' + rows + b"</sheetData></worksheet>"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (OLE + b"Workbook", "Excel 97 to 2003 (.xls)"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (_zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), "not an Excel workbook"),
        (_zipped(**{"xl/workbook.xml": b"<no"}), "damaged"),
        (_repacked(made(sale()), SHEET, b" " * 20_000_000), "unpacks to 20,000,000 bytes"),
        (_shared(made(sale()), b" " * 20_000_000), "unpacks to"),
        (_repacked(made(sale()), SHEET, _rows(b"<row r='x'/>")), "damaged"),
        (_repacked(made(sale()), SHEET, b"<worksheet"), "damaged"),
    ],
    ids=["password", "xls", "cut", "ods", "no xml", "bomb", "texts", "rows", "sheet"],
)  # fmt: skip
def test_other_kinds_of_files_and_damaged_ones_are_refused(tmp_path, content, words):
    assert words in fault(tmp_path, content).detail


def test_entities_are_not_expanded_without_bound(tmp_path):
    laughs = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    with zipfile.ZipFile(io.BytesIO(made(sale()))) as book:
        sheet = book.read(SHEET).decode()
    bomb = f'<!DOCTYPE w [<!ENTITY a0 "{"ha" * 50}">{laughs}]>' + sheet.replace("</sheetData>", "&a9;</sheetData>")
    assert "damaged" in fault(tmp_path, _repacked(made(sale()), SHEET, bomb.encode())).detail


def test_a_workbook_has_a_size_and_a_width(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "LARGEST_WORKBOOK", 4000)
    assert "at most" in fault(tmp_path, made(sale())).detail
    monkeypatch.undo()
    wide = made(change=lambda book: book.active.cell(1, workbook.MOST_COLUMNS + 1, "far"))
    assert "more than 500 columns" in fault(tmp_path, wide).detail


def test_the_beginning_is_enough_for_a_preview(tmp_path):
    found = reading(tmp_path, made(*(sale() for _ in range(30))), most_lines=7)
    assert (found.lines, found.partial) == (7, True)
    found = reading(tmp_path, made(*(sale() for _ in range(30))), most_lines=30)
    assert (found.lines, found.partial) == (30, False)


async def test_sheets_of_one_workbook_are_statements_of_their_own(app, api, account):
    await released(api)

    def change(book: Workbook) -> None:
        book.create_sheet("Deezer").append(COLUMNS)
        book["Deezer"].append(sale(amount=7, store="Deezer"))

    content = made(sale(isrc="QZES92600001"), change=change)
    file = await stored(app, account, "september.xlsx", content)
    shown = (await api.post(f"{AT}/statements/preview", json={"file_id": file})).json()
    assert (shown["readable"], shown["question"]["option"]) == (False, "sheet")
    chosen = (await api.post(f"{AT}/statements/preview", json={"file_id": file, "sheet": "Sales"})).json()
    assert (chosen["readable"], Decimal(chosen["total"]), chosen["partial"]) == (True, Decimal("1.5"), False)
    first = await imported(app, api, account, content, sheet="Sales", source="spotify")
    second = await imported(app, api, account, content, sheet="Deezer", source="deezer")
    assert (first["state"], second["state"]) == ("imported", "imported"), (first["reason"], second["reason"])
    assert first["id"] != second["id"]
    again = await imported(app, api, account, content, sheet="Sales", source="spotify")
    assert again["id"] == first["id"]
    now = await books(app, api)
    assert (now["receivable", "spotify"], now["receivable", "deezer"]) == (150, 700)
