import "fake-indexeddb/auto";
import { beforeEach, expect, it, vi } from "vitest";
import { lastPerson } from "../kept/person";
import { logOut } from "./actions";
import { session, type Me } from "./session";

const ME = { user: { id: "nova", name: "Nova" }, account: { id: "one" }, permissions: [], csrf: "proof" } as unknown as Me;
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

let online: boolean;
let sent: string[];

beforeEach(() => {
  online = true;
  sent = [];
  localStorage.clear();
  document.documentElement.setAttribute("data-session", "");
  vi.stubGlobal("fetch", async (address: string, init: { method: string; headers: Record<string, string> }) => {
    if (!online) throw new TypeError("Failed to fetch");
    sent.push(`${init.method ?? "GET"} ${address} ${init.headers?.["x-csrf-token"] ?? ""}`.trim());
    return init.method === "DELETE" ? new Response(null, { status: 204 }) : json(ME);
  });
});

it("is who was here last while there is no connection, without what proves it", async () => {
  await session.load();
  await vi.waitFor(async () => expect(await lastPerson()).toMatchObject({ user: { id: "nova" } }));
  expect(JSON.stringify(await lastPerson())).not.toContain("proof");
  session.me = undefined;
  online = false;
  expect((await session.load())?.user?.id).toBe("nova");
  expect((session.me as Me | undefined)?.csrf).toBe("");
});

it("ends without a connection too: nothing is kept, nobody is shown, and the server is told once it can be reached", async () => {
  await session.load();
  session.me = undefined;
  online = false;
  await session.load();
  await logOut();
  expect(session.me).toBeUndefined();
  await vi.waitFor(async () => expect(await lastPerson()).toBeUndefined());
  expect(await session.load()).toBeUndefined();
  online = true;
  sent = [];
  expect(await session.load()).toBeUndefined();
  expect(sent).toEqual(["GET /api/core/session", "DELETE /api/core/session proof"]);
  expect((await session.load())?.user?.id).toBe("nova");
});
