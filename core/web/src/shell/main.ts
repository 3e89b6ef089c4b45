/** The application: who is here decides what is shown around the page. */
import "./trusted";
import "../tokens.css";
import "../ui/icons";
import "../ui/toast";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import { Problem } from "../api/problem";
import { listPanels, openPanel, PanelFailed, type Panel } from "./panels";
import { PAGES } from "./pages";
import { installOffline } from "../service-worker/registration";
import { router, type Route } from "./router";
import { logInAt } from "./providers";
import { session } from "./session";
import { chooseTheme, logOut, switchAccount } from "./actions";
import "./bell";
import "./extension-point";
import "./failure";
import { keepFocus } from "./focus";
import { registerShellKeys, showKeys } from "./keys";
import { speak } from "./language";
import "./live";
import { actionCommands, MbPalette, panelCommands, type Command } from "./palette";
import { OWN, THEMES, type Entry } from "./side";
import "./tray";
import { watchConnection } from "./sending";
import "./offline";
import { tried } from "./tried";
import { watchTyping } from "./typed";
import "./upgrade";

const TITLE = "Max Booster";

class MbApp extends LitElement {
  static override properties = {
    ready: { state: true },
    content: { state: true },
    failure: { state: true },
    panels: { state: true },
    menu: { state: true },
  };
  declare ready: boolean;
  declare content: HTMLElement | undefined;
  declare failure: { title: string; text: string } | undefined;
  declare panels: Panel[];
  declare menu: boolean;

  static override styles = css`
    :host {
      display: grid;
      grid-template: 48px auto 1fr / 208px minmax(0, 1fr);
      min-height: 100dvh;
    }
    header {
      grid-column: 1 / -1;
      display: flex;
      align-items: center;
      gap: var(--mb-space-3);
      padding: 0 var(--mb-space-4);
      border-bottom: 1px solid var(--mb-line);
      background: var(--mb-ground);
      font-weight: 600;
      position: sticky;
      inset-block-start: 0;
      z-index: 6;
    }
    .mark {
      display: grid;
      place-items: center;
      width: 20px;
      height: 20px;
      border-radius: 5px;
      background: var(--mb-accent);
      color: var(--mb-on-accent);
    }
    header a {
      display: flex;
      align-items: center;
      gap: var(--mb-space-2);
      color: inherit;
      text-decoration: none;
    }
    .find {
      display: flex;
      align-items: center;
      gap: var(--mb-space-2);
      width: min(400px, 40vw);
      min-height: 32px;
      margin: 0 auto;
      padding: 0 var(--mb-space-3);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-raised);
      color: var(--mb-quiet);
      font: 400 var(--mb-text-s) var(--mb-font);
      cursor: pointer;
    }
    .find kbd {
      margin-inline-start: auto;
      padding: 1px 5px;
      border: 1px solid var(--mb-line);
      border-radius: 4px;
      font: 400 var(--mb-text-xs) var(--mb-font);
    }
    .menu {
      display: none;
      border: 0;
      background: none;
      color: inherit;
      padding: var(--mb-space-2);
      margin-inline-start: calc(-1 * var(--mb-space-2));
    }
    mb-offline {
      grid-row: 2;
      grid-column: 1 / -1;
    }
    mb-side {
      grid-row: 3;
    }
    main {
      grid-row: 3;
      min-width: 0;
      outline: 0;
    }
    .needs {
      display: flex;
      gap: var(--mb-space-2);
      align-items: center;
      margin: var(--mb-space-4);
      padding: var(--mb-space-3) var(--mb-space-4);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-lifted);
      color: var(--mb-text);
    }
    .needs a {
      color: var(--mb-accent-text);
    }
    .skip {
      position: absolute;
      inset-inline-start: -999px;
    }
    .skip:focus {
      inset-inline-start: var(--mb-space-2);
      inset-block-start: var(--mb-space-2);
      z-index: 10;
      padding: var(--mb-space-2);
      background: var(--mb-lifted);
    }
    .panel {
      --mb-page-padding: 0;
      max-width: 1180px;
      margin: 0 auto;
      padding: var(--mb-space-8) var(--mb-space-6) var(--mb-space-12);
    }
    .panel h1 {
      margin: 0 0 var(--mb-space-2);
      font-size: var(--mb-text-xl);
      font-weight: 600;
      letter-spacing: -0.015em;
    }
    @media (max-width: 600px) {
      .panel {
        padding: var(--mb-space-6) var(--mb-space-4) var(--mb-space-8);
      }
    }
    @media (max-width: 760px) {
      :host {
        grid-template: 48px auto 1fr / minmax(0, 1fr);
      }
      .menu {
        display: block;
      }
      .find {
        width: auto;
        margin-inline-end: 0;
        border: 0;
        background: none;
      }
      .find span {
        position: absolute;
        clip-path: inset(50%);
        width: 1px;
        height: 1px;
        overflow: hidden;
      }
      .find kbd {
        display: none;
      }
      mb-side:not([open]) {
        display: none;
      }
      mb-side[open] {
        position: fixed;
        inset: 48px 0 0;
        z-index: 5;
        background: var(--mb-ground);
      }
    }
    :host([alone]) {
      grid-template: auto auto 1fr / minmax(0, 1fr);
    }
  `;

