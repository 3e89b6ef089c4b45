/** Whether the page is too narrow for a table with all of its columns: then a row's second line says what they would. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Narrow implements ReactiveController {
  private readonly query = matchMedia("(max-width: 640px)");

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  get is(): boolean {
    return this.query.matches;
  }

  hostConnected(): void {
    this.query.addEventListener("change", this.changed);
  }

  hostDisconnected(): void {
    this.query.removeEventListener("change", this.changed);
  }

  private readonly changed = (): void => this.host.requestUpdate();
}
