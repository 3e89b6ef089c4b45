/** `<mb-form>`: a form made from a JSON Schema. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import "@awesome.me/webawesome/dist/components/input/input.js";
import "@awesome.me/webawesome/dist/components/option/option.js";
import "@awesome.me/webawesome/dist/components/select/select.js";
import "@awesome.me/webawesome/dist/components/switch/switch.js";
import "@awesome.me/webawesome/dist/components/tag-input/tag-input.js";
import "@awesome.me/webawesome/dist/components/textarea/textarea.js";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Problem } from "../api/problem";
import { same, type Fields } from "../kept/merge";
import { Draft } from "./draft";
import { t } from "./i18n";
import "./icons";
import { complaint, fieldNamed, fieldsOf, initial, typedValues, valueAt, wording, type FormField, type JsonSchema, type Typed } from "./schema-fields";
import { schemaForm } from "./schema-form-style";
import { form } from "./styles";

export type { JsonSchema } from "./schema-fields";

type Control = HTMLElement & { value: string | string[] | null; checked: boolean };

const INPUTS: Record<string, { type: string; autocomplete: string }> = {
  email: { type: "email", autocomplete: "email" },
  date: { type: "date", autocomplete: "off" },
  uri: { type: "url", autocomplete: "url" },
  password: { type: "password", autocomplete: "new-password" },
};

/** What `form-submit` tells: the values, and the way to send them, which shows that it is under way and what was refused. */
export interface Submitted {
  values: Record<string, unknown>;
  send(act: () => Promise<unknown>): Promise<void>;
}

/** Event: `form-submit` (`Submitted`), once nothing is wrong by the schema. Slot `actions`: buttons beside the one that sends. */
export class MbForm extends LitElement {
  static override properties = {
    schema: { attribute: false },
    components: { attribute: false },
    given: { attribute: false },
    kept: { attribute: false },
    replaced: { state: true },
    problem: { attribute: false },
    pending: { type: Boolean },
    draft: {},
    unkept: {},
    again: { attribute: false },
    submitLabel: { attribute: "submit-label" },
    typed: { state: true },
    checked: { state: true },
  };
  declare schema: JsonSchema | undefined;
  /** What `$ref` means: the schemas of an OpenAPI description, by name. */
  declare components: Record<string, JsonSchema>;
  /** What the fields begin with. */
  declare given: Record<string, unknown>;
  /** Secrets that the server has, by their paths: they are not shown, and stay unless they are replaced. */
  declare kept: readonly string[];
  declare private replaced: ReadonlySet<string>;
  /** What the server found wrong: shown at its field, else above the button. */
  declare problem: Problem | undefined;
  declare pending: boolean;
  /** Which form it is, of which record (`plans/0198…`): what is typed stays on the device under it, secrets apart. */
  declare draft: string | undefined;
  /** Why it has no draft. */
  declare unkept: string | undefined;
  /** Reads again what the form was given, after somebody else has changed it. */
  declare again: (() => Promise<unknown>) | undefined;
  declare submitLabel: string;
  declare private typed: ReadonlyMap<string, Typed>;
  /** The fields whose complaints are shown: those that were left, and after an attempt to send all. */
  declare private checked: ReadonlySet<string>;
  private fields: FormField[] = [];
  private saved: Fields | undefined;
  /** Fields of a draft that the form doesn’t have. */
  private missing: Fields = {};
  private readonly keeping = new Draft(this, {
    name: () => this.draft || undefined,
    saved: () => this.saved,
    typed: () => this.open(this.typed),
    put: (fields) => (this.typed = new Map([...this.typed, ...(Object.entries(fields) as [string, Typed][])])),
    label: ([path = ""]) => this.fields.find((each) => each.path === path)?.label ?? path,
    hold: (fields) => (this.missing = fields),
    held: () => this.missing,
    gone: () => this.missing,
  });

  static override styles = [form, schemaForm];

  constructor() {
    super();
    this.components = {};
    this.given = {};
    this.kept = [];
    this.replaced = new Set();
    this.pending = false;
    this.submitLabel = t("form.send", "Save");
    this.typed = new Map();
    this.checked = new Set();
  }

  /** A secret that was replaced by nothing is null. */
  get values(): Record<string, unknown> {
    const removed = this.fields.filter(({ path }) => this.replaced.has(path) && !this.typed.get(path)).map(({ path }) => [path, null]);
    return { ...typedValues(this.asked, this.typed), ...Object.fromEntries(removed) };
  }

