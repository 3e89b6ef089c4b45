/** Who is logged in, as the whole page knows it. */
import { api, useCsrf } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";

export type Me = components["schemas"]["Me"];

class Session extends EventTarget {
  me: Me | undefined;

  /** Ask the server; nobody is an answer too. */
  async load(): Promise<Me | undefined> {
    if (!this.me && !document.documentElement.hasAttribute("data-session")) return undefined;
    try {
      return this.take(await api.get("/api/core/session"));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return this.take(undefined);
      throw error;
    }
  }

  take(me: Me | undefined): Me | undefined {
    this.me = me;
    useCsrf(me?.csrf);
    this.dispatchEvent(new Event("change"));
    return me;
  }

  may(permission: string): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }
}

export const session = new Session();
