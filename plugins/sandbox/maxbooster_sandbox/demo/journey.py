"""The stages of the demo, in order. Each goes through the public API, and says what came of it and where it is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

from . import cover, piece, sales
from .api import Api
from .running import ARTIST, DemoFailed, Platform
from .summary import Summary

TARGET = "spotify"
OUTLETS = 3
ISRC_PREFIX = "ZZMB1"
"""ZZ is no country: codes of the sandbox cannot be anybody's (ISO 3166-1 user-assigned)."""
GS1_PREFIX = "2099001"
"""Restricted circulation: numbers that begin with 20 to 29 are never sold (GS1 General Specifications 1.4.5)."""
AHEAD = timedelta(days=14)
SOURCE = "sandbox"
SPLIT = {"Composer": 5_000, "Producer": 3_000, "Label": 2_000}
"""Who has which part, in basis points."""
PRICE = 2_990
TEST_CARD = {
    "email": "fan@example.com",
    "name": "A Fan",
    "number": "4242424242424242",
    "expiry": "12 / 40",
    "cvc": "123",
}
Told = tuple[str, str]


@dataclass
class Journey:
    platform: Platform
    api: Api
    track: Path | None
    summary: Summary
    results: Path = field(init=False)
    title: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    """Ids that a stage leaves for the next ones."""

    def __post_init__(self) -> None:
        self.results = self.platform.folder / "results" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
        self.results.mkdir(parents=True, exist_ok=True)

    def page(self, path: str) -> str:
        return self.platform.base + path


def released(api: Api, track: Path | None) -> dict[str, Any] | None:
    """The release of this recording, if an earlier run made it."""
    wanted = titled(track.stem if track else piece.TITLE)
    found: list[dict[str, Any]] = api.list("/api/distribution/releases")
    return next((each for each in found if each["title"] == wanted), None)


def upload(at: Journey) -> Told:
    """The artist's own recording, or a piece that is synthesized first."""
    track = at.track
    if track is None:
        track = at.results / f"{piece.TITLE}.wav"
        piece.write(track)
    at.title = titled(track.stem)
    at.facts["recording_file"] = at.api.upload(track)
    return f"{track.name}, {track.stat().st_size / 1e6:.1f} MB", at.page("/files")


def titled(stem: str) -> str:
    """A file's name as a title: `lets-go-fishin` → `Lets Go Fishin`."""
    words = re.sub(r"[\s_-]+", " ", stem).strip()
    return " ".join(word if word[:1].isupper() else word.capitalize() for word in words.split()) or "Untitled Piece"


def analyze(at: Journey) -> Told:
    made = at.api.post("/api/studio/recordings", {"file_id": at.facts["recording_file"], "title": at.title})
    recording = at.api.finished("the analysis", f"/api/studio/recordings/{made['id']}")
    at.facts["recording"], found = recording["id"], recording["analysis"]
    loudness = "silent" if found["integrated_lufs"] is None else f"{found['integrated_lufs']:.1f} LUFS"
    return f"{loudness}, {_lasting(found['duration_s'])}", at.page(f"/master/{recording['id']}")


def master(at: Journey) -> Told:
    recording = at.facts["recording"]
    begun = at.api.post(f"/api/studio/recordings/{recording}/masters", {"target": TARGET, "format": "wav24"})
    made = at.api.finished("the master", f"/api/studio/masters/{begun['id']}", within_s=300)
    [rendering] = [each for each in made["renderings"] if each["format"] == "wav24"]
    at.facts["master_file"], found = rendering["file_id"], made["analysis"]
    path = at.api.download(f"/api/core/files/{rendering['file_id']}/content", at.results / f"{at.title} (master).wav")
    at.summary.master = str(path)
    at.summary.integrated_lufs, at.summary.true_peak_dbtp = found["integrated_lufs"], found["true_peak_dbtp"]
    return f"{found['integrated_lufs']:.1f} LUFS, {found['true_peak_dbtp']:.1f} dBTP", str(path)


def release(at: Journey) -> Told:
    """A single with cover, credits and codes from the account's own prefixes."""
    if not at.api.get("/api/distribution/registrant")["isrc_prefix"]:
        codes = {"name": ARTIST, "isrc_prefix": ISRC_PREFIX, "gs1_prefix": GS1_PREFIX}
        at.api.put("/api/distribution/registrant", codes)
    picture = at.results / "cover.jpg"
    cover.write(picture)
    made = at.api.post(
        "/api/distribution/releases", described(at.title, at.api.upload(picture), at.facts["master_file"])
    )
    at.facts["release"] = made["id"]
    codes = at.api.post(f"/api/distribution/releases/{made['id']}/identifiers")
    at.facts["isrc"], at.facts["upc"] = codes["isrcs"][0], codes["upc"]
    at.facts["track"] = at.api.get(f"/api/distribution/releases/{made['id']}")["tracks"][0]["id"]
    return f"UPC {codes['upc']}, ISRC {codes['isrcs'][0]}", at.page(f"/releases/{made['id']}")


