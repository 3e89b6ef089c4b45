"""A payee's royalty statement as a PDF: what it says is what the API says."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader

from maxbooster.db.types import new_id
from maxbooster.testing import open_api

from .test_statements import AT, imported, payee, released, sold, statement


def in_words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


async def shared(api, release, *shares) -> None:
    parts = [{"payee": payee, "parts": parts} for payee, parts in shares]
    whole = sum(parts for _, parts in shares)
    set_ = await api.put(f"{AT}/tracks/{release['ids'][0]}/splits", json={"shares": parts, "whole": whole})
    assert set_.status_code == 204, set_.text


async def test_its_numbers_are_those_of_the_api(app, api, account, clock):
    release = await released(api, title='Harbour #1 "B" *bold* $x$')
    ana, bo = await payee(api, "Ana Lind <ana>"), await payee(api, "Bo Kern")
    await shared(api, release, (ana, 2), (bo, 1))
    month = f"{clock():%Y-%m}"
    await imported(app, api, account, statement(sold("QZES92600001", "10.00"), sold("QZES92600001", "0.01")))
    dollars = sold("QZES92600001", "7.77", currency="USD").replace("Spotify", "Deezer")
    await imported(app, api, account, statement(dollars), source="deezer")

    at = f"{AT}/royalties/payees/{ana}/statements/{month}"
    answer = await api.get(at)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    assert answer.content == (await api.get(at)).content
    text = in_words(answer.content)
    for said in ("Royalty statement", "Ana Lind <ana>", 'Harbour #1 "B" *bold* $x$', f"{clock():%B %Y}", "Spotify"):
        assert said in text, (said, text)
    shares = (await api.get(f"{AT}/royalties/payees/{ana}")).json()["items"]
    assert {each["currency"] for each in shares} == {"EUR", "USD"}
    numbers = {Decimal(each) for each in re.findall(r"-?\d+\.\d+", text)}
    for share in shares:
        assert Decimal(share["amount"]) in numbers
        assert Decimal(share["credited"]) / 100 in numbers
    assert "6.67 EUR" in text
    assert "5.18 USD" in text


async def test_a_month_without_credits_and_other_accounts_payees_have_none(app, api, account, clock):
    ana = await payee(api, "Ana Lind")
    month = f"{clock():%Y-%m}"
    nothing = await api.get(f"{AT}/royalties/payees/{ana}/statements/{month}")
    assert (nothing.status_code, nothing.json()["detail"]) == (404, f"Nothing was credited to Ana Lind in {month}.")
    assert (await api.get(f"{AT}/royalties/payees/{ana}/statements/2026-13")).status_code == 422
    release = await released(api)
    await shared(api, release, (ana, 1))
    await imported(app, api, account, statement(sold("QZES92600001", "10.00")))
    assert (await api.get(f"{AT}/royalties/payees/{ana}/statements/{month}")).status_code == 200
    assert (await api.get(f"{AT}/royalties/payees/{ana}/statements/2020-01")).status_code == 404
    async with open_api(app, new_id()) as other:
        assert (await other.get(f"{AT}/royalties/payees/{ana}/statements/{month}")).status_code == 404


async def test_what_was_assigned_later_counts_in_the_month_of_its_assignment(app, api, account, clock):
    release = await released(api)
    ana = await payee(api, "Ana Lind")
    await shared(api, release, (ana, 1))
    first = f"{clock():%Y-%m}"
    await imported(app, api, account, statement(sold("QZES92600001", "1.00"), sold("ZZZZ92600009", "5.00")))
    clock.advance(days=40)
    [waiting] = (await api.get(f"{AT}/royalties/waiting")).json()["items"]
    to = {"track": release["ids"][0]}
    assigned = await api.post(f"{AT}/royalties/waiting/{waiting['id']}/assign", json=to)
    assert assigned.status_code == 200, assigned.text
    later = f"{clock():%Y-%m}"
    months = [await api.get(f"{AT}/royalties/payees/{ana}/statements/{each}") for each in (first, later)]
    texts = [in_words(each.content) for each in months]
    assert "1.00 EUR" in texts[0]
    assert "5.00 EUR" in texts[1]
    assert "Harbour B" in texts[1]


async def test_a_name_that_no_font_has_is_said(app, api, account, clock):
    release = await released(api)
    ana = await payee(api, "山田")
    await shared(api, release, (ana, 1))
    await imported(app, api, account, statement(sold("QZES92600001", "1.00")))
    refused = await api.get(f"{AT}/royalties/payees/{ana}/statements/{clock():%Y-%m}")
    assert (refused.status_code, refused.json()["characters"]) == (422, ["山", "田"])
