/** Something that a page reads from the server: pending, there, or failed with words. */
import { html, nothing, type LitElement, type ReactiveController, type TemplateResult } from "lit";
import { events } from "./panels";

export class Loaded<T> implements ReactiveController {
  value: T | undefined;
  failure = "";

  constructor(
    private readonly host: LitElement,
    private readonly read: () => Promise<T | undefined>,
    /** Kinds of live updates after which it is read again, besides reconnecting: `job`, `event`. */
    private readonly hints: readonly string[] = [],
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    for (const hint of this.heard) events.addEventListener(hint, this.again);
    void this.again();
  }

  hostDisconnected(): void {
    for (const hint of this.heard) events.removeEventListener(hint, this.again);
  }

  private get heard(): string[] {
    return this.hints.length ? ["catch-up", ...this.hints] : [];
  }

  readonly again = async (): Promise<void> => {
    try {
      this.value = await this.read();
      this.failure = "";
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.host.requestUpdate();
  };

  show(shown: (value: T) => TemplateResult | TemplateResult[]): unknown {
    if (this.failure) return html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>`;
    return this.value === undefined ? nothing : shown(this.value);
  }
}
