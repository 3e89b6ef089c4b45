/** What the pages of releases have alike: they load, they say what failed, they name the sandbox. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { notify, t } from "@maxbooster/ui";
import { Api, words, type Host } from "./api";

export abstract class Part extends LitElement {
  static override properties: Record<string, object> = { host: { attribute: false }, failure: { state: true }, busy: { state: true } };
  declare host: Host;
  declare failure: string;
  /** What is being done now; its button shows it. */
  declare busy: string;
  protected api!: Api;

  constructor() {
    super();
    this.failure = "";
    this.busy = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.api = new Api(this.host);
    void this.again();
  }

  /** Read what is shown. */
  protected abstract load(): Promise<void>;

  protected readonly again = async (): Promise<void> => {
    try {
      await this.load();
      this.failure = "";
    } catch (error) {
      this.failure = words(error);
    }
    this.requestUpdate();
  };

  /** Do something, show what the server says against it, and read anew. */
  protected async doing(what: string, act: () => Promise<unknown>, done = ""): Promise<boolean> {
    this.busy = what;
    try {
      await act();
      if (done) notify(done);
      return true;
    } catch (error) {
      notify({ text: words(error), tone: "danger" });
      return false;
    } finally {
      this.busy = "";
      await this.again();
    }
  }

  protected problem(): TemplateResult | typeof nothing {
    if (!this.failure) return nothing;
    return html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}
      <button class="plain" @click=${this.again}>${t("releases.again", "Try again")}</button></p>`;
  }

  protected sandbox(on: boolean): TemplateResult | typeof nothing {
    if (!on) return nothing;
    return html`<p class="sandbox"><mb-icon name="shield-check"></mb-icon>
      ${t("releases.sandbox", "Sandbox: stores are simulated on this machine. Nothing is published.")}</p>`;
  }
}
