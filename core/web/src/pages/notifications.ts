import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import "@awesome.me/webawesome/dist/components/option/option.js";
import "@awesome.me/webawesome/dist/components/select/select.js";
import { css, html, LitElement, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { form, FormController, notify, page, t } from "@maxbooster/ui";
import { api } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import "./push-devices";

type Settings = components["schemas"]["NoticeSettings"];
type Setting = components["schemas"]["NoticeSetting"];
type Change = components["schemas"]["NoticeSettingChange"];
type Email = Setting["email"];

/** How a person hears of what happens in this account. */
class MbNotifications extends LitElement {
  static override properties = { problem: { state: true }, asked: { state: true } };
  static override styles = [
    page,
    form,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--mb-text-s);
      }
      th {
        padding: var(--mb-space-2) 0;
        font-weight: 550;
        text-align: start;
      }
      tbody th {
        padding-block: var(--mb-space-5, 20px) var(--mb-space-1);
        color: var(--mb-quiet);
      }
      tbody tr + tr,
      thead tr {
        border-bottom: 1px solid var(--mb-line);
      }
      td {
        padding: var(--mb-space-2) var(--mb-space-3) var(--mb-space-2) 0;
      }
      td:first-child {
        width: 55%;
        overflow-wrap: anywhere;
      }
      td small {
        display: block;
        color: var(--mb-quiet);
        font-size: var(--mb-text-xs);
      }
      wa-checkbox {
        --checked-icon-color: var(--mb-ground);
      }
      wa-select {
        min-width: 148px;
      }
      .short {
        display: none;
      }
      .unseen,
      td wa-select::part(form-control-label) {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
      }
      .times {
        grid-template-columns: 2fr 1fr 1fr;
        align-items: end;
        max-width: 640px;
      }
      .times .actions {
        grid-column: 1 / -1;
      }
      .mailbox {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2) var(--mb-space-4);
        align-items: center;
        margin: 0 0 var(--mb-space-6);
        padding: var(--mb-space-3) 0;
        border-block: 1px solid var(--mb-line);
      }
      .mailbox p {
        flex: 1 1 280px;
        margin: 0;
      }
      .mailbox strong {
        color: var(--mb-danger);
        font-weight: 550;
      }
      @media (max-width: 600px) {
        thead {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        tbody tr:not(.group) {
          display: grid;
          grid-template-columns: 1fr auto auto;
          align-items: center;
          padding-block: var(--mb-space-2);
        }
        td {
          padding: var(--mb-space-1) var(--mb-space-3) var(--mb-space-1) 0;
        }
        td:first-child {
          grid-column: 1 / -1;
          width: auto;
        }
        td.email {
          order: -1;
        }
        td:first-child {
          order: -2;
        }
        .short {
          display: inline;
        }
        .times {
          grid-template-columns: 1fr 1fr;
        }
        .times wa-select:first-child {
          grid-column: 1 / -1;
        }
      }
    `,
  ];
  declare problem: string;
  declare asked: boolean;
  private readonly settings = new Loaded<Settings>(this, () => api.get("/api/core/notices/settings"));
  private readonly times = new FormController(this, async ({ zone = "UTC", hour = "8", weekday = "0" }) => {
    const body = { zone, hour: Number(hour), weekday: Number(weekday), language: document.documentElement.lang || "en" };
    await api.put("/api/core/notices/times", { body });
    await this.settings.again();
    notify(t("notifications.times_saved", "Saved. It counts for what happens from now on."));
  }, { unkept: "three choices" });

  constructor() {
    super();
    this.problem = "";
    this.asked = false;
  }

  private async change(setting: Setting, change: Change): Promise<void> {
    this.problem = "";
    try {
      const after = await api.patch("/api/core/notices/settings/{kind}", { kind: setting.kind, body: change });
      const kinds = this.settings.value!.kinds.map((each) => (each.kind === after.kind ? after : each));
      this.settings.value = { ...this.settings.value!, kinds };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.problem = error.message;
      await this.settings.again();
    }
    this.requestUpdate();
  }

  private async confirmAddress(): Promise<void> {
    await api.post("/api/core/profile/email/confirmation");
    this.asked = true;
  }

  override render() {
    return html`<h1>${t("notifications.title", "Notifications")}</h1>
      <p>${t("notifications.text", "How you hear about what happens in {account}.", { account: session.me?.account?.name ?? "" })}</p>
      ${this.settings.show((found) => [this.mailbox(found), this.table(found), this.digest(found)])}
      <h2>${t("notifications.devices", "Your devices")}</h2>
      <mb-push-devices></mb-push-devices>`;
  }

  private mailbox({ mailbox }: Settings) {
    if (mailbox.state === "reachable") return html``;
    const came = t("notifications.undeliverable", "Email to {email} came back.", { email: mailbox.email });
    const spam = t("notifications.complained", "An email to {email} was reported as spam.", { email: mailbox.email });
    const back = mailbox.state === "undeliverable";
    return html`<div class="mailbox" role="alert">
      <p>
        <strong>${back ? came : spam}</strong>
        ${back ? t("notifications.no_mail", "We send no more email there until you confirm the address again.") : t("notifications.security_mail", "You only get security email until you confirm the address again.")}
        ${mailbox.reason ? html`<small>${mailbox.reason}</small>` : nothing}
      </p>
      ${this.asked
        ? html`<span role="status">${t("notifications.confirm_sent", "Sent. Open the link in the email.")}</span>`
        : html`<wa-button size="s" @click=${this.confirmAddress}>${t("notifications.confirm", "Confirm address")}</wa-button>`}
      <wa-button size="s" appearance="plain" href="/profile">${t("notifications.change_email", "Change address")}</wa-button>
    </div>`;
  }

  private table({ kinds }: Settings) {
    const groups = [...new Set(kinds.map((each) => each.group))];
    return html`${this.problem ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.problem}</p>` : nothing}
      <table>
        <thead>
          <tr>
            <th scope="col">${t("notifications.kind", "What")}</th>
            <th scope="col">${t("notifications.bell", "Bell")}</th>
            <th scope="col">${t("notifications.email", "Email")}</th>
            <th scope="col">${t("notifications.push", "Devices")}</th>
          </tr>
        </thead>
        ${groups.map(
          (group) =>
            html`<tbody>
              <tr class="group"><th scope="rowgroup" colspan="4">${group}</th></tr>
              ${kinds.filter((each) => each.group === group).map((each) => this.row(each))}
            </tbody>`,
        )}
      </table>`;
  }

  private row(setting: Setting) {
    const title = t(`notice_kind.${setting.kind}`, setting.title);
    const change = (given: Change) => void this.change(setting, given);
    return html`<tr data-kind=${setting.kind}>
      <td>${title}${setting.required ? html`<small>${t("notifications.required", "Always at the bell or by email at once")}</small>` : nothing}</td>
      <td>
        <wa-checkbox .checked=${live(setting.bell)} @change=${(event: Event) => change({ bell: checked(event) })}>
          <span class="unseen">${t("notifications.bell_for", "Bell: {title}", { title })}</span><span class="short" aria-hidden="true">${t("notifications.bell", "Bell")}</span>
        </wa-checkbox>
      </td>
      <td class="email">
        <wa-select size="s" label=${t("notifications.email_for", "Email: {title}", { title })} .value=${live(setting.email)} @change=${(event: Event) => change({ email: chosen(event) as Email })}>
          ${emails().map(([value, label]) => html`<wa-option value=${value}>${label}</wa-option>`)}
        </wa-select>
      </td>
      <td>
        <wa-checkbox .checked=${live(setting.push)} @change=${(event: Event) => change({ push: checked(event) })}>
          <span class="unseen">${t("notifications.push_for", "Devices: {title}", { title })}</span><span class="short" aria-hidden="true">${t("notifications.push", "Devices")}</span>
        </wa-checkbox>
      </td>
    </tr>`;
  }

  private digest({ times }: Settings) {
    const hours = Array.from({ length: 24 }, (_, hour) => hour);
    return html`<h2>${t("notifications.digest", "Digests")}</h2>
      <p>${t("notifications.digest_text", "A daily or weekly email with what happened, at your local time, for all your accounts. Nothing is sent when nothing happened.")}</p>
      <form class="times" ${this.times.here()}>
        <wa-select name="zone" label=${t("notifications.zone", "Time zone")} .value=${times.zone}>
          ${zones(times.zone).map((zone) => html`<wa-option value=${zone}>${zone.replaceAll("_", " ")}</wa-option>`)}
        </wa-select>
        <wa-select name="hour" label=${t("notifications.hour", "Time")} .value=${String(times.hour)}>
          ${hours.map((hour) => html`<wa-option value=${String(hour)}>${clock(hour)}</wa-option>`)}
        </wa-select>
        <wa-select name="weekday" label=${t("notifications.weekday", "Weekly on")} .value=${String(times.weekday)}>
          ${hours.slice(0, 7).map((day) => html`<wa-option value=${String(day)}>${weekday(day)}</wa-option>`)}
        </wa-select>
        ${this.times.words(["zone", "hour", "weekday"])}
        <div class="actions"><wa-button type="submit" ?loading=${this.times.pending}>${t("notifications.save", "Save")}</wa-button></div>
      </form>`;
  }
}
customElements.define("mb-notifications", MbNotifications);

const emails = (): [Email, string][] => [
  ["at_once", t("notifications.at_once", "At once")],
  ["daily", t("notifications.daily", "Daily digest")],
  ["weekly", t("notifications.weekly", "Weekly digest")],
  ["never", t("notifications.never", "Never")],
];

const checked = (event: Event) => (event.currentTarget as HTMLInputElement).checked;
const chosen = (event: Event) => (event.currentTarget as HTMLSelectElement).value;
const locale = () => document.documentElement.lang || navigator.language;

function zones(own: string): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return known.includes(own) ? known : [own, ...known];
}

function clock(hour: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1, hour));
}

/** 0 is Monday, as is the first of January 2024. */
function weekday(day: number): string {
  return new Intl.DateTimeFormat(locale(), { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));
}
