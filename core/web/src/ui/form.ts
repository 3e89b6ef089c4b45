/** A form that sends itself: one place for pending, for the server's words, and for the field that was wrong. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/input/input.js";
import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import { Problem } from "../api/problem";

type Control = HTMLElement & { value: string | null; setCustomValidity(text: string): void; name?: string };

/** Add it to an element: `form = new FormController(this, async (values) => …)`, and render with `form.submit`. */
export class FormController implements ReactiveController {
  pending = false;
  problem: Problem | undefined;

  constructor(
    private readonly host: LitElement,
    private readonly send: (values: Record<string, string>) => Promise<unknown>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  readonly submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (this.pending) return;
    this.pending = true;
    this.problem = undefined;
    this.host.requestUpdate();
    try {
      await this.send(Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)])));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
      await this.host.updateComplete;
      this.focusWrongField(form);
    } finally {
      this.pending = false;
      this.host.requestUpdate();
    }
  };

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
