"""The matrix on a screen, and as a page of the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .cells import Outcome
from .operations import Operation
from .people import Role
from .strangers import Report

_PAGE = """# Who may do what

Written by `python -m tests.matrix --markdown docs/security/matrix.md` from a running server; do not edit it. Every
operation of the OpenAPI description was asked as every role, in the account and (with another account's ids) from
outside, by a
browser's session, an access token, an API key and without any credential; and by a grant, which only the operations
that declare it let in, to its own object. What each should get follows from the policy (`maxbooster roles` shows
it) and from what the route declares.

`✓` allowed, `·` refused, `✗` the server does otherwise. ↑: it also wants a recent proof of who one is, and API keys
cannot do it. `staff:…` work in the platform's own account; *staff at home* are staff in an account where they are
viewers. *Nobody* is a member of another account only. The *account's key* belongs to no user.

{totals}

{table}
"""


@dataclass(frozen=True)
class Table:
    """What a run found, one row per operation and one column per role."""

    outcomes: Sequence[Outcome]

    @property
    def operations(self) -> list[Operation]:
        return list({outcome.cell.operation.id: outcome.cell.operation for outcome in self.outcomes}.values())

    @property
    def roles(self) -> list[Role]:
        return list(dict.fromkeys(outcome.cell.role for outcome in self.outcomes))

    @property
    def wrong_allows(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.wrong_allow]

    @property
    def wrong_refusals(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.wrong_refusal]

    def rows(self) -> list[list[str]]:
        """Operation, permission, then a mark for each role."""
        marks: dict[tuple[str, Role], list[Outcome]] = {}
        for outcome in self.outcomes:
            marks.setdefault((outcome.cell.operation.id, outcome.cell.role), []).append(outcome)
        return [
            [
                each.id,
                each.permission + (" ↑" if each.step_up else ""),
                *(_mark(marks[each.id, role]) for role in self.roles),
            ]
            for each in self.operations
        ]

    def totals(self, strangers: Report | None = None) -> str:
        text = (
            f"{len(self.operations)} operations, {len(self.outcomes)} cells: {len(self.wrong_allows)} wrong allows,"
            f" {len(self.wrong_refusals)} wrong refusals."
        )
        if strangers is not None:
            text += (
                f" {strangers.compared} requests of strangers with {strangers.ids} ids of another account:"
                f" {len(strangers.betrayed)} answers told of it, {len(strangers.changed)} changed it."
            )
        return text

    def text(self) -> str:
        rows = [["operation", "permission", *(role.name for role in self.roles)], *self.rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def markdown(self, strangers: Report | None, by_grant: str) -> str:
        head = ["operation", "permission", *(role.name for role in self.roles)]
        rows = [head, ["---", "---", *(":-:" for _ in self.roles)], *self.rows()]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return _PAGE.format(totals=f"{self.totals(strangers)} {by_grant}", table=table)


def _mark(outcomes: Sequence[Outcome]) -> str:
    """A role may do what one of its credentials may."""
    if not all(outcome.agrees for outcome in outcomes):
        return "✗"
    return "✓" if any(outcome.found == "reached" for outcome in outcomes) else "·"
