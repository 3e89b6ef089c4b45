import { beforeEach, describe, expect, it, vi } from "vitest";
import { keycaps, Shortcuts, strokes } from "./shortcuts";

let page: HTMLElement;
let shortcuts: Shortcuts;

beforeEach(() => {
  page = document.createElement("div");
  document.body.replaceChildren(page);
  shortcuts = new Shortcuts(page);
});

function press(key: string, more: KeyboardEventInit = {}, at: Element = page): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, composed: true, cancelable: true, ...more });
  at.dispatchEvent(event);
  return event;
}

describe("strokes", () => {
  it("reads keys, sequences and modifiers", () => {
    expect(strokes("G t").map(({ key }) => key)).toEqual(["g", "t"]);
    expect(strokes("ctrl+shift+k")).toEqual([{ key: "k", ctrl: true, alt: false, meta: false, shift: true }]);
    expect(strokes("ctrl++").length).toBe(1);
  });
  it.each(["strg+k", "ctrl+", "shift", ""])("says what is wrong with “%s”", (keys) => {
    expect(() => strokes(keys)).toThrow("is no shortcut");
  });
  it("shows caps", () => {
    expect(keycaps("g t")).toEqual([["G"], ["T"]]);
    expect(keycaps("ctrl+space")).toEqual([["Ctrl", "Space"]]);
  });
});

describe("shortcuts", () => {
  it("hears a sequence, not its parts", () => {
    const run = vi.fn();
    shortcuts.register("g t", { title: "Team", run });
    press("t");
    press("g");
    expect(run).not.toHaveBeenCalled();
    expect(press("t").defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it("begins anew after a key that does not belong", () => {
    const run = vi.fn();
    shortcuts.register("g t", { title: "Team", run });
    for (const key of ["g", "x", "t"]) press(key);
    expect(run).not.toHaveBeenCalled();
    for (const key of ["g", "g", "t"]) press(key);
    expect(run).toHaveBeenCalledOnce();
  });

  it("hears a sign however it is typed", () => {
    const run = vi.fn();
    shortcuts.register("?", { title: "Help", run });
    press("?", { shiftKey: true });
    expect(run).toHaveBeenCalledOnce();
  });

  it("leaves people who type alone, except with a modifier", () => {
    const [plain, withCtrl] = [vi.fn(), vi.fn()];
    shortcuts.register("k", { title: "", run: plain });
    shortcuts.register("ctrl+k", { title: "", run: withCtrl });
    const input = page.appendChild(document.createElement("input"));
    press("k", {}, input);
    press("k", { ctrlKey: true }, input);
    expect(plain).not.toHaveBeenCalled();
    expect(withCtrl).toHaveBeenCalledOnce();
  });

  it("lets the newest count until it is taken away", () => {
    const [first, second] = [vi.fn(), vi.fn()];
    shortcuts.register("n", { title: "first", run: first });
    const away = shortcuts.register("n", { title: "second", run: second });
    expect(shortcuts.all().map(({ title }) => title)).toEqual(["second"]);
    press("n");
    away();
    press("n");
    expect([first, second].map((each) => each.mock.calls.length)).toEqual([1, 1]);
  });

  it("refuses one that could never be heard", () => {
    shortcuts.register("g", { title: "Go", run: () => {} });
    expect(() => shortcuts.register("g t", { title: "Team", run: () => {} })).toThrow("cannot be told from");
  });
});
