/** Who is logged in, as the whole page knows it. */
import { api, useCsrf } from "../api/client";
import { OFFLINE, Problem } from "../api/problem";
import type { components } from "../api/schema";
import { useOwner } from "../kept/drafts";
import { forgetPerson, lastPerson, rememberPerson } from "../kept/person";

export type Me = components["schemas"]["Me"];

/** Kept until the server has ended the session. */
const LEAVING = "leaving";

class Session extends EventTarget {
  me: Me | undefined;

  /** Ask the server; nobody is an answer too. Without a connection it is who was here last. */
  async load(): Promise<Me | undefined> {
    if (!this.me && !document.documentElement.hasAttribute("data-session")) return undefined;
    if (localStorage.getItem(LEAVING)) return this.leave();
    try {
      return this.take(await api.get("/api/core/session"));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return this.take(undefined);
      const last = isOffline(error) ? ((await lastPerson().catch(() => undefined)) as Me | undefined) : undefined;
      if (!last) throw error;
      return this.me ?? this.become(last);
    }
  }

  /** Log out. Without a connection nothing is shown from now on, and the session ends as soon as there is one. */
  async leave(): Promise<undefined> {
    localStorage.setItem(LEAVING, "now");
    try {
      if (!this.me?.csrf) useCsrf((await api.get("/api/core/session")).csrf);
      await api.delete("/api/core/session");
      localStorage.removeItem(LEAVING);
    } catch (error) {
      if (!isOffline(error)) localStorage.removeItem(LEAVING);
      if (!isOffline(error) && !(error instanceof Problem && error.status === 401)) throw error;
    }
    this.take(undefined);
  }

  take(me: Me | undefined): Me | undefined {
    const kept = me ? rememberPerson(ownerOf(me), { ...me, csrf: "" }) : forgetPerson();
    kept.catch(() => {}); // a browser that keeps nothing has nothing to show later
    return this.become(me);
  }

  may(permission: string): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  private become(me: Me | undefined): Me | undefined {
    this.me = me;
    useCsrf(me?.csrf);
    useOwner(me ? ownerOf(me) : "");
    this.dispatchEvent(new Event("change"));
    return me;
  }
}

const isOffline = (error: unknown): boolean => error instanceof Problem && error.details.type === OFFLINE.type;

/** Whose drafts these are: a person’s, in an account. */
const ownerOf = ({ user, account }: Me): string => `${user?.id ?? ""}/${account?.id ?? ""}`;

export const session = new Session();
