"""Builds the sound kernel with the Zig compiler from PyPI (`pip install ziglang`): `python build.py`.

Native: one shared library for each level of the processor, into maxbooster_studio/kernel/lib. Browser: kernel.wasm,
into web/public. The same flags everywhere; nothing is linked, so the result runs on every system of its kind.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
NATIVE = HERE.parent / "maxbooster_studio" / "kernel" / "lib"
BROWSER = HERE.parent / "web" / "public"
FLAGS = [
    "-std=c11",
    "-O3",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-fvisibility=hidden",
    "-g0",
    "-s",
]
LEVELS = {
    "x86_64": {"sse2": "x86_64", "avx2": "x86_64_v3", "avx512": "x86_64_v4-prefer_256_bit"},
    "aarch64": {"aarch64": "generic"},
}
SYSTEMS = {"linux": ("linux-gnu.2.17", ".so"), "darwin": ("macos", ".dylib")}
MACHINES = {"arm64": "aarch64"}


def main() -> None:
    machine = MACHINES.get(platform.machine(), platform.machine())
    if machine not in LEVELS or sys.platform not in SYSTEMS:
        sys.exit(f"The kernel is not built for {platform.machine()} on {sys.platform}: add it to {__file__}.")
    NATIVE.mkdir(parents=True, exist_ok=True)
    BROWSER.mkdir(parents=True, exist_ok=True)
    orders = [native(machine, *level) for level in LEVELS[machine].items()]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(compiled, [*orders, wasm()]))


def native(machine: str, level: str, cpu: str) -> list[str]:
    system, suffix = SYSTEMS[sys.platform]
    target = ["-target", f"{machine}-{system}", f"-mcpu={cpu}"]
    return [*target, "-shared", "-fPIC", "-nostdlib", "-o", str(NATIVE / (level + suffix))]


def wasm() -> list[str]:
    target = ["-target", "wasm32-freestanding", "-mcpu=generic+simd128+bulk_memory"]
    return [
        *target,
        "-nostdlib",
        "-Wl,--no-entry",
        "-Wl,--export-dynamic",
        "-Wl,--export=__heap_base",
        "-o",
        str(BROWSER / "kernel.wasm"),
    ]


def compiled(order: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "ziglang", "cc", *FLAGS, *order, str(HERE / "kernel.c")], check=True)


if __name__ == "__main__":
    main()
