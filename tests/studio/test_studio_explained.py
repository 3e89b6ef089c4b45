"""What a master says of itself, beside what a second pass measures of it."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maxbooster_studio.audio import open_audio
from maxbooster_studio.mastering import Reference, Wishes, master
from maxbooster_studio.mastering.stream import heard
from maxbooster_studio.targets import target_named

from . import pieces, sounds
from .conftest import printed


def _mastered(path, target, wishes=None):
    """The master, what enters its limiter and what leaves it."""
    with open_audio(path) as audio:
        made = master(audio, target_named(target), lambda share: None, wishes)
        entering = heard(audio, replace(made.chain, limiter=None), lambda share: None)
        return made, entering, heard(audio, made.chain, lambda share: None)


def _figures(text):
    return [float(each.replace("−", "-")) for each in re.findall(r"[−+]?\d+\.\d", text)]


def _check(made, entering, leaving):
    """Every figure of every setting."""
    before, chain, target = made.before.analysis, made.chain, made.target
    over = entering.true_peak_dbtp - target.ceiling_dbtp
    said = {setting.stage: setting for setting in made.settings}
    assert _figures(said["limiter"].reason) == [pytest.approx(abs(over), abs=0.06)]
    assert ("Nothing to do" in said["limiter"].reason) == (over <= 0)
    assert _figures(said["gain"].title) == [pytest.approx(abs(chain.gain_db), abs=0.06)]
    assert _figures(said["gain"].reason)[0] == pytest.approx(before.integrated_lufs, abs=0.06)
    assert [_figures(each.title)[0] for each in made.settings if each.stage == "tone"] == [
        pytest.approx(band.gain_db, abs=0.06) for band in chain.bands if band.kind != "low_cut"
    ]
    assert ("compressor" in said) == (chain.compressor is not None)
    if chain.compressor is not None:
        apart = [before.loudness_range_lu, leaving.loudness_range_lu]
        true = apart if "LU apart" in said["compressor"].reason else [over] if over > 0 else []
        assert _figures(said["compressor"].reason) == [pytest.approx(each, abs=0.06) for each in true]
        assert _figures(said["compressor"].title)[-1] == pytest.approx(chain.compressor.threshold_db, abs=0.06)
    reached = leaving.integrated_lufs
    assert ("limit" in said) == (abs(target.integrated_lufs - reached) > 0.1)
    if "limit" in said:
        assert _figures(said["limit"].title) == [pytest.approx(abs(target.integrated_lufs - reached), abs=0.06)]


@pytest.mark.parametrize("target", ["-9", "spotify", "-23"])
@pytest.mark.parametrize("name", ["song.flac", "plucked.ogg", "beat.flac", "breath.flac", "quiet.wav"])
def test_what_is_said_is_what_was_done(samples, name, target):
    _check(*_mastered(next(path for path in samples if path.name == name), target))


def test_passages_far_apart_cost_the_limiter_what_is_said(tmp_path):
    """The first guess of the gain would be 14 dB short of it."""
    path = sounds.write(tmp_path / "plucked.wav", pieces.plucked(), 22_050)
    made, entering, leaving = _mastered(path, "-9")
    _check(made, entering, leaving)
    assert leaving.true_peak_dbtp <= -1


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    level_db=st.floats(-50, 0), offset=st.sampled_from([0.0, 0.0, 0.05, -0.3]), crest=st.floats(0, 30),
    target=st.floats(-30, -7), intensity=st.sampled_from([0, 50, 100]), seed=st.integers(0, 9),
)  # fmt: skip
def test_what_is_said_holds_for_any_sound(tmp_path, level_db, offset, crest, target, intensity, seed):  # noqa: PLR0917
    chance = np.random.default_rng(seed)
    time = np.arange(3 * 16_000) / 16_000
    sound = np.sin(2 * np.pi * 220 * time) * (0.3 + 0.7 * (time % 1 < 0.5)) + chance.normal(0, 0.1, len(time))
    sound[::8_000] *= 10 ** (crest / 20)
    sound = sound * 10 ** (level_db / 20) / np.abs(sound).max() * 0.6 + offset
    path = sounds.write(tmp_path / "any.wav", sound, 16_000, subtype="FLOAT")
    _check(*_mastered(path, f"{target:.1f}", Wishes(intensity=intensity)))


@pytest.mark.parametrize("subtype", ["PCM_24", "FLOAT"])
@pytest.mark.parametrize("offset", [(0.4, 0.4), (-0.3, 0.0), (0.02, 0.02)])
def test_an_offset_makes_no_thump_and_chooses_nothing(run, tmp_path, subtype, offset):
    clean = sounds.song(4)
    paths = {name: tmp_path / f"{name}.wav" for name in ("clean", "offset")}
    sounds.write(paths["clean"], clean, subtype=subtype)
    sounds.write(paths["offset"], clean + np.array(offset), subtype=subtype)
    made = {}
    for name, path in paths.items():
        report = printed(run("master", path, tmp_path / f"{name} master.wav", "--json"))
        sound, _ = soundfile.read(tmp_path / f"{name} master.wav")
        made[name] = (sound, {each["stage"] for each in report["settings"]})
    (plain, usual), (centered, stages) = made["clean"], made["offset"]
    assert stages - {"low_cut"} == usual - {"low_cut"}
    assert np.abs(centered[:2_000]).max() <= np.abs(plain).max() * 1.1
    assert np.abs(centered.mean(axis=0)).max() < 1e-3
    assert np.abs(centered[-200:]).max() <= np.abs(plain).max() * 1.1


@pytest.mark.parametrize("level_db", [-45, -52, -58])
def test_quiet_material_is_raised_by_40_db_and_no_more(run, tmp_path, level_db):
    path = sounds.write(tmp_path / "quiet.wav", sounds.song(3, level_db=level_db), subtype="PCM_24")
    result = run("master", path, tmp_path / "out.wav", "--target", "-9", "--json")
    report = printed(result)
    came = report["before"]["integrated_lufs"]
    assert report["integrated_lufs"] == pytest.approx(min(-9, came + 40), abs=0.1)
    limits = [each["reason"] for each in report["settings"] if each["stage"] == "limit"]
    assert bool(limits) == (came + 40 < -9.1)
    assert all("40.0 dB louder now, the most" in reason for reason in limits)


def test_intensity_scales_what_is_done_and_says_so(samples):
    path = next(path for path in samples if path.name == "breath.flac")
    chains = {}
    for intensity in (0, 50, 100):
        made, *_ = _mastered(path, "spotify", Wishes(intensity=intensity))
        chains[intensity] = made.chain
        assert ("intensity" in {each.stage for each in made.settings}) == (intensity != 50)
    gains = {each: sum(abs(band.gain_db) for band in chain.bands) for each, chain in chains.items()}
    assert gains[0] == 0 < gains[50] < gains[100]
    assert chains[0].compressor is None


def test_a_reference_is_come_closer_to_and_named(tmp_path):
    """Half of the way in width, a part of it in tone; each says what it compares."""
    dark, wide = sounds.song(6), sounds.song(6)
    dark = np.stack([np.convolve(side, np.ones(12) / 12, "same") for side in dark.T], axis=1)
    wide[:, 1] = wide[:, 1] * 0.4 - wide[:, 0] * 0.3
    paths = [sounds.write(tmp_path / name, sound) for name, sound in (("dark.wav", dark), ("wide.wav", wide))]
    with open_audio(paths[1]) as audio:
        from maxbooster_studio.analysis import measure

        reference = Reference("Wide", measure(audio, lambda share: None).analysis)
    made, _, _ = _mastered(paths[0], "-12", Wishes(reference=reference))
    said = {each.stage: each.reason for each in made.settings}
    assert made.chain.width > 1
    assert "in “Wide” it is" in said["width"]
    assert "than in “Wide”" in said["tone"]
    assert max(made.chain.bands, key=lambda band: band.hz).gain_db > 0
