"""The catalog as people meet it: over HTTP, on both databases."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from stdnum import ean

from maxbooster.db import new_id
from maxbooster.identity import Identity
from maxbooster.plugin import Invalid
from maxbooster.testing import make_person, open_api
from maxbooster_distribution.catalog import identifiers, queries

from .conftest import COVER, REGISTRANT, RELEASES, described, make_release, picture, stored, track, wav


async def test_a_description_is_stored_and_read_back(api):
    said = described(kind="album", tracks=[track(1), track(2, disc=2, subtitle="Live", advisory="Explicit")])
    made = (await api.post(RELEASES, json=said)).json()
    read = (await api.get(f"{RELEASES}/{made['id']}")).json()
    assert read["version"] == 1
    for name in ("kind", "title", "credits", "label", "genre", "release_date", "p_line", "c_line"):
        assert read["description"][name] == said[name], name
    assert [each["title"] for each in read["description"]["tracks"]] == ["Harbour B", "Harbour C"]
    assert read["description"]["tracks"][1]["credits"] == said["tracks"][1]["credits"]
    assert read["description"]["tracks"][1]["disc"] == 2
    assert [each["artists"] for each in (await api.get(RELEASES)).json()["items"]] == ["Nova Lane"]


async def test_a_change_keeps_recordings_and_their_order(api):
    made = (await api.post(RELEASES, json=described(tracks=[track(1), track(2), track(3)]))).json()
    at = f"{RELEASES}/{made['id']}"
    said = (await api.get(at)).json()["description"]
    first, second, third = said["tracks"]
    said["tracks"] = [third | {"title": "Third"}, first, track(4)]
    changed = await api.put(at, json={"version": 1, "description": said})
    assert changed.status_code == 204, changed.text
    now = (await api.get(at)).json()
    assert [each["title"] for each in now["description"]["tracks"]] == ["Third", "Harbour B", "Harbour E"]
    assert [each["id"] for each in now["tracks"]][:2] == [third["id"], first["id"]]
    assert now["version"] == 2
    assert second["id"] not in {each["id"] for each in now["tracks"]}


async def test_a_change_made_from_a_stale_version_is_refused(api):
    made = (await api.post(RELEASES, json=described())).json()
    at = f"{RELEASES}/{made['id']}"
    assert (await api.put(at, json={"version": 1, "description": described(title="One")})).status_code == 204
    late = await api.put(at, json={"version": 1, "description": described(title="Two")})
    assert (late.status_code, late.json()["field"]) == (409, "version")


async def test_a_recording_stands_on_two_releases_with_one_isrc(app, api, account):
    single = (await api.post(RELEASES, json=described(tracks=[track(1, isrc="QZES92600077")]))).json()
    recording = (await api.get(f"{RELEASES}/{single['id']}")).json()["tracks"][0]["id"]
    twin = track(1, isrc="QZES92600077")
    taken = await api.post(RELEASES, json=described(title="Album", kind="album", tracks=[twin]))
    assert (taken.status_code, taken.json()["field"]) == (409, "tracks[0].isrc")
    assert taken.json()["detail"] == "Your recording “Harbour B” has the ISRC QZES92600077."
    album = described(title="Album", kind="album", tracks=[twin | {"id": recording}, track(2)])
    assert (await api.post(RELEASES, json=album)).status_code == 201
    async with app.unit(account) as ctx:
        assert [str(id) for id in (await queries.tracks_by_isrc(ctx, ["QZES92600077", "QZES92699999"])).values()] == [
            recording
        ]


async def test_recordings_are_found_by_upc(app, api, account):
    at = await make_release(app, api, account, kind="ep", tracks=[track(1), track(2)])
    read = (await api.get(at)).json()
    async with app.unit(account) as ctx:
        found = await queries.tracks_by_upc(ctx, [read["description"]["upc"], "000000000000"])
    assert [[str(id) for id in ids] for ids in found.values()] == [[each["id"] for each in read["tracks"]]]


async def test_another_accounts_release_does_not_exist(app, api, account):
    at = await make_release(app, api, account)
    async with open_api(app, new_id()) as stranger:
        assert (await stranger.get(RELEASES)).json()["items"] == []
        change = {"version": 1, "description": described()}
        for method, path, body in (
            ("GET", "", None), ("PUT", "", change), ("DELETE", "", None), ("POST", "/identifiers", None),
            ("GET", "/review", None), ("POST", "/submit", {"outlets": ["spotify"]}), ("GET", "/deliveries", None),
            ("POST", "/takedown", {"outlets": ["spotify"]}), ("POST", "/reactivate", {"outlets": ["spotify"]}),
        ):  # fmt: skip
            answer = await stranger.request(method, at + path, json=body)
            assert answer.status_code == 404, (method, path, answer.text)


async def test_removing_a_release_gives_its_upc_back_but_keeps_recordings_with_isrc(app, api):
    said = described(upc="036000291452", tracks=[track(1, isrc="QZES92600078"), track(2)])
    made = (await api.post(RELEASES, json=said)).json()
    assert (await api.delete(f"{RELEASES}/{made['id']}")).status_code == 204
    async with open_api(app, new_id()) as other:
        assert (await other.post(RELEASES, json=described(upc="036000291452", tracks=[]))).status_code == 201
        taken = await other.post(RELEASES, json=described(tracks=[track(1, isrc="QZES92600078")]))
        assert taken.status_code == 201, "whose code it is is not told to whoever types it in"


# Codes


async def test_label_details_that_somebody_else_changed_are_not_overwritten(api):
    at = "/api/distribution/registrant"
    assert (await api.put(at, json=REGISTRANT | {"expected": {"name": ""}})).status_code == 204
    read = {name: (await api.get(at)).json()[name] for name in ("name", "dpid", "isrc_prefix", "gs1_prefix")}
    assert (await api.put(at, json=read | {"name": "Quay", "expected": read})).status_code == 204
    refused = await api.put(at, json=read | {"name": "Harbor", "expected": read})
    assert (refused.status_code, refused.json()["field"]) == (409, "expected")
    assert (await api.get(at)).json()["name"] == "Quay"


async def test_codes_come_from_the_accounts_prefixes_alone(api):
    made = (await api.post(RELEASES, json=described())).json()
    at = f"{RELEASES}/{made['id']}/identifiers"
    refused = await api.post(at)
    assert refused.status_code == 409
    assert "prefix" in refused.json()["detail"]
    assert (await api.put("/api/distribution/registrant", json=REGISTRANT)).status_code == 204
    issued = (await api.post(at)).json()
    assert issued["upc"].startswith("12345") or issued["upc"].startswith("012345")
    assert ean.is_valid(issued["upc"])
    assert [code[:5] for code in issued["isrcs"]] == ["QZES9"]
    assert (await api.post(at)).json() == issued, "asking again gives the same"


async def test_codes_are_never_issued_twice_not_even_to_two_accounts_at_once(app, api, account):
    async with open_api(app, new_id()) as other:
        ats = []
        for client in (api, other):
            await client.put("/api/distribution/registrant", json=REGISTRANT)
            for number in range(6):
                new = described(title=f"No {number}", tracks=[track(1), track(2)])
                ats.append((client, f"{RELEASES}/{(await client.post(RELEASES, json=new)).json()['id']}/identifiers"))
        answers = await asyncio.gather(*(client.post(at) for client, at in ats))
    issued = [answer.json() for answer in answers]
    upcs, isrcs = [each["upc"] for each in issued], [code for each in issued for code in each["isrcs"]]
    assert len(set(upcs)) == len(upcs) == 12
    assert len(set(isrcs)) == len(isrcs) == 24


async def test_wrong_input_names_its_field(api):
    for wrong, field in (
        ({"upc": "036000291453"}, "upc"),
        ({"tracks": [track(1, isrc="XX-123")]}, "tracks[0].isrc"),
        ({"cover": "not-a-file"}, "cover"),
        ({"kind": "mixtape"}, "kind"),
        ({"language": "english please"}, "language"),
        ({"subtitel": "typo"}, "subtitel"),
    ):
        refused = await api.post(RELEASES, json=described(**wrong))
        assert (refused.status_code, refused.json().get("field")) == (422, field), refused.text
    assert (await api.get(RELEASES)).json()["items"] == []


@given(st.from_regex(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", fullmatch=True))
@example("ISRC12600001")  # of an Icelandic registrant
def test_an_isrc_reads_the_same_however_it_is_written(code):
    hyphened = f"{code[:2]}-{code[2:5]}-{code[5:7]}-{code[7:]}"
    assert (
        identifiers.isrc(code) == identifiers.isrc(hyphened) == identifiers.isrc(f" isrc {hyphened.lower()} ") == code
    )


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20))
def test_what_is_no_code_is_refused_in_words(text):
    for read in (identifiers.isrc, identifiers.upc, identifiers.dpid, identifiers.isrc_prefix, identifiers.gs1_prefix):
        refusal = None
        try:
            assert read(text)
        except Invalid as error:
            refusal = error.detail
        assert refusal is None or repr(text) in refusal


@given(st.text(alphabet="0123456789", min_size=11, max_size=12).filter(lambda body: body.strip("0")), st.integers(1, 9))
def test_one_wrong_digit_in_a_upc_is_found(body, step):
    code = body + ean.calc_check_digit(body)
    assert identifiers.upc(code) in (code, code[1:])
    wrong = str((int(code[3]) + step) % 10)
    with pytest.raises(Invalid):
        identifiers.upc(code[:3] + wrong + code[4:])


# Files


async def test_what_a_master_and_a_cover_are_is_read_from_the_files(app, api, account):
    at = await make_release(app, api, account)
    read = (await api.get(at)).json()
    audio = read["tracks"][0]["audio"]
    assert (audio["sample_rate_hz"], audio["channels"], audio["bits"], audio["container"]) == (44_100, 2, 24, "WAV")
    assert audio["duration_s"] == pytest.approx(0.5, abs=0.01)
    assert (read["cover"]["width_px"], read["cover"]["mode"], read["cover"]["format"]) == (3000, "RGB", "PNG")


BOMB = picture(20_000, mode="1")
"""A few kilobytes that would be 400 million pixels."""


async def test_a_bad_file_is_refused_by_name_and_reason(app, api, account):
    for field, name, content, words in (
        ("cover", "bomb.png", BOMB, "far larger than a cover may be"),
        ("cover", "cut.png", COVER[:2000], "damaged"),
        ("cover", "text.png", b"not a picture at all", "not a picture"),
        ("tracks[0].audio", "empty.wav", b"", "empty"),
        ("tracks[0].audio", "cut.wav", wav()[:30], "cannot be read as sound"),
        ("tracks[0].audio", "words.wav", b"these are words", "cannot be read as sound"),
    ):
        file = await stored(app, account, name, content)
        said = described(cover=file) if field == "cover" else described(tracks=[track(1, audio=file)])
        refused = await api.post(RELEASES, json=said)
        assert (refused.status_code, refused.json()["field"]) == (422, field), refused.text
        assert name in refused.json()["detail"]
        assert words in refused.json()["detail"]
    assert (await api.get(RELEASES)).json()["items"] == []


# One GTIN in several forms

FORMS = ["012345000065", "0012345000065", "00012345000065", "0-12345-00006-5"]


@pytest.mark.parametrize("first", FORMS)
@pytest.mark.parametrize("second", FORMS)
async def test_one_gtin_in_two_forms_is_one_code(api, first, second):
    made = await api.post(RELEASES, json=described(upc=first, tracks=[]))
    assert made.status_code == 201, made.text
    taken = await api.post(RELEASES, json=described(title="Another", upc=second, tracks=[]))
    assert (taken.status_code, taken.json()["field"]) == (409, "upc")
    assert "“Harbour B” has the UPC 012345000065" in taken.json()["detail"]


async def test_a_release_is_found_by_any_form_of_its_gtin(app, api, account):
    made = (await api.post(RELEASES, json=described(upc="0012345000065", tracks=[track(1)]))).json()
    async with app.unit(account) as ctx:
        for written in [*FORMS, "12345000065"]:
            assert str(await queries.by_gtin(ctx, written)) == made["id"], written
        for written in ("", "N/A", "036000291452", "10012345000062", "00000000000000"):
            assert await queries.by_gtin(ctx, written) is None, written
        assert set(await queries.tracks_by_upc(ctx, [*FORMS, "", "x"])) == set(FORMS)


@given(st.integers(1, 10**12 - 1))
def test_every_written_form_of_a_gtin_is_the_same(number):
    body = f"{number:012}"
    code = body + ean.calc_check_digit(body)
    kept = identifiers.upc(code)
    assert identifiers.gtin(code) == kept
    assert {identifiers.gtin(form) for form in (code.zfill(14), code.lstrip("0"), kept, f" {code[:3]}-{code[3:]}")} == {
        kept
    }


def taken_codes(review):
    found = (each for each in review.json()["findings"] if each["rule"] in ("I02", "I05"))
    return {each["field"]: each["message"] for each in found}


async def test_another_accounts_codes_are_told_while_they_are_entered_but_not_whose_they_are(app, api, account):
    await make_release(app, api, account, title="Secret", upc="036000291452", tracks=[track(1, isrc="QZES92600099")])
    stranger = await make_person(app, "stranger@example.org")
    own = described(upc="0-36000-29145-2", tracks=[track(2, isrc="QZ-ES9-26-00098"), track(3, isrc="QZ-ES9-26-00099")])
    told = {
        "upc": "UPC 036000291452 cannot be delivered from this account.",
        "tracks[1].isrc": "ISRC QZES92600099 cannot be delivered from this account.",
    }
    async with open_api(app, stranger.account) as theirs:
        assert taken_codes(await theirs.post("/api/distribution/review", json={"description": own})) == told
        made = await theirs.post(RELEASES, json=own)
        assert made.status_code == 201, made.text
        review = await theirs.get(f"{RELEASES}/{made.json()['id']}/review")
        assert taken_codes(review) == told
        assert "Secret" not in review.text
        assert str(account.account) not in review.text


async def test_codes_of_ones_own_other_releases_are_told_with_their_titles(api):
    one = described(upc="036000291452", tracks=[track(1, isrc="QZES92600099")])
    made = (await api.post(RELEASES, json=one)).json()

    async def told(description, **more):
        return taken_codes(await api.post("/api/distribution/review", json={"description": description} | more))

    assert await told(one, release=made["id"]) == {}
    assert await told(one | {"title": "Another"}) == {
        "upc": "Your release “Harbour B” has the UPC 036000291452.",
        "tracks[0].isrc": "Your recording “Harbour B” has the ISRC QZES92600099.",
    }
    recording = (await api.get(f"{RELEASES}/{made['id']}")).json()["tracks"][0]["id"]
    assert await told(described(tracks=[track(1, isrc="QZES92600099", id=recording)])) == {}


async def test_another_accounts_codes_are_not_betrayed_but_cannot_be_delivered(app, api, account, simulated):
    await make_release(app, api, account, upc="036000291452", tracks=[track(1, isrc="QZES92600099")])
    stranger = await make_person(app, "stranger@example.org")
    other = Identity(stranger.account, stranger.user, frozenset({"*"}))
    async with open_api(app, stranger.account) as theirs:
        answers = []
        for upc, isrc in (("012345000058", "QZES92600098"), ("012345000065", "QZES92600099")):
            own = described(upc=upc, tracks=[track(1, isrc=isrc)])
            answers.append((await theirs.post(RELEASES, json=own)).status_code)
        assert answers == [201, 201]
        at = await make_release(app, theirs, other, title="Harbour C", upc="036000291452", tracks=[track(2)])
        refused = await theirs.post(f"{at}/submit", json={"outlets": ["spotify"]})
        assert (refused.status_code, refused.json()["field"]) == (422, "upc")
        assert (await theirs.get(f"{at}/deliveries")).json()["deliveries"] == []


async def test_a_cover_is_shown_small_in_lists(app, api, account):
    at = await make_release(app, api, account)
    [row] = [each for each in (await api.get(RELEASES)).json()["items"] if at.endswith(each["id"])]
    shown = await api.get(f"/api/distribution/covers/{row['cover_file_id']}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert len(shown.content) < 20_000
    with Image.open(io.BytesIO(shown.content)) as small:
        assert small.size == (176, 176)
    other = await stored(app, account, "other.png", picture(100))
    assert (await api.get(f"/api/distribution/covers/{other}")).status_code == 404
