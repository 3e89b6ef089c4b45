/** The draft of a form that is made of controls with names. */
import { render, type LitElement, type ReactiveController } from "lit";
import { Directive, directive, PartType, type ElementPart, type PartInfo } from "lit/directive.js";
import type { Problem } from "../api/problem";
import { same, type Fields } from "../kept/merge";
import { labelOf, read, write } from "./controls";
import { Draft, type Drafted } from "./draft";

/** How long fields of a draft may be missing until they are told. */
const APPEAR_WITHIN_MS = 3_000;

/** Follows the controls of one `<form>`, whatever the page does with them. */
export class FormDraft implements ReactiveController {
  private form: HTMLFormElement | undefined;
  private saved: Fields | undefined;
  /** What the controls were seen to hold last. */
  private shown: Fields = {};
  private missing: Fields = {};
  private overdue = false;
  private readonly draft: Draft;

  constructor(host: LitElement, name: string | (() => string | undefined)) {
    const drafted: Drafted = {
      name: () => (this.form?.isConnected ? (typeof name === "string" ? name : name()) : undefined),
      saved: () => this.saved,
      typed: () => this.shown,
      put: (fields) => this.put(fields),
      accept: () => {
        this.saved = { ...this.shown };
        this.missing = {};
      },
      label: ([field = ""]) => (this.form && labelOf(this.form, field)) ?? field,
      hold: (fields) => this.hold(fields),
      held: () => this.missing,
      gone: () => (this.overdue ? this.missing : {}),
    };
    host.addController(this);
    this.draft = new Draft(host, drafted);
  }

  hostConnected(): void {}

  attach(form: HTMLFormElement): void {
    this.form = form;
    this.saved = undefined;
    this.missing = {};
    const bar = document.createElement("div");
    bar.style.display = "contents";
    form.prepend(bar);
    render(this.draft.bar(), bar);
    for (const kind of ["input", "change"]) form.addEventListener(kind, this.heard);
    queueMicrotask(() => this.begin(form));
  }

  hostUpdated(): void {
    if (this.form?.isConnected && this.saved) this.follow(read(this.form));
  }

  around<T>(send: () => Promise<T>): Promise<T> {
    return this.draft.around(send);
  }

  waits(problem: unknown): Promise<boolean> {
    return this.draft.waits(problem);
  }

  catchUp(again: (() => Promise<unknown>) | undefined): Promise<Problem | undefined> {
    return this.draft.catchUp(again);
  }

  private begin(form: HTMLFormElement): void {
    if (form !== this.form) return;
    this.saved = read(form);
    this.shown = { ...this.saved };
    this.draft.look();
  }

  private readonly heard = (): void => {
    if (!this.form || !this.saved) return;
    this.shown = read(this.form);
    this.draft.look();
  };

  /** What the page itself put into the controls is what is saved now. */
  private follow(now: Fields): void {
    const set = Object.entries(now).filter(([name, value]) => !same(value, this.shown[name]));
    if (!set.length) return;
    this.saved = { ...this.saved, ...Object.fromEntries(set) };
    const added = set.filter(([name]) => !(name in this.shown));
    this.shown = { ...this.shown, ...Object.fromEntries(added) };
    const appeared = Object.entries(this.missing).filter(([name]) => name in now);
    if (appeared.length) {
      this.missing = Object.fromEntries(Object.entries(this.missing).filter(([name]) => !(name in now)));
      this.put({ ...this.shown, ...Object.fromEntries(appeared) });
    }
    this.draft.look();
    if (this.form) this.shown = read(this.form);
  }

  private put(fields: Fields): void {
    if (!this.form) return;
    write(this.form, fields);
    this.shown = read(this.form);
  }

  private hold(fields: Fields): void {
    this.missing = fields;
    this.overdue = false;
    if (!Object.keys(fields).length) return;
    setTimeout(() => {
      this.overdue = true;
      this.draft.tell();
    }, APPEAR_WITHIN_MS);
  }
}

interface Attached {
  attach(form: HTMLFormElement): void;
}

class FormPart extends Directive {
  private form: Element | undefined;

  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("It stands in the tag of a form: <form ${form.here()}>.");
  }

  render(_controller: Attached): void {}

  override update({ element }: ElementPart, [controller]: [Attached]): void {
    if (element === this.form) return;
    this.form = element;
    controller.attach(element as HTMLFormElement);
  }
}

export const formPart = directive(FormPart);
