"""Odd containers are read whole, with a word about what is odd, or refused with the true reason; never shortened."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from maxbooster_studio.audio import UnreadableAudio, open_audio
from maxbooster_studio.kernel import Meter

from . import sounds
from .conftest import printed
from .containers import ODD, RATE, TONE, Odd, chunk, wav


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.name)
def test_what_is_odd_is_told(tmp_path, odd: Odd):
    path = tmp_path / odd.name
    path.write_bytes(odd.content)
    if odd.refused:
        with pytest.raises(UnreadableAudio) as refused, open_audio(path) as audio:
            list(audio.blocks())
        assert str(refused.value.detail).startswith(odd.name)
        assert odd.says in refused.value.detail
        return
    with open_audio(path) as audio:
        samples = np.concatenate(list(audio.blocks()))
        assert audio.frames == len(samples)
        assert odd.says in " ".join(audio.notices)
        assert bool(audio.notices) == bool(odd.says)
    assert len(samples) / audio.rate_hz == pytest.approx(odd.seconds, abs=0.03)
    quiet = np.abs(samples[audio.rate_hz // 10 : -audio.rate_hz // 5]).reshape(-1)
    level = np.sqrt(np.mean(quiet**2))
    assert 20 * math.log10(level * math.sqrt(2)) == pytest.approx(-20, abs=0.5), "samples are missing"


def test_notices_reach_whoever_asked(run, tmp_path):
    path = tmp_path / "piped.wav"
    path.write_bytes(wav(length=0))
    assert "gives no length" in printed(run("analyze", path, "--json"))["notices"][0]
    assert "Note: Its header gives no length" in run("analyze", path).output
    report = printed(run("master", path, tmp_path / "out.wav", "--json"))
    assert "gives no length" in report["before"]["notices"][0]
    assert report["notices"] == []


def test_a_header_that_wrapped_at_4_gib_is_read_whole(tmp_path):
    path = tmp_path / "long.wav"
    length = (1 << 32) + 2 * RATE
    path.write_bytes(wav(b"", length=length % (1 << 32)))
    with path.open("r+b") as file:
        file.truncate(44 + length)
    with open_audio(path) as audio:
        assert audio.frames == length // 2
        assert "4 GiB" in audio.notices[0]


def _extensible(channels: int, mask: int, samples) -> bytes:
    guid = bytes.fromhex("0100000000001000800000aa00389b71")
    format = struct.pack("<HHIIHHHHI", 0xFFFE, channels, RATE, RATE * channels * 2, channels * 2, 16, 22, 16, mask)
    data = np.rint(np.asarray(samples) * 32768).astype("<i2").tobytes()
    rest = chunk(b"fmt ", format + guid) + chunk(b"data", data)
    return b"RIFF" + struct.pack("<I", 4 + len(rest)) + b"WAVE" + rest


LAYOUTS = {
    "2.0": (0x3, "LR"), "2.1": (0x0B, "LRx"), "3.0": (0x7, "LRC"), "3.1": (0x0F, "LRCx"), "4.0": (0x107, "LRCB"),
    "quad": (0x33, "LRss"), "quad at the sides": (0x603, "LRss"), "5.0": (0x37, "LRCss"), "5.1": (0x3F, "LRCxss"),
    "5.1 at the sides": (0x60F, "LRCxss"), "6.1": (0x70F, "LRCxBss"), "7.1": (0x63F, "LRCxbbss"),
    "7.1 wide": (0xFF, "LRCxssWW"), "mono": (0x4, "C"),
}  # fmt: skip
"""Masks, and for each channel what it is: x is the LFE, s a surround at 60° to 120°, all others count once."""


@pytest.mark.parametrize("name", LAYOUTS)
def test_channels_weigh_what_their_speakers_weigh(run, tmp_path, name):
    """BS.1770-5: the LFE does not count, surrounds count 1.41 times, what is in front, behind or above once."""
    mask, channels = LAYOUTS[name]
    tone = np.stack([TONE[: 2 * RATE]] * len(channels), axis=1)
    path = tmp_path / "a.wav"
    path.write_bytes(_extensible(len(channels), mask, tone))
    found = printed(run("analyze", path, "--json"))
    weights = {"x": 0.0, "s": 1.41}
    single = Meter(RATE, 1)
    single.push(tone[:, :1].astype(np.float32))
    expected = single.loudness().integrated_lufs + 10 * math.log10(sum(weights.get(each, 1.0) for each in channels))
    assert found["integrated_lufs"] == pytest.approx(expected, abs=0.02)
    assert found["notices"] == []


@pytest.mark.parametrize(
    ("mask", "channels", "says"),
    [
        (0, 4, "does not say which speakers its 4 channels are for"),
        (0x3, 4, "mask (0x3) does not describe 4 channels"),
        (0x8000_0007, 4, "does not describe 4 channels"),
        (0, 6, "measured as FL FR FC LFE SL SR"),
    ],
)
def test_a_mask_that_does_not_say_is_told(run, tmp_path, mask, channels, says):
    path = tmp_path / "a.wav"
    path.write_bytes(_extensible(channels, mask, np.stack([TONE] * channels, axis=1)))
    assert says in printed(run("analyze", path, "--json"))["notices"][0]


def test_a_name_that_is_not_utf_8_is_shown_as_well_as_it_can_be(run, tmp_path):
    import os
    import shutil

    song = sounds.write(tmp_path / "song.wav", sounds.song(1))
    strange = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")
    shutil.copy(song, strange + ".wav")
    report = printed(run("master", strange + ".wav", strange + " master.wav", "--json"))
    assert report["out"].endswith("caf\ufffd master.wav")
    assert "caf\ufffd.wav: 1.0 s" in run("analyze", strange + ".wav").output
    gone = run("analyze", strange + " gone.wav").exception.detail
    assert gone == "caf\ufffd gone.wav cannot be opened: no such file or directory."
