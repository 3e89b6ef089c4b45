/** What this device keeps of the person and hasn’t sent: forms that were left, and changes that wait for a connection. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { confirmed, moment, notify, page, t } from "@maxbooster/ui";
import type { Draft, Waiting } from "../kept/database";
import { listPanels } from "../shell/panels";
import { OWN } from "../shell/side";
import { changes, dropDraft, listDrafts, listWaiting } from "../kept/drafts";
import { same } from "../kept/merge";
import { Loaded } from "../shell/loaded";

class MbDrafts extends LitElement {
  static override styles = [page];
  private readonly kept = new Loaded(this, async () => {
    const [drafts, waiting] = await Promise.all([listDrafts(), listWaiting()]);
    const panels = (await listPanels().catch(() => [])).map(({ panel }) => ({ path: panel.route, title: panel.title }));
    this.places = [...OWN, ...panels, { path: "/profile", title: t("profile.title", "Your profile") }];
    return drafts.map((draft): [Draft, Waiting | undefined] => [draft, waiting.find(({ form }) => form === draft.form)]);
  });
  private places: { path: string; title: string }[] = [];

  /** The page where it was typed. */
  private placeOf({ path }: Draft): string {
    return this.places.find((each) => path === each.path || path.startsWith(`${each.path}/`) || path.startsWith(`${each.path}?`))?.title ?? path;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    changes.addEventListener("change", this.kept.again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    changes.removeEventListener("change", this.kept.again);
  }

  override render(): TemplateResult {
    return html`<h1>${t("drafts.title", "Drafts")}</h1>
      <p>${t("drafts.text", "What you typed and haven’t saved. It’s only on this device, and is deleted when you log out.")}</p>
      ${this.kept.show((list) => (list.length ? html`<ul class="rows">${list.map((each) => this.row(...each))}</ul>` : this.none()))}`;
  }

  private none(): TemplateResult {
    return html`<mb-empty icon="pencil" heading=${t("drafts.none", "No drafts")} text=${t("drafts.none_text", "Forms that you leave before saving them appear here.")}></mb-empty>`;
  }

  private row(draft: Draft, waiting: Waiting | undefined): TemplateResult {
    const about = excerpt(draft) || this.placeOf(draft);
    const discard = t("drafts.discard", "Discard");
    return html`<li>
      <span class="what"><a href=${draft.path}>${about}</a><small>${this.placeOf(draft)} · ${moment(draft.at)}${waiting ? html` · ${standing(waiting)}` : nothing}</small></span>
      <wa-button size="s" appearance="outlined" aria-label="${discard}: ${about}" @click=${() => this.discard(draft, about)}>${discard}</wa-button>
    </li>`;
  }

  private async discard({ form }: Draft, about: string): Promise<void> {
    const title = t("drafts.discard_title", "Discard “{about}”?", { about });
    if (!(await confirmed({ title, text: t("drafts.discard_text", "It can’t be restored."), action: t("drafts.discard_go", "Discard draft") }))) return;
    await dropDraft(form);
    notify(t("drafts.discarded", "Draft discarded."));
  }
}
customElements.define("mb-drafts", MbDrafts);

function standing({ refused }: Waiting): string {
  return refused ? t("draft.refused", "It couldn’t be saved: {reason}", { reason: refused }) : t("drafts.waiting", "waiting to be sent");
}

/** The first words that were typed. */
function excerpt({ base, typed }: Draft): string {
  const changed = Object.entries(typed).filter(([name, value]) => !same(value, base[name]));
  const words = changed.map(([, value]) => value).find((value): value is string => typeof value === "string" && value.trim() !== "") ?? "";
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

const LONGEST = 80;
