import { html, LitElement } from "lit";
import { page, t } from "@maxbooster/ui";
import { session } from "../shell/session";

interface Step {
  done: boolean;
  title: string;
  why: string;
  path: string;
  icon: string;
}

class MbHome extends LitElement {
  static override styles = page;

  private steps(): Step[] {
    const me = session.me;
    return [
      {
        done: me?.user?.second_factor ?? false,
        title: t("home.factor", "Protect your login with a second factor"),
        why: t("home.factor_why", "A code from your phone keeps others out even if they know your password."),
        path: "/profile",
        icon: "shield-check",
      },
      {
        done: false,
        title: t("home.team", "Invite the people you work with"),
        why: t("home.team_why", "Each gets a role: what a viewer sees, a manager may change."),
        path: "/team",
        icon: "users",
      },
    ];
  }

  override render() {
    const name = session.me?.user?.name ?? "";
    return html`<div class="head">
        <div>
          <h1>${t("home.title", "Good to see you, {name}", { name })}</h1>
          <p>${t("home.text", "This is {account}. Here is what to do next.", { account: session.me?.account?.name ?? "" })}</p>
        </div>
      </div>
      <ul class="rows">
        ${this.steps().map(
          (step) => html`<li>
            <mb-icon name=${step.done ? "circle-check" : step.icon} size="20"></mb-icon>
            <span class="what">${step.title}<small>${step.why}</small></span>
            ${step.done ? html`<span class="quiet">${t("home.done", "done")}</span>` : html`<a href=${step.path}>${t("home.go", "Do it")}</a>`}
          </li>`,
        )}
      </ul>`;
  }
}
customElements.define("mb-home", MbHome);
