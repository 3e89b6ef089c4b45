/** The postal address that stands in every email to a list: nothing goes out without it. */
import "@awesome.me/webawesome/dist/components/textarea/textarea.js";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { form, FormController, notify, page, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { session } from "../shell/session";

/** Events: `saved`; `stale`, when the address turns out to be another by now. */
class MbPostalAddress extends LitElement {
  static override properties = { address: {}, editing: { state: true } };
  static override styles = [
    page,
    form,
    css`
      :host {
        margin: 0;
        padding: 0;
      }
    `,
  ];
  declare address: string;
  declare private editing: boolean;
  private readonly form = new FormController(this, async ({ postal_address = "" }) => {
    await api.put("/api/core/audience/settings", { body: { postal_address, expected: this.address } });
    notify(t("audience.address_saved", "Postal address saved."));
    this.editing = false;
    this.dispatchEvent(new Event("saved"));
  }, { draft: "audience/postal-address", again: async () => void this.dispatchEvent(new Event("stale")), later: true });

  constructor() {
    super();
    this.address = "";
    this.editing = false;
  }

  override render(): TemplateResult {
    const may = session.may("audience.send");
    if (this.address && !this.editing) {
      return html`<p>${this.address.split("\n").join(", ")}
        ${may ? html`<wa-button size="s" appearance="plain" @click=${() => (this.editing = true)}>${t("audience.address_change", "Change")}</wa-button>` : nothing}</p>`;
    }
    if (!may) return html`<p>${t("audience.address_missing", "There’s no postal address yet.")}</p>`;
    return html`<form ${this.form.here()}>
      <wa-textarea name="postal_address" rows="3" resize="auto" required maxlength="500" autocomplete="street-address" .value=${this.address || null}
        label=${t("audience.address", "Your postal address")}
        hint=${this.form.at("postal_address") || t("audience.address_hint", "The law asks for one at the end of every email to fans. A P.O. box will do.")}></wa-textarea>
      ${this.form.words(["postal_address"])}
      <div class="actions"><wa-button type="submit" appearance="outlined" ?loading=${this.form.pending}>${t("audience.address_save", "Save address")}</wa-button></div>
    </form>`;
  }
}
customElements.define("mb-postal-address", MbPostalAddress);
