/** Who gets no email, and why: see, look up, add by hand. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { date, exactly, field, form, FormController, loadTable, notify, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { focusOn } from "../shell/focus";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { audienceSections } from "./audience-sections";
import { sectionStyle } from "./sections";

type Suppression = components["schemas"]["SuppressionOut"];
type Reason = components["schemas"]["NewSuppression"]["reason"];

class MbAudienceSuppressed extends LitElement {
  static override properties = { adding: { state: true }, found: { state: true }, asked: { state: true } };
  static override styles = [
    page,
    form,
    sectionStyle,
    css`
      form {
        margin-bottom: var(--mb-space-6);
      }
      .lookup {
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
      }
      label {
        display: grid;
        gap: var(--mb-space-1);
        font-weight: 500;
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
    `,
  ];
  declare private adding: boolean;
  declare private found: Suppression[] | undefined;
  declare private asked: string;
  private readonly list = new Loaded(this, () => api.list("/api/core/audience/suppressions"), ["job", "event"]);
  private readonly lists = new Loaded(this, () => api.list("/api/core/audience/lists"));
  private readonly lookup = new FormController(this, async ({ email = "" }) => {
    this.found = await api.post("/api/core/audience/suppressions/search", { body: { email } });
    this.asked = email;
  }, { unkept: "a search" });
  private readonly add = new FormController(this, async ({ email = "", reason = "unsubscribed", said = "" }) => {
    await api.post("/api/core/audience/suppressions", { body: { email, reason: reason as Reason, said } });
    notify(t("audience.suppressed_now", "{email} gets no more email from you.", { email }));
    this.adding = false;
    await this.list.again();
  }, { draft: "audience/suppress" });

  constructor() {
    super();
    this.adding = false;
    this.asked = "";
    void loadTable();
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("adding") && this.adding) void focusOn(this, ".add wa-input[name=email]");
  }

  override render(): TemplateResult {
    return html`<div class="head">
        <div>
          <h1>${t("audience.title", "Audience")}</h1>
          <p>${t("audience.suppressed_text", "Addresses that get no email from you, whatever list or file they’re in. Only their owners can sign up again; complaints stay.")}</p>
        </div>
        ${session.may("audience.write") && !this.adding ? html`<wa-button variant="brand" @click=${() => (this.adding = true)}>${t("audience.suppress", "Add address")}</wa-button>` : nothing}
      </div>
      ${audienceSections("/audience/suppressed")} ${this.adding ? this.addForm() : this.search()} ${this.list.show((list) => this.table(list))}`;
  }

  private search(): TemplateResult {
    return html`<form class="lookup" ${this.lookup.here()}>
        ${field(this.lookup, { name: "email", label: t("audience.look_up", "Look up an address"), type: "email", inputmode: "email", maxlength: 254 })}
        <wa-button type="submit" appearance="outlined" ?loading=${this.lookup.pending}>${t("audience.look_up_go", "Look up")}</wa-button>
      </form>
      ${this.lookup.words(["email"])} ${this.found ? this.answer(this.found) : nothing}`;
  }

  private answer(found: Suppression[]): TemplateResult {
    if (!found.length) return html`<p role="status">${t("audience.not_suppressed", "Nothing keeps {email} from getting email.", { email: this.asked })}</p>`;
    return html`<div role="status"><ul class="rows" aria-label=${this.asked}>${found.map((each) => html`<li><span class="what">${reasonOf(each)}<small>${this.scope(each)} · ${date(each.at)}</small></span></li>`)}</ul></div>`;
  }

  private addForm(): TemplateResult {
    return html`<form class="add" ${this.add.here()}>
      ${field(this.add, { name: "email", label: t("audience.email", "Email"), type: "email", inputmode: "email", maxlength: 254 })}
      <label>${t("audience.reason", "Reason")}
        <select name="reason">
          <option value="unsubscribed">${t("audience.asked_to_stop", "They asked for it")}</option>
          <option value="complained">${t("audience.complained", "Complained")}</option>
          <option value="bounced">${t("audience.bounced", "Email bounced")}</option>
        </select></label>
      ${field(this.add, { name: "said", label: t("audience.note", "Note"), hint: t("audience.note_hint", "What they said, and when"), required: false, maxlength: 500 })}
      ${this.add.words(["email", "said"])}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.add.pending}>${t("audience.suppress_go", "Stop email to this address")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.adding = false)}>${t("audience.leave", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private table(list: Suppression[]): TemplateResult {
    return html`<mb-table roomy label=${t("audience.suppressed", "Don’t email")} search=${t("audience.search_addresses", "Search addresses")} kept="" .columns=${this.columns()} .rows=${list}>
      <mb-empty slot="empty" icon="mail" heading=${t("audience.none_suppressed", "Nobody so far")} text=${t("audience.none_suppressed_text", "Whoever unsubscribes, complains or can’t be reached is listed here.")}></mb-empty>
    </mb-table>`;
  }

  private columns(): Column<Suppression>[] {
    return [
      {
        key: "email", title: t("audience.email", "Email"), width: "minmax(0, 2fr)", text: ({ email }) => email ?? "",
        render: ({ email }) => (email ? html`${email}` : html`<span class="quiet">${t("audience.not_kept", "Address not kept")}</span>`),
      },
      { key: "reason", title: t("audience.reason", "Reason"), width: "140px", filter: true, text: reasonOf },
      { key: "scope", title: t("audience.what_from", "What"), narrow: false, text: (row) => this.scope(row) },
      { key: "at", title: t("audience.since", "When"), width: "120px", narrow: false, text: ({ at }) => when(at), render: ({ at }) => html`<span title=${exactly(at)}>${when(at)}</span>` },
    ];
  }

  private scope({ everywhere, list_id }: Suppression): string {
    const title = this.lists.value?.find(({ id }) => id === list_id)?.title;
    return everywhere ? t("audience.everything", "All email") : (title ?? t("audience.one_list", "One list"));
  }
}
customElements.define("mb-audience-suppressed", MbAudienceSuppressed);

function reasonOf({ reason }: Suppression): string {
  const titles = {
    unsubscribed: t("audience.unsubscribed", "Unsubscribed"),
    removed: t("audience.was_removed", "Removed"),
    bounced: t("audience.bounced", "Email bounced"),
    complained: t("audience.complained", "Complained"),
  };
  return titles[reason];
}
