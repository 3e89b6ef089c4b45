/** Addresses to pages. Every page is a module of its own, loaded when it is first opened. */

export interface Route {
  path: string;
  tag: string;
  load: () => Promise<unknown>;
  /** Whether it is for people who are not logged in. */
  open?: boolean;
  /** Whether the addresses below it are this page's too. */
  below?: boolean;
}

export class Router extends EventTarget {
  constructor() {
    super();
    addEventListener("popstate", () => this.dispatchEvent(new Event("change")));
    document.addEventListener("click", (event) => this.follow(event));
  }

  get path(): string {
    return location.pathname.replace(/(.)\/+$/, "$1");
  }

  go(path: string, replace = false): void {
    history[replace ? "replaceState" : "pushState"]({}, "", path);
    this.dispatchEvent(new Event("change"));
  }

  /** A click on a link of ours changes the page without loading it anew; with a modifier key it is the browser's. */
  private follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = event.composedPath().find((each): each is HTMLAnchorElement => each instanceof HTMLAnchorElement);
    if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
    if (/^\/(api|static|schema|health|metrics)(\/|$)/.test(link.pathname)) return;
    event.preventDefault();
    this.go(link.pathname + link.search + link.hash);
  }
}

export const router = new Router();
