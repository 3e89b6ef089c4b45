"""The same sound, the same bits: on every level of the processor, in Node, in a browser, whatever the blocks and
threads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from base64 import b64encode
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maxbooster_studio import kernel
from maxbooster_studio.kernel import Meter, Peaks

from ..conftest import chromium_at
from .chains import CHAIN, RATE_HZ, digest, mastered, mixed, sound, tracks
from .sounds import in_pieces, noise

HERE = Path(__file__).parent
DSP = HERE.parents[2] / "plugins" / "studio" / "dsp"
STATIC = Path(kernel.__file__).parent.parent / "static"
GOLDEN = json.loads((HERE / "golden.json").read_text())
SIZES = st.lists(st.integers(1, 3_000), min_size=1, max_size=8)


@pytest.mark.parametrize("level", kernel.levels())
def test_a_master_and_a_mix_have_one_hash_on_every_level(level: str) -> None:
    assert digest(mastered(sound(), level=level)) == GOLDEN["master"]
    assert digest(mixed(tracks(), level=level)) == GOLDEN["mix"]


@pytest.mark.parametrize("level", kernel.levels())
def test_a_reading_is_the_same_on_every_level(level: str) -> None:
    meter = Meter(RATE_HZ, 2, level=level)
    meter.push(sound())
    reading = meter.loudness()
    assert [reading.integrated_lufs, reading.true_peak_dbtp, reading.loudness_range_lu] == GOLDEN["loudness"]


def test_the_numbers_of_a_chain_are_those_of_the_golden_one() -> None:
    assert CHAIN.numbers(RATE_HZ) == pytest.approx(GOLDEN["numbers"], rel=1e-6)


@given(sizes=SIZES)
@settings(max_examples=20, deadline=None)
def test_blocks_of_any_size_give_one_master(sizes: list[int]) -> None:
    whole = sound(0.2)
    assert digest(mastered(whole, *sizes)) == digest(mastered(whole))


@given(sizes=SIZES, threads=st.integers(1, 3))
@settings(max_examples=12, deadline=None)
def test_blocks_of_any_size_and_any_number_of_threads_give_one_mix(sizes: list[int], threads: int) -> None:
    assert digest(mixed(tracks(0.1), *sizes, threads=threads)) == digest(mixed(tracks(0.1)))


@given(sizes=SIZES, channels=st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_blocks_of_any_size_give_one_reading_and_one_waveform(sizes: list[int], channels: int) -> None:
    block = noise(12_000, channels)
    whole, cut = Meter(44_100, channels), Meter(44_100, channels)
    drawn, drawn_in_pieces = Peaks(channels), Peaks(channels)
    whole.push(block)
    drawn.push(block)
    for piece in in_pieces(block, sizes):
        cut.push(piece)
        drawn_in_pieces.push(piece)
    assert repr(cut.loudness()) == repr(whole.loudness())
    for (_, bins), (_, bins_in_pieces) in zip(drawn.levels(), drawn_in_pieces.levels(), strict=True):
        np.testing.assert_array_equal(bins, bins_in_pieces)


def test_node_renders_the_same_bits(tmp_path: Path) -> None:
    _needs_the_build()
    node = shutil.which("node")
    if node is None:
        pytest.skip("skipped: there is no Node")
    late = _late(sound())
    (tmp_path / "in.f32").write_bytes(late.tobytes())
    order = {"static": str(STATIC), "folder": str(tmp_path), "numbers": CHAIN.numbers(RATE_HZ), "rate": RATE_HZ}
    order["meter"] = Meter.numbers(RATE_HZ, 2)
    done = subprocess.run(
        [node, HERE / "render.mjs"], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    rendered = np.frombuffer((tmp_path / "out.f32").read_bytes(), np.float32).reshape(-1, 2)
    assert digest(rendered[answer["latencyFrames"] :][: len(sound())]) == GOLDEN["master"]
    meter = Meter(RATE_HZ, 2)
    meter.push(rendered[:RATE_HZ])
    assert answer["truePeak"] == pytest.approx(meter.loudness().true_peak_dbtp, abs=1e-9)
    assert answer["momentary"] == pytest.approx(meter.loudness().momentary[-1], abs=1e-3)


async def test_the_browser_plays_the_same_bits() -> None:
    _needs_the_build()
    planes = [b64encode(plane.tobytes()).decode() for plane in _late(sound()).T]
    order = {"numbers": CHAIN.numbers(RATE_HZ), "rate": RATE_HZ, "planes": planes, "frames": len(sound())}
    async with chromium_at(STATIC) as page:
        found = await page.evaluate((HERE / "play.js").read_text(), order)
    assert found == GOLDEN["master"]


def _late(block: np.ndarray) -> np.ndarray:
    """With silence behind it, in which the limiter's look-ahead comes out; whole quanta of Web Audio."""
    frames = (len(block) + 1_024) // 128 * 128
    return np.concatenate([block, np.zeros((frames - len(block), 2), np.float32)])


def _needs_the_build() -> None:
    if not (STATIC / "worklet.js").exists():
        pytest.skip("skipped: the web application is not built; run `make web`")


@pytest.mark.slow
def test_an_arm_processor_renders_the_same_bits(tmp_path: Path) -> None:
    emulator = shutil.which("qemu-aarch64")
    if emulator is None or find_spec("ziglang") is None:
        pytest.skip("skipped: it needs qemu-aarch64 (Debian: apt install qemu-user) and ziglang")
    flags = ["-std=c11", "-O3", "-ffp-contract=off", "-static", "-target", "aarch64-linux-musl", f"-I{DSP}"]
    order = [sys.executable, "-m", "ziglang", "cc", *flags, HERE / "emulated.c", "-o", tmp_path / "render"]
    subprocess.run(order, check=True)
    numbers = np.array(CHAIN.numbers(RATE_HZ), np.float32)
    (tmp_path / "in").write_bytes(numbers.tobytes() + _late(sound()).tobytes())
    order = [emulator, tmp_path / "render", tmp_path / "in", tmp_path / "out"]
    latency = int(subprocess.run(order, capture_output=True, text=True, check=True).stdout)
    rendered = np.frombuffer((tmp_path / "out").read_bytes(), np.float32).reshape(-1, 2)
    assert digest(rendered[latency:][: len(sound())]) == GOLDEN["master"]