  constructor() {
    super();
    this.ready = false;
    this.panels = [];
    this.menu = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    router.addEventListener("change", () => void this.open());
    session.addEventListener("change", () => void this.whoChanged());
    void this.begin();
  }

  private find(): void {
    (this.renderRoot.querySelector("mb-palette") as MbPalette | null)?.show();
  }

  private commands(): Command[] {
    const pages: Entry[] = [{ path: "/home", title: t("shell.home", "Home"), icon: "house" }, ...OWN.filter(({ permission }) => session.may(permission ?? ""))];
    const others = (session.me?.accounts ?? []).filter(({ id }) => id !== session.me?.account?.id);
    return [
      ...pages.map(({ path, title, icon }) => ({ title, icon, run: () => router.go(path) })),
      ...panelCommands(this.panels),
      ...pages.flatMap(({ title, actions }) => actionCommands(title, actions ?? [])),
      { title: t("shell.profile", "Your profile"), icon: "user", run: () => router.go("/profile") },
      { title: t("drafts.title", "Drafts"), icon: "pencil", run: () => router.go("/drafts") },
      { title: t("notifications.title", "Notifications"), icon: "bell", run: () => router.go("/notifications") },
      { title: t("shell.devices", "Devices"), icon: "monitor", run: () => router.go("/devices") },
      ...others.map(({ id, name }) => ({ title: t("shell.switch", "Switch to {name}", { name }), icon: "users", run: () => void switchAccount(id) })),
      ...THEMES.map(([value, title, icon]) => ({
        title: t("shell.use_theme", "Use theme: {theme}", { theme: t(`shell.theme.${value}`, title) }),
        icon,
        run: () => chooseTheme(value),
      })),
      { title: t("shortcuts.title", "Keyboard shortcuts"), icon: "list-checks", run: showKeys },
      { title: t("shell.log_out", "Log out"), icon: "log-out", run: () => void logOut() },
    ];
  }

  private async begin(): Promise<void> {
    try {
      await Promise.all([session.load(), speak()]);
    } catch (error) {
      this.fail(error);
    }
    registerShellKeys(() => this.find());
    addEventListener("find", () => this.find());
    keepFocus();
    watchTyping();
    watchConnection();
    installOffline();
    this.ready = true;
    await this.open();
  }

  private async whoChanged(): Promise<void> {
    try {
      this.panels = session.me ? await listPanels() : [];
    } catch {
      this.panels = [];
    }
    this.requestUpdate();
  }

