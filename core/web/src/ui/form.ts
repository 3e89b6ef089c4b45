/** A form that sends itself: one place for pending, for the server's words, and for the field that was wrong. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/input/input.js";
import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import { Problem } from "../api/problem";
import type { DirectiveResult } from "lit/directive.js";
import { FormDraft, formPart } from "./form-draft";

type Control = HTMLElement & { value: string | null; setCustomValidity(text: string): void; name?: string };

/** What of a form stays on the device while it is typed. */
export interface Keeping {
  /** Which form it is, of which record (`links/0198…`); while it is undefined, nothing stays. */
  draft: string | (() => string | undefined);
  /** Reads again what the form shows, after somebody else has changed it. */
  again?: () => Promise<unknown>;
  /** Whether saving it may wait for a connection; only an update that names what it changes does. */
  later?: boolean;
}

/** Why nothing that is typed into it stays on the device. */
export interface Unkept {
  unkept: string;
}

/** Add it to an element: `form = new FormController(this, async (values) => …, { draft: "plans/new" })`, and render `<form ${form.here()}>`. */
export class FormController implements ReactiveController {
  pending = false;
  problem: Problem | undefined;
  private readonly draft: FormDraft | undefined;

  constructor(
    private readonly host: LitElement,
    private readonly send: (values: Record<string, string>) => Promise<unknown>,
    private readonly keeping: Keeping | Unkept,
  ) {
    if ("draft" in keeping) this.draft = new FormDraft(host, keeping.draft);
    host.addController(this);
  }

  hostConnected(): void {}

  /** In the tag of the form: it sends itself, and what is typed stays. */
  here(): DirectiveResult {
    return formPart(this);
  }

  /** Called by the form’s tag. */
  attach(form: HTMLFormElement): void {
    form.addEventListener("submit", (event) => void this.submit(event));
    this.draft?.attach(form);
  }

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (this.pending) return;
    this.pending = true;
    this.problem = undefined;
    this.host.requestUpdate();
    try {
      const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
      await (this.draft ? this.draft.around(() => this.send(values)) : this.send(values));
    } catch (error) {
      await this.refused(error, form);
    } finally {
      this.pending = false;
      this.host.requestUpdate();
    }
  }

  /** @throws unknown - what is no refusal of the server’s. */
  private async refused(error: unknown, form: HTMLFormElement): Promise<void> {
    if (!(error instanceof Problem)) throw error;
    const { later, again } = this.keeping as Partial<Keeping>;
    if (later && (await this.draft?.waits(error))) return;
    this.problem = error.status === 409 ? ((await this.draft?.catchUp(again)) ?? error) : error;
    await this.host.updateComplete;
    this.focusWrongField(form);
  }

  /** What was wrong with a field, to be shown under it. */
  at(field: string): string {
    return this.problem?.field === field ? this.problem.message : "";
  }

  /** What was wrong with no field in particular. */
  words(fields: string[] = []): TemplateResult | typeof nothing {
    if (!this.problem || (this.problem.field && fields.includes(this.problem.field))) return nothing;
    return html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.problem.message}</p>`;
  }

  private focusWrongField(form: HTMLFormElement): void {
    const wrong = this.problem?.field;
    if (!wrong) return;
    const control = [...form.querySelectorAll<Control>("[name]")].find((each) => each.getAttribute("name") === wrong);
    control?.focus();
  }
}

export interface Field {
  name: string;
  label: string;
  type?: string;
  autocomplete?: string;
  hint?: string;
  value?: string;
  required?: boolean;
  inputmode?: string;
  maxlength?: number;
}

/** One text field with its label, hint and what the server found wrong with it. */
export function field(form: FormController, given: Field): TemplateResult {
  const wrong = form.at(given.name);
  return html`<wa-input
    name=${given.name}
    label=${given.label}
    type=${given.type ?? "text"}
    autocomplete=${given.autocomplete ?? "off"}
    hint=${wrong || given.hint || ""}
    .value=${given.value ?? null}
    ?required=${given.required ?? true}
    ?password-toggle=${given.type === "password"}
    inputmode=${given.inputmode ?? "text"}
    maxlength=${given.maxlength ?? 300}
    class=${wrong ? "wrong" : ""}
    aria-invalid=${wrong ? "true" : "false"}
  ></wa-input>`;
}
