/** `<mb-studio-comments>`: what is said of a master, at places in it; for its team, and for those with whom it is shared. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { exactly, FormController, t, when } from "@maxbooster/ui";
import type { Comment, Host } from "./api";
import { studio } from "./styles";
import { clock } from "./words";

const AT = "/api/studio/masters/{master_id}/comments";

/** Events: `seek` with the place of a comment, in seconds. */
export class MbStudioComments extends LitElement {
  static override properties = {
    host: { attribute: false },
    masterId: { attribute: "master-id" },
    at: { attribute: false },
    name: {},
    mayComment: { type: Boolean, attribute: "may-comment" },
    comments: { state: true },
    failure: { state: true },
  };
  declare host: Pick<Host, "api">;
  declare masterId: string;
  declare at: number;
  /** Under which a member comments; visitors say how they are called. */
  declare name: string;
  declare mayComment: boolean;
  declare private comments: Comment[];
  declare private failure: string;

  static override styles = [
    studio,
    css`
      form,
      label {
        display: grid;
        gap: var(--mb-space-1);
        color: var(--mb-quiet);
      }
      form {
        gap: var(--mb-space-2);
        max-width: 64ch;
        margin-top: var(--mb-space-3);
      }
      input,
      textarea {
        min-height: 32px;
        padding: var(--mb-space-1) var(--mb-space-2);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: 400 var(--mb-text-s) var(--mb-font);
        box-sizing: border-box;
        width: 100%;
      }
      textarea {
        resize: vertical;
      }
      textarea:focus-visible {
        outline: 2px solid var(--mb-accent);
        outline-offset: 2px;
      }
      label.check {
        display: flex;
        align-items: center;
        gap: var(--mb-space-2);
        min-height: 28px;
        color: var(--mb-text);
      }
      input[type="checkbox"] {
        width: auto;
        min-height: 0;
        accent-color: var(--mb-text);
      }
      li {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        gap: var(--mb-space-2);
        align-items: start;
        padding: var(--mb-space-2) 0;
        border-bottom: 1px solid var(--mb-line);
      }
      li p {
        white-space: pre-line;
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.at = 0;
    this.name = "";
    this.mayComment = false;
    this.comments = [];
    this.failure = "";
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has("masterId")) void this.load();
  }

  private readonly load = (): Promise<void> =>
    this.guarded(async () => {
      this.comments = await this.host.api.get(AT, { master_id: this.masterId });
    });

  private readonly saying = new FormController(this, (given) => this.say(given), { unkept: "a few words; visitors use devices that aren’t theirs" });

  private async say({ text = "", author = this.name, here }: Record<string, string>): Promise<void> {
    await this.host.api.post(AT, { master_id: this.masterId, body: { text, author, at_s: here ? Number(here) : null } });
    this.renderRoot.querySelector("textarea")!.value = "";
    await this.load();
  }

  private readonly drop = ({ id }: Comment): Promise<void> =>
    this.guarded(async () => {
      await this.host.api.delete("/api/studio/masters/{master_id}/comments/{comment_id}", { master_id: this.masterId, comment_id: id });
      await this.load();
    });

  private async guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.failure = "";
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  override render(): TemplateResult | typeof nothing {
    if (!this.comments.length && !this.mayComment && !this.failure) return nothing;
    return html`<section>
      <h2>${t("studio.comments", "Comments")}</h2>
      ${this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing}
      ${this.comments.length ? html`<ul aria-label=${t("studio.comments", "Comments")}>${this.comments.map((comment) => this.comment(comment))}</ul>` : nothing}
      ${this.mayComment ? this.form() : nothing}
    </section>`;
  }

  private comment(comment: Comment): TemplateResult {
    const { at_s: at, author, text, by_visitor, created_at, may_delete } = comment;
    const place = at === null ? nothing : html`<button class="plain" aria-label=${t("studio.comment_seek", "Play from {time}", { time: clock(at) })} @click=${() => this.seek(at)}>${clock(at)}</button>`;
    return html`<li>
      <span>${place}</span>
      <div><small>${author}${by_visitor ? html` · ${t("studio.comment_visitor", "reviewer")}` : nothing} · <span title=${exactly(created_at)}>${when(created_at)}</span></small><p>${text}</p></div>
      ${may_delete ? html`<button class="plain" @click=${() => this.drop(comment)} aria-label=${t("studio.comment_delete_of", "Delete the comment by {author}", { author })}><mb-icon name="trash-2"></mb-icon></button>` : nothing}
    </li>`;
  }

  private seek(at: number): void {
    this.dispatchEvent(new CustomEvent("seek", { detail: at }));
  }

  private form(): TemplateResult {
    const at = Math.floor(this.at * 10) / 10;
    return html`<form ${this.saying.here()}>
      ${this.name ? nothing : html`<label>${t("studio.comment_author", "Your name")}<input name="author" required maxlength="80" autocomplete="name" /></label>`}
      <label>${t("studio.comment_text", "Comment")}<textarea name="text" required maxlength="2000" rows="2"></textarea></label>
      <label class="check"><input type="checkbox" name="here" value=${at} checked />${t("studio.comment_here", "At {time}", { time: clock(at) })}</label>
      ${this.saying.words()}
      <div><button ?disabled=${this.saying.pending}>${t("studio.comment_go", "Comment")}</button></div>
    </form>`;
  }
}
customElements.define("mb-studio-comments", MbStudioComments);
