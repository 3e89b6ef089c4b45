import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/select/select.js";
import "@awesome.me/webawesome/dist/components/option/option.js";
import { css, html, LitElement, nothing } from "lit";
import { field, form, FormController, notify, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { proven } from "../shell/prove";
import { session } from "../shell/session";

type Member = components["schemas"]["Member"];
type Invitation = components["schemas"]["Invitation"];
type Role = components["schemas"]["NewInvitation"]["role"];

const ROLES: Role[] = ["owner", "admin", "manager", "artist", "editor", "viewer"];

class MbTeam extends LitElement {
  static override styles = [
    page,
    form,
    css`
      form {
        grid-template-columns: minmax(0, 1fr) 140px auto;
        align-items: end;
        max-width: none;
      }
      .problem {
        grid-column: 1 / -1;
      }
      wa-select {
        width: 140px;
      }
      @media (max-width: 600px) {
        form {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];
  private readonly members = new Loaded(this, async () => (await api.GET("/api/core/members")).data);
  private readonly invitations = new Loaded(this, async () => (await api.GET("/api/core/invitations")).data);
  private readonly inviting = new FormController(this, async ({ email = "", role = "viewer" }) => {
    await proven(() => api.POST("/api/core/invitations", { body: { email, role: role as Role } }));
    notify(t("team.invited", "A letter is on its way to {email}.", { email }));
    this.renderRoot.querySelector("form")?.reset();
    await this.invitations.again();
  });

  private async change(run: () => Promise<unknown>, said: string): Promise<void> {
    try {
      await proven(run);
      notify(said);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      notify({ text: error.message, tone: "danger" });
    }
    await Promise.all([this.members.again(), this.invitations.again()]);
  }

  override render() {
    const may = session.may("member.write");
    return html`<div class="head">
        <div>
          <h1>${t("team.title", "Team")}</h1>
          <p>${t("team.text", "Who works in {account}, and as what.", { account: session.me?.account?.name ?? "" })}</p>
        </div>
      </div>
      ${this.members.show((list) => html`<ul class="rows">${list.map((member) => this.member(member, may))}</ul>`)}
      ${may ? this.invite() : nothing}
      ${this.invitations.show((list) => (list.length ? html`<h2>${t("team.waiting", "Invited")}</h2><ul class="rows">${list.map((each) => this.invitation(each, may))}</ul>` : html``))}`;
  }

  private member(member: Member, may: boolean) {
    const self = member.user === session.me?.user?.id;
    const path = { params: { path: { user_id: member.user } } };
    return html`<li>
      <span class="what">${member.name}<small>${member.email}</small></span>
      ${may && !self
        ? html`<wa-select
              size="s"
              label=${t("team.role_of", "Role of {name}", { name: member.name })}
              .value=${member.role}
              @change=${(event: Event) =>
                this.change(
                  () => api.PATCH("/api/core/members/{user_id}", { ...path, body: { role: (event.target as HTMLSelectElement).value as Role } }),
                  t("team.changed", "Changed."),
                )}
            >
              ${ROLES.map((role) => html`<wa-option value=${role}>${role}</wa-option>`)}
            </wa-select>
            <wa-button
              size="s"
              appearance="outlined"
              @click=${() => this.change(() => api.DELETE("/api/core/members/{user_id}", path), t("team.removed", "{name} is not in the account any more.", { name: member.name }))}
              >${t("team.remove", "Remove")}</wa-button
            >`
        : html`<span class="quiet">${member.role}</span>`}
    </li>`;
  }

  private invite() {
    return html`<h2>${t("team.invite", "Invite somebody")}</h2>
      <form @submit=${this.inviting.submit}>
        ${field(this.inviting, { name: "email", label: t("login.email", "E-mail address"), type: "email" })}
        <wa-select name="role" label=${t("team.role", "Role")} value="artist">
          ${ROLES.map((role) => html`<wa-option value=${role}>${role}</wa-option>`)}
        </wa-select>
        <wa-button type="submit" variant="brand" ?loading=${this.inviting.pending}>${t("team.send", "Invite")}</wa-button>
        ${this.inviting.words(["email"])}
      </form>`;
  }

  private invitation(each: Invitation, may: boolean) {
    const path = { params: { path: { invitation_id: each.id } } };
    return html`<li>
      <span class="what">${each.email}<small>${each.role} · ${t("team.expires", "expires {when}", { when: when(each.expires_at) })}</small></span>
      ${may
        ? html`<wa-button
            size="s"
            appearance="outlined"
            @click=${() => this.change(() => api.DELETE("/api/core/invitations/{invitation_id}", path), t("team.withdrawn", "Withdrawn."))}
            >${t("team.withdraw", "Withdraw")}</wa-button
          >`
        : nothing}
    </li>`;
  }
}
customElements.define("mb-team", MbTeam);
