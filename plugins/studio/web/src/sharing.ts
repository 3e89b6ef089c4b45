/** `<mb-studio-sharing>`: links by which somebody outside listens to a master: create one, copy it, stop it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { date, exactly, FormController, t, when } from "@maxbooster/ui";
import { Api, type Grant, type Host } from "./api";
import { studio } from "./styles";

const DAYS = [1, 7, 30] as const;
const USUAL = 7;

export class MbStudioSharing extends LitElement {
  static override properties = {
    host: { attribute: false },
    masterId: { attribute: "master-id" },
    grants: { state: true },
    url: { state: true },
    adding: { state: true },
    failure: { state: true },
  };
  declare host: Host;
  declare masterId: string;
  declare private grants: Grant[];
  declare private url: string;
  declare private adding: boolean;
  declare private failure: string;

  static override styles = [
    studio,
    css`
      section,
      form,
      li {
        display: grid;
        gap: var(--mb-space-2);
      }
      section {
        margin-top: var(--mb-space-6);
      }
      h2 {
        margin: 0;
      }
      label {
        display: grid;
        gap: var(--mb-space-1);
        color: var(--mb-quiet);
      }
      label.check {
        display: flex;
        align-items: center;
        gap: var(--mb-space-2);
        min-height: 28px;
        color: var(--mb-text);
      }
      input[type="checkbox"] {
        accent-color: var(--mb-text);
      }
      input:not([type="checkbox"]) {
        min-height: 32px;
        min-width: 0;
        padding: 0 var(--mb-space-2);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: 400 var(--mb-text-s) var(--mb-font);
        box-sizing: border-box;
        width: 100%;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--mb-space-2);
      }
      .row input {
        flex: 1;
      }
      li {
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        padding: var(--mb-space-2) 0;
        border-bottom: 1px solid var(--mb-line);
      }
      li span {
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.masterId = "";
    this.grants = [];
    this.url = "";
    this.adding = false;
    this.failure = "";
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has("masterId")) return;
    this.url = "";
    this.adding = false;
    void this.load();
  }

  private get api(): Api {
    return new Api(this.host);
  }

  private load = (): Promise<void> =>
    this.guarded(async () => {
      const found = await this.api.grants(this.masterId);
      this.grants = found.filter(({ state }) => state === "active" || state === "offered");
    });

  private readonly sharing = new FormController(this, (given) => this.share(given), { draft: () => (this.adding ? `studio/masters/${this.masterId}/share` : undefined) });

  private async share(given: Record<string, string>): Promise<void> {
    const rights = ["studio.read", ...["studio.download", "studio.comment"].filter((right) => given[right])];
    const expires_at = new Date(Date.now() + Number(given["days"]) * 86_400_000).toISOString();
    const email = (given["email"] ?? "").trim() || null;
    const made = await this.api.share({ kind: "studio.master", object_id: this.masterId, rights, expires_at, email, label: given["label"] ?? "" });
    this.url = made.url ?? "";
    if (email) this.host.notify(t("studio.share_emailed", "{email} got an email, and can accept it after logging in.", { email }));
    this.adding = false;
    await this.load();
  }

  private stop = ({ id }: Grant): Promise<void> =>
    this.guarded(async () => {
      await this.api.unshare(id);
      this.url = "";
      await this.load();
    });

  private readonly copy = async (): Promise<void> => {
    const field = this.renderRoot.querySelector<HTMLInputElement>("#url")!;
    field.select();
    try {
      await navigator.clipboard.writeText(this.url);
      this.host.notify(t("studio.share_copied", "Link copied."));
    } catch {
      this.host.notify(t("studio.share_copy_yourself", "The link is selected; copy it with Ctrl+C."));
    }
  };

  private async guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.failure = "";
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  override render(): TemplateResult {
    return html`<section aria-label=${t("studio.share", "Share for review")}>
      ${this.adding
        ? this.form()
        : html`<button @click=${() => (this.adding = true)}><mb-icon name="link"></mb-icon>${t("studio.share", "Share for review")}</button>`}
      ${this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing}
      ${this.url ? this.made() : nothing}
      ${this.grants.length ? html`<ul aria-label=${t("studio.shared_links", "Review links")}>${this.grants.map((grant) => this.link(grant))}</ul>` : nothing}
    </section>`;
  }

  private form(): TemplateResult {
    return html`<h2>${t("studio.share", "Share for review")}</h2>
      <p class="quiet">${t("studio.share_why", "Whoever has the link can listen to this master, see its loudness report and the comments on it, without an account and nothing else.")}</p>
      <form ${this.sharing.here()}>
        <label>${t("studio.share_label", "Who is it for? (optional)")}<input name="label" maxlength="100" autocomplete="off" /></label>
        <label>${t("studio.share_email", "Email (optional: for one person with an account, without a link)")}<input name="email" type="email" maxlength="254" autocomplete="off" /></label>
        <label>${t("studio.share_days", "Ends after")}<select name="days">
            ${DAYS.map((days) => html`<option value=${days} ?selected=${days === USUAL}>${days === 1 ? t("studio.share_day", "1 day") : t("studio.share_n_days", "{n} days", { n: days })}</option>`)}
          </select></label>
        <label class="check"><input type="checkbox" name="studio.download" />${t("studio.share_download", "Allow download")}</label>
        ${this.host.may("studio.comment") ? html`<label class="check"><input type="checkbox" name="studio.comment" />${t("studio.share_comment", "Allow comments")}</label>` : nothing}
        ${this.sharing.words()}
        <div class="row">
          <button ?disabled=${this.sharing.pending}>${t("studio.share_go", "Share")}</button>
          <button type="button" class="plain" @click=${() => (this.adding = false)}>${t("studio.cancel", "Cancel")}</button>
        </div>
      </form>`;
  }

  private made(): TemplateResult {
    return html`<div class="row">
        <input id="url" readonly aria-label=${t("studio.share_url", "Review link")} .value=${this.url} />
        <button @click=${this.copy}><mb-icon name="copy"></mb-icon>${t("studio.share_copy", "Copy")}</button>
      </div>
      <p class="quiet">${t("studio.share_once", "Copy it now: the link is shown only once.")}</p>`;
  }

  private link(grant: Grant): TemplateResult {
    const used = grant.state === "offered" ? t("studio.share_offered", "not accepted yet") : grant.used_at ? t("studio.share_used", "opened {when}", { when: when(grant.used_at) }) : t("studio.share_unused", "not opened yet");
    const name = grant.label || grant.receiver_name || grant.email || t("studio.share_anyone", "Anyone with the link");
    return html`<li>
      <span>${name}<br /><small title=${exactly(grant.expires_at)}>${t("studio.share_until", "until {date}", { date: date(grant.expires_at) })} · ${used}</small></span>
      <button class="plain" @click=${() => this.stop(grant)}>${t("studio.share_stop", "Stop sharing")}</button>
    </li>`;
  }
}
customElements.define("mb-studio-sharing", MbStudioSharing);
