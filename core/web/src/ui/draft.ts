/** What is typed into a form stays on this device until it is saved: through a reload, a crash and a lost connection. */
import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { Problem, refusal } from "../api/problem";
import { changes, currentOwner, draftOf, dropDraft, keepDraft, keepWaiting, mayWait, waitingOf } from "../kept/drafts";
import { merge, same, withValue, type Clash, type Fields } from "../kept/merge";
import "./draft-bar";
import { t } from "./i18n";
import { notify } from "./toast";

export type { Clash, Fields } from "../kept/merge";

/** A form, as its draft sees it. */
export interface Drafted {
  /** Which form it is, of which record: `links/0198…`; while it’s undefined, nothing is kept. */
  name(): string | undefined;
  /** What it holds as it is saved, once that is known. */
  saved(): Fields | undefined;
  /** What it holds now. */
  typed(): Fields;
  /** Show this instead. */
  put(fields: Fields): void;
  /** What it holds is saved. */
  accept?(): void;
  /** What people call a field. */
  label?(path: readonly string[]): string;
  /** Fields of a draft that the form doesn’t have: they may appear later. */
  hold?(fields: Fields): void;
  held?(): Fields;
  /** Those that didn’t appear. */
  gone?(): Fields;
}

/** Milliseconds after the last key until it is on the disk. */
const PAUSE_MS = 300;

/** Add it to an element whose state is the form: `draft = new Draft(this, {name, saved, typed, put})`, and show `draft.bar()`. */
export class Draft implements ReactiveController {
  /** When the draft that is shown was typed, in milliseconds. */
  restored: number | undefined;
  clashes: readonly Clash[] = [];
  /** Whether it is to be sent when there is a connection. */
  waiting = false;
  /** Why it couldn’t be sent. */
  refused = "";
  private name: string | undefined;
  /** Whose it is: what is typed for one account is never kept for another. */
  private owner = "";
  /** As it was saved when typing began; undefined until the draft was looked for. */
  private base: Fields | undefined;
  private kept: Fields | undefined;
  /** As it was sent, until what is saved is read again: the server may word it differently. */
  private since: Fields | undefined;
  private sending = false;
  /** How often what others saved was merged. */
  private merged = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly watching = new Set<() => void>();

  constructor(
    private readonly host: ReactiveControllerHost,
    readonly form: Drafted,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("pagehide", this.keepNow);
    document.addEventListener("visibilitychange", this.keepNow);
    changes.addEventListener("change", this.lookAgain);
    this.look();
  }

  hostDisconnected(): void {
    void this.keepNow();
    removeEventListener("pagehide", this.keepNow);
    document.removeEventListener("visibilitychange", this.keepNow);
    changes.removeEventListener("change", this.lookAgain);
    this.name = this.base = this.since = undefined;
  }

  hostUpdated(): void {
    this.look();
  }

  /** Called when what the form holds, or what is saved, may have changed. */
  look(): void {
    const name = this.form.name();
    const saved = name === undefined ? undefined : this.form.saved();
    if (name !== this.name || (name !== undefined && this.owner !== currentOwner())) {
      void this.keepNow();
      this.name = name;
      this.owner = currentOwner();
      this.base = this.kept = this.since = undefined;
      this.show(undefined, []);
    }
    if (name === undefined || saved === undefined) return;
    if (this.base === undefined) void this.open(name, saved);
    else if (!same(saved, this.base) && !this.clashes.length) this.rebase(saved);
    else this.keepSoon();
  }

  /** Something to be told has changed. */
  tell(): void {
    for (const each of this.watching) each();
  }

  /** Keeps track of who shows it. */
  watch(changed: () => void): () => void {
    this.watching.add(changed);
    return () => this.watching.delete(changed);
  }

  /** Sends what is typed. Once that succeeds, nothing of it stays here. */
  async around<T>(send: () => Promise<T>): Promise<T> {
    const { name } = this;
    if (this.clashes.length) throw refusal(t("draft.undecided", "Choose above what to keep of each field that was changed elsewhere, then save again."));
    await this.keepNow();
    this.sending = true;
    try {
      const sent = await send();
      await this.settle(name);
      return sent;
    } finally {
      this.sending = false;
    }
  }

  /**
   * Somebody else was faster: what they saved is read, and merged with what is typed.
   * @returns what to tell instead of the refusal, where that is what was wrong
   */
  async catchUp(again: (() => Promise<unknown>) | undefined): Promise<Problem | undefined> {
    const merged = this.merged;
    await again?.();
    await this.host.updateComplete;
    if (this.merged === merged) return undefined;
    return refusal(t("draft.merged", "Somebody else changed this in the meantime. Their changes are in the form beside yours: check them, then save again."));
  }

  /** Show what is saved again. */
  readonly discard = async (): Promise<void> => {
    clearTimeout(this.timer);
    const { name } = this;
    const saved = this.form.saved();
    if (name === undefined || !saved) return;
    this.base = this.kept = saved;
    this.waiting = false;
    this.form.hold?.({});
    this.show(undefined, []);
    this.form.put(saved);
    await dropDraft(name).catch(() => {});
    this.host.requestUpdate();
  };

  /** Of two changes of a field: this one. */
  choose(clash: Clash, value: unknown): void {
    const left = this.clashes.filter((each) => each !== clash);
    this.form.put(withValue(this.form.typed(), clash.path, value));
    if (!left.length) this.base = this.form.saved();
    this.show(this.restored, left);
    this.host.requestUpdate();
    this.keepSoon();
  }

