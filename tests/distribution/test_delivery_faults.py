"""Killed while it packs, sends and takes answers: every outlet has each release once, whole, and knows it."""

from __future__ import annotations

import asyncio
import os
import random
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from maxbooster.app import App
from maxbooster.auth.keys.service import create
from maxbooster.db import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.settings import read
from maxbooster.testing import services
from maxbooster.testing.processes import Process
from maxbooster_distribution.ddex.schemas import installed
from maxbooster_distribution.deliveries import states
from maxbooster_distribution.plugin import read_batch
from maxbooster_distribution.settings import DistributionSettings

from .conftest import COVER, DELIVERIES, REGISTRANT, RELEASES, described, track, wav

pytestmark = pytest.mark.slow

OUTLETS = ["spotify", "deezer"]
SEEDS = [int(seed) for seed in os.environ.get("DELIVERY_SEEDS", "3").split()]
KILLS = ["packaging", "sending", "sending", "sending", "sent", "acknowledged"]
"""What a delivery is when a process is killed: it packs, it sends, its answers are taken."""
MASTER_S = 90
ALL_LIVE_WITHIN_S = 120


@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_killed_when_every_outlet_gets_one_whole_batch(database_url, tmp_path, seed):
    """Two processes work, one of them is also the outlets; either dies at any moment, and comes back."""
    chance = random.Random(seed)
    platform = Platform(tmp_path, database_url)
    masters, account, token = await platform.prepare()
    broken = 0
    try:
        platform.start()
        async with platform.api(token) as api:
            await api.put("/api/distribution/registrant", json=REGISTRANT)
            for leg in chance.sample(KILLS, k=len(KILLS)):
                at = await release(api, masters)
                submitted = await api.post(f"{at}/submit", json={"outlets": OUTLETS})
                assert submitted.status_code == 201, submitted.text
                await reached(api, at, leg)
                await asyncio.sleep(chance.uniform(0, 0.25))
                platform.kill(chance.choice(["up", "worker"]))
                broken += len(list(platform.homes.glob("**/*.part")))
                platform.start()
            told = await all_live(api)
    finally:
        platform.stop()
    print(f"seed {seed}: {broken} files were cut off")
    assert len(told) == len(KILLS) * len(OUTLETS)
    for delivery in told:
        assert_legal(delivery, seed)
    await asyncio.to_thread(assert_arrived_once, platform, account, told, {sha256(wav(MASTER_S)).hexdigest()})


