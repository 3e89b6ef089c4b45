import { afterEach, beforeEach, expect, it, vi } from "vitest";

const said = vi.hoisted(() => ({ texts: [] as string[] }));
vi.mock("@maxbooster/ui", () => ({
  notify: (notice: string | { text: string }) => said.texts.push(typeof notice === "string" ? notice : notice.text),
  t: (_: string, words: string) => words,
}));
vi.mock("./panels", () => ({ events: new EventTarget() }));
vi.mock("./session", () => ({ session: new EventTarget() }));
import { Updates } from "./live";
import { events } from "./panels";

/** As browsers have it: refused, it is closed for good; broken, it connects again by itself. */
class Source extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly CLOSED = 2;
  static opened: Source[] = [];
  readyState = 1;

  constructor(readonly url: string) {
    super();
    Source.opened.push(this);
  }

  close(): void {
    this.readyState = Source.CLOSED;
  }

  fails(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event("error"));
  }
}

const hello = (build: string) => new MessageEvent("hello", { data: JSON.stringify({ build }) });
const newest = () => Source.opened.at(-1)!;
const refused = () => newest().fails(Source.CLOSED);
let updates: Updates;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  Source.opened = [];
  said.texts = [];
  document.documentElement.dataset.build = "old";
  updates = new Updates();
});

afterEach(() => {
  updates.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("connects again after a refusal, waiting twice as long each time, up to a minute", () => {
  for (const wait of [2, 4, 8, 16, 32, 60, 60]) {
    const before = Source.opened.length;
    refused();
    vi.advanceTimersByTime(wait * 1000 - 1);
    expect(Source.opened.length, `before ${wait} s`).toBe(before);
    vi.advanceTimersByTime(1);
    expect(Source.opened.length, `after ${wait} s`).toBe(before + 1);
  }
});

it("leaves a broken connection to the browser", () => {
  newest().fails(Source.CONNECTING);
  vi.advanceTimersByTime(120_000);
  expect(Source.opened.length).toBe(1);
});

it("says once that updates are paused, and when they are back", () => {
  let caughtUp = 0;
  events.addEventListener("catch-up", () => (caughtUp += 1));
  for (let time = 0; time < 5; time++) {
    refused();
    vi.advanceTimersByTime(60_000);
  }
  expect(said.texts.length).toBe(1);
  expect(said.texts[0]).toContain("paused");
  newest().dispatchEvent(hello("old"));
  expect(said.texts.length).toBe(2);
  expect(caughtUp).toBe(1);
  refused();
  vi.advanceTimersByTime(2_000);
  expect(Source.opened.length).toBe(7);
});

it("notices that the server has other pages than these", () => {
  let noticed = 0;
  const count = () => (noticed += 1);
  events.addEventListener("new-build", count);
  newest().dispatchEvent(hello("old"));
  expect(noticed).toBe(0);
  newest().dispatchEvent(hello("new"));
  expect(noticed).toBe(1);
  events.removeEventListener("new-build", count);
});

it("is silent about a refusal or two", () => {
  refused();
  vi.advanceTimersByTime(2_000);
  newest().dispatchEvent(hello("old"));
  expect(said.texts).toEqual([]);
});

it("does not come back once it is closed", () => {
  refused();
  updates.close();
  vi.advanceTimersByTime(120_000);
  expect(Source.opened.length).toBe(1);
});

it("passes hints on", () => {
  const heard: unknown[] = [];
  events.addEventListener("job", (event) => heard.push((event as CustomEvent).detail));
  newest().dispatchEvent(new MessageEvent("message", { data: '{"kind": "job", "id": "1"}' }));
  expect(heard).toEqual([{ kind: "job", id: "1" }]);
});
