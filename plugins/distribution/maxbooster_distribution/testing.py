"""What every store must do, for third parties' tests too.

    class TestQuay(OutletContract):
        plugin = "distribution.quay"

Run with the fixtures of `maxbooster[testing]`. `maxbooster-sandbox` stands for the store; where it is not installed,
its test is skipped. Messages are validated against DDEX's own schemas too if `MAXBOOSTER_TEST_DDEX` names their folder.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import pytest_asyncio
from lxml import etree

from maxbooster.testing import ConnectorContract, connector_of, drain, make_app, open_api, with_services

from .ddex.message import Envelope, Party
from .ddex.schemas import Schemas, installed
from .description import CreditLine, ReleaseDescription, RightsLine, TrackDescription
from .media import AudioFacts, CoverFacts
from .outlets.outlet import OUTLET, Outlet, OutletSettings, Requirements
from .package import INSERT, REACTIVATION, TAKEDOWN, UPDATE, Batch, Material, write
from .settings import DistributionSettings

AT = "/api/distribution"
SIMULATED: dict[str, Any] = {
    "sandbox__enabled": "true",
    "sandbox__answer_after_s": "0.1",
    "sandbox__live_after_s": "0.1",
    "sandbox__poll_s": "0.1",
}
ENVELOPE = Envelope(
    message_id="0193a7c2",
    thread_id="0193a7c1",
    created_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
    sender=Party("PADPIDA2026010101N", "Quay Street"),
    recipient=Party("PADPIDA2026010102L", "A store"),
)


def release(title: str, tracks: int, released: date) -> ReleaseDescription:
    """Complete but for its codes and files, and nobody's."""
    writers = [CreditLine("Ana Lind", "ComposerLyricist"), CreditLine("Bo Kern", "StudioProducer")]
    return ReleaseDescription(
        kind="single" if tracks == 1 else "album",
        title=title,
        credits=[CreditLine("Nova Lane")],
        label="Quay Street",
        genre="Electronic",
        release_date=released,
        p_line=RightsLine(2026, "Quay Street"),
        c_line=RightsLine(2026, "Quay Street"),
        tracks=[
            TrackDescription(title=f"{title} {chr(ord('A') + index)}", language="en", credits=writers)
            for index in range(tracks)
        ],
    )


def material(asked: Requirements, tracks: int = 12) -> Material:
    """An album as a delivery keeps it, with files just as the store asks for them."""
    said = release("Harbour", tracks, date(2026, 6, 5))
    said.upc = "036000291452"
    for number, track in enumerate(said.tracks):
        track.isrc = f"QZES926{number:05}"
    side, coded = asked.cover_min_px, f"PCM_{asked.min_bits}"
    audio = [
        AudioFacts(f"{number}", f"{number:064x}", 1000, asked.audio[0], coded, asked.min_sample_rate_hz,
                   asked.channels, asked.min_bits, 200.0)
        for number in range(tracks)
    ]  # fmt: skip
    cover = CoverFacts("cover", "f" * 64, 1000, asked.cover[0], asked.cover_modes[0], side, side)
    return Material(description=said, audio=audio, cover=cover)


def known_schemas() -> Schemas:
    """Our schemas, and DDEX's from the folder that `MAXBOOSTER_TEST_DDEX` names."""
    folder = os.environ.get("MAXBOOSTER_TEST_DDEX")
    return installed(DistributionSettings(schemas=Path(folder)), Path()) if folder else Schemas()