class Platform:
    """Two real processes on one database and one folder."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.data = folder / "platform"
        self.port = services.free_port()
        self.environment = {
            "MAXBOOSTER_DATA": str(self.data), "MAXBOOSTER_DATABASE": database_url, "MAXBOOSTER_JOB_LEASE_S": "2",
            "MAXBOOSTER_LISTEN": f"127.0.0.1:{self.port}", "MAXBOOSTER_LOG_LEVEL": "error",
            "MAXBOOSTER_SANDBOX__ENABLED": "true", "MAXBOOSTER_SANDBOX__ANSWER_AFTER_S": "0.2",
            "MAXBOOSTER_SANDBOX__LIVE_AFTER_S": "0.2", "MAXBOOSTER_SANDBOX__POLL_S": "0.2",
            "MAXBOOSTER_DISTRIBUTION__RETRY_S": "0.2",
        }  # fmt: skip
        self._up = Process(["up"], self.environment, log=folder / "up.log")
        self._worker = Process(["worker"], self.environment, log=folder / "worker.log")

    @property
    def homes(self) -> Path:
        """What the simulated outlets have."""
        return self.data / "sandbox" / "outlets"

    async def prepare(self) -> tuple[dict[str, str], UUID, str]:
        """Files for the releases, the account that has them, and its token."""
        async with App(read(self.environment)).opened(upgrade=True) as app:
            account = new_id()
            token = await app.database.write(
                lambda connection: create(connection, account, frozenset({EVERYTHING}), at=app.clock())
            )
            async with app.unit(Identity(account, None, frozenset({EVERYTHING}))) as ctx:
                audio, cover = await ctx.files.put("master.wav", wav(MASTER_S)), await ctx.files.put("c.png", COVER)
                return {"audio": str(audio.id), "cover": str(cover.id)}, account, token

    def api(self, token: str) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", headers=headers, timeout=20)

    def start(self) -> None:
        """Whatever does not run."""
        if self._up.ended:
            self._up.start(port=self.port)
        if self._worker.ended:
            self._worker.start()

    def kill(self, which: str) -> None:
        (self._up if which == "up" else self._worker).kill()

    def stop(self) -> None:
        self._worker.stop()
        self._up.stop()


async def release(api: httpx.AsyncClient, masters: dict[str, str]) -> str:
    said = described(tracks=[track(1, audio=masters["audio"])], cover=masters["cover"])
    made = await api.post(RELEASES, json=said)
    assert made.status_code == 201, made.text
    at = f"{RELEASES}/{made.json()['id']}"
    assert (await api.post(f"{at}/identifiers")).status_code == 201
    return at


async def reached(api: httpx.AsyncClient, at: str, leg: str) -> None:
    """Until a delivery of the release is on that leg, or past it."""
    order = ["packaging", "sending", "sent", "acknowledged", "live"]
    for _ in range(3000):
        found = [each["state"] for each in (await api.get(f"{at}/deliveries")).json()["deliveries"]]
        if any(state in order and order.index(state) >= order.index(leg) for state in found):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{at} never came to {leg}: {found}")


async def all_live(api: httpx.AsyncClient) -> list[dict]:
    """Every delivery with its stages, once all are live."""
    for _ in range(ALL_LIVE_WITHIN_S * 4):
        found = (await api.get(DELIVERIES)).json()["items"]
        if all(each["state"] == "live" for each in found):
            return [(await api.get(f"{DELIVERIES}/{each['id']}")).json() for each in found]
        await asyncio.sleep(0.25)
    stuck = [f"{each['state']}: {each['words']} ({each['note']})" for each in found if each["state"] != "live"]
    raise AssertionError(f"after {ALL_LIVE_WITHIN_S} s: {stuck}")


def assert_legal(delivery: dict, seed: int) -> None:
    states_of = [stage["state"] for stage in delivery["stages"]]
    assert states_of[0] == states.QUEUED, f"seed {seed}"
    assert states_of[-1] == states.LIVE, f"seed {seed}"
    assert all(after in states.FOLLOWS[before] for before, after in pairwise(states_of)), f"seed {seed}: {states_of}"
    assert len(set(states_of)) == len(states_of), f"seed {seed}: a leg was walked twice: {states_of}"


def assert_arrived_once(platform: Platform, account: UUID, told: list[dict], masters: set[str]) -> None:
    """What lies at the outlets is what the platform says that it sent, each once and whole."""
    schemas = installed(DistributionSettings(), platform.data)
    for outlet in OUTLETS:
        batches = sorted(path for path in (platform.homes / outlet / account.hex).iterdir() if path.is_dir())
        mine = [each for each in told if each["outlet"] == outlet]
        assert [batch.name.removeprefix("N_") for batch in batches] == sorted(each["batch"] for each in mine)
        received = [message for batch in batches for message in read_batch(batch, schemas)]
        assert {message.message_id for message in received} == {UUID(each["id"]).hex for each in mine}
        assert [message.problems for message in received] == [()] * len(mine)
        for batch in batches:
            sent = [path for path in batch.rglob("*") if path.is_file() and "acknowledgements" not in path.parts]
            assert not [path for path in sent if path.name.endswith(".part")]
            [manifest] = batch.glob("BatchComplete_*.xml")
            others = [path for path in sent if path != manifest and not path.name.startswith(".")]
            assert manifest.stat().st_mtime_ns >= max(path.stat().st_mtime_ns for path in others)
            assert {sha256(path.read_bytes()).hexdigest() for path in others if path.suffix == ".wav"} == masters
