"""A name that another device has changed meanwhile is not overwritten."""

from __future__ import annotations


async def test_a_name_is_changed_only_from_what_was_read(home):
    async def change(name: str, **more: str):
        return await home.patch("/api/core/profile", json={"name": name, **more})

    was = (await home.get("/api/core/session")).json()["user"]["name"]
    assert (await change("Nova One", expected=was)).status_code == 200
    refused = await change("Nova Two", expected=was)
    assert (refused.status_code, refused.json()["field"]) == (409, "expected")
    assert (await home.get("/api/core/session")).json()["user"]["name"] == "Nova One"
    assert (await change("Nova Three")).status_code == 200