class OutletContract(ConnectorContract):
    """Subclass it, and say which connector."""

    @pytest.fixture(scope="class")
    @classmethod
    def outlet(cls, tmp_path_factory: pytest.TempPathFactory) -> Outlet:
        return connector_of(OUTLET, cls.plugin, tmp_path_factory.mktemp("data"))

    @pytest.fixture
    def schemas(self) -> Schemas:
        return known_schemas()

    @pytest_asyncio.fixture
    async def simulated(self, tmp_path: Path, migrated_sqlite: Path, schemas: Schemas) -> AsyncIterator[Any]:
        """An app in sandbox mode, its simulated stores running."""
        pytest.importorskip("maxbooster_sandbox", reason="maxbooster-sandbox is not installed")
        shutil.copy(migrated_sqlite, tmp_path / "one.db")
        official: dict[str, Any] = {"distribution__schemas": str(schemas.official)} if schemas.official else {}
        url = f"sqlite:///{tmp_path / 'one.db'}"
        async with make_app(tmp_path / "data", url, migrated=True, **SIMULATED, **official) as app, with_services(app):
            yield app

    def test_it_is_the_outlet_of_its_entry_point(self, outlet: Outlet) -> None:
        assert self.plugin == f"distribution.{outlet.name}"
        assert outlet.title
        assert issubclass(outlet.it.settings, OutletSettings)
        assert 0 < outlet.it.sla_days[0] <= outlet.it.sla_days[1]

    def test_without_settings_it_leads_nowhere(self, outlet: Outlet) -> None:
        assert outlet.it.endpoint(outlet.it.settings()) is None

    @pytest.mark.parametrize("tracks", [1, 12])
    @pytest.mark.parametrize("what", [INSERT, UPDATE, TAKEDOWN, REACTIVATION])
    def test_every_message_is_valid_and_the_same_again(
        self, outlet: Outlet, schemas: Schemas, what: str, tracks: int
    ) -> None:
        first, again = (_written(outlet, schemas, what, tracks) for _ in range(2))
        assert first == again

    def test_a_takedown_leaves_nothing_available(self, outlet: Outlet, schemas: Schemas) -> None:
        message, _ = _written(outlet, schemas, TAKEDOWN)
        deals = etree.fromstring(message).findall("DealList/ReleaseDeal/Deal")
        ends = [deal.findtext("DealTerms/ValidityPeriod/EndDateTime") or "9999" for deal in deals]
        assert all(end <= ENVELOPE.created_at.isoformat() for end in ends), ends

    def test_a_reactivation_offers_what_was_offered(self, outlet: Outlet, schemas: Schemas) -> None:
        """The message of the first delivery; that it is one more is said in the manifest."""
        assert _written(outlet, schemas, REACTIVATION)[0] == _written(outlet, schemas, INSERT)[0]

    async def test_the_sandbox_takes_a_release_down_and_puts_it_back(
        self, outlet: Outlet, simulated: Any, account: Any
    ) -> None:
        async with open_api(simulated, account.account) as api:
            at = await made_release(simulated, api, account, outlet.it.requirements)
            for act, state in (("submit", "live"), ("takedown", "down"), ("reactivate", "live")):
                begun = await api.post(f"{at}/{act}", json={"outlets": [outlet.name]})
                assert begun.status_code == 201, begun.text
                [id] = begun.json()["deliveries"]
                await _until(simulated, api, id, state)
                answers = (await api.get(f"{AT}/deliveries/{id}/acknowledgements")).json()
                assert len(answers) == 2, answers


def _written(outlet: Outlet, schemas: Schemas, what: str, tracks: int = 2) -> tuple[bytes, bytes]:
    """Message and manifest, validated."""
    batch = Batch("20260105120000000", outlet.it.batch_folder("20260105120000000"))
    return write(outlet.it, material(outlet.it.requirements, tracks), ENVELOPE, schemas, what=what, batch=batch)


async def made_release(app: Any, api: httpx.AsyncClient, account: Any, asked: Requirements) -> str:
    """The address of a single that lacks nothing, its files as the store asks for them."""
    own = {"name": "Quay Street", "isrc_prefix": "QZES9", "gs1_prefix": "012345"}
    assert (await api.put(f"{AT}/registrant", json=own)).status_code == 204
    said = release("Harbour", 1, app.clock().date() + timedelta(days=asked.lead_days + 60))
    said.title = said.tracks[0].title
    async with app.unit(account) as ctx:
        master = await ctx.files.put(f"master.{asked.audio[0].lower()}", _master(asked), purpose=None)
        cover = await ctx.files.put(f"cover.{asked.cover[0].lower()}", _cover(asked), purpose=None)
        said.tracks[0].audio, said.cover = str(master.id), str(cover.id)
    made = await api.post(f"{AT}/releases", json=msgspec.to_builtins(said))
    assert made.status_code == 201, made.text
    at = f"{AT}/releases/{made.json()['id']}"
    assert (await api.post(f"{at}/identifiers")).status_code == 201
    return at


def _master(asked: Requirements) -> bytes:
    """Half a second of a rising ramp."""
    import numpy as np
    import soundfile

    sound = np.linspace(-0.2, 0.2, asked.min_sample_rate_hz // 2)[:, None].repeat(asked.channels, axis=1)
    file = io.BytesIO()
    coded = f"PCM_{max(16, asked.min_bits)}"
    soundfile.write(file, sound, asked.min_sample_rate_hz, format=asked.audio[0], subtype=coded)
    return file.getvalue()


def _cover(asked: Requirements) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    side = max(3000, asked.cover_min_px)
    Image.new(asked.cover_modes[0], (side, side)).save(file, asked.cover[0])
    return file.getvalue()


async def _until(app: Any, api: httpx.AsyncClient, id: str, state: str) -> None:
    """Work until a delivery is where it should be.

    Raises:
        AssertionError: it failed, was refused, or is not there after 20 seconds.
    """
    shown: dict[str, Any] = {}
    try:
        async with asyncio.timeout(20):
            while shown.get("state") != state:
                await drain(app)
                shown = (await api.get(f"{AT}/deliveries/{id}")).json()
                assert shown["state"] not in ("failed", "rejected"), shown["words"]
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"A delivery that should be {state} still is {shown.get('state')}.") from None
