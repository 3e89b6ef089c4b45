"""`maxbooster distribution`: a release on disk, without a server or a database."""

from __future__ import annotations

import json

import pytest
from click import UsageError
from click.testing import CliRunner

from maxbooster.plugin import Invalid, Problem
from maxbooster_distribution.commands import distribution
from maxbooster_distribution.ddex.receiving import read_batch
from maxbooster_distribution.ddex.schemas import Schemas

from .conftest import official_layout, picture, wav


@pytest.fixture
def release(tmp_path, monkeypatch):
    """A RELEASE.json with its files."""
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    path = tmp_path / "RELEASE.json"
    path.write_text(run("example").output)
    (tmp_path / "01.wav").write_bytes(wav(1))
    (tmp_path / "02.wav").write_bytes(wav(1.5))
    (tmp_path / "cover.png").write_bytes(picture())
    return path


def run(*arguments, fails=None):
    done = CliRunner().invoke(distribution, [str(each) for each in arguments], standalone_mode=False)
    if fails is not None:
        assert isinstance(done.exception, fails), done.exception
    elif done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def change(path, **more):
    path.write_text(json.dumps(json.loads(path.read_text()) | more))


def test_the_example_is_complete(release):
    done = run("validate", release, "--outlet", "spotify")
    assert (done.exit_code, done.stdout) == (0, "No issues: ready for Spotify.\n")


def test_findings_are_told_as_json(release):
    change(release, title="HARBOUR LIGHTS")
    done = run("validate", release, "--outlet", "spotify", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["outlet"], told["blocking"]) == (1, "spotify", 1)
    assert [(each["rule"], each["field"], each["severity"]) for each in told["findings"]] == [("T02", "title", "ERROR")]
    assert told["findings"][0]["changes"] == [{"field": "title", "value": "Harbour Lights"}]


def test_a_package_is_what_its_recipient_accepts(release, tmp_path):
    done = run("package", release, "--outlet", "spotify", "--out", tmp_path / "out", "--json")
    batch = json.loads(done.stdout)["batch"]
    [received] = read_batch(__import__("pathlib").Path(batch), Schemas())
    assert received.problems == ()
    assert (received.upc, received.available) == ("012345678905", True)
    assert (received.sender.dpid, received.recipient.dpid) == ("PADPIDA2026010101N", "PADPIDA2011072101T")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [batch.rpartition("/")[2]]


def test_the_same_batch_id_gives_the_same_bytes(release, tmp_path):
    contents = []
    for name in ("one", "two"):
        run("package", release, "--outlet", "spotify", "--out", tmp_path / name, "--batch", "20261125120000000")
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_what_blocks_is_not_packed(release, tmp_path):
    change(release, upc=None, label=None, p_line=None)
    done = run("package", release, "--outlet", "spotify", "--out", tmp_path / "out", fails=Invalid)
    assert {"upc", "p_line"} <= {line.split()[2].rstrip(":") for line in done.output.splitlines()}, "each is told"
    assert "Nothing is packaged" in str(done.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no release description"),
        ("{", "no release description"),
        ("[]", "Expected `object`"),
        ('{"kind": "ep"}', "title"),
        ('{"kind": "ep", "title": "A", "tittle": "B"}', "tittle"),
        ('{"kind": "ep", "title": "A", "release_date": "soon"}', "release_date"),
        ("[" * 100_000, "no release description"),
    ],
)
def test_a_bad_document_is_refused_in_words(release, content, words):
    release.write_text(content)
    done = run("validate", release, "--outlet", "spotify", fails=Problem)
    assert "RELEASE.json" in str(done.exception)
    assert words in str(done.exception)


def test_missing_files_are_findings(release, tmp_path):
    (tmp_path / "01.wav").unlink()
    (tmp_path / "cover.png").write_bytes(picture()[:500])
    told = json.loads(run("validate", release, "--outlet", "spotify", "--json").stdout)
    assert {(each["field"], each["rule"]) for each in told["findings"] if each["severity"] == "ERROR"} == {
        ("tracks[0].audio", "P05"), ("cover", "P05"),
    }  # fmt: skip


def test_an_unknown_outlet_is_answered_with_those_that_there_are(release):
    done = run("validate", release, "--outlet", "spotfy", fails=UsageError)
    assert "audiomack, deezer, spotify. Did you mean 'spotify'?" in done.exception.message
    done = run("validate", release, fails=UsageError)
    assert "Choose from: audiomack, deezer, spotify" in done.exception.format_message()


def test_an_outlet_is_known_by_its_title_too(release):
    assert run("validate", release, "--outlet", "Spotify").exit_code == 0


def test_a_sender_that_cannot_be_one_is_told_when_it_is_checked(release):
    change(release, sender={"party_id": "abc", "name": "Quay Street"})
    done = run("validate", release, "--outlet", "spotify", fails=Invalid)
    assert "'abc' is no DDEX party id" in str(done.exception)
    assert "$.sender.party_id" in str(done.exception)


def test_a_package_that_ddexs_schemas_have_not_seen_says_so(release, tmp_path):
    done = run("package", release, "--outlet", "spotify", "--out", tmp_path / "one")
    assert (done.exit_code, "schemas add FOLDER" in done.stderr) == (0, True)
    run("schemas", "add", official_layout(tmp_path / "official"))
    assert run("package", release, "--outlet", "spotify", "--out", tmp_path / "two").stderr == ""


def test_a_place_that_cannot_be_written_is_named(release, tmp_path):
    out = tmp_path / "RELEASE.json" / "out"
    done = run("package", release, "--outlet", "spotify", "--out", out, fails=Invalid)
    assert f"{out} cannot be written" in str(done.exception)


def test_the_example_can_be_packed_as_it_stands_and_overwrites_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))
    folder = tmp_path / "harbour"
    assert str(folder / "RELEASE.json") in run("example", "--into", folder).output
    done = run("package", folder / "RELEASE.json", "--outlet", "spotify", "--out", tmp_path / "out")
    assert "5 files" in done.output
    done = run("example", "--into", folder, fails=Invalid)
    assert "is there already" in str(done.exception)


def test_schemas_are_added_to_the_data_folder(release, tmp_path):
    run("schemas", "add", official_layout(tmp_path / "official"))
    assert (tmp_path / "data" / "ddex" / "ern-43" / "release-notification.xsd").is_file()
