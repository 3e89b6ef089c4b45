import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { confirmed, exactly, field, form, FormController, loadTable, notify, number, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { focusOn } from "../shell/focus";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { audienceSections } from "./audience-sections";
import { sectionStyle } from "./sections";

type Contact = components["schemas"]["ContactOut"];
type Membership = Contact["lists"][number];
type List = components["schemas"]["MailingListOut"];
type Detail = components["schemas"]["ContactDetail"];
type Result = components["schemas"]["ImportResult"];
/** Bytes that are turned into text at a time. */
const PIECE = 8192;
/** Refused lines that are listed one by one. */
const SHOWN = 200;
const EXPORT = "/api/core/audience/export";

/** A contact on one list. */
interface Row {
  id: string;
  contact: Contact;
  membership: Membership;
}


class MbAudience extends LitElement {
  static override properties = { importing: { state: true }, into: { state: true }, result: { state: true }, opened: { state: true } };
  static override styles = [
    page,
    form,
    sectionStyle,
    css`
      .head .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
      }
      form {
        margin-bottom: var(--mb-space-8);
      }
      label {
        display: grid;
        gap: var(--mb-space-1);
        font-weight: 500;
      }
      label input {
        font: inherit;
        font-weight: 400;
      }
      select {
        min-height: 36px;
        padding: 0 var(--mb-space-2);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: inherit;
      }
      mb-table {
        --mb-table-height: max(320px, calc(100dvh - 420px));
      }
      .gone {
        color: var(--mb-quiet);
      }
      .refused {
        margin-bottom: var(--mb-space-8);
      }
      section {
        margin-top: var(--mb-space-8);
      }
      section h2 {
        margin-top: 0;
      }
      section .head {
        margin-bottom: var(--mb-space-2);
      }
    `,
  ];
  declare private importing: boolean;
  /** The list that is imported into; empty: a new one. */
  declare private into: string;
  declare private result: Result | undefined;
  declare private opened: Detail | undefined;
  /** The contact that was chosen last: an earlier answer may come later. */
  private asked = "";
  private readonly contacts = new Loaded(this, () => api.list("/api/core/audience/contacts"), ["job", "event"]);
  private readonly lists = new Loaded(this, () => api.list("/api/core/audience/lists"), ["job", "event"]);
  private readonly settings = new Loaded(this, () => api.get("/api/core/audience/settings"));
  private readonly form = new FormController(this, async (values) => {
    const file = this.renderRoot.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
    if (!file) return;
    const list = this.into || (await this.createList(values));
    this.into = list;
    this.result = await api.post("/api/core/audience/lists/{list_id}/contacts", { list_id: list, body: { content: await base64(file), source: values.source ?? "" } });
    this.importing = false;
    await Promise.all([this.contacts.again(), this.lists.again()]);
  }, { draft: "audience/import" });

  constructor() {
    super();
    this.importing = false;
    this.into = "";
    void loadTable();
  }

  private async createList({ title = "", sender = "", language = "en" }: Record<string, string>): Promise<string> {
    return (await api.post("/api/core/audience/lists", { body: { title, sender, language } })).id;
  }

  private begin(): void {
    this.into = this.lists.value?.[0]?.id ?? "";
    this.result = undefined;
    this.importing = true;
  }

  private async open(id: string): Promise<void> {
    this.asked = id;
    const found = await api.get("/api/core/audience/contacts/{contact_id}", { contact_id: id });
    if (this.asked === id) this.opened = found;
  }

  private async erase({ contact }: Detail): Promise<void> {
    const title = t("audience.remove_title", "Remove {email}?", { email: contact.email });
    const text = t("audience.remove_text", "The address and the record of their consent are deleted. You can’t import them again; they can sign up themselves.");
    if (!(await confirmed({ title, text, action: t("audience.remove_go", "Remove contact") }))) return;
    try {
      await api.delete("/api/core/audience/contacts/{contact_id}", { contact_id: contact.id });
      notify(t("audience.removed", "Contact removed."));
      this.opened = undefined;
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), tone: "danger" });
    }
    await Promise.all([this.contacts.again(), this.lists.again()]);
  }

  override render() {
    return html`<div class="head">
        <div>
          <h1>${t("audience.title", "Audience")}</h1>
          <p>${t("audience.text", "Fans who signed up for your email, and how they agreed. Only those who confirmed get email.")}</p>
        </div>
        <div class="actions">
          ${this.contacts.value?.length ? html`<wa-button appearance="outlined" href=${EXPORT} download>${t("audience.export", "Export CSV")}</wa-button>` : nothing}
          ${session.may("audience.write") && !this.importing ? html`<wa-button appearance="outlined" @click=${this.begin}>${t("audience.import", "Import contacts")}</wa-button>` : nothing}
          ${session.may("audience.send") && this.contacts.value?.length && !this.importing ? html`<wa-button variant="brand" href="/audience/write">${t("audience.write", "Write email")}</wa-button>` : nothing}
        </div>
      </div>
      ${audienceSections("/audience")} ${this.importing ? this.imports() : nothing} ${this.result ? this.imported(this.result) : nothing}
      ${this.contacts.show((list) => (list.length ? this.table(list) : this.empty()))} ${this.opened ? this.detail(this.opened) : nothing}`;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("importing") && this.importing) void focusOn(this, "input[type=file]");
    else if (changed.has("opened") && this.opened && changed.get("opened") !== this.opened) this.renderRoot.querySelector("section h2")?.scrollIntoView({ block: "nearest" });
  }

  private imports() {
    const lists = this.lists.value ?? [];
    return html`<form ${this.form.here()}>
      <label>${t("audience.file", "CSV file with the columns “email” and “name”")}<input type="file" name="file" accept=".csv,.txt,text/csv" required /></label>
      ${lists.length
        ? html`<label>${t("audience.into", "List")}
            <select @change=${(event: Event) => (this.into = (event.target as HTMLSelectElement).value)}>
              ${lists.map(({ id, title }) => html`<option value=${id} ?selected=${id === this.into}>${title}</option>`)}
              <option value="" ?selected=${!this.into}>${t("audience.new_list", "New list…")}</option>
            </select></label>`
        : nothing}
      ${this.into
        ? nothing
        : html`${field(this.form, { name: "title", label: t("audience.list_title", "Name of the new list"), hint: t("audience.list_title_hint", "Fans see it in each email"), maxlength: 200 })}
            ${field(this.form, { name: "sender", label: t("audience.sender", "From"), hint: t("audience.sender_hint", "The name on the email"), value: session.me?.account?.name ?? "", maxlength: 200 })}
            <label>${t("audience.language", "Language in which fans confirm and unsubscribe")}
              <select name="language">${this.settings.value?.languages.map((each) => html`<option value=${each} ?selected=${each === "en"}>${languageTitle(each)}</option>`)}</select></label>`}
      ${field(this.form, {
        name: "source",
        label: t("audience.source", "Where did these people agree to get email from you?"),
        hint: t("audience.source_hint", "Kept with each contact, as evidence"),
        maxlength: 500,
      })}
      ${this.form.words(["title", "sender", "source"])}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("audience.import_go", "Import contacts")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.importing = false)}>${t("audience.leave", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private imported({ imported, refused, left_out }: Result) {
    const why = (Object.entries(left_out) as [Reason, number][]).map(([reason, n]) => `${number(n)} ${leftOut(reason)}`).join(" · ");
    const said = imported === 1 ? t("audience.imported_one", "1 contact imported.") : t("audience.imported", "{n} contacts imported.", { n: number(imported) });
    const rest = refused.length === 1 ? t("audience.refused_one", "1 line was refused:") : t("audience.refused", "{n} lines were refused:", { n: number(refused.length) });
    return html`<p role="status">${said} ${refused.length ? html`${rest} ${why}` : nothing}</p>
      ${refused.length
        ? html`<ul class="rows refused" aria-label=${t("audience.refused_lines", "Refused lines")}>
            ${refused.slice(0, SHOWN).map(({ line, text, why }) => html`<li><span class="what">${t("audience.line", "Line {n}: {text}", { n: number(line), text })}<small>${why}</small></span></li>`)}
            ${refused.length > SHOWN ? html`<li>${t("audience.more_refused", "And {n} more lines.", { n: number(refused.length - SHOWN) })}</li>` : nothing}
          </ul>`
        : nothing}`;
  }

  private table(list: Contact[]) {
    const rows: Row[] = list.flatMap((contact) => contact.lists.map((membership) => ({ id: `${contact.id} ${membership.list_id}`, contact, membership })));
    return html`<mb-table
      roomy
      label=${t("audience.contacts", "Contacts")}
      search=${t("audience.search", "Search contacts")}
      kept=""
      .columns=${this.columns()}
      .rows=${rows}
      @row-open=${({ detail }: CustomEvent<{ row: Row }>) => this.open(detail.row.contact.id)}
    ></mb-table>`;
  }

  private columns(): Column<Row>[] {
    const titles = this.titles;
    const by = (of: (row: Row) => string) => (one: Row, other: Row) => of(one).localeCompare(of(other));
    return [
      {
        key: "email", title: t("audience.email", "Email"), width: "minmax(0, 2fr)", text: ({ contact }) => `${contact.email} ${contact.name}`,
        sort: by(({ contact }) => contact.email),
        render: ({ contact, membership }) => html`${contact.email}<small>${[contact.name, titles.get(membership.list_id)].filter(Boolean).join(" · ")}</small>`,
      },
      {
        key: "status", title: t("audience.status", "Status"), width: "150px", filter: true, text: ({ membership }) => statusTitle(membership.status),
        sort: by(({ membership }) => membership.status),
        render: ({ membership }) => html`<span class=${membership.status === "confirmed" ? "" : "gone"}>${statusTitle(membership.status)}</span>`,
      },
      { key: "list", title: t("audience.into", "List"), hidden: true, filter: true, text: ({ membership }) => titles.get(membership.list_id) ?? "" },
      { key: "source", title: t("audience.from", "Where from"), narrow: false, text: ({ membership }) => place(membership.source), sort: by(({ membership }) => membership.source) },
      {
        key: "since", title: t("audience.since", "When"), width: "120px", narrow: false, text: ({ membership }) => when(membership.since),
        sort: by(({ membership }) => membership.since),
        render: ({ membership }) => html`<span title=${exactly(membership.since)}>${when(membership.since)}</span>`,
      },
    ];
  }

  private get titles(): Map<string, string> {
    return new Map(this.lists.value?.map(({ id, title }) => [id, title]));
  }

  private empty() {
    return this.importing
      ? html``
      : html`<mb-empty
          icon="mail"
          heading=${t("audience.none", "No contacts yet")}
          text=${t("audience.none_text", "Turn on the sign-up form on a release’s public page, and fans can leave their email address there.")}
        ></mb-empty>`;
  }

  private detail(found: Detail) {
    const { contact, consent } = found;
    return html`<section aria-label=${contact.email}>
      <div class="head">
        <div><h2>${contact.email}</h2>${contact.name ? html`<p>${contact.name}</p>` : nothing}</div>
        ${session.may("audience.write") ? html`<wa-button size="s" appearance="outlined" @click=${() => this.erase(found)}>${t("audience.remove", "Remove contact")}</wa-button>` : nothing}
      </div>
      <ul class="rows" aria-label=${t("audience.consent", "Consent")}>
        ${consent.map(
          (each) => html`<li>
            <span class="what">${actionTitle(each.action, each.method)}${each.words ? html`<small>“${each.words}”</small>` : nothing}<small>${this.titles.get(each.list_id)}${each.page ? html` · <a href=${each.page} target="_blank" rel="noopener">${place(each.page)}</a>` : nothing}</small></span>
            <span class="quiet" title=${exactly(each.at)}>${when(each.at)}</span>
          </li>`,
        )}
      </ul>
    </section>`;
  }
}
customElements.define("mb-audience", MbAudience);

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, place) => String.fromCharCode(...bytes.subarray(place * PIECE, (place + 1) * PIECE)));
  return btoa(pieces.join(""));
}

type Reason = Result["refused"][number]["reason"];

function leftOut(reason: Reason): string {
  const titles = {
    unsubscribed: t("audience.left_unsubscribed", "unsubscribed"),
    removed: t("audience.left_removed", "removed by you"),
    bounced: t("audience.left_bounced", "bounced"),
    complained: t("audience.left_complained", "complained"),
    already_on_list: t("audience.left_known", "already on the list"),
    twice_in_file: t("audience.left_twice", "twice in the file"),
    not_agreed: t("audience.left_not_agreed", "not agreed, by the file"),
    unreadable: t("audience.left_unreadable", "can’t be read"),
  };
  return titles[reason];
}

const languageTitle = (language: string): string => new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" }).of(language) ?? language;

function place(source: string): string {
  return URL.canParse(source) ? new URL(source).pathname : source;
}

function statusTitle(status: Membership["status"]): string {
  const titles = {
    waiting: t("audience.waiting", "Not confirmed yet"),
    confirmed: t("audience.confirmed", "Confirmed"),
    unsubscribed: t("audience.unsubscribed", "Unsubscribed"),
    bounced: t("audience.bounced", "Email bounced"),
    complained: t("audience.complained", "Complained"),
  };
  return titles[status];
}

function actionTitle(action: Detail["consent"][number]["action"], method: string): string {
  if (method === "import") return t("audience.was_imported", "Imported; they agreed here");
  const titles = {
    given: t("audience.given", "Signed up, and agreed to this"),
    confirmed: t("audience.did_confirm", "Confirmed by the link in the email"),
    withdrawn: t("audience.withdrawn", "Unsubscribed"),
    bounced: t("audience.did_bounce", "Email came back"),
    complained: t("audience.did_complain", "Complained about the email"),
  };
  return titles[action];
}