def described(title: str, cover_file: str, master_file: str) -> dict[str, Any]:
    year = datetime.now(UTC).year
    rights = {"year": year, "text": ARTIST}
    return {
        "kind": "single",
        "title": title,
        "credits": [{"name": ARTIST, "role": "MainArtist"}],
        "label": ARTIST,
        "genre": "Electronic",
        "language": "en",
        "release_date": (date.today() + AHEAD).isoformat(),
        "p_line": rights,
        "c_line": rights,
        "cover": cover_file,
        "tracks": [
            {
                "title": title,
                "audio": master_file,
                "instrumental": True,
                "credits": [{"name": ARTIST, "role": "Composer"}, {"name": ARTIST, "role": "StudioProducer"}],
            }
        ],
    }


def review(at: Journey) -> Told:
    found = at.api.get(f"/api/distribution/releases/{at.facts['release']}/review")
    if found["blocking"]:
        said = "; ".join(f"{each['rule']} {each['message']} {each['fix']}" for each in found["findings"])
        raise DemoFailed(f"Quality control refuses the release: {said}")
    notes = found["warnings"]
    told = f"{found['passed']} of {found['rules']} rules passed" + (f", {notes} to think about" if notes else "")
    return told, at.page(f"/releases/{at.facts['release']}")


def deliver(at: Journey) -> Told:
    """Packed, sent by SFTP to three simulated stores, acknowledged and live."""
    ready = [each["name"] for each in at.api.get("/api/distribution/outlets")["outlets"] if each["ready"]][:OUTLETS]
    if len(ready) < OUTLETS:
        raise DemoFailed(f"Only {len(ready)} stores are ready; the sandbox needs {OUTLETS}: {', '.join(ready)}.")
    place = f"/api/distribution/releases/{at.facts['release']}"
    at.api.post(f"{place}/submit", {"outlets": ready})
    try:
        found = at.api.until("the stores' answers", lambda: _all_live(at.api.get(f"{place}/deliveries")), within_s=120)
    except DemoFailed as late:
        raise DemoFailed(f"{late} {_where_they_are(at.api.get(f'{place}/deliveries'))}") from None
    for delivery in found:
        batch = _batch(at.platform.data, delivery)
        at.summary.packages.append(str(batch))
        at.summary.acknowledgements += [str(each) for each in sorted(batch.glob("acknowledgements/*.xml"))]
    at.facts["stores"] = sorted(each["outlet_title"] for each in found)
    titles = ", ".join(at.facts["stores"])
    return f"{titles}: acknowledged and live", at.page(f"/releases/{at.facts['release']}")


def _all_live(answer: dict[str, Any]) -> list[dict[str, Any]] | None:
    deliveries: list[dict[str, Any]] = answer["deliveries"]
    for each in deliveries:
        if each["state"] in ("rejected", "failed"):
            raise DemoFailed(each["words"])
    return deliveries if deliveries and all(each["state"] == "live" for each in deliveries) else None


def _where_they_are(answer: dict[str, Any]) -> str:
    """For whoever looks for the reason: what each delivery waits for."""
    return " ".join(f"{each['words']}{': ' + each['note'] if each['note'] else ''}." for each in answer["deliveries"])


def _batch(data: Path, delivery: dict[str, Any]) -> Path:
    """Where the simulated store keeps it."""
    home: Path = data / "sandbox" / "outlets" / delivery["outlet"]
    for folder in home.glob("*/*"):
        if folder.name.endswith(delivery["batch"]):
            return folder
    raise DemoFailed(f"The batch {delivery['batch']} did not arrive at {delivery['outlet_title']}.")


def _lasting(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02}"


def sell(at: Journey) -> Told:
    """A fan buys a license of the recording and pays by a test card, at the simulated payment provider's own page."""
    sold = {"reference": at.facts["isrc"], "description": f"License for “{at.title}”", "amount": PRICE}
    wanted = {"key": at.results.name, "currency": sales.CURRENCY, "lines": [sold], "return_url": at.page("/money")}
    address = at.api.post("/api/billing/checkouts", wanted)["url"]
    place = f"/api/billing/checkouts/{address.rpartition('/')[2]}"
    page = at.api.until("the payment page", lambda: at.api.get(place)["url"] or None)
    at.api.submit(page, TEST_CARD)
    at.api.until("the payment", lambda: True if at.api.get(place)["state"] == "paid" else None)
    found = [each for each in at.api.list("/api/billing/sales") if each["reference"] == at.facts["isrc"]]
    kept = f", {found[0]['fee'] / 100:.2f} of it the provider's fee" if found and found[0]["fee"] is not None else ""
    return f"{PRICE / 100:.2f} {sales.CURRENCY} by card{kept}", address


