/** What a panel or an extension shows of the server: read when it is put into the page, and again when something happened. */
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Refresh } from "./refresh";

/** `reading = new Reading(this, () => this.host.api.get(…))`; `value` is what was read last, `failure` why that didn’t work since. */
export class Reading<T> implements ReactiveController {
  value: T | undefined;
  failure = "";

  constructor(
    private readonly element: ReactiveControllerHost & { host: { events: EventTarget } },
    private readonly read: () => Promise<T>,
    hints?: readonly string[],
  ) {
    element.addController(this);
    new Refresh(element, this.again, hints);
  }

  hostConnected(): void {
    void this.again();
  }

  readonly again = async (): Promise<void> => {
    try {
      this.value = await this.read();
      this.failure = "";
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.element.requestUpdate();
  };
}
