/** Something that a page reads from the server: pending, there, or failed with words. */
import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";

export class Loaded<T> implements ReactiveController {
  value: T | undefined;
  failure = "";

  constructor(
    private readonly host: LitElement,
    private readonly read: () => Promise<T | undefined>,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    void this.again();
  }

  async again(): Promise<void> {
    try {
      this.value = await this.read();
      this.failure = "";
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.host.requestUpdate();
  }

  show(shown: (value: T) => TemplateResult | TemplateResult[]): unknown {
    if (this.failure) return html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>`;
    return this.value === undefined ? nothing : shown(this.value);
  }
}
