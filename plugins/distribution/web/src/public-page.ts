/** A release's public page: off until somebody turns it on; then its address, its short link and where it leads. */
import { css, html, nothing, type TemplateResult } from "lit";
import { form, FormController, notify, number, page, t } from "@maxbooster/ui";
import type { ReleasePage, Schemas } from "./api";
import { Part } from "./part";
import { overview } from "./overview-style";
import { style } from "./style";

export class PublicPage extends Part {
  static override properties = { ...Part.properties, release: {}, live: { type: Number } };
  static override styles = [
    page,
    style,
    form,
    overview,
    css`
      :host {
        display: block;
      }
      h2 {
        margin-top: var(--mb-space-6);
      }
      .address {
        overflow-wrap: anywhere;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
        margin-top: var(--mb-space-3);
      }
      .links {
        display: grid;
        gap: var(--mb-space-3);
        max-width: 480px;
        padding-top: var(--mb-space-2);
      }
      .links label {
        display: grid;
        gap: var(--mb-space-1);
      }
      .links input[type="color"] {
        width: 64px;
        padding: 2px;
      }
      .links select,
      .links input:not([type="color"]) {
        box-sizing: border-box;
        width: 100%;
        min-height: 32px;
        padding: 0 var(--mb-space-2);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: inherit;
      }
    `,
  ];
  declare release: string;
  /** In how many stores it is live: when that changes, the page may have. */
  declare live: number;
  private found: ReleasePage | undefined;

  private readonly linking = new FormController(
    this,
    async (stores) => {
      const entered = Object.fromEntries(this.found!.stores.map(({ outlet, url, own }) => [outlet, own ? url : ""]));
      await this.publish({ stores, expected: { stores: entered } });
    },
    { draft: () => `releases/${this.release}/page/links`, again: this.again, later: true },
  );
  private readonly coloring = new FormController(
    this,
    ({ accent = "", ground = "auto" }) => this.publish({ theme: { accent, ground: ground as ReleasePage["theme"]["ground"] }, expected: { theme: this.found!.theme } }),
    { draft: () => `releases/${this.release}/page/colors`, again: this.again, later: true },
  );

