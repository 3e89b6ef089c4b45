"""A file of addresses: who is taken, and why the others are not."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maxbooster.audience import export, importing
from maxbooster.audience.schemas import ContactOut, MembershipOut
from maxbooster.db.types import new_id
from maxbooster.plugin import Invalid, suppress_contact
from maxbooster.testing import open_api

from .conftest import AT, contact, in_base64, status


async def upload(api, fans, content, source="Paper at our shows in 2026"):
    return await api.post(f"{AT}/lists/{fans.list_id}/contacts", json={"source": source, "content": in_base64(content)})


async def test_each_line_is_taken_or_named_with_the_reason(app, api, account, fans):
    await fans.join("on@fans.example")
    await fans.join("left@fans.example")
    await fans.post(fans.link("left@fans.example", "unsubscribe"))
    async with app.unit(account) as ctx:
        await suppress_contact(ctx, "angry@fans.example", "complained")
    lines = [
        "Email Address;Name",
        "ann@fans.example;Ann Müller",
        "",
        "nobody;Nobody",
        "ANN@fans.EXAMPLE;Ann again",
        "on@fans.example;",
        "left@fans.example;",
        "angry@fans.example;",
        "jörg@bücher.example;Jörg",
        f"long@fans.example;{'x' * 201}",
    ]
    result = (await upload(api, fans, "\ufeff" + "\r\n".join(lines))).json()
    assert result["imported"] == 2
    assert [(each["line"], each["text"]) for each in result["refused"]] == [
        (4, "nobody"), (5, "ann@fans.example"), (6, "on@fans.example"), (7, "left@fans.example"),
        (8, "angry@fans.example"), (10, "long@fans.example"),
    ]  # fmt: skip
    whys = [each["why"] for each in result["refused"]]
    assert "needs one @" in whys[0]
    assert whys[1] == "It’s in the file twice, first in line 2."
    assert whys[2] == "Already on this list."
    assert whys[3].startswith("They unsubscribed.")
    assert whys[4].startswith("They complained")
    assert "201 characters" in whys[5]
    found = await contact(api, "ann@fans.example")
    assert (found["contact"]["name"], await status(api, "ann@fans.example")) == ("Ann Müller", "confirmed")
    (evidence,) = found["consent"]
    assert (evidence["action"], evidence["method"], evidence["words"]) == (
        "confirmed", "import", "Paper at our shows in 2026",
    )  # fmt: skip
    assert evidence["request_id"]
    assert await status(api, "jörg@xn--bcher-kva.example") == "confirmed"
    again = (await upload(api, fans, "\r\n".join(lines))).json()
    assert again["imported"] == 0
    assert [mail.to for mail in app.mail.sent] == ["on@fans.example", "left@fans.example"], "importing sends nothing"


LOCALS = st.text("abcxyz019!#$%&'*+-/=?^_`{|}~", min_size=1, max_size=20)
PEOPLE = st.dictionaries(
    LOCALS.map(lambda local: f"{local}@fans.example"),
    st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" '=+-@,;\""), max_size=30).map(str.strip),
    max_size=8,
)


@given(PEOPLE)
def test_what_was_exported_is_read_back_as_it_was(people):
    list_id, at = new_id(), datetime(2026, 11, 30, tzinfo=UTC)
    member = MembershipOut(list_id, "confirmed", at, '=On paper,\nat "shows"')
    contacts = [ContactOut(new_id(), email, name, at, [member]) for email, name in people.items()]
    content = export.written(contacts, {list_id: "+News; from 'Nova'"})
    rows, refused = importing.read(content.encode())
    assert refused == []
    assert {row.email: row.name for row in rows} == people


async def test_an_export_can_be_imported_into_another_account(app, api, fans):
    lines = ["email,name", "+1@x.example,=Ann", "'+1@x.example,'Til Tuesday", "-a@x.example,'=Ben"]
    assert (await upload(api, fans, "\n".join(lines))).json()["imported"] == 2, "an apostrophe that marks is no letter"
    exported = (await api.get(f"{AT}/export")).text
    assert "'+1@x.example,'=Ann," in exported
    async with open_api(app, new_id()) as other:
        id = (await other.post(f"{AT}/lists", json={"title": "News", "sender": "Nova"})).json()["id"]
        content = {"source": "Ours", "content": in_base64(exported)}
        assert (await other.post(f"{AT}/lists/{id}/contacts", json=content)).json()["imported"] == 2
        again = (await other.get(f"{AT}/export")).text
    columns = [[line[:2] for line in csv.reader(io.StringIO(text))] for text in (exported, again)]
    assert sorted(columns[0]) == sorted(columns[1])


async def test_addresses_alone_need_no_header(api, fans):
    assert (await upload(api, fans, "a@fans.example\nb@fans.example,Ben\n")).json() == {
        "imported": 2,
        "refused": [],
        "left_out": {},
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"street,town\nx,y", "names no column"),
        (b'a@fans.example,"open', "imported"),
        (b"", ""),
        (b"a@fans.example\0\n", ""),
    ],
)
async def test_what_is_no_file_of_addresses_is_said_so(api, fans, content, said):
    answer = await upload(api, fans, content)
    assert answer.status_code in (200, 422)
    assert said in answer.text


async def test_a_bad_first_line_is_no_second_header(api, fans):
    result = (await upload(api, fans, "email,name\nnobody,Bob\nann@fans.example,Ann\n")).json()
    assert (result["imported"], [each["line"] for each in result["refused"]]) == (1, [2])


async def test_whoever_the_file_says_did_not_agree_is_refused(api, fans):
    file = (
        "Email Address,Marketing Status\na@fans.example,Subscribed\nb@fans.example,Unsubscribed\nc@fans.example,waiting"
    )
    result = (await upload(api, fans, file)).json()
    assert (result["imported"], [each["text"] for each in result["refused"]]) == (
        1,
        ["b@fans.example", "c@fans.example"],
    )
    assert "“Unsubscribed”" in result["refused"][0]["why"]


async def test_an_open_quotation_mark_is_told_with_its_lines(api, fans):
    file = 'email,name\nq1@f.example,"open\nq2@f.example,B\nq3@f.example,C\nq4@f.example,D"\nq5@f.example,E\n'
    result = (await upload(api, fans, file)).json()
    assert (result["imported"], result["refused"][0]["line"]) == (1, 2)
    assert "Lines 2 to 5 read as one" in result["refused"][0]["why"]


async def test_a_long_file_is_imported(api, fans):
    file = "email,name\n" + "".join(f"fan{number}@fans.example,{'x' * 60}\n" for number in range(2500))
    assert (await upload(api, fans, file)).json()["imported"] == 2500


async def test_another_encoding_is_told(app, account, fans):
    async with app.unit(account) as ctx:
        with pytest.raises(Invalid, match="not text in UTF-8"):
            await importing.import_contacts(ctx, fans.list_id, "J\xf6rg".encode("latin-1"), "Shows")


async def test_a_source_is_required_and_files_have_an_end(api, fans, monkeypatch):
    for source in ("", "  "):
        answer = await upload(api, fans, "a@fans.example", source)
        assert (answer.status_code, answer.json()["field"]) == (422, "source")
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    answer = await upload(api, fans, "a@f.example\nb@f.example\nc@f.example")
    assert (answer.status_code, "split it" in answer.text) == (413, True)
    assert (await upload(api, fans, b"x" * 2_000_001)).status_code == 422
    assert (await upload(api, fans, b"x" * 2_200_000)).status_code == 413


async def test_an_export_runs_nothing_in_a_spreadsheet_and_can_be_imported_elsewhere(app, api, fans):
    await upload(api, fans, 'email,name\n"=cmd@fans.example","=HYPERLINK(1)"\nben@fans.example,"Ben, the ""Fan"""\n')
    answer = await api.get(f"{AT}/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="contacts.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["email"], row["name"], row["list"], row["status"]) for row in rows] == [
        ("ben@fans.example", 'Ben, the "Fan"', "New music by Nova", "confirmed"),
        ("'=cmd@fans.example", "'=HYPERLINK(1)", "New music by Nova", "confirmed"),
    ]


