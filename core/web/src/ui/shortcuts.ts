/** Keyboard shortcuts: single keys (`?`), sequences (`g t`) and modifiers (`ctrl+k`; `mod+k` is Ctrl, or ⌘ on a Mac). */

export interface Shortcut {
  title: string;
  run: () => void;
}

export interface Stroke {
  key: string;
  ctrl: boolean;
  alt: boolean;
  meta: boolean;
  /** Said for letters and named keys alone; a sign such as `?` has it in itself. */
  shift: boolean;
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey" | "shiftKey">;

const SEQUENCE_MS = 1200;
const ALONE = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"]);
const NAMES: Record<string, string> = { space: " ", esc: "escape", up: "arrowup", down: "arrowdown", left: "arrowleft", right: "arrowright", plus: "+" };
const MODIFIERS = new Set(["ctrl", "alt", "meta", "shift", "mod"]);
const SHOWN: Record<string, string> = {
  ctrl: "Ctrl", alt: "Alt", meta: "⌘", shift: "Shift", escape: "Esc", " ": "Space", arrowup: "↑", arrowdown: "↓", arrowleft: "←", arrowright: "→", enter: "Enter",
};

const onMac = () => /mac|iphone|ipad/i.test(navigator.platform || navigator.userAgent);

/**
 * Throws:
 *   Error: a stroke has no key, or a modifier that is none.
 */
export function strokes(keys: string): Stroke[] {
  return keys.trim().toLowerCase().split(/\s+/).map((each) => stroke(each, keys));
}

function stroke(text: string, keys: string): Stroke {
  const parts = text.replace(/^\+$|(?<=\+)\+$/, "plus").split("+");
  const name = parts.pop()!;
  const wrong = parts.find((each) => !MODIFIERS.has(each));
  if (!name || wrong !== undefined || MODIFIERS.has(name)) {
    throw new Error(`“${keys}” is no shortcut: write a key ("?"), keys one after another ("g t"), or "ctrl+k", with ctrl, alt, shift, meta or mod.`);
  }
  const has = (modifier: string) => parts.includes(modifier);
  const mod = has("mod");
  return { key: NAMES[name] ?? name, ctrl: has("ctrl") || (mod && !onMac()), alt: has("alt"), meta: has("meta") || (mod && onMac()), shift: has("shift") };
}

export function pressed(event: Pressed): Stroke {
  const key = event.key.toLowerCase();
  const sign = key.length === 1 && key === key.toUpperCase();
  return { key, ctrl: event.ctrlKey, alt: event.altKey, meta: event.metaKey, shift: event.shiftKey && !sign };
}

const written = ({ key, ctrl, alt, meta, shift }: Stroke) =>
  [ctrl && "ctrl", alt && "alt", meta && "meta", shift && "shift", key === "+" ? "plus" : key === " " ? "space" : key].filter(Boolean).join("+");

/** The caps to be drawn, a list per stroke: `g t` is `[["G"], ["T"]]`. */
export function keycaps(keys: string): string[][] {
  return strokes(keys).map(({ key, ctrl, alt, meta, shift }) => {
    const names = [ctrl && "ctrl", alt && "alt", meta && "meta", shift && "shift", key].filter((each) => each !== false);
    return names.map((each) => SHOWN[each] ?? (each.length === 1 ? each.toUpperCase() : each[0]!.toUpperCase() + each.slice(1)));
  });
}

function isTyping(event: Event): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit", "range", "file", "color"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

export class Shortcuts {
  private readonly known = new Map<string, { keys: string; shortcut: Shortcut }[]>();
  private begun = "";
  private last = 0;

  constructor(target: EventTarget) {
    target.addEventListener("keydown", (event) => this.hear(event as KeyboardEvent));
  }

  /**
   * Returns what takes it away again. The newest of the same keys counts while it is there.
   *
   * Throws:
   *   Error: another shortcut begins with these keys, or these begin with another: one would never be heard.
   */
  register(keys: string, shortcut: Shortcut): () => void {
    const sequence = strokes(keys).map(written).join(" ");
    const other = [...this.known.keys()].find((each) => each.startsWith(`${sequence} `) || sequence.startsWith(`${each} `));
    if (other) throw new Error(`“${keys}” cannot be told from “${other}”: one begins with the other. Choose other keys for “${shortcut.title}”.`);
    const entry = { keys, shortcut };
    this.known.set(sequence, [...(this.known.get(sequence) ?? []), entry]);
    return () => {
      const left = (this.known.get(sequence) ?? []).filter((each) => each !== entry);
      if (left.length) this.known.set(sequence, left);
      else this.known.delete(sequence);
    };
  }

  /** Those that count, for the palette and the help. */
  all(): { keys: string; title: string; run: () => void }[] {
    return [...this.known.values()].map((entries) => {
      const { keys, shortcut } = entries.at(-1)!;
      return { keys, title: shortcut.title, run: shortcut.run };
    });
  }

  private hear(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || event.repeat || ALONE.has(event.key)) return;
    if (isTyping(event) && !event.ctrlKey && !event.metaKey && !event.altKey) return;
    const now = event.timeStamp;
    const before = now - this.last < SEQUENCE_MS ? this.begun : "";
    const stroke = written(pressed(event));
    this.last = now;
    const heard = [`${before} ${stroke}`.trim(), stroke].find((each) => this.counts(each)) ?? "";
    const found = this.known.get(heard)?.at(-1);
    this.begun = found ? "" : heard;
    if (!found) return;
    event.preventDefault();
    found.shortcut.run();
  }

  /** Whether it is a shortcut, or how one begins. */
  private counts(sequence: string): boolean {
    return [...this.known.keys()].some((each) => each === sequence || each.startsWith(`${sequence} `));
  }
}

export const shortcuts = new Shortcuts(document);
