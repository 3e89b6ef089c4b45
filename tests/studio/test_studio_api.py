"""Measuring and mastering as the artist meets them: over HTTP, on both databases."""

from __future__ import annotations

import asyncio
import base64
import io

import numpy as np
import pytest
import soundfile
from sqlalchemy import insert

from maxbooster.auth.models import Account
from maxbooster.db import new_id
from maxbooster.testing import drain, make_person, open_api, open_browser

from . import sounds
from .bad import BAD
from .conftest import AT

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_recording_is_measured_when_it_is_asked_for(known):
    recording, analysis = known.recording, known.recording["analysis"]
    assert (recording["state"], recording["title"], recording["reason"]) == ("done", "song", None)
    assert (analysis["sample_rate_hz"], analysis["channels"], analysis["duration_s"]) == (44_100, 2, 6.0)
    assert -40 < analysis["integrated_lufs"] < analysis["max_momentary_lufs"] < 0
    assert analysis["sample_peak_dbfs"] <= analysis["true_peak_dbtp"] < 0
    assert {each["outlet"] for each in recording["compliance"]} >= {"spotify", "apple", "club", "broadcast"}


async def test_the_same_file_again_is_the_same_recording(studio, song):
    file = await studio.upload(song)
    first, again = [await studio.api.post(f"{AT}/recordings", json={"file_id": file}) for _ in range(2)]
    assert first.json() == again.json()
    await drain(studio.app, timeout_s=60)
    assert len((await studio.get("recordings"))["items"]) == 1


