/** Reads again what a panel shows when something happened. Hints come in swarms; one reading answers all of them. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

const GATHER_MS = 150;

export class Refresh implements ReactiveController {
  private later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly panel: ReactiveControllerHost & { host: { events: EventTarget } },
    private readonly load: () => unknown,
    private readonly hints: readonly string[] = ["catch-up", "event", "job"],
  ) {
    panel.addController(this);
  }

  hostConnected(): void {
    for (const hint of this.hints) this.panel.host.events.addEventListener(hint, this.hinted);
  }

  hostDisconnected(): void {
    clearTimeout(this.later);
    for (const hint of this.hints) this.panel.host.events.removeEventListener(hint, this.hinted);
  }

  private readonly hinted = (): void => {
    clearTimeout(this.later);
    this.later = setTimeout(() => void this.load(), GATHER_MS);
  };
}
