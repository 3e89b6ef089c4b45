"""From a form on a page to a list, and off it again."""

from __future__ import annotations

from maxbooster.plugin import send_to_list
from maxbooster.testing import drain

from .conftest import WORDS, contact, status

FAN = "fan@example.org"


async def test_somebody_signs_up_confirms_and_leaves(app, api, fans):
    answer = await fans.sign_up("Fan@EXAMPLE.org")
    assert (answer.status_code, "Check your email" in answer.text) == (200, True)
    await drain(app)
    assert await status(api, FAN) == "waiting"
    (mail,) = fans.mail(FAN)
    assert mail.sender == "Nova"
    for said in ("New music by Nova", WORDS, f"/p/{fans.page}", "ignore this email"):
        assert said in mail.text, said

    link = fans.link(FAN, "confirm")
    shown = await fans.get(link)
    assert "form-action 'self'" in shown.headers["content-security-policy"]
    assert WORDS in shown.text
    assert await status(api, FAN) == "waiting", "looking confirms nothing"
    assert "on the list" in (await fans.post(link)).text
    assert await status(api, FAN) == "confirmed"

    off = fans.link(FAN, "unsubscribe")
    assert "Unsubscribe?" in (await fans.get(off)).text
    assert await status(api, FAN) == "confirmed", "looking unsubscribes nobody"
    for _ in range(2):
        gone = await fans.post(off)
        assert (gone.status_code, "unsubscribed" in gone.text) == (200, True)
    assert await status(api, FAN) == "unsubscribed"

    evidence = (await contact(api, FAN))["consent"]
    assert [(each["action"], each["method"]) for each in evidence] == [
        ("given", "form"), ("confirmed", "link"), ("withdrawn", "link"),
    ]  # fmt: skip
    given = evidence[0]
    assert (given["words"], given["page"]) == (WORDS, f"{app.settings.origin}/p/{fans.page}")
    assert given["request_id"] == answer.headers["x-request-id"]
    assert fans.mail(FAN) == [mail], "nothing else was sent"


async def test_mail_programs_unsubscribe_at_one_click(app, api, fans):
    await fans.join(FAN)
    (mail,) = fans.mail(FAN)
    path = mail.unsubscribe.removeprefix(app.settings.origin)
    answer = await fans.post(path, {"List-Unsubscribe": "One-Click"}, origin="https://mail.example")
    assert answer.status_code == 200
    assert (await contact(api, FAN))["consent"][-1]["method"] == "one-click"


async def test_whoever_left_comes_back_by_confirming_again(app, api, account, fans, clock):
    await fans.join(FAN)
    await fans.post(fans.link(FAN, "unsubscribe"))
    clock.advance(days=2)
    await fans.sign_up(FAN)
    await drain(app)
    assert await status(api, FAN) == "waiting"
    await fans.post(fans.link(FAN, "confirm"))
    assert await status(api, FAN) == "confirmed"
    app.mail.sent.clear()
    async with app.unit(account) as ctx:
        await send_to_list(ctx, fans.list_id, subject="Out", text="Listen.", once="out")
    await drain(app)
    assert [mail.to for mail in app.mail.sent] == [FAN]
