"""`maxbooster studio`: files in, numbers and files out; every bad input is a sentence."""

from __future__ import annotations

import hashlib
import math
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from . import ffmpeg, sounds
from .bad import BAD
from .conftest import printed

FULL = "the disk is full, or the file would be larger than is allowed"

KEYS = {
    "integrated_lufs", "loudness_range_lu", "max_momentary_lufs", "max_short_term_lufs", "true_peak_dbtp",
    "sample_peak_dbfs", "sample_rate_hz", "channels", "duration_s",
}  # fmt: skip


def test_the_analysis_has_its_units_in_its_keys(run, song):
    found = printed(run("analyze", song, "--json"))
    assert found.keys() >= KEYS
    assert found["sample_rate_hz"] == 44_100
    assert all(math.isfinite(found[key]) for key in KEYS)


def test_a_known_tone_reads_as_the_standard_says(run, tmp_path):
    """EBU Tech 3341, case 1: 1 kHz, stereo, −23 dBFS is −23 LUFS."""
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(20 * 48_000) / 48_000)
    found = printed(run("analyze", sounds.write(tmp_path / "tone.wav", np.stack([tone, tone], 1), 48_000), "--json"))
    assert found["integrated_lufs"] == pytest.approx(-23, abs=0.1)
    assert found["true_peak_dbtp"] == pytest.approx(-23, abs=0.2)
    assert found["loudness_range_lu"] == pytest.approx(0, abs=0.1)
    assert found["stereo_correlation"] == pytest.approx(1)


def test_what_is_not_defined_is_null(run, tmp_path):
    silence = printed(run("analyze", sounds.write(tmp_path / "hush.wav", np.zeros(48_000), 48_000), "--json"))
    undefined = ("integrated_lufs", "loudness_range_lu", "true_peak_dbtp", "sample_peak_dbfs", "stereo_correlation")
    assert [silence[key] for key in undefined] == [None] * len(undefined)
    short = printed(run("analyze", sounds.write(tmp_path / "blip.wav", sounds.song(0.2)), "--json"))
    assert short["integrated_lufs"] is None
    assert short["sample_peak_dbfs"] < 0


@pytest.mark.parametrize(
    ("name", "lost_lu", "options"),
    [
        ("a.wav", 0.02, {"subtype": "PCM_24"}), ("b.wav", 0.02, {"subtype": "FLOAT"}),
        ("c.wav", 0.02, {"format": "RF64"}), ("a.flac", 0.02, {}), ("a.aiff", 0.02, {}), ("a.ogg", 1, {}),
        ("a.mp3", 1, {}), ("a.opus", 1, {"format": "OGG", "subtype": "OPUS"}),
    ],
)  # fmt: skip
def test_every_kind_of_file_is_read(run, tmp_path, name, lost_lu, options):
    samples = sounds.song(4, rate_hz=48_000)
    found = printed(run("analyze", sounds.write(tmp_path / name, samples, 48_000, **options), "--json"))
    exact = printed(run("analyze", sounds.write(tmp_path / "exact.wav", samples, 48_000), "--json"))
    assert found["duration_s"] == 4.0
    assert found["integrated_lufs"] == pytest.approx(exact["integrated_lufs"], abs=lost_lu)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_reason(run, tmp_path, name):
    make, words = BAD[name]
    make(tmp_path / name)
    for command in (["analyze", tmp_path / name], ["master", tmp_path / name, tmp_path / "out.wav"]):
        result = run(*command)
        assert result.exit_code != 0
        assert words in str(getattr(result.exception, "detail", "")), result.exception
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "cannot be opened: no such file"),
        (Path.mkdir, "cannot be opened: it is a folder"),
        (os.mkfifo, "cannot be opened: it is a pipe or a device"),
    ],
)
def test_what_is_no_file_is_not_waited_for(run, tmp_path, make, words):
    make(tmp_path / "song.wav")
    assert f"song.wav {words}" in run("analyze", tmp_path / "song.wav").exception.detail


