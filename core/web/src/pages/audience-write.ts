/** Write to lists: see it as it will arrive, try it on yourself, send it now or later. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import "@awesome.me/webawesome/dist/components/input/input.js";
import "@awesome.me/webawesome/dist/components/textarea/textarea.js";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { unsafeHTML } from "lit/directives/unsafe-html.js";
import { choices, confirmed, Draft, form, notify, number, page, t, type Fields } from "@maxbooster/ui";
import { Problem } from "../api/problem";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { router } from "../shell/router";
import "./postal-address";

type List = components["schemas"]["MailingListOut"];
type Preview = components["schemas"]["Preview"];
type Text = components["schemas"]["MailingText"];
/** Milliseconds after the last key until the preview follows. */
const PAUSE = 400;

class MbAudienceWrite extends LitElement {
  static override properties = {
    chosen: { state: true }, subject: { state: true }, text: { state: true }, at: { state: true }, preview: { state: true }, problem: { state: true }, busy: { state: true }, format: { state: true },
  };
  static override styles = [
    page,
    form,
    choices,
    css`
      .columns {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--mb-space-8);
        align-items: start;
      }
      :host {
        max-width: 1120px;
      }
      wa-textarea::part(textarea) {
        min-height: 260px;
        font-family: inherit;
      }
      .later {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
        align-items: end;
      }
      .mail {
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: #fff;
        color: #16181b;
        overflow-wrap: anywhere;
      }
      .mail header {
        padding: var(--mb-space-3) var(--mb-space-4);
        border-bottom: 1px solid #e2dfd8;
        font-size: var(--mb-text-s);
      }
      .mail header strong,
      .mail header span {
        display: block;
      }
      .mail header span,
      .mail footer p {
        color: #5c6065;
      }
      .mail .body {
        padding: var(--mb-space-4);
        font-size: 16px;
        line-height: 1.55;
      }
      .mail .body * {
        color: #16181b;
        max-width: none;
      }
      .mail .body a {
        color: #0645ad;
      }
      .mail footer {
        padding: 0 var(--mb-space-4) var(--mb-space-2);
        font-size: var(--mb-text-s);
      }
      .mail footer p {
        margin: 0 0 var(--mb-space-2);
        white-space: pre-line;
      }
      h2 {
        margin-top: 0;
      }
      mb-postal-address {
        margin-bottom: var(--mb-space-8);
      }
      @media (max-width: 800px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];
  declare private chosen: ReadonlySet<string>;
  declare private subject: string;
  declare private text: string;
  declare private at: string;
  declare private format: Text["format"];
  declare private preview: Preview | undefined;
  declare private problem: Problem | undefined;
  declare private busy: "" | "test" | "send" | "later";
  /** However often the button is pressed, it is sent once. */
  private readonly once = crypto.randomUUID();
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  private readonly settings = new Loaded(this, () => api.get("/api/core/audience/settings"));
  private readonly lists = new Loaded(this, async () => {
    const lists = await api.list("/api/core/audience/lists");
    if (lists.length === 1 && !this.chosen.size) this.choose(lists[0]!.id, true);
    if (!this.initial && !this.from) this.start();
    return lists;
  });

  private readonly keeping = new Draft(this, {
    name: () => "audience/write",
    saved: () => this.initial,
    typed: () => ({ ...this.written, at: this.at }),
    put: ({ lists, subject, text, format, at }) => {
      this.chosen = new Set(lists as string[]);
      this.subject = subject as string;
      this.text = text as string;
      this.format = format as Text["format"];
      this.at = at as string;
      this.show();
    },
  });
  /** The email that this one began as. */
  private readonly from = new URLSearchParams(location.search).get("from");
  /** What the page opened with, once that is known. */
  private initial: Fields | undefined;

  constructor() {
    super();
    this.chosen = new Set();
    this.subject = this.text = this.at = "";
    this.busy = "";
    this.format = "markdown";
    if (this.from) void this.copyFrom(this.from);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.waiting);
  }

  private async copyFrom(id: string): Promise<void> {
    const { subject, text, lists, format } = await api.get("/api/core/audience/mailings/{mailing_id}", { mailing_id: id });
    this.subject = subject;
    this.text = text;
    this.format = format;
    this.chosen = new Set(lists);
    this.start();
    this.show();
  }

  /** From here on a draft is kept. */
  private start(): void {
    this.initial = { ...this.written, at: this.at };
  }

  private choose(id: string, on: boolean): void {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(id);
    else chosen.delete(id);
    this.chosen = chosen;
    this.show();
  }

  private get written(): Text {
    return { lists: [...this.chosen], subject: this.subject, text: this.text, format: this.format };
  }

  private get whole(): boolean {
    return this.chosen.size > 0 && this.subject.trim() !== "" && this.text.trim() !== "";
  }

  /** The preview follows what is written. */
  private readonly show = (): void => {
    clearTimeout(this.waiting);
    if (!this.whole) {
      this.preview = undefined;
      return;
    }
    this.waiting = setTimeout(() => void this.doing("", async () => {
      this.preview = await api.post("/api/core/audience/mailings/preview", { body: this.written });
    }), PAUSE);
  };

  private async doing(busy: typeof this.busy, act: () => Promise<unknown>): Promise<boolean> {
    this.busy = busy;
    try {
      await act();
      this.problem = undefined;
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error;
      return false;
    } finally {
      this.busy = "";
    }
  }

  private readonly tryIt = () =>
    this.doing("test", async () => {
      const { to } = await api.post("/api/core/audience/mailings/test", { body: this.written });
      notify(t("audience.test_sent", "A test is on its way to {email}.", { email: to }));
    });

  private async send(at: string): Promise<void> {
    const readers = this.preview?.readers ?? 0;
    const facts: [string, string][] = [
      [t("audience.subject", "Subject"), this.subject],
      [t("audience.readers", "Readers"), number(readers)],
    ];
    if (at) facts.push([t("audience.at_short", "When"), `${at.replace("T", " ")} (${this.zone})`]);
    const title = at ? t("audience.schedule_title", "Schedule this email?") : t("audience.send_title", "Send this email now?");
    const action = at ? t("audience.schedule_go", "Schedule email") : t("audience.send_go", "Send email");
    if (!(await confirmed({ title, facts, action, harmless: true }))) return;
    const act = () => api.post("/api/core/audience/mailings", { body: { ...this.written, once: this.once, at, zone: this.zone } });
    const sent = await this.doing(at ? "later" : "send", () => this.keeping.around(act));
    if (!sent) return;
    notify(at ? t("audience.scheduled_now", "Email scheduled.") : t("audience.sending_now", "Sending."));
    router.go("/audience/emails");
  }

  override render(): TemplateResult {
    return html`<div class="head">
        <div>
          <h1>${t("audience.write", "Write email")}</h1>
          <p><a href="/audience/emails">${t("audience.back_to_emails", "Back to emails")}</a></p>
        </div>
      </div>
      ${this.settings.show(({ postal_address }) => (postal_address ? html`` : html`<mb-postal-address @saved=${this.saved} @stale=${this.settings.again}></mb-postal-address>`))}
      ${this.lists.show((lists) => (lists.length ? html`<div class="columns">${this.editor(lists)} ${this.arriving()}</div>` : this.noLists()))}`;
  }

  private readonly saved = (): void => {
    void this.settings.again();
    this.show();
  };

  private editor(lists: List[]): TemplateResult {
    const wrong = (name: string) => (this.problem?.field === name ? this.problem.message : "");
    return html`<form @submit=${(event: Event) => event.preventDefault()}>
      ${this.keeping.bar()}
      <fieldset>
        <legend>${t("audience.to", "To")}</legend>
        ${lists.map(({ id, title, confirmed: readers }) => html`<wa-checkbox .checked=${this.chosen.has(id)} @change=${(event: Event) => this.choose(id, (event.target as HTMLInputElement).checked)}>${title} (${number(readers)})</wa-checkbox>`)}
      </fieldset>
      <wa-input name="subject" label=${t("audience.subject", "Subject")} maxlength="200" hint=${wrong("subject")} .value=${this.subject || null} @input=${this.typed("subject")}></wa-input>
      <wa-textarea name="text" label=${t("audience.body", "Text")} rows="12" maxlength="20000" .value=${this.text || null} @input=${this.typed("text")}
        hint=${wrong("text") || (this.format === "markdown" ? t("audience.body_hint", "**bold**, _italic_, # heading, - list, [words](https://…)") : t("audience.body_plain", "Sent as you type it"))}></wa-textarea>
      <wa-checkbox .checked=${this.format === "markdown"} @change=${this.formatted}>${t("audience.markdown", "Format with Markdown")}</wa-checkbox>
      ${this.problem && !["subject", "text", "at"].includes(this.problem.field ?? "") ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.problem.message}</p>` : nothing}
      <div class="actions">
        <wa-button variant="brand" ?disabled=${!this.ready} ?loading=${this.busy === "send"} @click=${() => this.send("")}>${t("audience.send_now", "Send now")}</wa-button>
        <wa-button appearance="outlined" ?disabled=${!this.whole} ?loading=${this.busy === "test"} @click=${this.tryIt}>${t("audience.test", "Send me a test")}</wa-button>
      </div>
      <div class="later">
        <wa-input name="at" type="datetime-local" label=${t("audience.at", "Or later ({zone})", { zone: this.zone })} hint=${wrong("at")} .value=${this.at || null} @input=${this.typed("at")}></wa-input>
        <wa-button appearance="outlined" ?disabled=${!this.ready || !this.at} ?loading=${this.busy === "later"} @click=${() => this.send(this.at)}>${t("audience.schedule", "Schedule")}</wa-button>
      </div>
    </form>`;
  }

