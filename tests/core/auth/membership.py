"""How somebody comes into an account, and who is in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from maxbooster.auth.models import Membership
from maxbooster.testing import drain, link_in


async def invited(app, browser, email: str, role: str) -> str:
    """Invite somebody; returns the token of their email."""
    answer = await browser.post("/api/core/invitations", json={"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    await drain(app)
    return link_in(next(mail for mail in reversed(app.mail.sent) if mail.to == email).text)


async def roles_in(app, account) -> dict[Any, str]:
    query = select(Membership.user_id, Membership.role).where(Membership.account_id == account)
    return await app.database.read(lambda connection: {row.user_id: row.role for row in connection.execute(query)})


def joining(token: str) -> dict[str, str]:
    return {"token": token, "password": "tall giraffes sip cold tea", "name": "Theo", "born_on": "2000-01-01"}