  /** The fields that something can be typed into. */
  private get asked(): FormField[] {
    return this.fields.filter(({ path }) => !this.kept.includes(path) || this.replaced.has(path));
  }

  override willUpdate(changed: PropertyValues): void {
    if (!this.schema || !(changed.has("schema") || changed.has("components") || changed.has("given"))) return;
    const before = this.fields.map(({ path }) => path);
    this.fields = fieldsOf(this.schema, this.components);
    const given = new Map(this.fields.map((field) => [field.path, initial(field, valueAt(this.given, field.path))]));
    const again = this.saved !== undefined && !changed.has("draft") && same(before, this.fields.map(({ path }) => path));
    this.saved = this.open(given);
    if (!again || !this.draft) this.typed = given;
    this.checked = new Set();
    this.replaced = new Set();
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("problem") && this.problem) this.focusField(this.atFault);
  }

  /** What may stay on the device. */
  private open(typed: ReadonlyMap<string, Typed>): Fields {
    const secret = new Set(this.fields.filter(({ path, schema }) => schema.format === "password" || this.kept.includes(path)).map(({ path }) => path));
    return Object.fromEntries([...typed].filter(([path]) => !secret.has(path)));
  }

  private get atFault(): FormField | undefined {
    return fieldNamed(this.fields, this.problem?.field);
  }

  private focusField(field: FormField | undefined): void {
    if (!field) return;
    [...this.renderRoot.querySelectorAll<HTMLElement>("[name]")].find((each) => each.getAttribute("name") === field.path)?.focus();
  }

  private wrong(field: FormField): string {
    if (this.atFault === field) return this.problem!.message;
    return this.checked.has(field.path) ? complaint(field, this.typed.get(field.path) ?? "") : "";
  }

  private take(field: FormField, typed: Typed): void {
    this.typed = new Map(this.typed).set(field.path, typed);
    if (this.atFault === field) this.problem = undefined;
  }

  private leave(field: FormField): void {
    const typed = this.typed.get(field.path);
    if (typed !== "" && typed !== undefined) this.checked = new Set([...this.checked, field.path]);
  }

  private readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.pending) return;
    this.checked = new Set(this.fields.map(({ path }) => path));
    const wrong = this.asked.find((field) => complaint(field, this.typed.get(field.path) ?? ""));
    if (wrong) return this.focusField(wrong);
    this.problem = undefined;
    const detail: Submitted = { values: this.values, send: (act) => this.send(act) };
    this.dispatchEvent(new CustomEvent("form-submit", { detail, bubbles: true, composed: true }));
  };

  /** @throws unknown - what is no refusal of the server’s. */
  private async send(act: () => Promise<unknown>): Promise<void> {
    this.pending = true;
    try {
      await this.keeping.around(act);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (await this.keeping.waits(error)) return;
      this.problem = error.status === 409 ? ((await this.keeping.catchUp(this.again)) ?? error) : error;
    } finally {
      this.pending = false;
    }
  }

  override render(): TemplateResult {
    const groups = [...new Set(this.fields.map(({ group }) => group))];
    return html`<form novalidate @submit=${this.submit}>
      ${this.keeping.bar()}
      ${groups.map((group) => {
        const fields = this.fields.filter((each) => each.group === group).map((field) => this.field(field));
        return group ? html`<fieldset><legend>${group}</legend>${fields}</fieldset>` : fields;
      })}
      ${this.problem && !this.atFault
        ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.problem.message}</p>`
        : nothing}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.pending}>${this.submitLabel}</wa-button>
        <slot name="actions"></slot>
      </div>
    </form>`;
  }

  private field(field: FormField): TemplateResult {
    switch (field.kind) {
      case "switch":
        return this.switch(field);
      case "choice":
        return this.choice(field);
      case "choices":
        return this.choices(field);
      case "list":
        return this.list(field);
      case "long":
        return this.long(field);
      default:
        return this.kept.includes(field.path) ? this.secret(field) : this.line(field);
    }
  }

  private label(field: FormField): string {
    return field.required || field.kind === "switch" ? field.label : t("form.optional", "{label} (optional)", { label: field.label });
  }

  private hint(field: FormField): string {
    const { minimum, maximum, minLength } = field.schema;
    if (this.replaced.has(field.path) && !field.required) return t("form.empty_removes", "Leave it empty to remove the saved one.");
    if (field.schema.description) return field.schema.description;
    if (minimum !== undefined && maximum !== undefined) return t("form.between", "From {least} to {most}.", { least: minimum, most: maximum });
    return (minLength ?? 0) > 1 ? t("form.at_least", "At least {n} characters.", { n: minLength }) : "";
  }

  private readonly typing = (field: FormField) => (event: Event) => this.take(field, String((event.target as Control).value ?? ""));

  private line(field: FormField): TemplateResult {
    const wrong = this.wrong(field);
    const { type, autocomplete } = INPUTS[field.schema.format ?? ""] ?? { type: "text", autocomplete: "off" };
    return html`<wa-input
      name=${field.path}
      class=${wrong ? "wrong" : ""}
      type=${field.kind === "number" ? "text" : type}
      inputmode=${field.kind === "number" ? "decimal" : nothing}
      autocomplete=${autocomplete}
      label=${this.label(field)}
      hint=${wrong || this.hint(field)}
      .value=${this.typed.get(field.path) as string}
      ?required=${field.required}
      ?password-toggle=${type === "password"}
      @input=${this.typing(field)}
      @blur=${() => this.leave(field)}
    ></wa-input>`;
  }

  private secret(field: FormField): TemplateResult {
    const replaced = this.replaced.has(field.path);
    const turn = () => {
      const now = new Set(this.replaced);
      if (!now.delete(field.path)) now.add(field.path);
      this.replaced = now;
      this.take(field, "");
    };
    const button = (words: string) => html`<wa-button size="s" appearance="outlined" aria-label="${words}: ${field.label}" @click=${turn}>${words}</wa-button>`;
    if (replaced) return html`<div class="kept">${this.line(field)}${button(t("form.keep", "Keep the saved one"))}</div>`;
    return html`<div class="kept">
      <p>${field.label}</p>
      <p class="hint">${t("form.kept", "Saved. It isn’t shown again.")}</p>
      ${button(t("form.replace", "Replace"))}
    </div>`;
  }

  private long(field: FormField): TemplateResult {
    const wrong = this.wrong(field);
    return html`<wa-textarea
      name=${field.path}
      class=${wrong ? "wrong" : ""}
      rows="3"
      resize="auto"
      label=${this.label(field)}
      hint=${wrong || this.hint(field)}
      .value=${this.typed.get(field.path) as string}
      ?required=${field.required}
      @input=${this.typing(field)}
      @blur=${() => this.leave(field)}
    ></wa-textarea>`;
  }

  private choice(field: FormField): TemplateResult {
    const wrong = this.wrong(field);
    return html`<wa-select
      name=${field.path}
      class=${wrong ? "wrong" : ""}
      label=${this.label(field)}
      hint=${wrong || this.hint(field)}
      .value=${this.typed.get(field.path) as string}
      ?required=${field.required}
      ?with-clear=${!field.required}
      @change=${this.typing(field)}
    >
      ${field.choices.map((each) => html`<wa-option value=${String(each)}>${wording(String(each))}</wa-option>`)}
    </wa-select>`;
  }

  private list(field: FormField): TemplateResult {
    const wrong = this.wrong(field);
    return html`<wa-tag-input
      name=${field.path}
      class=${wrong ? "wrong" : ""}
      label=${this.label(field)}
      hint=${wrong || this.hint(field) || t("form.list", "Press Enter after each.")}
      .value=${this.typed.get(field.path) as string[]}
      @change=${(event: Event) => this.take(field, [...((event.target as Control).value as string[])])}
    ></wa-tag-input>`;
  }

  private switch(field: FormField): TemplateResult {
    return html`<wa-switch
      name=${field.path}
      hint=${this.wrong(field) || this.hint(field)}
      .checked=${this.typed.get(field.path) as boolean}
      @change=${(event: Event) => this.take(field, (event.target as Control).checked)}
      >${this.label(field)}</wa-switch
    >`;
  }

  private choices(field: FormField): TemplateResult {
    const wrong = this.wrong(field);
    const chosen = this.typed.get(field.path) as string[];
    const toggle = (value: string) => (event: Event) =>
      this.take(field, (event.target as Control).checked ? [...chosen, value] : chosen.filter((each) => each !== value));
    return html`<fieldset class="choices">
      <legend>${this.label(field)}</legend>
      ${field.choices.map(String).map(
        (each, place) => html`<wa-checkbox name=${place ? nothing : field.path} .checked=${chosen.includes(each)} @change=${toggle(each)}>${wording(each)}</wa-checkbox>`,
      )}
      ${wrong ? html`<p class="said">${wrong}</p>` : html`<p class="hint">${this.hint(field)}</p>`}
    </fieldset>`;
  }
}
customElements.define("mb-form", MbForm);
