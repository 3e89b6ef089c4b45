"""What an account has that requests speak of, and what a valid request says where the description's example is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from maxbooster.app import App
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing import drain
from maxbooster_billing.ledger.posting import post
from maxbooster_sandbox.demo import sales
from tests.billing.conftest import arrived, sale
from tests.distribution.conftest import COVER, REGISTRANT, described, track, wav

from .variations import NEW


class Belongings:
    """Ids by the names under which operations ask for them."""

    def __init__(self, app: App, account: UUID, owner: UUID, api: httpx.AsyncClient) -> None:
        self._app = app
        self._identity = Identity(account, owner, frozenset({EVERYTHING}))
        self._api = api
        self.ids: dict[str, str] = {
            "user_id": str(owner), "account": str(account), "provider": "test", "name": "spotify", "locale": "en",
        }  # fmt: skip

    async def gather(self) -> dict[str, str]:
        for name, content in (("song.wav", wav(0.5)), ("cover.png", COVER)):
            self.ids[name] = await self._stored(name, content)
        self.ids["file_id"] = self.ids["song.wav"]
        await self._made("recording_id", "/api/studio/recordings", {"file_id": self.ids["file_id"], "title": "Harbour"})
        await self._made("key_id", "/api/core/keys", {"name": "key", "permissions": ["plugin.read"]})
        await self._made("link_id", "/api/core/links", {"target": "https://example.org/tour"})
        await self._made("invitation_id", "/api/core/invitations", {"email": "guest@example.org", "role": "viewer"})
        await self._made(
            "setlist_id", "/api/setlist/setlists", {"title": "Summer", "venue": "Quay 9", "played_on": "2027-06-01"}
        )
        await self._money()
        await self._release()
        await drain(self._app)
        await self._after_work()
        return self.ids

    async def _money(self) -> None:
        payee = {"name": "Nova", "provider": "test", "destination": "accept"}
        self.ids["payee"] = await self._made("payee_id", "/api/billing/payees", payee)
        await self._made("transaction_id", "/api/billing/ledger/transactions", _transaction("first", payee=False))
        await self._made("proposal_id", "/api/billing/ledger/transactions", _transaction("second"))
        for each in (sale("sold", 1000, self.ids["payee"]), arrived("arrived", 1000)):
            async with self._app.unit(self._identity) as ctx:
                await ctx.write(post, ctx.account, each, ctx.now)
        owed = {"payee": self.ids["payee"], "currency": "EUR", "key": "first", "amount": 1}
        await self._made("payout_id", "/api/billing/payouts", owed)

    async def _release(self) -> None:
        await self._api.put("/api/distribution/registrant", json=REGISTRANT)
        tracks = [track(1, audio=self.ids["song.wav"])]
        at = "/api/distribution/releases"
        id = await self._made("release_id", at, described(cover=self.ids["cover.png"], tracks=tracks))
        issued = (await self._api.post(f"{at}/{id}/identifiers")).json()
        found = (await self._api.get(f"{at}/{id}")).json()
        self.ids["track_id"] = found["tracks"][0]["id"]
        sold = self._app.settings.data / "sales.csv"
        sales.write(sold, stores=["Spotify"], isrc=issued["isrcs"][0], upc=issued["upc"], title="A", artist="B")
        self.ids["sales.csv"] = await self._stored("sales.csv", sold.read_bytes())
        await self._made(
            "statement_id", "/api/distribution/statements", {"file_id": self.ids["sales.csv"], "source": "s"}
        )

    async def _after_work(self) -> None:
        """What jobs have made, and what needs it."""
        made = f"/api/studio/recordings/{self.ids['recording_id']}/masters"
        await self._made("master_id", made, {"target": "spotify", "format": "wav24"})
        waiting = (await self._api.get("/api/distribution/royalties/waiting")).json()["items"]
        self.ids["waiting_id"] = waiting[0]["id"]
        stores = {"outlets": ["spotify"]}
        submitted = await self._api.post(f"/api/distribution/releases/{self.ids['release_id']}/submit", json=stores)
        assert submitted.is_success, submitted.text
        sent = await self._api.get("/api/distribution/deliveries")
        self.ids["delivery_id"] = sent.json()["items"][0]["id"]
        link = await self._api.post(f"/api/core/files/{self.ids['file_id']}/link", json={})
        self.ids["token"] = link.json()["url"].rpartition("/")[2]
        self.ids["job_id"] = (await self._api.get("/api/core/jobs")).json()["items"][0]["id"]

    async def _made(self, name: str, address: str, body: Any) -> str:
        answer = await self._api.post(address, json=body)
        assert answer.is_success, f"{address}: {answer.text}"
        self.ids[name] = answer.json()["id"]
        return self.ids[name]

    async def _stored(self, name: str, content: bytes) -> str:
        async with self._app.unit(self._identity) as ctx:
            return str((await ctx.files.put(name, content)).id)


def _transaction(key: str, *, payee: bool = True) -> dict[str, Any]:
    other = {"purpose": "bank", "party": ""} if payee else {"purpose": "fees", "party": ""}
    legs = [{"purpose": "receivable", "amount": 1000, "party": "spotify"}, other | {"amount": -1000}]
    return {"key": key, "currency": "EUR", "legs": legs}


def bodies(ids: Mapping[str, str]) -> dict[str, Any]:
    """By operation, where the description's example would be refused."""
    release = described(cover=ids["cover.png"], tracks=[track(1, audio=ids["song.wav"])])
    imported = {"file_id": ids["sales.csv"], "source": "s"}
    stores = {"outlets": ["spotify"]}
    return {
        "createRelease": release,
        "updateRelease": {"version": 1, "description": release},
        "reviewDescription": {"description": release, "outlets": ["spotify"]},
        "updateRegistrant": REGISTRANT,
        "planSubmission": stores, "submitRelease": stores, "takeDownRelease": stores, "reinstateRelease": stores,
        "importStatement": imported | {"source": f"s{NEW}"}, "previewStatement": imported,
        "postTransaction": _transaction(NEW),
        "recordPayment": {"key": NEW, "source": "spotify", "currency": "EUR", "amount": 1},
        "createPayout": {"payee": ids["payee_id"], "currency": "EUR", "key": NEW, "amount": 1},
        "createPayee": {"name": NEW, "provider": "test", "destination": "accept"},
        "updatePayee": {"name": NEW, "version": 1, "provider": "test", "destination": "accept"},
        "createGrant": {"kind": "studio.master", "object_id": ids["master_id"], "rights": ["master.read"]},
        "createMaster": {"target": "spotify", "format": "wav24", "intensity": 50},
        "inviteMember": {"email": f"g{NEW}@example.org", "role": "viewer"},
        "createKey": {"name": "key", "permissions": ["plugin.read"], "days": 90},
        "register": {"email": f"r{NEW}@example.org", "password": "tall giraffes sip cold tea", "name": "Nova",
                     "born_on": "2000-01-01", "account": "Nova"},
        "requestPasswordReset": {"email": "nobody@example.org"},
        "updateEmail": {"email": f"e{NEW}@example.org"},
        "updateSplit": {"shares": [{"payee": ids["payee_id"], "parts": 10_000}]},
        "updateReleaseSplit": {"shares": [{"payee": ids["payee_id"], "parts": 10_000}]},
        "assignSuspenseItem": {"track": ids["track_id"]},
        "assignSuspenseItems": {"items": [ids["waiting_id"]], "track": ids["track_id"]},
    }  # fmt: skip
