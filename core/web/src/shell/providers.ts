/** Going to a sign-in provider and coming back to a page of ours. */
import { api } from "../api/client";

/** Send the browser to a provider to log in. `to`: the page to go on at; `invitation`: the token of an invitation’s link. */
export async function logInAt(provider: string, to: string, invitation?: string): Promise<void> {
  await away(api.post("/api/core/sign-in", { body: { provider, to, invitation: invitation || null } }));
}

/** Send the browser to wherever the server says. */
export async function away(trip: Promise<{ url: string }>): Promise<void> {
  const { url } = await trip;
  location.assign(url);
}