async def test_lists_are_made_by_hand_too_and_filtered_by(api, fans):
    made = await api.post(f"{AT}/lists", json={"title": "Newsletter", "sender": "Nova Lane"})
    assert made.status_code == 201
    again = await api.post(f"{AT}/lists", json={"title": "NEWSLETTER", "sender": "Nova Lane"})
    assert (again.status_code, again.json()["field"]) == (409, "title")
    await upload(api, fans, "a@fans.example")
    await fans.sign_up("b@fans.example")
    from maxbooster.testing import drain

    await drain(fans.app)
    lists = (await api.get(f"{AT}/lists")).json()["items"]
    assert [(each["title"], each["confirmed"], each["waiting"]) for each in lists] == [
        ("New music by Nova", 1, 1), ("Newsletter", 0, 0),
    ]  # fmt: skip

    async def shown(**query):
        items = (await api.get(f"{AT}/contacts", params=query)).json()["items"]
        return sorted(each["email"][0] for each in items)

    assert await shown(list_id=made.json()["id"]) == []
    assert await shown(list_id=str(fans.list_id)) == ["a", "b"]
    assert await shown(status="waiting") == ["b"]
    assert await shown(status="waiting", list_id=made.json()["id"]) == []


async def test_reading_is_not_writing(app, account, fans):
    async with open_api(app, account.account, "audience.read") as reader:
        assert (await reader.get(f"{AT}/contacts")).status_code == 200
        assert (await upload(reader, fans, "a@fans.example")).status_code == 403
        assert (await reader.post(f"{AT}/lists", json={"title": "x", "sender": "y"})).status_code == 403
    async with open_api(app, account.account, "release.read") as other:
        for path in ("contacts", "lists", "export"):
            assert (await other.get(f"{AT}/{path}")).status_code == 403
