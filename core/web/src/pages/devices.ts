import "@awesome.me/webawesome/dist/components/button/button.js";
import { html, LitElement } from "lit";
import { exactly, notify, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { proven } from "../shell/prove";
import { tried } from "../shell/tried";

type Device = components["schemas"]["Device"];

class MbDevices extends LitElement {
  static override styles = page;
  private readonly devices = new Loaded(this, () => api.get("/api/core/devices"));

  private async logOut(device: Device): Promise<void> {
    await tried(async () => {
      await proven(() => api.delete("/api/core/devices/{session_id}", { session_id: device.id }));
      notify(t("devices.removed", "Device logged out."));
      await this.devices.again();
    });
  }

  private async removeOthers(): Promise<void> {
    await tried(async () => {
      await proven(() => api.delete("/api/core/devices"));
      notify(t("devices.others_removed", "All other devices are logged out."));
      await this.devices.again();
    });
  }

  override render() {
    return html`<div class="head">
        <div>
          <h1>${t("devices.title", "Devices")}</h1>
          <p>${t("devices.text", "Where you’re logged in. Log out any device you don’t recognize.")}</p>
        </div>
        <wa-button size="s" @click=${this.removeOthers}>${t("devices.remove_others", "Log out all other devices")}</wa-button>
      </div>
      ${this.devices.show((list) => html`<ul class="rows">${list.map((device) => this.row(device))}</ul>`)}`;
  }

  private row(device: Device) {
    return html`<li>
      <mb-icon name=${device.kind === "browser" ? "monitor" : "key-round"} size="20"></mb-icon>
      <span class="what">
        ${describe(device.agent) || t("devices.unknown", "Unknown device")}
        <small title=${exactly(device.seen_at)}>${device.address ?? ""} · ${t("devices.seen", "last used {when}", { when: when(device.seen_at) })}</small>
      </span>
      ${device.current
        ? html`<span class="quiet">${t("devices.this", "This device")}</span>`
        : html`<wa-button size="s" appearance="outlined" @click=${() => this.logOut(device)}>${t("devices.remove", "Log out")}</wa-button>`}
    </li>`;
  }
}
customElements.define("mb-devices", MbDevices);

const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"];
const NAMES: Record<string, string> = { Edg: "Edge", OPR: "Opera" };
const SYSTEMS: [RegExp, string][] = [
  [/iPhone|iPad/, "iOS"],
  [/Android/, "Android"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/Linux/, "Linux"],
];

/** "Chrome on Linux" from a browser's user agent; another program's as it is. */
export function describe(agent: string): string {
  const browser = BROWSERS.find((name) => agent.includes(`${name}/`));
  const system = SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1];
  return browser && system ? `${NAMES[browser] ?? browser} on ${system}` : agent.slice(0, 80);
}
