"""What is decoded, beside what ffmpeg's own program decodes: sample by sample, over encoders and their options."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soundfile

from maxbooster_studio.audio import open_audio

from . import sounds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SECONDS = 3.1
HARDLY = 2e-6
"""Two versions of a decoder may round a float differently."""


@dataclass(frozen=True)
class Case:
    """`promised`: the container says how long it is, so that not a frame is too many or too few. `loose`: how many
    more ffmpeg may give: what its encoder filled up."""

    name: str
    options: str
    rate_hz: int = 44_100
    channels: int = 2
    promised: bool = True
    loose: int = 0
    pipe: bool = False
    exact: bool = False
    given_hz: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.options} {self.rate_hz} {self.channels}{' pipe' if self.pipe else ''}"


def _mp3():
    for options in ("-b:a 128k", "-b:a 320k", "-q:a 0", "-q:a 6", "-abr 1 -b:a 160k", "-joint_stereo 0 -b:a 192k"):
        yield Case("a.mp3", options)
        yield Case("a.mp3", options + " -write_xing 0", promised=False)
    yield Case("a.mp3", "-q:a 4 -id3v2_version 0 -write_id3v1 1")
    yield Case("a.mp3", "-q:a 4 -write_apetag 1", channels=1)
    yield Case("a.mp3", "-q:a 4 -reservoir 0")
    yield Case("a.mp3", "-b:a 64k", 8_000, 1, promised=False)  # LAME counts 15 frames too many
    for rate_hz in (11_025, 12_000, 16_000, 22_050, 32_000, 48_000):
        yield Case("a.mp3", "-q:a 4", rate_hz)
        yield Case("a.mp3", "-b:a 64k", rate_hz, 1)


def _mp4():
    for rate_hz in (8_000, 16_000, 22_050, 44_100, 48_000, 96_000):
        yield Case("a.m4a", "-c:a aac", rate_hz, loose=1024)
    for options in ("-b:a 64k", "-b:a 256k", "-movflags +faststart", "-aac_coder fast"):
        yield Case("a.m4a", f"-c:a aac {options}", loose=1024)
    for pipe in (False, True):
        options = "-c:a aac -movflags frag_keyframe+empty_moov"
        yield Case("a.mp4", options, promised=False, loose=1024, pipe=pipe)
    yield Case("a.m4a", "-c:a aac", channels=1, loose=1024)
    yield Case("a.m4a", "-c:a aac", 48_000, 6, loose=1024)
    for rate_hz, channels in ((44_100, 2), (48_000, 1), (96_000, 2), (192_000, 2), (48_000, 6)):
        yield Case("a.m4a", "-c:a alac -sample_fmt s16p", rate_hz, channels, exact=True)
        yield Case("a.m4a", "-c:a alac -sample_fmt s32p", rate_hz, channels, exact=True)
    yield Case("a.mp4", "-c:a flac -strict -2", exact=True)
    yield Case("a.mp4", "-c:a libmp3lame -q:a 4", loose=1152)
    yield Case("a.mov", "-c:a aac", loose=1024)


def _flac():
    for level in (0, 5, 8, 12):
        yield Case("a.flac", f"-c:a flac -compression_level {level} -sample_fmt s16", exact=True)
        yield Case("a.flac", f"-c:a flac -compression_level {level} -sample_fmt s32", exact=True)
    for rate_hz, channels in ((8_000, 1), (48_000, 2), (96_000, 2), (192_000, 2), (48_000, 6), (44_100, 4)):
        yield Case("a.flac", "-c:a flac", rate_hz, channels, exact=True)
    yield Case("a.flac", "-c:a flac -f flac", pipe=True, promised=False, exact=True)
    yield Case("a.oga", "-c:a flac -f ogg", exact=True)
    yield Case("a.oga", "-c:a flac -f ogg", pipe=True, exact=True)


def _ogg():
    for quality in (-1, 3, 9):
        yield Case("a.ogg", f"-c:a libvorbis -q:a {quality}")
    for rate_hz, channels in ((8_000, 1), (22_050, 2), (48_000, 2), (96_000, 2), (48_000, 6)):
        yield Case("a.ogg", "-c:a libvorbis -q:a 4", rate_hz, channels)
    for options in ("-b:a 24k", "-b:a 128k -vbr off", "-frame_duration 2.5", "-frame_duration 60", "-application voip"):
        yield Case("a.opus", f"-c:a libopus {options}", 48_000)
    yield Case("a.opus", "-c:a libopus", 48_000, 1)
    yield Case("a.opus", "-c:a libopus", 48_000, 6)
    yield Case("a.opus", "-c:a libopus", 44_100, given_hz=48_000)
    yield Case("a.ogg", "-c:a libopus -f ogg", 24_000, pipe=True)


def _pcm():
    for codec in ("u8", "s16le", "s24le", "s32le", "f32le", "f64le", "alaw", "mulaw"):
        yield Case("a.wav", f"-c:a pcm_{codec}", exact=True)
        yield Case("a.wav", f"-c:a pcm_{codec} -f wav", pipe=True, exact=True)
    for rate_hz, channels in ((8_000, 1), (48_000, 4), (48_000, 6), (48_000, 8), (96_000, 2), (192_000, 2)):
        yield Case("a.wav", "-c:a pcm_s24le", rate_hz, channels, exact=True)
    yield Case("a.wav", "-c:a pcm_s16le -rf64 always", exact=True)
    yield Case("a.wav", "-c:a pcm_s24le -write_bext 1", exact=True)
    yield Case("a.wav", "-c:a libmp3lame -q:a 2", promised=False)
    yield Case("a.wav", "-c:a adpcm_ms", promised=False)
    for codec in ("s16be", "s24be", "s32be", "f32be", "s8"):
        yield Case("a.aiff", f"-c:a pcm_{codec}", exact=True)
    for codec in ("s16le", "s24be", "f32le", "alaw"):
        yield Case("a.caf", f"-c:a pcm_{codec}", exact=True)
    yield Case("a.caf", "-c:a alac", exact=True, loose=4096)


CASES = [*_mp3(), *_mp4(), *_flac(), *_ogg(), *_pcm()]


@pytest.fixture(scope="module")
def ffmpeg_program():
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip(
            "ffmpeg, which encodes and decodes for the comparison, is not installed (Debian: apt install ffmpeg)"
        )
    return program


def _run(*order: object, **options) -> bytes:
    return subprocess.run([*map(str, order)], check=True, capture_output=True, **options).stdout


def _encoded(program: str, case: Case, folder: Path) -> tuple[Path, int]:
    samples = sounds.song(SECONDS, rate_hz=case.rate_hz, channels=case.channels)
    source, path = folder / "source.wav", folder / case.name
    sounds.write(source, samples, case.rate_hz, subtype="PCM_24", format="WAVEX" if case.channels > 2 else "WAV")
    order = [program, "-v", "error", "-y", "-i", source, "-map_metadata", "-1", *case.options.split()]
    if case.pipe:
        if "-f" not in order:
            order += ["-f", path.suffix[1:]]
        path.write_bytes(_run(*order, "-"))
    else:
        _run(*order, path)
    return path, len(samples)


def _decoded(path: Path):
    with open_audio(path) as audio:
        blocks = list(audio.blocks())
        again = list(audio.blocks())
        assert all((one == two).all() for one, two in zip(blocks, again, strict=True)), (
            "another pass gives other samples"
        )
        return np.concatenate(blocks), audio.rate_hz, audio.notices


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_decoded_is_what_ffmpeg_decodes(ffmpeg_program, tmp_path, case):
    path, frames = _encoded(ffmpeg_program, case, tmp_path)
    ours, rate_hz, _ = _decoded(path)
    theirs = np.frombuffer(_run(ffmpeg_program, "-v", "error", "-i", path, "-f", "f32le", "-"), "<f4")
    theirs = theirs.reshape(-1, case.channels)
    assert ours.shape[1] == case.channels
    assert rate_hz == (case.given_hz or case.rate_hz if "opus" not in case.options else 48_000)
    if case.promised:
        assert len(ours) == round(frames * rate_hz / case.rate_hz)
    assert 0 <= len(theirs) - len(ours) <= case.loose, f"{len(ours)} frames, ffmpeg gives {len(theirs)}"
    apart = np.abs(ours - theirs[: len(ours)]).max()
    assert apart <= (0 if case.exact else HARDLY)


def test_mp3_at_24_khz_is_what_mpg123_decodes(ffmpeg_program, tmp_path):
    """ffmpeg's program as Debian 12 has it (5.1) is wrong there; libsndfile's decoder reads it right, in one pass."""
    path, _ = _encoded(ffmpeg_program, Case("a.mp3", "-q:a 4", 24_000), tmp_path)
    theirs, _ = soundfile.read(path, dtype="float32")
    ours, _, _ = _decoded(path)
    assert np.abs(ours - theirs).max() <= HARDLY


def test_an_aiff_from_a_pipe_is_read_to_its_end(ffmpeg_program, tmp_path):
    """Which ffmpeg writes, but cannot read."""
    path, frames = _encoded(ffmpeg_program, Case("a.aiff", "-c:a pcm_s24be -f aiff", pipe=True), tmp_path)
    ours, _, notices = _decoded(path)
    assert len(ours) == frames
    assert "gives no length" in notices[0]
