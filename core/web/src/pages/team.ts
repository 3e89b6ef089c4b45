import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/select/select.js";
import "@awesome.me/webawesome/dist/components/option/option.js";
import { css, html, LitElement, nothing } from "lit";
import { asked, confirmed, field, form, FormController, loadTable, notify, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import { focusOn } from "../shell/focus";
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
        grid-template-columns: minmax(0, 1fr) 150px auto;
        align-items: end;
        max-width: none;
        margin-bottom: var(--mb-space-8);
      }
      .problem {
        grid-column: 1 / -1;
      }
      .security {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--mb-space-3);
        margin-bottom: var(--mb-space-6);
      }
      @media (max-width: 600px) {
        form {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];
  private readonly account = new Loaded(this, () => api.get("/api/core/account"));
  private readonly members = new Loaded(this, () => api.get("/api/core/members"));
  private readonly invitations = new Loaded(this, () => api.get("/api/core/invitations"));
  private readonly inviting = new FormController(this, async ({ email = "", role = "viewer" }) => {
    await proven(() => api.post("/api/core/invitations", { body: { email, role: role as Role } }));
    notify(t("team.invited", "Invitation sent to {email}.", { email }));
    this.renderRoot.querySelector("form")?.reset();
    await this.invitations.again();
  }, { draft: "team/invite" });

  constructor() {
    super();
    void loadTable();
  }

  override firstUpdated(): void {
    if (asked("invite")) void focusOn(this, "wa-input[name=email]");
  }

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
    return html`<h1>${t("team.title", "Team")}</h1>
      <p>${t("team.text", "Who works in {account}, and what they can do.", { account: session.me?.account?.name ?? "" })}</p>
      ${may ? this.invite() : nothing}
      ${session.may("account.secure") || session.may("sso.read") ? this.security() : nothing}
      ${this.members.show((members) => this.table([...members.map(asMember), ...(this.invitations.value ?? []).map(asInvited)], may))}`;
  }

  private security() {
    const required = this.account.value?.second_factor ?? false;
    const put = () => this.change(() => api.put("/api/core/account/second-factor", { body: { required: !required } }), t("team.factor_saved", "Saved.")).then(this.account.again);
    return html`<p class="security">
      ${required ? t("team.factor_on", "Members need two-factor authentication or a passkey.") : t("team.factor_off", "Members choose whether they use two-factor authentication.")}
      ${session.may("account.secure")
        ? html`<wa-button size="s" appearance="outlined" @click=${put}>${required ? t("team.factor_optional", "Make it optional") : t("team.factor_require", "Require it")}</wa-button>`
        : nothing}
      ${session.may("sso.read") ? html`<a href="/team/sign-in">${t("team.sign_in", "Your team’s sign-in")}</a>` : nothing}
    </p>`;
  }

  private invite() {
    return html`<form ${this.inviting.here()}>
      ${field(this.inviting, { name: "email", label: t("team.invite", "Invite by email"), type: "email" })}
      <wa-select name="role" label=${t("team.role", "Role")} value="artist">
        ${ROLES.map((role) => html`<wa-option value=${role}>${roleTitle(role)}</wa-option>`)}
      </wa-select>
      <wa-button type="submit" variant="brand" ?loading=${this.inviting.pending}>${t("team.send", "Send invitation")}</wa-button>
      ${this.inviting.words(["email"])}
    </form>`;
  }

  private table(rows: Person[], may: boolean) {
    return html`<mb-table
      roomy
      label=${t("team.title", "Team")}
      search=${t("team.search", "Search the team")}
      kept=""
      .columns=${this.columns(may)}
      .rows=${rows}
    ></mb-table>`;
  }

  private columns(may: boolean): Column<Person>[] {
    return [
      { key: "name", title: t("team.name", "Name"), width: "minmax(0, 2fr)", text: ({ name, email }) => `${name} ${email}`, render: ({ name, email, note }) => html`${name || email}<small>${[name ? email : "", note].filter(Boolean).join(" · ")}</small>` },
      { key: "status", title: t("team.status", "Status"), width: "100px", filter: true, narrow: false },
      { key: "role", title: t("team.role", "Role"), width: "150px", filter: true, text: ({ role }) => roleTitle(role), render: (person) => this.roleOf(person, may) },
      { key: "actions", title: "", width: "110px", align: "end", sort: false, text: () => "", render: (person) => (may ? this.actions(person) : nothing) },
    ];
  }

  private roleOf(person: Person, may: boolean) {
    const { member } = person;
    if (!member || !may || member.user === session.me?.user?.id) return roleTitle(person.role);
    const put = (role: Role) =>
      this.change(
        () => api.patch("/api/core/members/{user_id}", { user_id: member.user, body: { role } }),
        t("team.changed", "{name} is now {role}.", { name: member.name, role: roleTitle(role) }),
      );
    return html`<wa-select
      size="s"
      label=${t("team.role_of", "Role of {name}", { name: member.name })}
      .value=${member.role}
      @change=${(event: Event) => put((event.target as HTMLSelectElement).value as Role)}
    >
      ${ROLES.map((role) => html`<wa-option value=${role}>${roleTitle(role)}</wa-option>`)}
    </wa-select>`;
  }

  private actions({ member, invitation, name, email }: Person) {
    if (member?.user === session.me?.user?.id) return html`<span class="quiet">${t("team.you", "You")}</span>`;
    const button = (words: string, run: () => unknown) =>
      html`<wa-button size="s" appearance="outlined" aria-label="${words}: ${name || email}" @click=${run}>${words}</wa-button>`;
    if (member) return button(t("team.remove", "Remove"), () => this.takeOut(member));
    return button(t("team.withdraw", "Cancel"), () =>
      this.change(
        () => api.delete("/api/core/invitations/{invitation_id}", { invitation_id: invitation!.id }),
        t("team.withdrawn", "Invitation canceled."),
      ),
    );
  }

  private async takeOut({ user, name }: Member): Promise<void> {
    const title = t("team.remove_title", "Remove {name} from the team?", { name });
    const text = t("team.remove_text", "They lose access to this account at once. You can invite them again.");
    if (!(await confirmed({ title, text, action: t("team.remove_go", "Remove from team") }))) return;
    await this.change(() => api.delete("/api/core/members/{user_id}", { user_id: user }), t("team.removed", "{name} was removed from the team.", { name }));
  }
}
customElements.define("mb-team", MbTeam);

/** A row: somebody in the account, or somebody who was asked. */
interface Person {
  id: string;
  name: string;
  email: string;
  role: string;
  status: string;
  note: string;
  member?: Member;
  invitation?: Invitation;
}

const asMember = (member: Member): Person => ({ ...member, id: member.user, status: t("team.member", "Member"), note: "", member });

const asInvited = (invitation: Invitation): Person => ({
  id: invitation.id, name: "", email: invitation.email, role: invitation.role, status: t("team.invited_status", "Invited"),
  note: t("team.expires", "Expires {when}", { when: when(invitation.expires_at) }), invitation,
});

export function roleTitle(role: string): string {
  const titles: Record<string, string> = {
    owner: t("role.owner", "Owner"), admin: t("role.admin", "Admin"), manager: t("role.manager", "Manager"), artist: t("role.artist", "Artist"),
    editor: t("role.editor", "Editor"), viewer: t("role.viewer", "Viewer"),
  };
  return titles[role] ?? role;
}
