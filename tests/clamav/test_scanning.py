"""What becomes of an upload when it is scanned, and when it cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from maxbooster.health import examine
from maxbooster.testing import drain
from tests.core.storage.tus import FILES, upload

from .conftest import EICAR

SONG = (
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0\x10\xb1\x02\0\x04\0\x10\0data\0\0\0\0" + b"\0" * 200_000
)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def uploaded(app: Any, api: Any, content: bytes, name: str = "song.wav") -> Any:
    file = await upload(app, api, content, name)
    return (await api.get(f"{FILES}/{file}")).json()


async def activity(api: Any, action: str) -> list[Any]:
    return [each["after"] for each in (await api.get("/api/core/audit", params={"action": action})).json()["items"]]


async def test_clean_files_pass_and_infected_ones_are_refused_by_the_signatures_name(app, api, clamd):
    assert (await uploaded(app, api, SONG))["state"] == "ready"
    found = await uploaded(app, api, b"before " + EICAR, "eicar.txt")
    assert found["state"] == "rejected"
    assert "found Eicar-Signature" in found["reason"]
    assert await activity(api, "clamav.infected") == [{"name": "eicar.txt", "signature": "Eicar-Signature"}]
    assert clamd.longest_chunk <= 65_536


@pytest.mark.parametrize("behavior", ["hangs", "drops", "garbage", "cut", "error", "endless"])
@SQLITE
async def test_without_a_verdict_the_file_waits_and_is_never_let_through(app, api, clamd, clock, behavior):
    clamd.behavior = behavior
    assert (await uploaded(app, api, EICAR))["state"] == "checking"
    for _ in range(12):
        clock.advance(minutes=16)
        await drain(app)
    [file] = (await api.get(FILES)).json()["items"]
    assert file["state"] == "checking"
    clamd.behavior = "scans"
    clock.advance(minutes=16)
    await drain(app)
    assert (await api.get(f"{FILES}/{file['id']}")).json()["state"] == "rejected"


async def test_a_scanner_that_is_gone_is_told(app, api):
    assert (await uploaded(app, api, SONG))["state"] == "checking"
    finding = next(each for each in await examine(app) if each.name == "virus scanner")
    assert (finding.ok, "is clamav-daemon running?" in finding.reason) == (False, True)


@SQLITE
async def test_a_scanner_that_is_there_says_its_version(app, clamd):
    finding = next(each for each in await examine(app) if each.name == "virus scanner")
    assert finding.value == "ClamAV 1.4.3/27800/Mon Nov 30 08:00:00 2026" or "signatures are of" in finding.reason


@pytest.mark.parametrize("clamav_settings", [{"clamav__unavailable": "pass"}], indirect=True)
async def test_the_operator_may_let_files_pass_with_a_mark(app, api):
    assert (await uploaded(app, api, SONG))["state"] == "ready"
    [mark] = await activity(api, "clamav.passed_unscanned")
    assert mark["name"] == "song.wav"
    assert "can't be reached" in mark["why"]


@pytest.mark.parametrize(
    ("clamav_settings", "stream_max", "state"),
    [
        ({"clamav__scan_limit_bytes": 150_000}, 100_000_000, "rejected"),
        ({}, 100_000, "rejected"),
        ({"clamav__too_large": "pass"}, 100_000, "ready"),
    ],
    indirect=["clamav_settings"],
)
@SQLITE
async def test_files_beyond_the_limit_of_either_are_refused_or_marked(app, api, clamd, stream_max, state):
    clamd.stream_max = stream_max
    found = await uploaded(app, api, SONG)
    assert found["state"] == state
    assert ("more than is scanned for viruses here" in (found.get("reason") or "")) == (state == "rejected")
    assert len(await activity(api, "clamav.passed_unscanned")) == (state == "ready")


@pytest.mark.parametrize("clamav_settings", [{"clamav__address": ""}], indirect=True)
@SQLITE
async def test_where_no_scanner_is_set_up_nothing_is_scanned_and_doctor_says_so(app, api):
    assert (await uploaded(app, api, SONG))["state"] == "ready"
    finding = next(each for each in await examine(app) if each.name == "virus scanner")
    assert "not used" in finding.value
