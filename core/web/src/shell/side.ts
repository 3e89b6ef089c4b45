/** Navigation: what the plugins offer, then the account's own matters; at the foot, whose account this is. */
import { css, html, LitElement, nothing } from "lit";
import { t } from "@maxbooster/ui";
import type { Action } from "./palette";
import { chooseTheme, logOut, switchAccount, theme, type Theme } from "./actions";
import type { Panel } from "./panels";
import { session, type Me } from "./session";

export interface Entry {
  path: string;
  title: string;
  icon: string;
  permission?: string;
  /** Whether it stands in the navigation; the palette has it anyway. */
  shown?: () => boolean;
  actions?: Action[];
}

/** What the theme can be, for the menu and the palette. */
export const THEMES: [Theme, string, string][] = [
  ["system", "System", "monitor"],
  ["light", "Light", "sun"],
  ["dark", "Dark", "moon"],
];

export const OWN: Entry[] = [
  { path: "/audience", title: "Audience", icon: "mail", permission: "audience.read", actions: [{ id: "core.write_email", title: "Write an email to fans", path: "/audience/write", icon: "mail", permissions: ["audience.send"] }] },
  { path: "/team", title: "Team", icon: "users", permission: "member.read", actions: [{ id: "core.invite", title: "Invite somebody", path: "/team?do=invite", icon: "user-plus", permissions: ["member.write"] }] },
  { path: "/artists", title: "Artists", icon: "users-round", permission: "subaccount.read", shown: () => Boolean(session.me?.sub_accounts), actions: [{ id: "core.add_artist", title: "Add an artist’s account", path: "/artists?do=add", icon: "plus", permissions: ["subaccount.create"] }] },
  { path: "/connections", title: "Connections", icon: "cable", permission: "connection.read" },
  { path: "/keys", title: "API keys", icon: "key-round", permission: "key.read", actions: [{ id: "core.create_key", title: "Create API key", path: "/keys?do=create", icon: "plus", permissions: ["key.write"] }] },
  { path: "/webhooks", title: "Webhooks", icon: "webhook", permission: "webhook.read", actions: [{ id: "core.add_webhook", title: "Add webhook", path: "/webhooks?do=add", icon: "plus", permissions: ["webhook.write"] }] },
  { path: "/files", title: "Files", icon: "file-audio", permission: "file.read", actions: [{ id: "core.upload", title: "Upload files", path: "/files", icon: "upload", permissions: ["file.write"] }] },
  { path: "/links", title: "Short links", icon: "link", permission: "link.read", actions: [{ id: "core.create_link", title: "Create short link", path: "/links?do=create", icon: "plus", permissions: ["link.write"] }] },
  { path: "/shared", title: "Shared", icon: "share-2", permission: "grant.read" },
  { path: "/work", title: "Jobs", icon: "list-checks", permission: "job.read" },
  { path: "/activity", title: "Activity", icon: "scroll-text", permission: "audit.read" },
  { path: "/plugins", title: "Plugins", icon: "plug", permission: "plugin.read" },
];

class MbSide extends LitElement {
  static override properties = { panels: { attribute: false }, path: {}, choosing: { state: true } };
  declare panels: Panel[];
  declare path: string;
  declare choosing: boolean;

