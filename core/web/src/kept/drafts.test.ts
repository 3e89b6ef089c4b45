import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { dropDraft, dropWaiting, draftOf, keepDraft, keepWaiting, listDrafts, listWaiting, mayWait, refuseWaiting, useOwner, waitingOf } from "./drafts";
import { forgetAll, forgetPerson, lastPerson, rememberPerson } from "./person";

const draft = (owner: string, form: string, at = 1) => ({ owner, form, path: "/links", base: { title: "" }, typed: { title: form }, at });

beforeEach(async () => {
  for (const owner of ["nova/one", "nova/two", "kit/one"]) {
    useOwner(owner);
    for (const { form } of await listDrafts()) await dropDraft(form);
  }
  await forgetPerson();
  useOwner("nova/one");
});

describe("drafts", () => {
  it("are those of the person and the account, the newest first", async () => {
    await keepDraft(draft("nova/one", "links/new", 1));
    await keepDraft(draft("nova/one", "keys/new", 2));
    await keepDraft(draft("nova/two", "links/new", 3));
    expect((await listDrafts()).map(({ form }) => form)).toEqual(["keys/new", "links/new"]);
    useOwner("nova/two");
    expect((await listDrafts()).map(({ at }) => at)).toEqual([3]);
    useOwner("kit/one");
    expect(await listDrafts()).toEqual([]);
    expect(await draftOf("links/new")).toBeUndefined();
    useOwner("");
    expect(await listDrafts()).toEqual([]);
  });

  it("stay where they were typed, though the account has changed since, and not after logging out", async () => {
    useOwner("nova/two");
    await keepDraft(draft("nova/one", "links/new"));
    expect(await listDrafts()).toEqual([]);
    useOwner("");
    await keepDraft(draft("nova/one", "late"));
    useOwner("kit/one");
    await keepDraft(draft("nova/one", "later"));
    useOwner("nova/one");
    expect((await listDrafts()).map(({ form }) => form)).toEqual(["links/new"]);
  });

  it("of two tabs stand beside each other", async () => {
    const before = { title: "", note: "" };
    await keepDraft({ ...draft("nova/one", "a"), typed: { title: "one", note: "" } }, before);
    await keepDraft({ ...draft("nova/one", "a"), typed: { title: "", note: "two" } }, before);
    expect((await draftOf("a"))?.typed).toEqual({ title: "one", note: "two" });
    await keepDraft({ ...draft("nova/one", "a"), typed: { title: "", note: "three" } }, { title: "", note: "two" });
    expect((await draftOf("a"))?.typed).toEqual({ title: "one", note: "three" });
  });

  it("go with all that is kept of a person, in every account, and nobody else’s do", async () => {
    for (const owner of ["nova/one", "nova/two", "kit/one"]) {
      useOwner(owner);
      await keepDraft(draft(owner, "links/new"));
    }
    await rememberPerson("nova/one", { name: "Nova" });
    await forgetAll("nova/two");
    const left = [];
    for (const owner of ["nova/one", "nova/two", "kit/one"]) {
      useOwner(owner);
      left.push((await listDrafts()).length);
    }
    expect(left).toEqual([0, 0, 1]);
    expect(await lastPerson()).toBeUndefined();
  });
});

describe("what waits to be sent", () => {
  const unsent = (method: string, body: unknown) => ({ method, address: "/api/x", body: body === undefined ? "" : JSON.stringify(body) });

  it("is an update that names what it changes, and nothing else", () => {
    expect(mayWait(unsent("PATCH", { version: 3, title: "" }))).toBe(true);
    expect(mayWait(unsent("PUT", { expected: "", name: "x" }))).toBe(true);
    expect(mayWait(unsent("PUT", { title: "x", track: { version: 3 } }))).toBe(false);
    expect(mayWait(unsent("PUT", { version: null }))).toBe(false);
    expect(mayWait(unsent("POST", { version: 3 }))).toBe(false);
    expect(mayWait(unsent("DELETE", undefined))).toBe(false);
  });

  it("takes its draft along when it is sent, but not what was typed since", async () => {
    for (const form of ["a", "b"]) {
      await keepDraft(draft("nova/one", form));
      await keepWaiting(form, "/a", unsent("PUT", { version: 1 }), { title: form });
    }
    await keepDraft({ ...draft("nova/one", "b"), typed: { title: "b and more" } }, { title: "b" });
    for (const waiting of await listWaiting()) await dropWaiting(waiting);
    expect(await listWaiting()).toEqual([]);
    expect((await listDrafts()).map(({ base, typed }) => [base, typed])).toEqual([[{ title: "b" }, { title: "b and more" }]]);
  });

  it("keeps its place when it is saved again, and goes with its draft", async () => {
    await keepDraft(draft("nova/one", "a"));
    await keepWaiting("a", "/a", unsent("PUT", { version: 1 }), {});
    await new Promise((later) => setTimeout(later, 2));
    await keepWaiting("b", "/b", unsent("PUT", { version: 1 }), {});
    await new Promise((later) => setTimeout(later, 2));
    await keepWaiting("a", "/a", unsent("PUT", { version: 1, title: "again" }), {});
    expect((await listWaiting()).map(({ form }) => form)).toEqual(["a", "b"]);
    await refuseWaiting((await waitingOf("b"))!, "Somebody else changed it.");
    expect((await waitingOf("b"))?.refused).toBe("Somebody else changed it.");
    await dropDraft("a");
    await dropDraft("b");
    expect(await listWaiting()).toEqual([]);
  });
});
