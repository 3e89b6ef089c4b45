"""Whatever was brought can be heard in the browser."""

from __future__ import annotations

import asyncio
import io

import numpy as np
import pytest
import soundfile

from maxbooster_studio.audio import open_audio, plays_in_browsers

from . import sounds
from .conftest import AT, chromium_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

KINDS = {
    "aiff.aiff": ("PCM_24", {}), "aifc.aifc": ("FLOAT", {"format": "AIFF"}), "double.wav": ("DOUBLE", {}),
    "adpcm.wav": ("IMA_ADPCM", {}), "float.wav": ("FLOAT", {}), "long.wav": ("PCM_32", {}),
    "rf64.wav": ("PCM_16", {"format": "RF64"}), "extensible.wav": ("PCM_24", {"format": "WAVEX"}),
    "law.wav": ("ULAW", {}), "flac.flac": ("PCM_24", {}), "vorbis.ogg": ("VORBIS", {}),
    "opus.opus": ("OPUS", {"format": "OGG"}), "mp3.mp3": (None, {}),
}  # fmt: skip
_LOADS = """name => new Promise((tell) => {
  const audio = new Audio(`/${name}`);
  audio.addEventListener("loadeddata", () => tell(true));
  audio.addEventListener("error", () => tell(false));
})"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """A second of sound of every kind that is read."""
    folder = tmp_path_factory.mktemp("kinds")
    for name, (subtype, options) in KINDS.items():
        sounds.write(folder / name, sounds.song(1, rate_hz=48_000), 48_000, subtype=subtype, **options)
    return folder


async def test_chromium_plays_what_is_said_to_play_and_nothing_else(kinds):
    """What it could play without a preview would be stored twice for nothing."""
    async with chromium_at(kinds) as page:
        loads = {name: await page.evaluate(_LOADS, name) for name in KINDS}
    assert loads == {name: _plays(kinds / name) for name in KINDS}


def _plays(path):
    with open_audio(path) as audio:
        return plays_in_browsers(audio)


@pytest.mark.parametrize(("name", "lost_steps"), [("aiff.aiff", 0), ("aifc.aifc", 0.51), ("double.wav", 0.75)])
async def test_what_browsers_cannot_play_is_played_as_flac_of_the_same_samples(studio, kinds, name, lost_steps):
    recording = await studio.bring(kinds / name)
    assert recording["play_file_id"] != recording["file_id"]
    with soundfile.SoundFile(io.BytesIO(await studio.download(recording["play_file_id"]))) as preview:
        assert (preview.format, preview.subtype, preview.samplerate) == ("FLAC", "PCM_24", 48_000)
        given = preview.read()
    brought, _ = await asyncio.to_thread(soundfile.read, kinds / name)
    assert np.abs(given - brought).max() <= lost_steps / 2**23
    assert (await studio.master(recording["id"]))["state"] == "done"


async def test_sixteen_bits_stay_sixteen(studio, tmp_path):
    recording = await studio.bring(sounds.write(tmp_path / "a.aiff", sounds.song(1), subtype="PCM_16"))
    given, _ = soundfile.read(io.BytesIO(await studio.download(recording["play_file_id"])), dtype="int16")
    np.testing.assert_array_equal(given, soundfile.read(tmp_path / "a.aiff", dtype="int16")[0])


async def test_a_preview_goes_with_its_recording_and_what_plays_has_none(studio, kinds):
    recording, plain = await studio.bring(kinds / "aiff.aiff"), await studio.bring(kinds / "flac.flac")
    assert plain["play_file_id"] == plain["file_id"]
    names = lambda listed: sorted(each["name"] for each in listed.json()["items"])  # noqa: E731
    assert names(await studio.api.get("/api/core/files?system=true")) == [
        "aiff – preview.flac",
        "aiff.aiff",
        "flac.flac",
    ]
    assert (await studio.api.delete(f"{AT}/recordings/{recording['id']}")).status_code == 204
    assert names(await studio.api.get("/api/core/files?system=true")) == ["aiff.aiff", "flac.flac"]


async def test_a_preview_that_was_removed_is_no_loss(studio, kinds):
    recording = await studio.bring(kinds / "aiff.aiff")
    assert (await studio.api.delete(f"/api/core/files/{recording['play_file_id']}")).status_code == 204
    assert (await studio.get(f"recordings/{recording['id']}"))["play_file_id"] == recording["file_id"]