def test_a_folder_has_a_name_too(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("analyze", ".").exception.detail.startswith(". cannot be opened")


def test_a_full_disk_is_said_and_leaves_nothing(song, tmp_path):
    """As a person sees it: one sentence, no traceback."""
    program = [sys.executable, "-m", "maxbooster", "studio", "master", song, tmp_path / "out.wav"]
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    environment = os.environ | {"MAXBOOSTER_DATA": str(tmp_path / "data")}
    done = subprocess.run(program, preexec_fn=limit, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {tmp_path / 'out.wav'} cannot be written: {FULL}.\n"
    assert not (tmp_path / "out.wav").exists()


@pytest.mark.parametrize("said", ["Apple Music", "APPLE", "-16", "−16 LUFS", "-16,0", "-16.0lufs"])
def test_a_target_may_be_said_as_people_say_it(run, song, tmp_path, said):
    report = printed(run("master", song, tmp_path / "out.wav", "--target", said, "--format", "WAV16", "--json"))
    assert (report["target"]["integrated_lufs"], report["format"]) == (-16, "wav16")


def test_surround_is_measured_but_not_mastered(run, tmp_path):
    path = sounds.write(tmp_path / "five.wav", sounds.song(1, channels=6))
    assert printed(run("analyze", path, "--json"))["channels"] == 6
    assert "mono and stereo" in run("master", path, tmp_path / "out.wav").exception.detail


@pytest.mark.parametrize("wanted", [("spotify", -14), ("apple", -16), ("club", -9), ("-11.5", -11.5)])
def test_a_master_meets_its_target_by_ffmpegs_meter_too(run, song, tmp_path, wanted):
    target, loudness = wanted
    result = run("master", song, tmp_path / "out.wav", "--target", target, "--json")
    report = printed(result)
    assert (result.exit_code, report["met"]) == (0, True)
    assert report["integrated_lufs"] == pytest.approx(loudness, abs=0.1)
    reading = ffmpeg.heard(tmp_path / "out.wav")
    assert reading.integrated_lufs == pytest.approx(loudness, abs=0.1)
    assert reading.true_peak_dbtp <= report["target"]["ceiling_dbtp"]
    assert all(setting["reason"].endswith(".") for setting in report["settings"])


@pytest.mark.parametrize("rate_hz", [8_000, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_rate_length_and_channels_are_kept(run, tmp_path, rate_hz, channels):
    path = sounds.write(tmp_path / "in.wav", sounds.song(2, rate_hz=rate_hz, channels=channels), rate_hz)
    result = run("master", path, tmp_path / "out.flac")
    assert result.exit_code == 0, result.exception
    made = soundfile.info(tmp_path / "out.flac")
    assert (made.samplerate, made.frames, made.channels, made.subtype) == (rate_hz, 2 * rate_hz, channels, "PCM_24")


def test_the_same_recording_gives_the_same_bytes(run, song, tmp_path):
    made = []
    for name in ("one.wav", "two.wav"):
        assert run("master", song, tmp_path / name, "--format", "wav16").exit_code == 0
        made.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert made[0] == made[1]


def test_dither_keeps_what_rounding_would_lose(run, tmp_path):
    """A tone below one step of 16 bit is still there, as noise that follows it."""
    step = 1 / 2**15
    time = np.arange(4 * 48_000) / 48_000
    loud = 0.2 * np.sin(2 * np.pi * 500 * time) * (time < 2)
    tone = loud + 0.4 * step * np.sin(2 * np.pi * 1000 * time) * (time >= 2)
    path = sounds.write(tmp_path / "in.wav", np.stack([tone, tone], 1), 48_000, subtype="FLOAT")
    assert run("master", path, tmp_path / "out.wav", "--format", "wav16", "--target", "-18").exit_code == 0
    made, _ = soundfile.read(tmp_path / "out.wav")
    tail = made[3 * 48_000 : 4 * 48_000, 0]
    spectrum = np.abs(np.fft.rfft(tail * np.hanning(len(tail))))
    assert spectrum[998:1003].max() > 20 * np.median(spectrum)


def test_what_cannot_be_done_is_said(run, tmp_path):
    clicks = np.zeros((5 * 44_100, 2))
    clicks[::44_100] = 0.9
    result = run("master", sounds.write(tmp_path / "clicks.wav", clicks), tmp_path / "out.wav", "--json")
    report = printed(result)
    assert (result.exit_code, report["met"]) == (3, False)
    assert report["true_peak_dbtp"] <= -1
    limits = [setting for setting in report["settings"] if setting["stage"] == "limit"]
    assert "short of the target" in limits[0]["title"]
    assert (tmp_path / "out.wav").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["out.mp3"], "does not end in .wav or .flac"),
        (["out.wav", "--format", "flac16"], "does not end in .flac"),
        (["out.wav", "--format", "wav8"], "there are wav16, wav24"),
        (["out.wav", "--target", "moon"], "there are spotify, apple"),
        (["out.wav", "--target", "-60"], "choose -36 to -6."),
        (["out.wav", "--target", "14"], "choose -36 to -6. Did you mean -14?"),
        (["nowhere/out.wav"], "cannot be written: no such file or directory"),
        (["song.wav"], "is the recording itself"),
    ],
)
def test_a_wrong_wish_is_refused_before_anything_is_written(run, song, tmp_path, words, said):
    before = song.read_bytes()
    result = run("master", song, tmp_path / words[0], *words[1:])
    assert result.exit_code == 1
    assert said in result.exception.detail
    assert [path.name for path in tmp_path.iterdir() if path.name != "data"] == ["song.wav"]
    assert song.read_bytes() == before


def test_targets_are_listed(run):
    listed = {each["name"]: each["integrated_lufs"] for each in printed(run("targets", "--json"))}
    assert (listed["spotify"], listed["apple"], listed["deezer"], listed["broadcast"]) == (-14, -16, -15, -23)


def test_people_get_words(run, song, tmp_path):
    shown = run("analyze", song).output
    assert "song.wav: 6.0 s, 44100 Hz, stereo" in shown
    assert "Spotify" in shown
    mastered = run("master", song, tmp_path / "out.wav").output
    assert "Limiter, ceiling −1.0 dBTP" in mastered
    assert "plays as it is" in mastered


def test_music_is_mastered_exactly(run, samples, tmp_path):
    """The two smallest; all of them in the slow test."""
    for path in sorted(samples, key=lambda each: each.stat().st_size)[:2]:
        _exactly(run, path, tmp_path, -14)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("loudness", [-14, -16, -9])
def test_every_piece_is_mastered_to_every_target(run, samples, tmp_path, loudness):
    for path in samples:
        _exactly(run, path, tmp_path, loudness)


def _exactly(run, path, tmp_path, loudness):
    report = printed(run("master", path, tmp_path / "out.wav", "--target", str(loudness), "--json"))
    reading = ffmpeg.heard(tmp_path / "out.wav")
    assert report["integrated_lufs"] == pytest.approx(loudness, abs=0.1), path.name
    assert reading.integrated_lufs == pytest.approx(loudness, abs=0.1), path.name
    assert max(report["true_peak_dbtp"], reading.true_peak_dbtp) <= -1, path.name