  private async open(): Promise<void> {
    const path = router.path;
    const page = PAGES.find((each) => each.path === path || (each.below && path.startsWith(`${each.path}/`)));
    this.menu = false;
    if (!session.me && !page?.open) return router.go(`/login?to=${encodeURIComponent(path)}`, true);
    if (session.me && (path === "/" || path === "/login")) return router.go("/home", true);
    this.toggleAttribute("alone", !session.me || Boolean(page?.open));
    try {
      const content = page ? await this.openPage(page) : await this.openPanelAt(path);
      if (path !== router.path) return;
      this.failure = undefined;
      this.content = content;
      await this.updateComplete;
      this.renderRoot.querySelector("main")?.focus({ preventScroll: true });
    } catch (error) {
      this.fail(error);
    }
  }

  private async openPage(page: Route): Promise<HTMLElement> {
    await page.load();
    document.title = TITLE;
    return document.createElement(page.tag);
  }

  private async openPanelAt(path: string): Promise<HTMLElement> {
    const known = this.panels.length ? this.panels : await listPanels();
    const panel = known.find((each) => path === each.panel.route || path.startsWith(`${each.panel.route}/`));
    if (!panel) throw new Error(t("shell.nothing_here", "There is no page at this address."));
    document.title = `${panel.panel.title} · ${TITLE}`;
    const frame = document.createElement("div");
    frame.className = panel.frame ? "framed" : "panel";
    frame.append(await openPanel(panel));
    return frame;
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const named = error instanceof PanelFailed ? error.panel.panel.title : t("shell.failed", "This page can’t be shown");
    this.content = undefined;
    this.failure = { title: error instanceof Problem ? error.details.title : named, text };
  }

  override render(): TemplateResult {
    const alone = this.hasAttribute("alone");
    return html`
      ${alone || !session.me ? nothing : this.around()}
      <mb-offline></mb-offline>
      <main id="main" tabindex="-1" aria-busy=${!this.ready}>
        ${session.me?.lacks_sign_in && !alone ? needsSignIn() : session.me?.lacks_factor && !alone ? needsFactor() : nothing}
        ${this.failure
          ? html`<mb-failure heading=${this.failure.title} text=${this.failure.text}></mb-failure>`
          : this.content}
      </main>
    `;
  }

  private around(): TemplateResult {
    return html`
      <header>
        <button class="skip" @click=${() => this.renderRoot.querySelector("main")?.focus()}>
          ${t("shell.skip", "Skip to content")}
        </button>
        <button
          class="menu"
          aria-expanded=${this.menu}
          aria-label=${t("shell.menu", "Menu")}
          @click=${() => (this.menu = !this.menu)}
        >
          <mb-icon name="menu" size="20"></mb-icon>
        </button>
        <a href="/home"><span class="mark"><mb-icon name="chevron-up" size="14"></mb-icon></span>${TITLE}</a>
        <button class="find" aria-keyshortcuts="Control+K" @click=${this.find}>
          <mb-icon name="search"></mb-icon><span>${t("palette.search", "Search or jump to…")}</span
          ><kbd aria-hidden="true">Ctrl K</kbd>
        </button>
        <mb-tray></mb-tray>
        <mb-bell></mb-bell>
      </header>
      <mb-palette .commands=${this.commands()}></mb-palette>
      <mb-upgrade></mb-upgrade>
      <mb-side .panels=${this.panels} path=${router.path} ?open=${this.menu}></mb-side>
    `;
  }
}
customElements.define("mb-app", MbApp);

function needsFactor(): TemplateResult {
  return html`<p class="needs" role="alert">
    <mb-icon name="triangle-alert"></mb-icon>
    <span>${t("shell.needs_factor", "Two-factor authentication is required here.")} <a href="/profile">${t("shell.set_up_factor", "Set it up, or add a passkey")}</a></span>
  </p>`;
}

function needsSignIn(): TemplateResult {
  const account = session.me?.account;
  const go = (event: Event) => {
    event.preventDefault();
    void tried(() => logInAt(account?.id ?? "", router.path));
  };
  return html`<p class="needs" role="alert">
    <mb-icon name="triangle-alert"></mb-icon>
    <span>${t("shell.needs_sign_in", "{account} asks its members to use the team’s sign-in.", { account: account?.name ?? "" })} <a href="/login" @click=${go}>${t("shell.sign_in", "Log in there")}</a></span>
  </p>`;
}
