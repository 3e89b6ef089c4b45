/** Who the account is towards outlets and registries: the name and party id it sends under, the prefixes of its codes. */
import { css, html } from "lit";
import { field, form, FormController, notify, page, t } from "@maxbooster/ui";
import type { Registered, Registrant } from "./api";
import { Part } from "./part";
import { style } from "./style";

const OPTIONAL = ["dpid", "isrc_prefix", "gs1_prefix"] as const;
const FIELDS = ["name", ...OPTIONAL];

export class Codes extends Part {
  static override styles = [
    page,
    style,
    form,
    css`
      .wrong::part(hint) {
        color: var(--mb-danger);
      }
    `,
  ];
  private found: Registered | undefined;
  private readonly form = new FormController(this, (values) => this.save(values), { draft: "distribution/registrant", again: this.again, later: true });

  protected async load(): Promise<void> {
    this.found = await this.api.registrant();
  }

  private async save(values: Record<string, string>): Promise<void> {
    const prefixes = Object.fromEntries(OPTIONAL.map((name) => [name, values[name]?.trim() || null])) as Pick<Registrant, (typeof OPTIONAL)[number]>;
    const { name, dpid, isrc_prefix, gs1_prefix } = this.found!;
    await this.api.register({ name: values["name"] ?? "", ...prefixes, expected: { name, dpid, isrc_prefix, gs1_prefix } });
    notify(t("releases.codes_saved", "Saved. New codes will use these prefixes."));
    await this.again();
  }

  override render() {
    const { found } = this;
    if (!found) return this.problem();
    const may = this.host.may("release.register");
    return html`<div class="head"><div><h1>${t("releases.codes_title", "Label details and codes")}</h1>
        <p>${t("releases.codes_text", "Stores know you by these. ISRCs and UPCs for new releases are assigned from your own prefixes.")}</p></div></div>
      ${this.problem()}
      <form ${this.form.here()}>
        ${field(this.form, { name: "name", label: t("releases.sender", "Name that stores see"), value: found.name, hint: t("releases.sender_hint", "Your label’s name or your own"), maxlength: 200 })}
        ${field(this.form, { name: "isrc_prefix", label: t("releases.isrc_prefix", "ISRC prefix"), value: found.isrc_prefix ?? "", hint: this.hint("isrc"), required: false, maxlength: 12 })}
        ${field(this.form, { name: "gs1_prefix", label: t("releases.gs1_prefix", "GS1 company prefix"), value: found.gs1_prefix ?? "", hint: this.hint("upc"), required: false, maxlength: 14 })}
        ${field(this.form, { name: "dpid", label: t("releases.dpid", "DDEX party ID"), value: found.dpid ?? "", hint: t("releases.dpid_hint", "Starts with PADPIDA. Get one at ddex.net; sandbox stores work without it."), required: false, maxlength: 40 })}
        ${this.form.words(FIELDS)}
        <div class="actions">
          ${may
            ? html`<wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("releases.save", "Save")}</wa-button>`
            : html`<p>${t("releases.codes_may_not", "Only the account’s owner or an admin can change these.")}</p>`}
        </div>
      </form>`;
  }

  private hint(kind: "isrc" | "upc"): string {
    const { isrcs_issued: isrcs, isrc_year: year, upcs_issued: upcs } = this.found!;
    if (kind === "isrc") return isrcs ? t("releases.isrcs_issued", "{n} assigned in {year}", { n: isrcs, year }) : t("releases.isrc_hint", "Two letters and three letters or digits, from your national ISRC agency");
    return upcs ? t("releases.upcs_issued", "{n} UPCs assigned", { n: upcs }) : t("releases.gs1_hint", "6 to 10 digits, from GS1");
  }
}
customElements.define("mb-releases-codes", Codes);
