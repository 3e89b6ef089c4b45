"""Where browsers report what the Content-Security-Policy refused (CSP Level 3 §5)."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request
from prometheus_client import Counter

from ..http.routes import Routes, post
from ..observe.logs import log

PATH = "/api/core/csp-reports"
_LONGEST = 16_384
_KEPT = ("effective-directive", "violated-directive", "blocked-uri", "document-uri", "source-file", "line-number")

REPORTS = Counter("maxbooster_csp_reports", "Violations of the Content-Security-Policy that browsers reported")


@post("/", operation_id="reportViolation", public=True, status_code=204, include_in_schema=False)
async def report_violation(request: Request[Any, Any, Any]) -> None:
    """Counted and logged. Anybody can send anything here, so nothing is believed, and little is kept."""
    sent = await request.body()
    REPORTS.inc()
    log.warning("csp.violated", **_gist(sent[:_LONGEST]))


def _gist(sent: bytes) -> dict[str, str]:
    try:
        report = msgspec.json.decode(sent, type=dict[str, dict[str, Any]]).get("csp-report", {})
    except msgspec.DecodeError:
        return {"unreadable": f"{len(sent)} bytes"}
    return {name.replace("-", "_"): str(report[name])[:200] for name in _KEPT if name in report}


routes = [Routes(PATH, [report_violation])]