def split(at: Journey) -> Told:
    """Three payees with a way to be paid, and who has which part of the recording."""
    known = {each["name"]: each["id"] for each in at.api.list("/api/billing/payees")}
    for name in SPLIT:
        if name not in known:
            new = {"name": name, "provider": "test", "destination": "accept"}
            known[name] = at.api.post("/api/billing/payees", new)["id"]
    at.facts["payees"] = {name: known[name] for name in SPLIT}
    shares = [{"payee": known[name], "parts": parts} for name, parts in SPLIT.items()]
    at.api.put(f"/api/distribution/tracks/{at.facts['track']}/splits", {"shares": shares})
    return ", ".join(f"{name} {parts / 100:g} %" for name, parts in SPLIT.items()), at.page("/money")


def statement(at: Journey) -> Told:
    """A month later: the stores' sales statement is imported, divided and posted; each payee gets a statement."""
    path = at.results / "sales.csv"
    codes = {"isrc": at.facts["isrc"], "upc": at.facts["upc"], "title": at.title, "artist": ARTIST}
    sales.write(path, stores=at.facts["stores"], **codes)
    begun = at.api.post("/api/distribution/statements", {"file_id": at.api.upload(path), "source": SOURCE})
    place = f"/api/distribution/statements/{begun['id']}"
    found = at.api.finished("the statement", place)
    if found["unmatched"] or found["unsplit"]:
        raise DemoFailed(f"{found['unmatched']} lines matched nothing, {found['unsplit']} have no split.")
    for name, payee in at.facts["payees"].items():
        csv = at.api.download(f"{place}/payees/{payee}", at.results / f"statement {name}.csv")
        at.summary.statements.append(str(csv))
    total = Decimal(found["total"]).quantize(Decimal("0.01"), ROUND_DOWN)
    return f"{found['lines']} lines, {total} {found['currency']}, all divided", at.page("/money")


def arrive(at: Journey) -> Told:
    """The stores pay what their statement says."""
    arrived = 0
    for each in at.api.get("/api/billing/ledger/balances"):
        if each["purpose"] == "receivable" and each["party"] == SOURCE and each["amount"] > 0:
            wanted = {"source": SOURCE, "currency": each["currency"], "amount": each["amount"]}
            at.api.post("/api/billing/ledger/receipts", wanted | {"key": f"{at.results.name}:{each['currency']}"})
            arrived += each["amount"]
    return f"{arrived / 100:.2f} {sales.CURRENCY} from the stores", at.page("/money")


def pay(at: Journey) -> Told:
    """Everything that is owed, by the test provider. What goes another way waits for people, so it is left to them."""
    payees = {each["id"]: each for each in at.api.list("/api/billing/payees")}
    paid, left = 0, []
    for payee in at.facts["payees"].values():
        if payees[payee]["provider"] != "test":
            left.append(payees[payee]["name"])
            continue
        for each in payees[payee]["owed"]:
            if each["available"] > 0:
                key = f"{at.results.name}:{payee}:{each['currency']}"
                wanted = {"payee": payee, "currency": each["currency"], "key": key}
                begun = at.api.post("/api/billing/payouts", wanted)
                paid += at.api.finished("the pay-out", f"/api/billing/payouts/{begun['id']}")["amount"]
    count = len(at.facts["payees"]) - len(left)
    told = f"{count} payees, {paid / 100:.2f} {sales.CURRENCY} in all"
    return told + (f"; not simulated, so left to you: {', '.join(left)}" if left else ""), at.page("/money")


def verify(at: Journey) -> Told:
    """The ledger proves itself: `maxbooster billing verify`, from outside the server. Nearly all of its seconds are a
    second process starting with every plugin; the check itself takes some milliseconds."""
    found = json.loads(at.platform.command("billing", "verify", "--json"))
    if not found["ok"]:
        raise DemoFailed(f"The ledger does not balance: {'; '.join(map(str, found['faults']))}")
    at.summary.ledger_ok = True
    return f"{found['transactions']} transactions, {found['entries']} entries, the ledger balances", at.page("/money")


STAGES: list[tuple[str, Callable[[Journey], Told]]] = [
    ("Upload the recording", upload),
    ("Measure it", analyze),
    ("Master it for streaming", master),
    ("Create the release", release),
    ("Quality control", review),
    ("Deliver to three stores", deliver),
    ("Sell a license", sell),
    ("Agree on the split", split),
    ("Import a royalty statement", statement),
    ("Book the money that arrives", arrive),
    ("Pay the payees out", pay),
    ("Verify the ledger", verify),
]