  /**
   * Keeps a change to be sent later, where it may wait.
   * @returns whether it waits now
   */
  async waits(problem: unknown): Promise<boolean> {
    if (!(problem instanceof Problem) || !problem.unsent || this.name === undefined || !mayWait(problem.unsent)) return false;
    try {
      await this.keepNow();
      await keepWaiting(this.name, here(), problem.unsent, structuredClone(this.form.typed()));
    } catch (error) {
      tellUnkept(error);
      return false;
    }
    this.waiting = true;
    this.tell();
    return true;
  }

  label(path: readonly string[]): string {
    return this.form.label?.(path) ?? path.filter((step) => !step.startsWith("#")).join(" ");
  }

  bar(): TemplateResult {
    return html`<mb-draft .draft=${this}></mb-draft>`;
  }

  private async open(name: string, saved: Fields): Promise<void> {
    this.base = this.kept = saved;
    const [draft, waiting] = await Promise.all([draftOf(name), waitingOf(name)]).catch(() => []);
    if (name !== this.name) return;
    this.waiting = Boolean(waiting && !waiting.refused);
    this.refused = waiting?.refused ?? "";
    if (!draft) return this.look();
    const now = this.form.saved() ?? saved;
    const [base, typed] = this.held(draft.base, draft.typed, now);
    const { fields, clashes } = merge(base, merge(saved, typed, this.form.typed()).fields, now);
    this.base = clashes.length ? base : now;
    if (same(fields, now) && !Object.keys(this.form.held?.() ?? {}).length) return void dropDraft(name);
    this.form.put(fields);
    this.kept = this.form.typed();
    this.show(draft.at, clashes);
    this.host.requestUpdate();
  }

  private async settle(name: string | undefined): Promise<void> {
    if (name === undefined) return;
    if (name === this.name) this.accept();
    await dropDraft(name).catch(() => {});
  }

  /** What is typed is what is saved. */
  private accept(): void {
    this.form.accept?.();
    this.base = this.form.saved();
    this.kept = this.since = structuredClone(this.form.typed());
    this.waiting = false;
    this.show(undefined, []);
  }

  /** The parts of a draft that the form has; it holds the rest. */
  private held(base: Fields, typed: Fields, now: Fields): [base: Fields, typed: Fields] {
    if (!this.form.hold) return [base, typed];
    const has = (fields: Fields, wanted: boolean) => Object.fromEntries(Object.entries(fields).filter(([name]) => name in now === wanted));
    this.form.hold(has(typed, false));
    return [has(base, true), has(typed, true)];
  }

  /** Somebody else saved it, while something is typed here. */
  private rebase(saved: Fields): void {
    const { fields, clashes } = merge(this.since ?? this.base!, this.form.typed(), saved);
    this.since = undefined;
    this.merged += 1;
    if (!clashes.length) this.base = saved;
    this.form.put(fields);
    if (same(fields, saved)) {
      this.kept = saved;
      this.waiting = false;
      void dropDraft(this.name!);
    }
    this.show(same(fields, saved) ? undefined : this.restored, clashes);
    this.host.requestUpdate();
  }

  private keepSoon(): void {
    if (same(this.form.typed(), this.kept)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keepNow(), PAUSE_MS);
  }

  private readonly keepNow = async (): Promise<void> => {
    clearTimeout(this.timer);
    const { name, base } = this;
    if (name === undefined || base === undefined || this.sending || !this.owner) return;
    const typed = this.form.typed();
    if (same(typed, this.kept)) return;
    const before = this.kept ?? base;
    this.kept = structuredClone(typed);
    try {
      if (same(typed, base) && !this.clashes.length) await dropDraft(name);
      else await keepDraft({ owner: this.owner, form: name, path: here(), base: this.since ?? base, typed: { ...this.form.held?.(), ...typed }, at: Date.now() }, before);
    } catch (error) {
      tellUnkept(error);
    }
  };

  /** Another tab, or the one that sends, did something with it. */
  private readonly lookAgain = async (): Promise<void> => {
    const { name } = this;
    if (name === undefined || !(this.waiting || this.restored)) return;
    const [draft, waiting] = await Promise.all([draftOf(name), waitingOf(name)]).catch(() => []);
    if (name !== this.name) return;
    if (this.waiting && !waiting && !draft) return this.accept();
    if (this.waiting && !waiting && draft) this.since = draft.base; // it was sent, and more was typed since
    this.waiting = Boolean(waiting && !waiting.refused);
    this.refused = waiting?.refused ?? "";
    this.tell();
  };

  private show(restored: number | undefined, clashes: readonly Clash[]): void {
    this.restored = restored;
    this.clashes = clashes;
    this.refused = restored ? this.refused : "";
    this.tell();
  }
}

const here = (): string => location.pathname + location.search;

let told = false;

/** Once for each page: what is typed is lost if it is reloaded. */
function tellUnkept(error: unknown): void {
  if (told || !globalThis.indexedDB) return;
  told = true;
  const reason = error instanceof Error ? error.message : String(error);
  const text = t("draft.unkept", "This browser can’t keep drafts ({reason}). What you type is lost if you reload the page before you save.", { reason });
  notify({ text, tone: "danger" });
}