  private readonly formatted = (event: Event): void => {
    this.format = (event.target as HTMLInputElement).checked ? "markdown" : "plain";
    this.show();
  };

  private get ready(): boolean {
    return this.whole && !!this.settings.value?.postal_address;
  }

  private typed(what: "subject" | "text" | "at") {
    return (event: Event): void => {
      this[what] = (event.target as HTMLInputElement).value;
      if (what !== "at") this.show();
    };
  }

  /** The server's own HTML of the text: nothing but what Markdown makes. */
  private arriving(): TemplateResult {
    const { preview } = this;
    return html`<section aria-label=${t("audience.preview", "Preview")}>
      <h2>${t("audience.preview", "Preview")}</h2>
      ${preview
        ? html`<p>${preview.readers === 1 ? t("audience.one_reader", "1 person gets it.") : t("audience.n_readers", "{n} people get it.", { n: number(preview.readers) })}</p>
            <div class="mail">
              <header><strong>${preview.subject}</strong><span>${preview.sender}</span></header>
              <div class="body">${unsafeHTML(preview.html)}</div>
              <footer>${preview.footer.map((line) => (line ? html`<p>${line}</p>` : nothing))}</footer>
            </div>`
        : html`<p>${t("audience.no_preview", "Choose a list, and enter a subject and a text.")}</p>`}
    </section>`;
  }

  private noLists(): TemplateResult {
    return html`<mb-empty icon="mail" heading=${t("audience.no_lists", "No lists yet")} text=${t("audience.no_lists_text", "Turn on the sign-up form on a release’s public page, or import contacts.")}></mb-empty>`;
  }
}
customElements.define("mb-audience-write", MbAudienceWrite);
