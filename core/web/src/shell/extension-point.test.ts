import { LitElement, html } from "lit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { session } from "./session";
import "./extension-point";

type Point = HTMLElement & { name: string; context: Record<string, unknown>; updateComplete: Promise<unknown> };
type Shown = HTMLElement & { context: Record<string, unknown>; host: object };

class Sound extends LitElement {
  static override properties = { context: { attribute: false } };
  declare context: Record<string, unknown>;
  override render() {
    return html`${this.context.payee}`;
  }
}
customElements.define("mb-x-sound", Sound);
customElements.define("mb-x-constructs", class extends HTMLElement {
  constructor() {
    super();
    throw new Error("out of tune");
  }
});
customElements.define("mb-x-renders", class extends LitElement {
  override render(): never {
    throw new Error("no such key");
  }
});
customElements.define("mb-x-connects", class extends HTMLElement {
  connectedCallback(): never {
    throw new Error("unplugged");
  }
});

vi.mock("/static/x/sound.js", () => ({}));
vi.mock("/static/x/constructs.js", () => ({}));
vi.mock("/static/x/renders.js", () => ({}));
vi.mock("/static/x/connects.js", () => ({}));
vi.mock("/static/x/silent.js", () => ({}));
vi.mock("/static/x/throws.js", () => {
  throw new Error("a string broke");
});

const offered = (tag: string, more: object = {}) => ({ plugin: "x", extension: { id: `x.${tag}`, title: "Strings", point: "billing.money", tag: `mb-x-${tag}`, module: `${tag}.js`, permissions: [], order: 50, api: 1, ...more } });

function answering(...extensions: object[]): { asked: number } {
  const said = { asked: 0 };
  vi.stubGlobal("fetch", async () => {
    said.asked += 1;
    return new Response(JSON.stringify(extensions), { headers: { "content-type": "application/json" } });
  });
  return said;
}

async function placed(context: Record<string, unknown> = {}): Promise<Point> {
  const point = document.createElement("mb-extension-point") as Point;
  point.name = "billing.money";
  point.context = context;
  document.body.append(point);
  await point.updateComplete;
  return point;
}

const alerts = (point: Point) => [...point.querySelectorAll("[role=alert]")].map((each) => each.textContent);

describe("an extension point", () => {
  beforeEach(() => session.take({ permissions: ["plugin.read"], accounts: [], account: null, user: null, csrf: null, proved_at: null, passkeys: 0, lacks_factor: false, lacks_sign_in: false, within: null, providers: [], sub_accounts: 0 }));
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
    document.body.replaceChildren();
    session.take(undefined);
  });

  it("shows what belongs there, with the host and what the page tells it, and follows that", async () => {
    answering(offered("sound"), offered("sound", { point: "billing.payout" }));
    const point = await placed({ payee: "1" });
    await vi.waitFor(() => expect(point.children).toHaveLength(1));
    const shown = point.children[0] as Shown;
    expect(Object.isFrozen(shown.host) && Object.isFrozen(shown.context)).toBe(true);
    await vi.waitFor(() => expect(shown.shadowRoot?.textContent).toBe("1"));
    point.context = { payee: "2" };
    await point.updateComplete;
    expect(shown.context).toEqual({ payee: "2" });
    expect(point.children[0]).toBe(shown);
  });

  it.each([
    ["throws when it loads", { module: "throws.js" }, "sound", "could not be loaded"],
    ["throws when it is created", {}, "constructs", "could not be created: out of tune"],
    ["throws when it is drawn", {}, "renders", "no such key"],
    ["throws when it is put into the page", {}, "connects", "unplugged"],
    ["was written for another API", { api: 2 }, "sound", "is written for panel API 2"],
  ])("names one that %s, and shows the others", async (_, wrong, tag, words) => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    answering(offered(tag, wrong), offered("sound", { id: "x.other" }));
    const point = await placed({ payee: "1" });
    await vi.waitFor(() => expect(alerts(point)).toHaveLength(1));
    expect(alerts(point)[0]).toContain("“Strings” of the plugin x");
    expect(alerts(point)[0]).toContain(words);
    await vi.waitFor(() => expect(point.querySelectorAll("mb-x-sound")).toHaveLength(1));
  });

  it("names one that never defines its element", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    answering(offered("silent"));
    const point = await placed();
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(8000);
      expect(alerts(point)[0]).toContain("never defined its element <mb-x-silent>.");
    });
  });

  it("asks once for all places of a page, and again for somebody else", async () => {
    const said = answering();
    await placed();
    await placed();
    await vi.waitFor(() => expect(said.asked).toBe(1));
    session.take({ permissions: ["plugin.read"], accounts: [], account: null, user: null, csrf: null, proved_at: null, passkeys: 0, lacks_factor: false, lacks_sign_in: false, within: null, providers: [], sub_accounts: 0 });
    await placed();
    await vi.waitFor(() => expect(said.asked).toBe(2));
  });

  it("leaves nothing of the place that it was, neither what was shown there nor what fails there late", async () => {
    answering(offered("sound"), offered("sound", { id: "x.other", point: "billing.payout" }));
    const point = await placed({ payee: "1" });
    await vi.waitFor(() => expect(point.querySelectorAll("mb-x-sound")).toHaveLength(1));
    point.name = "billing.nowhere";
    await vi.waitFor(() => expect(point.children).toHaveLength(0));
    point.name = "billing.payout";
    await vi.waitFor(() => expect(point.querySelectorAll("mb-x-sound")).toHaveLength(1));
  });

  it("says nothing of a failure to load what belonged to the place that it was", async () => {
    let fail = () => undefined as void;
    vi.stubGlobal("fetch", () => new Promise((_, refuse) => (fail = () => refuse(new TypeError("Failed to fetch")))));
    const point = await placed();
    const failLate = fail;
    session.take({ permissions: ["plugin.read"], accounts: [], account: null, user: null, csrf: null, proved_at: null, passkeys: 0, lacks_factor: false, lacks_sign_in: false, within: null, providers: [], sub_accounts: 0 });
    answering(offered("sound", { point: "billing.payout" }));
    point.name = "billing.payout";
    await vi.waitFor(() => expect(point.querySelectorAll("mb-x-sound")).toHaveLength(1));
    failLate();
    await new Promise((done) => setTimeout(done));
    expect(alerts(point)).toEqual([]);
    expect(point.querySelectorAll("mb-x-sound")).toHaveLength(1);
  });

  it("asks for nothing where the person may not see what is installed", async () => {
    session.take({ permissions: [], accounts: [], account: null, user: null, csrf: null, proved_at: null, passkeys: 0, lacks_factor: false, lacks_sign_in: false, within: null, providers: [], sub_accounts: 0 });
    const said = answering(offered("sound"));
    const point = await placed();
    expect([said.asked, point.children.length]).toEqual([0, 0]);
  });

  it("says so where nobody answers", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("Failed to fetch");
    });
    const point = await placed();
    await vi.waitFor(() => expect(alerts(point)[0]).toContain("can’t be reached"));
  });
});
