import { html, LitElement } from "lit";
import { afterEach, expect, it, vi } from "vitest";
import { Reading } from "./reading";

class Shown extends LitElement {
  declare host: { events: EventTarget };
  answers: (() => Promise<number>)[] = [];
  readonly reading: Reading<number>;

  constructor() {
    super();
    this.host = { events: new EventTarget() };
    this.reading = new Reading(this, () => this.answers.shift()!());
  }

  override render() {
    return html`${this.reading.value} ${this.reading.failure}`;
  }
}
customElements.define("mb-x-reading", Shown);

afterEach(() => document.body.replaceChildren());

it("reads when it is put into the page and when something happened, keeps what it had where that fails, and stops with it", async () => {
  const shown = new Shown();
  const said = () => vi.waitFor(() => shown.updateComplete.then(() => shown.shadowRoot!.textContent!.trim()));
  shown.answers = [async () => 1, () => Promise.reject(new Error("The network is down.")), async () => 3];
  document.body.append(shown);
  await vi.waitFor(async () => expect(await said()).toBe("1"));
  shown.host.events.dispatchEvent(new Event("event"));
  await vi.waitFor(async () => expect(await said()).toBe("1 The network is down."));
  shown.host.events.dispatchEvent(new Event("catch-up"));
  await vi.waitFor(async () => expect(await said()).toBe("3"));
  shown.remove();
  shown.host.events.dispatchEvent(new Event("event"));
  await new Promise((done) => setTimeout(done, 200));
  expect(shown.answers).toEqual([]);
});