  static override styles = css`
    :host {
      position: sticky;
      inset-block-start: 48px;
      display: flex;
      flex-direction: column;
      box-sizing: border-box;
      height: calc(100dvh - 48px);
      border-inline-end: 1px solid var(--mb-line);
      font-size: var(--mb-text-s);
    }
    nav {
      flex: 1;
      padding: var(--mb-space-2);
      overflow-y: auto;
    }
    a,
    .who {
      display: flex;
      align-items: center;
      gap: var(--mb-space-3);
      min-height: 32px;
      padding: 0 var(--mb-space-2);
      border: 0;
      border-radius: 6px;
      background: none;
      color: var(--mb-quiet);
      font: inherit;
      text-align: start;
      text-decoration: none;
      cursor: pointer;
    }
    a:hover,
    .who:hover {
      background: var(--mb-raised);
      color: var(--mb-text);
    }
    a[aria-current] {
      background: var(--mb-lifted);
      color: var(--mb-text);
    }
    a[aria-current] mb-icon {
      color: var(--mb-accent-text);
    }
    h2 {
      margin: var(--mb-space-4) var(--mb-space-2) var(--mb-space-1);
      color: var(--mb-faint);
      font-size: var(--mb-text-xs);
      font-weight: 500;
    }
    footer {
      border-top: 1px solid var(--mb-line);
      padding: var(--mb-space-2);
      overflow-y: auto;
      max-height: 70%;
    }
    .themes {
      display: flex;
      gap: 2px;
      margin: 0;
      padding: var(--mb-space-1) var(--mb-space-2);
      border: 0;
    }
    .themes legend {
      padding: 0;
      color: var(--mb-faint);
      font-size: var(--mb-text-xs);
    }
    .themes label {
      flex: 1;
      display: grid;
      place-items: center;
      min-height: 28px;
      border-radius: 6px;
      color: var(--mb-quiet);
      cursor: pointer;
    }
    .themes label:hover {
      color: var(--mb-text);
    }
    .themes label:has(:checked) {
      background: var(--mb-lifted);
      color: var(--mb-text);
    }
    .themes label:has(:focus-visible) {
      outline: 2px solid var(--mb-accent);
    }
    .themes input {
      position: absolute;
      opacity: 0;
    }
    .who {
      width: 100%;
      min-height: 44px;
      color: var(--mb-text);
    }
    .who small {
      display: block;
      color: var(--mb-quiet);
      font-size: var(--mb-text-xs);
    }
    .who span:nth-child(2) {
      flex: 1;
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .face {
      display: grid;
      place-items: center;
      width: 26px;
      height: 26px;
      border-radius: 50%;
      background: var(--mb-lifted);
      font-size: var(--mb-text-xs);
      font-weight: 600;
    }
    .choices {
      display: grid;
      gap: 2px;
      margin-bottom: var(--mb-space-2);
    }
    .choices .who {
      min-height: 32px;
      color: var(--mb-quiet);
    }
  `;

  constructor() {
    super();
    this.panels = [];
    this.path = "";
    this.choosing = false;
  }

  override render() {
    const me = session.me;
    if (!me) return nothing;
    const own = OWN.filter((entry) => (!entry.permission || session.may(entry.permission)) && (entry.shown?.() ?? true));
    return html`
      <nav aria-label=${t("shell.navigation", "Main")}>
        ${this.entry({ path: "/home", title: t("shell.home", "Home"), icon: "house" })}
        ${this.panels.map(({ panel }) => this.entry({ path: panel.route, title: panel.title, icon: panel.icon }))}
        ${own.length ? html`<h2>${t("shell.account", "Account")}</h2>` : nothing} ${own.map((entry) => this.entry(entry))}
      </nav>
      <footer>${this.choosing ? this.choices(me) : nothing} ${this.who(me)}</footer>
    `;
  }

  private entry({ path, title, icon }: Entry) {
    const current = this.path === path || this.path.startsWith(`${path}/`);
    return html`<a href=${path} aria-current=${current ? "page" : nothing}><mb-icon name=${icon}></mb-icon>${title}</a>`;
  }

  private who(me: Me) {
    const name = me.account?.name ?? t("shell.no_account", "No account");
    return html`<button class="who" aria-expanded=${this.choosing} @click=${() => (this.choosing = !this.choosing)}>
      <span class="face" aria-hidden="true">${initials(name)}</span>
      <span>${name}<small>${me.user?.name ?? ""}${me.account ? ` · ${me.account.role}` : ""}</small></span>
      <mb-icon name="chevrons-up-down"></mb-icon>
    </button>`;
  }

  private choices(me: Me) {
    const others = me.accounts.filter((each) => each.id !== me.account?.id);
    return html`<div class="choices">
      ${others.map(
        (each) => html`<button class="who" @click=${() => this.switchTo(each.id)}>
          <span class="face" aria-hidden="true">${initials(each.name)}</span><span>${each.name}<small>${each.role}</small></span>
        </button>`,
      )}
      <a href="/profile" @click=${this.close}><mb-icon name="user"></mb-icon>${t("shell.profile", "Your profile")}</a>
      <a href="/notifications" @click=${this.close}><mb-icon name="bell"></mb-icon>${t("notifications.title", "Notifications")}</a>
      <a href="/devices" @click=${this.close}><mb-icon name="monitor"></mb-icon>${t("shell.devices", "Devices")}</a>
      <fieldset class="themes">
        <legend>${t("shell.theme", "Theme")}</legend>
        ${THEMES.map(
          ([value, title]) => html`<label
            ><input type="radio" name="theme" .checked=${theme() === value} @change=${() => chooseTheme(value)} />${t(`shell.theme.${value}`, title)}</label
          >`,
        )}
      </fieldset>
      <button class="who" @click=${logOut}><mb-icon name="log-out"></mb-icon>${t("shell.log_out", "Log out")}</button>
    </div>`;
  }

  private readonly close = () => (this.choosing = false);

  private async switchTo(account: string): Promise<void> {
    this.choosing = false;
    await switchAccount(account);
  }
}
customElements.define("mb-side", MbSide);

function initials(name: string): string {
  return name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .join("");
}
