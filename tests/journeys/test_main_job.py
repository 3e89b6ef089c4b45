"""The main job: a recording from upload to paid-out royalties, as `make demo` does it, and its pages in a browser."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import soundfile
from lxml import etree

from maxbooster.testing import services
from maxbooster.testing.processes import Process

from .conftest import Seat, heard
from .test_web_pages import SCREENS, SIZES, _axe

ERN = "{http://ddex.net/xml/ern/43}"


def demo(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "maxbooster", "demo", "--headless", "--dir", str(folder), *more]
    command += ["--port", str(services.free_port())]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, cwd=folder.parent)


@dataclass
class Standing:
    """A demo that went through and stays up."""

    base: str
    login: dict[str, str]
    summary: dict[str, Any]


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("demo") / "here", services.free_port()
    log = folder.parent / "demo.log"
    process = Process(["demo", "--dir", str(folder), "--port", str(port)], {}, log=log)
    process.start()
    until = time.monotonic() + 110
    while "The platform is up" not in log.read_text("utf-8"):
        assert time.monotonic() < until
        assert not process.ended, log.read_text("utf-8")
        time.sleep(0.1)
    kept = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("login", "summary")}
    yield Standing(f"http://127.0.0.1:{port}", **kept)
    process.stop()


@pytest.fixture(scope="module")
def summary(standing):
    return standing.summary


def test_every_stage_came_to_its_end(summary):
    assert summary["failed"] is None
    assert len(summary["stages"]) >= 9
    assert all(stage["seconds"] > 0 and stage["result"] and stage["place"] for stage in summary["stages"])
    assert sum(stage["seconds"] for stage in summary["stages"]) < 60


def test_the_master_is_what_was_promised(summary):
    """The file itself, not what the platform says of it; ffmpeg's meter is asked in the studio's own tests."""
    with soundfile.SoundFile(summary["master"]) as master:
        assert (master.samplerate, master.channels, master.subtype) == (44_100, 2, "PCM_24")
        assert 50 < master.frames / master.samplerate < 56
    assert abs(summary["integrated_lufs"] + 14.0) <= 0.1
    assert summary["true_peak_dbtp"] <= -1.0


def test_three_outlets_hold_the_whole_release_and_have_answered(summary):
    assert len(summary["packages"]) == 3
    for folder in map(Path, summary["packages"]):
        assert len(list(folder.glob("BatchComplete_*.xml"))) == 1
        [message] = folder.glob("[0-9]*/[0-9]*.xml")
        root = etree.parse(message).getroot()
        assert root.tag == f"{ERN}NewReleaseMessage"
        files = root.findall(".//File")
        assert len(files) == 2
        for file in files:
            content = (message.parent / file.findtext("URI")).read_bytes()
            assert sha256(content).hexdigest() == file.findtext("HashSum/HashSumValue").lower()
            assert len(content) == int(file.findtext("FileSize"))
        delivered = [each.read_bytes() for each in message.parent.glob("resources/*")]
        assert Path(summary["master"]).read_bytes() in delivered
    assert len(summary["acknowledgements"]) >= 3
    for answer in summary["acknowledgements"]:
        assert etree.parse(answer).getroot().tag.endswith("AcknowledgementMessage")


def test_what_came_in_is_what_went_out(summary):
    """To the cent, by the payees' own statements: their shares of the lines add up to what the outlets report."""
    assert summary["ledger_ok"] is True
    assert len(summary["statements"]) == 3
    shares = Decimal(0)
    for statement in map(Path, summary["statements"]):
        with statement.open(encoding="utf-8", newline="") as file:
            shares += sum(Decimal(row["share"]) for row in csv.DictReader(file) if row["line"].isdigit())
    with (Path(summary["statements"][0]).parent / "sales.csv").open(encoding="utf-8", newline="") as file:
        reported = sum(Decimal(row["Net Amount"]) for row in csv.DictReader(file))
    assert abs(shares - reported) < Decimal("0.00001")


@pytest.mark.slow
def test_a_file_that_is_no_recording_ends_it_with_words(tmp_path):
    track = tmp_path / "notes.wav"
    track.write_text("these are no samples")
    ran = demo(tmp_path / "demo", "--track", str(track))
    assert ran.returncode == 1
    assert "notes.wav" in ran.stderr
    assert "Traceback" not in ran.stderr + ran.stdout
    assert "notes.wav" in json.loads((tmp_path / "demo" / "summary.json").read_text("utf-8"))["failed"]


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_goes_the_same_way_over_postgresql_redis_and_s3(database_url, redis_url, s3_url, monkeypatch, tmp_path):
    for name, value in (("DATABASE", database_url), ("REDIS", redis_url), ("STORAGE", s3_url)):
        monkeypatch.setenv(f"MAXBOOSTER_{name}", value)
    ran = demo(tmp_path / "demo")
    assert ran.returncode == 0, ran.stderr
    summary = json.loads((tmp_path / "demo" / "summary.json").read_text("utf-8"))
    test_the_master_is_what_was_promised(summary)
    test_three_outlets_hold_the_whole_release_and_have_answered(summary)
    test_what_came_in_is_what_went_out(summary)


@pytest.mark.slow
def test_a_second_run_shows_what_is_there_and_makes_nothing_twice(tmp_path):
    folder = tmp_path / "again"
    first = demo(folder)
    assert first.returncode == 0, first.stderr
    before = json.loads((folder / "summary.json").read_text("utf-8"))
    second = demo(folder)
    assert second.returncode == 0, second.stderr
    assert "“Harbour Lights” is here from an earlier run, and nothing is made a second time." in second.stdout
    assert f"To begin anew, delete {folder} or choose another folder with --dir." in second.stdout
    assert json.loads((folder / "summary.json").read_text("utf-8")) == before
    before["failed"] = "the power went out"
    (folder / "summary.json").write_text(json.dumps(before))
    third = demo(folder)
    assert third.returncode == 1
    assert "is here from an earlier run that did not finish. To begin anew, delete" in third.stderr


@pytest.mark.slow
async def test_the_demo_account_shows_all_of_it(standing, chromium):
    context = await chromium.new_context(viewport=SIZES["desktop"], locale="en-GB")
    complaints: list[str] = []
    page = heard(await context.new_page(), complaints)
    seat = Seat(context, page, standing.base, complaints)
    await seat.log_in(standing.login["email"], standing.login["password"])
    await page.get_by_text("Good to see you").wait_for()
    places = {stage["name"]: stage["place"].removeprefix(standing.base) for stage in standing.summary["stages"]}
    for name, stage, said in (
        ("master", "Measure it", "What was done, and why"),
        ("release", "Create the release", "Ready on Spotify"),
        ("money", "Pay the payees out", "All paid."),
    ):
        await seat.go(places[stage])
        await page.get_by_text(said).first.wait_for()
        await page.wait_for_timeout(300)
        await page.screenshot(path=SCREENS / f"demo-{name}.png")
        assert await _axe(page) == [], name
    assert seat.complaints == []
    await context.close()
