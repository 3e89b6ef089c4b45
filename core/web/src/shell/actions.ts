/** What the navigation and the palette can do beside going somewhere. */
import { api } from "../api/client";
import { router } from "./router";
import { session } from "./session";

export async function switchAccount(account: string, path = "/home"): Promise<void> {
  session.take(await api.post("/api/core/session/account", { body: { account } }));
  router.go(path);
}

export type Theme = "system" | "light" | "dark";

export function theme(): Theme {
  const chosen = localStorage.getItem("theme");
  return chosen === "light" || chosen === "dark" ? chosen : "system";
}

/** `theme.js` puts it on the page, and follows the system where nothing else is chosen. */
export function chooseTheme(chosen: Theme): void {
  if (chosen === "system") localStorage.removeItem("theme");
  else localStorage.setItem("theme", chosen);
  dispatchEvent(new Event("theme-change"));
}

export async function logOut(): Promise<void> {
  await api.delete("/api/core/session");
  session.take(undefined);
  router.go("/login");
}