  constructor() {
    super();
    this.live = 0;
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("live") && this.found) void this.again();
  }

  protected async load(): Promise<void> {
    this.found = await this.api.page(this.release);
  }

  override render() {
    const { found } = this;
    if (!found) return this.problem();
    if (found.missing && !found.published && !found.taken_down) return nothing;
    return html`<h2>${t("releases.public_page", "Public page")}</h2>${this.problem()} ${found.taken_down ? this.takenDown(found.taken_down) : found.published ? this.on(found) : this.off()}`;
  }

  private takenDown(reason: string): TemplateResult {
    return html`<p>${t("releases.public_taken_down", "The operator of this site turned it off: {reason} It can’t be turned on again until they allow it.", { reason: /[.!?]$/.test(reason) ? reason : `${reason}.` })}</p>`;
  }

  private off(): TemplateResult {
    return html`<p>${t("releases.public_off", "Off. When it’s on, anybody with its address sees the cover, tracks and links to stores.")}</p>
      ${this.mayChange
        ? html`<div class="actions"><wa-button size="s" appearance="outlined" ?loading=${this.busy === "on"} @click=${this.turnOn}>${t("releases.public_turn_on", "Turn on public page")}</wa-button></div>`
        : nothing}`;
  }

  private on(found: ReleasePage): TemplateResult {
    const clicks = found.link?.clicks ?? 0;
    return html`<ul class="rows">
        ${this.address(found.url!, t("releases.public_address", "Address"))}
        ${found.link ? this.address(found.link.url, clicks === 1 ? t("releases.public_click", "Short link · 1 click") : t("releases.public_clicks", "Short link · {n} clicks", { n: number(clicks) })) : nothing}
        ${this.signUp(found)}
      </ul>
      ${this.mayChange ? html`${this.stores(found)} ${this.colors(found)} ${this.embeds(found)}
        <div class="actions"><wa-button size="s" appearance="outlined" ?loading=${this.busy === "off"} @click=${this.turnOff}>${t("releases.public_turn_off", "Turn off public page")}</wa-button></div>` : nothing}`;
  }

  private address(url: string, label: string): TemplateResult {
    return html`<li><span class="what address"><a href=${url} target="_blank" rel="noopener">${url}</a><small>${label}</small></span>
      <button class="plain" aria-label=${t("releases.copy_address", "Copy {address}", { address: url })} @click=${() => this.copy(url)}>${t("releases.copy", "Copy")}</button></li>`;
  }

  private signUp({ sign_up: on }: ReleasePage): TemplateResult {
    const said = on
      ? t("releases.sign_up_on", "On. Fans who leave their email address and confirm it are in your audience.")
      : t("releases.sign_up_off", "Off. When it’s on, fans can leave their email address to hear about new music.");
    const turn = () => this.doing("sign_up", () => this.api.publishPage(this.release, { sign_up: !on }), on ? t("releases.sign_up_gone", "The sign-up form is off.") : t("releases.sign_up_there", "The sign-up form is on."));
    return html`<li><span class="what">${t("releases.sign_up", "Sign-up form")}<small>${said}</small></span>
      ${this.mayChange ? html`<wa-button size="s" appearance="outlined" ?loading=${this.busy === "sign_up"} @click=${turn}>${on ? t("releases.sign_up_turn_off", "Turn off sign-up form") : t("releases.sign_up_turn_on", "Turn on sign-up form")}</wa-button>` : nothing}</li>`;
  }

  private stores({ stores }: ReleasePage): TemplateResult {
    return html`<details><summary>${t("releases.public_links", "Links to stores")}</summary>
      <form class="links" ${this.linking.here()}>
        ${stores.map(({ outlet, title, url, own }) => html`<label>${t("releases.public_link", "Address on {store}", { store: title })}
          <input type="url" name=${outlet} .value=${own ? url : ""} placeholder=${t("releases.public_search", "Empty: the store’s search")} maxlength="2000" /></label>`)}
        ${this.linking.words()}
        <div><wa-button type="submit" size="s" appearance="outlined" ?loading=${this.linking.pending}>${t("releases.public_save", "Save links")}</wa-button></div>
      </form></details>`;
  }

  private colors({ theme }: ReleasePage): TemplateResult {
    const grounds = [
      ["auto", t("releases.ground_auto", "As the visitor’s device")],
      ["light", t("releases.ground_light", "Light")],
      ["dark", t("releases.ground_dark", "Dark")],
    ];
    return html`<details><summary>${t("releases.public_colors", "Colors")}</summary>
      <form class="links" ${this.coloring.here()}>
        <label>${t("releases.accent", "Accent, for buttons and links")}<input type="color" name="accent" .value=${theme.accent} /></label>
        <label>${t("releases.ground", "Background")}
          <select name="ground">${grounds.map(([value, title]) => html`<option value=${value} ?selected=${value === theme.ground}>${title}</option>`)}</select></label>
        <p>${t("releases.readable", "Text stays readable on any color: links are mixed until their contrast is 4.5:1.")}</p>
        ${this.coloring.words()}
        <div><wa-button type="submit" size="s" appearance="outlined" ?loading=${this.coloring.pending}>${t("releases.save_colors", "Save colors")}</wa-button></div>
      </form></details>`;
  }

  private async publish(wanted: Schemas["PageWanted"]): Promise<void> {
    await this.api.publishPage(this.release, wanted);
    notify(t("releases.public_saved", "Saved."));
    await this.again();
  }

  private embeds({ embeds }: ReleasePage): TemplateResult {
    const titles: Record<string, string> = {
      compact: t("releases.embed_compact", "Cover and links to stores"),
      full: t("releases.embed_full", "With the tracks"),
    };
    return html`<details><summary>${t("releases.embed", "Embed on another site")}</summary>
      <ul class="rows">
        ${embeds.map(({ size, height, html: code }) => html`<li><span class="what">${titles[size] ?? size}<small>${t("releases.embed_height", "{n} pixels high", { n: number(height) })}</small><code class="address">${code}</code></span>
          <button class="plain" aria-label=${t("releases.copy_embed", "Copy the code: {title}", { title: titles[size] ?? size })} @click=${() => this.copy(code, t("releases.embed_copied", "Code copied."))}>${t("releases.copy", "Copy")}</button></li>`)}
      </ul></details>`;
  }

  private get mayChange(): boolean {
    return this.host.may("release.write");
  }

  private readonly turnOn = () => this.doing("on", () => this.api.publishPage(this.release, {}), t("releases.public_on", "The public page is on."));

  private readonly turnOff = () => this.doing("off", () => this.api.withdrawPage(this.release), t("releases.public_gone", "The public page is off. Its address stays yours."));

  private async copy(text: string, done = t("releases.copied", "Address copied.")): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      notify(done);
    } catch {
      notify({ text: t("releases.not_copied", "Your browser didn’t allow copying. Select the address and copy it."), tone: "danger" });
    }
  }
}
customElements.define("mb-releases-public", PublicPage);
