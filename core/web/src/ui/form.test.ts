import "fake-indexeddb/auto";
import { html, LitElement } from "lit";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "../api/problem";
import { draftOf, dropDraft, listDrafts, useOwner, waitingOf } from "../kept/drafts";
import { FormController } from "./form";

const OFFLINE = new Problem({ type: "urn:maxbooster:problem:offline", title: "No connection", status: 0, detail: "No." }, { method: "PATCH", address: "/api/x", body: '{"version":1}' });

class XForm extends LitElement {
  static override properties = { given: { attribute: false }, code: { type: Boolean } };
  declare given: { title: string; note: string };
  declare code: boolean;
  send: (values: Record<string, string>) => Promise<unknown> = async () => {};
  record = "1";
  again = async (): Promise<void> => {};
  readonly form = new FormController(this, (values) => this.send(values), { draft: () => `x/${this.record}`, again: () => this.again(), later: true });

  override render() {
    const { title, note } = this.given;
    return html`<form ${this.form.here()}>
      <input name="title" .value=${title} aria-label="Title" /><textarea name="note" .value=${note}></textarea><input type="checkbox" name="loud" />
      <input type="password" name="secret" />${this.code ? html`<input name="extra" />` : ""}
    </form>`;
  }
}
customElements.define("x-form", XForm);

let shown: XForm;

async function open(given = { title: "Dawn", note: "" }, more: Partial<XForm> = {}): Promise<XForm> {
  shown = Object.assign(document.createElement("x-form") as XForm, { given }, more);
  document.body.append(shown);
  await shown.updateComplete;
  await pause(20);
  return shown;
}

const pause = (ms: number) => new Promise((later) => setTimeout(later, ms));
const control = (name: string) => shown.renderRoot.querySelector<HTMLInputElement>(`[name=${name}]`)!;
const said = () => shown.renderRoot.querySelector("mb-draft")!.shadowRoot!.textContent!.replace(/\s+/g, " ").trim();
const button = (words: string) => [...shown.renderRoot.querySelector("mb-draft")!.shadowRoot!.querySelectorAll("button")].find((each) => each.textContent!.includes(words))!;

function type(name: string, value: string | boolean): void {
  if (typeof value === "boolean") control(name).checked = value;
  else control(name).value = value;
  control(name).dispatchEvent(new Event("input", { bubbles: true, composed: true }));
}

async function typed(name: string, value: string | boolean): Promise<void> {
  type(name, value);
  await vi.waitFor(async () => expect((await draftOf(`x/${shown.record}`))?.typed[name]).toBe(value));
}

const submit = async (): Promise<void> => {
  shown.renderRoot.querySelector("form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  await pause(30);
};

beforeEach(async () => {
  useOwner("nova/one");
  for (const { form } of await listDrafts()) await dropDraft(form);
});

afterEach(() => shown.remove());

it("keeps what is typed, but no password, and shows it again", async () => {
  await open();
  await typed("title", "Dusk");
  type("secret", "hunter2");
  await typed("loud", true);
  expect(JSON.stringify(await listDrafts())).not.toContain("hunter2");
  shown.remove();
  await open();
  expect([control("title").value, control("loud").checked, control("secret").value]).toEqual(["Dusk", true, ""]);
  expect(said()).toContain("Restored from today");
  button("Discard").click();
  await vi.waitFor(async () => expect(await listDrafts()).toEqual([]));
  expect([control("title").value, control("loud").checked]).toEqual(["Dawn", false]);
});

it("keeps what is typed in the last moment before it is left, and nothing that is as it was", async () => {
  await open();
  type("title", "Dusk");
  shown.remove();
  await vi.waitFor(async () => expect((await draftOf("x/1"))?.typed["title"]).toBe("Dusk"));
  await open();
  await typed("note", "x");
  type("title", "Dawn");
  type("note", "");
  await vi.waitFor(async () => expect(await draftOf("x/1")).toBeUndefined());
});

it("keeps a draft for each record and each person", async () => {
  await open();
  await typed("title", "Dusk");
  shown.remove();
  await open(undefined, { record: "2" });
  expect(control("title").value).toBe("Dawn");
  shown.remove();
  useOwner("kit/one");
  await open();
  expect(control("title").value).toBe("Dawn");
});

it("merges what others saved meanwhile, and asks where both changed the same", async () => {
  await open();
  await typed("title", "Dusk");
  shown.remove();
  await open({ title: "Dawn", note: "theirs" });
  expect([control("title").value, control("note").value]).toEqual(["Dusk", "theirs"]);
  shown.remove();
  await open({ title: "Noon", note: "theirs" });
  expect(control("title").value).toBe("Dusk");
  expect(said()).toContain("Keep yours: Dusk");
  shown.send = vi.fn(async () => {});
  await submit();
  expect(shown.send).not.toHaveBeenCalled();
  expect(shown.form.problem?.message).toContain("Choose above");
  button("Use theirs: Noon").click();
  await pause(20);
  expect(control("title").value).toBe("Noon");
  await submit();
  expect(shown.send).toHaveBeenCalledOnce();
});

it("merges while it is open: a save that came too late reads again, and asks", async () => {
  await open();
  await typed("title", "Dusk");
  shown.again = async () => void (shown.given = { title: "Noon", note: "theirs" });
  shown.send = async () => Promise.reject(new Problem({ type: "conflict", title: "", status: 409, detail: "Somebody else changed it." }));
  await submit();
  expect([control("title").value, control("note").value]).toEqual(["Dusk", "theirs"]);
  expect(said()).toContain("Use theirs: Noon");
  button("Keep yours: Dusk").click();
  shown.send = async () => void (shown.given = { title: "Dusk", note: "theirs" });
  await submit();
  await vi.waitFor(async () => expect(await listDrafts()).toEqual([]));
  expect(said()).toBe("");
});

it("waits for a connection where it may, until it was sent", async () => {
  await open();
  await typed("title", "Dusk");
  shown.send = async () => Promise.reject(OFFLINE);
  await submit();
  expect(said()).toContain("Waiting to be sent");
  expect((await waitingOf("x/1"))?.address).toBe("/api/x");
  shown.remove();
  await open();
  expect(said()).toContain("Waiting to be sent");
  await dropDraft("x/1");
  await vi.waitFor(() => expect(said()).toBe(""));
  expect(control("title").value).toBe("Dusk");
});

it("puts fields that appear later back, and tells of those that don’t", async () => {
  await open(undefined, { code: true });
  await typed("extra", "more");
  shown.remove();
  await open();
  shown.code = true;
  await shown.updateComplete;
  await pause(20);
  expect(control("extra").value).toBe("more");
  shown.remove();
  await open();
  await vi.waitFor(() => expect(said()).toContain("isn’t in this form any more. You had entered: more"), { timeout: 4_000 });
});