async def test_peaks_come_at_the_resolution_that_is_wanted(known):
    whole, _ = soundfile.read(known.song)
    for bins in (10, 200, 1000):
        drawn = await known.get(f"recordings/{known.recording['id']}/peaks?bins={bins}")
        peaks = np.frombuffer(base64.b64decode(drawn["peaks"]), "<i2").reshape(drawn["bins"], drawn["channels"], 2)
        assert drawn["bins"] >= bins
        assert drawn["bins"] == -(-len(whole) // drawn["samples_per_bin"])
        assert abs(peaks[..., 1].max() / 32_767 - whole.max()) < 1e-3


async def test_the_loudness_curve_is_drawn(known):
    curve = await known.get(f"recordings/{known.recording['id']}/loudness")
    assert (curve["begin_s"], curve["step_s"]) == (3.0, 0.1)
    assert abs(max(curve["short_term_lufs"]) - known.recording["analysis"]["max_short_term_lufs"]) < 0.06


async def test_a_master_meets_its_target_and_says_why(known):
    master = known.made
    assert (master["state"], master["met"]) == ("done", True)
    assert master["analysis"]["integrated_lufs"] == pytest.approx(-14, abs=0.1)
    assert master["analysis"]["true_peak_dbtp"] <= -1
    assert all(each["title"] and each["reason"].endswith(".") for each in master["settings"])
    assert [each["words"] for each in master["compliance"] if each["outlet"] == "spotify"] == ["plays as it is"]
    assert [row["masters"] for row in (await known.get("recordings"))["items"]] == [1]
    assert (await known.get(f"recordings/{known.recording['id']}/masters"))[0]["id"] == master["id"]


async def test_the_rendered_file_is_what_was_measured(studio, song):
    recording = await studio.bring(song)
    master = await studio.master(recording["id"], target="-16", format="wav32f")
    [rendering] = master["renderings"]
    sound = io.BytesIO(await studio.download(rendering["file_id"]))
    with soundfile.SoundFile(sound) as file:
        assert (file.samplerate, file.channels, file.subtype) == (44_100, 2, "FLOAT")
        assert file.frames == 6 * 44_100
    name = (await studio.api.get(f"/api/core/files/{rendering['file_id']}")).json()["name"]
    assert name == "song – −16 LUFS.wav"


async def test_other_formats_are_rendered_from_the_same_chain(known):
    master = known.made
    for format in ("wav16", "flac24"):
        asked = await known.api.post(f"{AT}/masters/{master['id']}/renderings", json={"format": format})
        assert asked.status_code == 202
    await drain(known.app, timeout_s=60)
    rendered = {each["format"]: each for each in (await known.get(f"masters/{master['id']}"))["renderings"]}
    exact, _ = soundfile.read(io.BytesIO(await known.download(rendered["wav32f"]["file_id"])))
    for format, subtype, bits in (("wav16", "PCM_16", 16), ("flac24", "PCM_24", 24)):
        assert rendered[format]["state"] == "done"
        content = await known.download(rendered[format]["file_id"])
        given, _ = soundfile.read(io.BytesIO(content))
        assert soundfile.info(io.BytesIO(content)).subtype == subtype
        assert np.abs(exact - given).max() <= 1.51 / 2 ** (bits - 1)
    again = await known.api.post(f"{AT}/masters/{master['id']}/renderings", json={"format": "wav16"})
    assert again.json()["file_id"] == rendered["wav16"]["file_id"]


async def test_the_browser_gets_the_chain_that_was_rendered(known):
    chain = await known.get(f"masters/{known.made['id']}/chain")
    assert (chain["sample_rate_hz"], chain["channels"]) == (44_100, 2)
    assert chain["before_lufs"] == known.recording["analysis"]["integrated_lufs"]
    assert chain["after_lufs"] == known.made["analysis"]["integrated_lufs"]
    assert all(number == np.float32(number) for number in chain["numbers"])


async def test_a_file_that_cannot_be_used_says_why(studio, tmp_path):
    """Each by its name and reason, as a result that is looked at: no job has died of it."""
    brought = {}
    for name, (make, _) in BAD.items():
        await asyncio.to_thread(make, tmp_path / name)
        order = {"file_id": await studio.upload(tmp_path / name)}
        brought[name] = (await studio.api.post(f"{AT}/recordings", json=order)).json()
    await drain(studio.app, timeout_s=60)
    for name, (_, words) in BAD.items():
        recording = await studio.get(f"recordings/{brought[name]['id']}")
        assert (recording["state"], recording["reason"].startswith(name)) == ("failed", True), recording["reason"]
        assert words in recording["reason"]
        refused = await studio.api.post(f"{AT}/recordings/{recording['id']}/masters", json={})
        assert refused.status_code == 409
        assert words in refused.json()["detail"]
        assert (await studio.api.get(f"{AT}/recordings/{recording['id']}/peaks")).status_code == 404
    jobs = (await studio.api.get("/api/core/jobs?limit=200")).json()["items"]
    assert {job["state"] for job in jobs} == {"done"}


async def test_silence_is_measured_but_not_mastered(studio, tmp_path):
    recording = await studio.bring(sounds.write(tmp_path / "quiet.wav", np.zeros((44_100, 2))))
    assert recording["state"] == "done"
    assert recording["analysis"]["integrated_lufs"] is None
    assert recording["analysis"]["true_peak_dbtp"] is None
    assert recording["compliance"] == []
    master = await studio.master(recording["id"])
    assert master["state"] == "failed"
    assert "silent" in master["reason"]
    assert master["renderings"] == []


async def test_surround_is_measured_but_not_mastered(studio, tmp_path):
    recording = await studio.bring(sounds.write(tmp_path / "five.wav", sounds.song(1, channels=6)))
    assert recording["analysis"]["channels"] == 6
    refused = await studio.api.post(f"{AT}/recordings/{recording['id']}/masters", json={})
    assert refused.status_code == 422
    assert "6 channels" in refused.json()["detail"]


async def test_a_target_that_is_none_is_refused(known):
    for target in ("radio", "-60", "nan", "inf", "1e400", ""):
        refused = await known.api.post(f"{AT}/recordings/{known.recording['id']}/masters", json={"target": target})
        assert (refused.status_code, refused.json()["field"]) == (422, "target"), target


async def test_a_canceled_master_leaves_nothing(studio, tmp_path):
    recording = await studio.bring(sounds.write(tmp_path / "long.wav", np.tile(sounds.song(), (40, 1))))
    files = len((await studio.api.get("/api/core/files")).json()["items"])
    begun = (await studio.api.post(f"{AT}/recordings/{recording['id']}/masters", json={"target": "club"})).json()
    draining = asyncio.create_task(drain(studio.app, timeout_s=60))
    while (await studio.get(f"masters/{begun['id']}"))["state"] != "working":
        await asyncio.sleep(0.02)
    assert (await studio.api.post(f"/api/core/jobs/{begun['job']}/cancel")).status_code == 200
    await draining
    assert (await studio.get(f"masters/{begun['id']}"))["state"] == "canceled"
    assert (await studio.get(f"masters/{begun['id']}"))["renderings"] == []
    assert len((await studio.api.get("/api/core/files")).json()["items"]) == files
    assert (await studio.api.get(f"/api/core/jobs/{begun['job']}")).json()["state"] == "canceled"


async def test_what_is_removed_while_it_waits_is_not_worked_on(studio, song):
    file = await studio.upload(song)
    made = (await studio.api.post(f"{AT}/recordings", json={"file_id": file})).json()
    assert (await studio.api.delete(f"{AT}/recordings/{made['id']}")).status_code == 204
    await drain(studio.app, timeout_s=60)
    assert (await studio.api.get(f"/api/core/jobs/{made['job']}")).json()["state"] == "done"
    assert (await studio.api.get(f"{AT}/recordings/{made['id']}")).status_code == 404


async def test_a_recording_goes_with_its_file_and_its_masters_go_with_it(studio, song):
    recording = await studio.bring(song)
    master = await studio.master(recording["id"])
    assert (await studio.api.delete(f"/api/core/files/{recording['file_id']}")).status_code == 204
    assert (await studio.api.get(f"{AT}/recordings/{recording['id']}")).status_code == 404
    assert (await studio.api.get(f"{AT}/masters/{master['id']}")).status_code == 404
    assert await studio.download(master["renderings"][0]["file_id"])


async def test_another_accounts_recordings_and_masters_do_not_exist(known):
    recording, master = known.recording, known.made
    async with open_api(known.app, new_id()) as stranger:
        assert (await stranger.get(f"{AT}/recordings")).json()["items"] == []
        theirs = await stranger.post(f"{AT}/recordings", json={"file_id": recording["file_id"]})
        assert theirs.status_code == 404
        for path in ("", "/peaks", "/loudness", "/masters"):
            assert (await stranger.get(f"{AT}/recordings/{recording['id']}{path}")).status_code == 404, path
        for path in ("", "/peaks", "/loudness", "/chain"):
            assert (await stranger.get(f"{AT}/masters/{master['id']}{path}")).status_code == 404, path
        assert (await stranger.delete(f"{AT}/masters/{master['id']}")).status_code == 404
        begun = await stranger.post(f"{AT}/recordings/{recording['id']}/masters", json={})
        assert begun.status_code == 404


async def test_a_viewer_may_listen_but_not_master(known):
    async with open_api(known.app, known.identity.account, "studio.read") as viewer:
        assert (await viewer.get(f"{AT}/recordings/{known.recording['id']}")).status_code == 200
        refused = await viewer.post(f"{AT}/recordings/{known.recording['id']}/masters", json={})
    assert (refused.status_code, refused.json()["permission"]) == (403, "studio.master")


async def test_recordings_are_listed_a_page_at_a_time(studio, tmp_path):
    made = [
        (await studio.bring(sounds.write(tmp_path / f"{number}.wav", sounds.song(0.5, level_db=-number))))["id"]
        for number in range(3)
    ]
    first = await studio.get("recordings?limit=2")
    second = await studio.get(f"recordings?limit=2&cursor={first['next']}")
    assert [row["id"] for row in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None


async def test_recordings_and_masters_are_renamed(studio, tmp_path):
    recording = await studio.bring(sounds.write(tmp_path / "take 3.wav", sounds.song(1)))
    master = await studio.master(recording["id"])
    assert (master["title"], recording["title"]) == ("Spotify", "take 3")
    for path, id in (("recordings", recording["id"]), ("masters", master["id"])):
        renamed = await studio.api.patch(f"{AT}/{path}/{id}", json={"title": "Nightfall"})
        assert (renamed.status_code, renamed.json()["title"]) == (200, "Nightfall")
        assert (await studio.get(f"{path}/{id}"))["title"] == "Nightfall"
        for wrong in ("", "a\nb", "x" * 201):
            assert (await studio.api.patch(f"{AT}/{path}/{id}", json={"title": wrong})).status_code == 422
    assert (await studio.get("recordings"))["items"][0]["title"] == "Nightfall"
    async with open_api(studio.app, new_id()) as stranger:
        refused = await stranger.patch(f"{AT}/masters/{master['id']}", json={"title": "Mine"})
        assert refused.status_code == 404


async def test_a_reference_and_an_intensity_are_asked_for_and_explained(studio, tmp_path):
    dark = np.stack([np.convolve(side, np.ones(12) / 12, "same") for side in sounds.song(3).T], axis=1)
    recording = await studio.bring(sounds.write(tmp_path / "mine.wav", dark))
    reference = await studio.bring(sounds.write(tmp_path / "theirs.wav", sounds.song(3)))
    master = await studio.master(recording["id"], reference_id=reference["id"], intensity=80)
    assert (master["state"], master["reference"], master["intensity"]) == ("done", "theirs", 80), master["reason"]
    assert master["title"] == "Like theirs"
    loudness = reference["analysis"]["integrated_lufs"]
    assert master["analysis"]["integrated_lufs"] == pytest.approx(loudness, abs=0.15)
    reasons = {each["stage"]: each["reason"] for each in master["settings"]}
    assert "“theirs”" in reasons["tone"]
    assert "1.6 times" in reasons["intensity"]
    at = f"{AT}/recordings/{recording['id']}/masters"
    assert (await studio.api.post(at, json={"reference_id": recording["id"]})).status_code == 422
    assert (await studio.api.post(at, json={"reference_id": str(new_id())})).status_code == 404
    assert (await studio.api.post(at, json={"intensity": 101})).status_code == 422
    silent = await studio.bring(sounds.write(tmp_path / "silent.wav", np.zeros(8_000), 8_000))
    refused = await studio.api.post(at, json={"reference_id": silent["id"]})
    assert (refused.status_code, "no loudness" in refused.json()["detail"]) == (409, True)


async def test_hook_file_uses(studio, song):
    """A master stays while a release uses its file, and says which; then it can go."""
    recording = await studio.bring(song)
    master = await studio.master(recording["id"], target="-16", format="wav32f")
    file = master["renderings"][0]["file_id"]
    track = {"title": "Nightfall", "credits": [], "audio": file}
    release = await studio.api.post(
        "/api/distribution/releases", json={"kind": "single", "title": "Nightfall", "tracks": [track], "credits": []}
    )
    assert release.status_code == 201, release.text
    for at in (f"{AT}/masters/{master['id']}", f"/api/core/files/{file}"):
        refused = await studio.api.delete(at)
        assert refused.status_code == 409, refused.text
        assert "the release “Nightfall”" in refused.json()["detail"]
    removed = await studio.api.delete(f"/api/distribution/releases/{release.json()['id']}")
    assert removed.status_code == 204, removed.text
    for at in (f"{AT}/masters/{master['id']}", f"/api/core/files/{file}"):
        assert (await studio.api.delete(at)).status_code == 204


async def test_hook_hand_over(known):
    """Distribution offers a release with the master's file; studio knows nothing of it."""
    [offer] = await known.get(f"masters/{known.made['id']}/offers")
    [rendering] = [each for each in known.made["renderings"] if each["format"] == "wav32f"]
    assert offer["title"] == "Send to a release"
    assert offer["address"] == f"/releases/new?audio={rendering['file_id']}&title=song"
    async with open_api(known.app, known.identity.account, "studio.read") as viewer:
        assert (await viewer.get(f"{AT}/masters/{known.made['id']}/offers")).json() == []


async def test_a_reviewer_hears_one_master_and_nothing_else(known, studio, song):
    """By a link: the report, the curves and the sound; the file only if that was granted; no other master."""
    master, account = known.made["id"], known.identity.account
    nova = await make_person(known.app, f"{new_id().hex}@example.org", account=account)
    named = insert(Account).values(id=account, name="Nova", created_at=known.app.clock())
    await known.app.database.transact(lambda connection: connection.execute(named))
    async with open_browser(known.app) as owner, open_api(known.app) as reviewer:
        await owner.log_in(nova)

        async def share(*rights):
            new = {"kind": "studio.master", "object_id": master, "rights": rights}
            shared = await owner.post("/api/core/grants", json=new)
            assert shared.status_code == 201, shared.text
            reviewer.headers["maxbooster-grant"] = shared.json()["url"].partition("#")[2]
            return shared.json()["id"]

        async def asked(path):
            return await reviewer.get(f"{AT}/{path}")

        await share("studio.read", "studio.download")
        assert (await asked(f"masters/{master}/download")).json()["name"] == "song – Spotify.wav"
        grant = await share("studio.read")
        opened = (await reviewer.get("/api/core/grants/open")).json()
        assert (opened["title"], opened["module"]) == ("song – Spotify", "/static/studio/review.js")
        review = (await asked(f"masters/{master}/review")).json()
        assert (review["recording"], review["met"], review["may_download"]) == ("song", True, False)
        assert review["analysis"]["integrated_lufs"] == pytest.approx(-14, abs=0.1)
        assert (await asked(f"masters/{master}/peaks?bins=10")).status_code == 200
        assert (await asked(f"masters/{master}/loudness")).status_code == 200
        audio = (await asked(f"masters/{master}/audio")).json()
        async with open_api(known.app) as player:
            assert len((await player.get(audio["link"])).content) == audio["size"]
            for refused in ("", "/chain", "/offers", "/download"):
                assert (await asked(f"masters/{master}{refused}")).status_code == 403, refused
            for path in ("", f"/{known.recording['id']}", f"/{known.recording['id']}/peaks"):
                assert (await asked(f"recordings{path}")).status_code == 403, path
            file = known.made["renderings"][0]["file_id"]
            assert (await reviewer.get(f"/api/core/files/{file}/content")).status_code == 403
            other = await studio.master((await studio.bring(song))["id"])
            assert (await asked(f"masters/{other['id']}/review")).status_code == 403
            assert (await owner.delete(f"/api/core/grants/{grant}")).status_code == 204
            assert (await player.get(audio["link"])).status_code == 410, "the sound ends with the link"
        assert (await asked(f"masters/{master}/review")).status_code == 410
