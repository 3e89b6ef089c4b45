import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { notify, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import { Loaded } from "../shell/loaded";
import { type PushDevice, type PushState, pushState, turnOffPush, turnOnPush } from "../shell/push";
import { describe } from "./devices";

/** Where notifications are shown while the application is closed: a part of the page Notifications. */
class MbPushDevices extends LitElement {
  static override properties = { state: { state: true }, pending: { state: true }, problem: { state: true } };
  static override styles = [
    page,
    css`
      :host {
        max-width: none;
        margin: 0;
        padding: 0;
      }
      .rows {
        margin-top: var(--mb-space-4);
      }
      .unseen {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
      .problem {
        display: flex;
        gap: var(--mb-space-2);
        color: var(--mb-danger);
        font-size: var(--mb-text-s);
      }
    `,
  ];
  declare state: PushState | undefined;
  declare pending: boolean;
  declare problem: string;
  private readonly devices = new Loaded(this, () => api.get("/api/core/push/devices"));

  constructor() {
    super();
    this.pending = false;
    this.problem = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    this.state = await pushState().catch(() => "unsupported" as const);
  }

  private async turnOn(): Promise<void> {
    this.pending = true;
    this.problem = "";
    try {
      this.state = await turnOnPush();
      await this.devices.again();
      if (this.state === "on") notify(t("push.on", "Notifications are on for this device."));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.problem = t("push.failed", "Your browser couldn’t turn notifications on: {why}", { why });
    } finally {
      this.pending = false;
    }
  }

  private async takeAway(device: PushDevice): Promise<void> {
    if (device.this_session) await turnOffPush().catch(() => undefined);
    await api.delete("/api/core/push/devices/{device_id}", { device_id: device.id });
    notify(t("push.removed", "Notifications are off for {device}.", { device: named(device) }));
    await Promise.all([this.devices.again(), this.look()]);
  }

  private async test(device: PushDevice): Promise<void> {
    await api.post("/api/core/push/devices/{device_id}/test", { device_id: device.id });
    notify(t("push.test_sent", "Test sent. It should appear in a few seconds."));
  }

  override render() {
    return html`${this.here()}
      ${this.problem ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.problem}</p>` : nothing}
      ${this.devices.show((list) => (list.length ? html`<ul class="rows">${list.map((each) => this.row(each))}</ul>` : html``))}`;
  }

  private here() {
    switch (this.state) {
      case "unsupported":
        return html`<p>${t("push.unsupported", "This browser can’t show notifications. On an iPhone or iPad, add Max Booster to the home screen first.")}</p>`;
      case "blocked":
        return html`<p>${t("push.blocked", "Notifications are blocked for this site. Allow them in your browser’s site settings, then reload this page.")}</p>`;
      case "on":
        return html`<p>${t("push.is_on", "This device shows notifications, even while Max Booster is closed.")}</p>`;
      case "off":
        return html`<p>${t("push.why", "Hear about what matters even while Max Booster is closed. Turn it on for each of your devices.")}</p>
          <wa-button ?loading=${this.pending} @click=${this.turnOn}>${t("push.turn_on", "Turn on for this device")}</wa-button>`;
      default:
        return nothing;
    }
  }

  private row(device: PushDevice) {
    const used = device.used_at ? t("push.used", "last notification {when}", { when: when(device.used_at) }) : t("push.unused", "no notification yet");
    const name = named(device);
    return html`<li>
      <mb-icon name="bell" size="20"></mb-icon>
      <span class="what">
        ${name}
        <small>${device.fault || used}</small>
      </span>
      <wa-button size="s" appearance="plain" @click=${() => this.test(device)}>${t("push.test", "Send a test")}<span class="unseen">: ${name}</span></wa-button>
      <wa-button size="s" appearance="outlined" @click=${() => this.takeAway(device)}>${t("push.remove", "Remove")}<span class="unseen">: ${name}</span></wa-button>
    </li>`;
  }
}
customElements.define("mb-push-devices", MbPushDevices);

function named(device: PushDevice): string {
  return describe(device.agent) || t("push.unknown", "Unknown device");
}
