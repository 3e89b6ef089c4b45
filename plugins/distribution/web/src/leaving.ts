/** Before what was typed is lost: links and the browser ask; whatever leaves otherwise (Back, the palette) can be taken back. */
import type { LitElement, ReactiveController } from "lit";
import { confirmed, notify, t } from "@maxbooster/ui";

export interface Typing {
  /** Whether something is typed that is not saved. */
  unsaved(): boolean;
  title(): string;
  /** Give up what was typed. */
  giveUp(): unknown;
  go(path: string): void;
}

export class Leaving implements ReactiveController {
  private free = false;
  private readonly here = location.pathname;

  constructor(host: LitElement, private readonly typing: Typing) {
    host.addController(this);
  }

  /** From now on nothing is lost: it is saved, or given up on purpose. */
  release(): void {
    this.free = true;
  }

  private get asks(): boolean {
    return !this.free && this.typing.unsaved();
  }

  hostConnected(): void {
    document.addEventListener("click", this.followed, true);
    addEventListener("beforeunload", this.unloading);
  }

  hostDisconnected(): void {
    document.removeEventListener("click", this.followed, true);
    removeEventListener("beforeunload", this.unloading);
    if (!this.asks) return;
    const text = t("releases.left", "“{title}” has unsaved changes.", { title: this.typing.title() });
    notify({ text, action: { label: t("releases.back_to_edit", "Back to editing"), run: () => this.typing.go(this.here) } });
  }

  private readonly unloading = (event: BeforeUnloadEvent): void => {
    if (this.asks) event.preventDefault();
  };

  private readonly followed = (event: MouseEvent): void => {
    const link = event.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!link || !plain || link.target || link.origin !== location.origin || !this.asks) return;
    event.preventDefault();
    event.stopPropagation();
    void this.ask(link.pathname + link.search);
  };

  private async ask(path: string): Promise<void> {
    const title = t("releases.leave_title", "Leave without saving?");
    const text = t("releases.leave_text", "Your changes to “{title}” since it was last saved will be lost.", { title: this.typing.title() });
    if (!(await confirmed({ title, text, action: t("releases.leave", "Leave without saving") }))) return;
    this.release();
    await this.typing.giveUp();
    this.typing.go(path);
  }
}
