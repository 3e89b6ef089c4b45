import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { exactly, loadTable, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { spoken } from "./kinds";

type Entry = components["schemas"]["AuditOut"];
const PAGE = 200;

class MbActivity extends LitElement {
  static override properties = { opened: { state: true }, older: { state: true }, loading: { state: true } };
  static override styles = [
    page,
    css`
      mb-table {
        --mb-table-height: max(360px, calc(100dvh - 300px));
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--mb-space-1) var(--mb-space-4);
        margin: 0;
        font-size: var(--mb-text-s);
      }
      dt {
        color: var(--mb-quiet);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      section {
        margin-top: var(--mb-space-4);
        padding-top: var(--mb-space-4);
        border-top: 1px solid var(--mb-line);
      }
      h2 {
        margin-top: 0;
      }
      wa-button {
        margin-top: var(--mb-space-3);
      }
    `,
  ];
  declare private opened: Entry | undefined;
  /** Entries before the newest page. */
  declare private older: Entry[];
  declare private loading: boolean;
  /** Where the page behind the last one that was read begins; undefined: there is none. */
  private next: string | undefined;
  private names = new Map<string, string>();
  private readonly entries = new Loaded(this, async () => {
    await this.readNames();
    this.older = [];
    return this.read();
  });

  constructor() {
    super();
    this.older = [];
    this.loading = false;
    void loadTable();
  }

  private async readNames(): Promise<void> {
    const { user } = session.me ?? {};
    if (user) this.names.set(user.id, user.name);
    if (!session.may("member.read")) return;
    const members = await api.get("/api/core/members");
    for (const member of members) this.names.set(member.user, member.name);
  }

  private async read(cursor?: string): Promise<Entry[]> {
    const { items, next } = await api.get("/api/core/audit", { limit: PAGE, cursor });
    this.next = next ?? undefined;
    return items;
  }

  private readonly more = async (): Promise<void> => {
    this.loading = true;
    try {
      this.older = [...this.older, ...(await this.read(this.next))];
    } finally {
      this.loading = false;
    }
  };

  private who(entry: Entry): string {
    if (!entry.by_key) return this.person(entry);
    const key = entry.key_name ?? t("activity.revoked_key", "A revoked API key");
    return entry.actor ? t("activity.key_of", "{key} (API key of {name})", { key, name: this.person(entry) }) : t("activity.key", "{key} (API key)", { key });
  }

  private person({ actor, grant }: Entry): string {
    if (grant) return t("activity.by_grant", "Somebody it was shared with");
    return actor ? (this.names.get(actor) ?? t("activity.someone", "Someone no longer on the team")) : t("activity.platform", "Max Booster");
  }

  private columns(): Column<Entry>[] {
    return [
      { key: "action", title: t("activity.what", "Activity"), width: "minmax(0, 2fr)", text: ({ action }) => actionTitle(action) },
      { key: "actor", title: t("activity.who", "By"), filter: true, text: (entry) => this.who(entry) },
      { key: "about", title: t("activity.which", "Area"), width: "140px", filter: true, narrow: false, text: ({ action }) => spoken(action.split(".")[0]!) },
      { key: "at", title: t("activity.when", "When"), width: "130px", text: ({ at }) => when(at), render: ({ at }) => html`<span title=${exactly(at)}>${when(at)}</span>` },
    ];
  }

  override render() {
    return html`<h1>${t("activity.title", "Activity")}</h1>
      <p>${t("activity.text", "Who did what in this account. Entries are sealed within a second, so any later change to them would be noticed.")}</p>
      ${this.entries.show((list) => html`${this.table([...list, ...this.older])}`)} ${this.opened ? this.details(this.opened) : nothing}`;
  }

  private table(list: Entry[]) {
    return html`<mb-table
        label=${t("activity.title", "Activity")}
        search=${t("activity.search", "Search activity")}
        kept=""
        ?partial=${this.next !== undefined}
        .columns=${this.columns()}
        .rows=${list}
        @row-open=${(event: CustomEvent<{ row: Entry }>) => (this.opened = event.detail.row)}
      ></mb-table>
      ${this.next === undefined ? nothing : html`<wa-button size="s" appearance="outlined" ?loading=${this.loading} @click=${this.more}>${t("activity.older", "Show older activity")}</wa-button>`}`;
  }

  private details(entry: Entry) {
    const facts: [string, string][] = [
      [t("activity.when", "When"), exactly(entry.at)],
      [t("activity.event", "Event"), entry.action],
      [t("activity.object", "Object"), entry.object],
      [t("activity.request", "Request"), entry.request_id ?? "—"],
      [t("activity.before", "Before"), entry.before == null ? "—" : JSON.stringify(entry.before)],
      [t("activity.after", "After"), entry.after == null ? "—" : JSON.stringify(entry.after)],
      [t("activity.seal", "Seal"), entry.sealed ? t("activity.sealed", "Sealed") : t("activity.unsealed", "Not sealed yet")],
    ];
    return html`<section role="status">
      <h2>${actionTitle(entry.action)}</h2>
      <dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd class="code">${value}</dd>`)}</dl>
    </section>`;
  }
}
customElements.define("mb-activity", MbActivity);

/** Plugins may give their entries words (`audit.<action>`). */
function actionTitle(action: string): string {
  return t(`audit.${action}`, ACTIONS[action] ?? spoken(action));
}

const ACTIONS: Record<string, string> = {
  "account.created": "Account created",
  "account.entered": "Account opened by support",
  "account.renamed": "Account renamed",
  "account.switched": "Switched to this account",
  "delivery.retried": "Delivery retried",
  "file.announced": "Upload started",
  "file.ready": "File uploaded",
  "file.removed": "File deleted",
  "file.stored": "File saved",
  "ledger.posted": "Transaction booked",
  "ledger.received": "Incoming money booked",
  "ledger.reversed": "Transaction reversed",
  "master.begun": "Mastering started",
  "master.ready": "Master finished",
  "master.removed": "Master deleted",
  "master.render_begun": "Export started",
  "master.rendered": "Master exported",
  "member.uninvited": "Invitation withdrawn",
  "recording.analyzed": "Recording measured",
  "recording.brought": "Recording added for mastering",
  "recording.removed": "Recording removed from mastering",
  "registrant.changed": "Label details and code prefixes changed",
  "release.described": "Release details saved",
  "release.identified": "Release codes assigned",
  "release.removed": "Release deleted",
  "royalty.assigned": "Royalty line matched",
  "sandbox.behavior": "Sandbox store changed",
  "split.set": "Split changed",
  "statement.taken": "Statement uploaded",
};
