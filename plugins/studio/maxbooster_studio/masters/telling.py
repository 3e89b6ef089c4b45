"""What people hear at the bell."""

from __future__ import annotations

from typing import Any

from maxbooster.plugin import Context, Problem, notify

from ..analysis import Analysis
from ..mastering import number
from ..recordings.models import Recording
from .models import Master

_WHO = "studio.read"


async def ready(ctx: Context, row: Master, recording: Recording, result: Analysis, *, met: bool) -> None:
    loudness, peak = (number(level) for level in (result.integrated_lufs or 0.0, result.true_peak_dbtp or 0.0))
    text = f"{loudness} LUFS, true peak {peak} dBTP."
    if not met:
        text += " The target could not be reached; the page says why."
    await notify(
        ctx, "master.ready", "“{title}” is mastered for {target}",
        text=text, path=_page(recording), tone="good" if met else "info", facts=_facts(row, recording), permission=_WHO,
    )  # fmt: skip


async def failed(ctx: Context, row: Master, recording: Recording, problem: Problem) -> None:
    await notify(
        ctx, "master.failed", "“{title}” could not be mastered for {target}",
        text=problem.detail, path=_page(recording), tone="danger", facts=_facts(row, recording), permission=_WHO,
    )  # fmt: skip


def _page(recording: Recording) -> str:
    return f"/master/{recording.id}"


def _facts(row: Master, recording: Recording) -> dict[str, Any]:
    return {"title": recording.title, "target": row.target["title"]}
