/** What the navigation and the palette can do beside going somewhere. */
import { api } from "../api/client";
import { router } from "./router";
import { session } from "./session";

export async function switchAccount(account: string): Promise<void> {
  const { data } = await api.POST("/api/core/session/account", { body: { account } });
  session.take(data);
  router.go("/home");
}

export function toggleTheme(): void {
  const root = document.documentElement;
  root.dataset.theme = root.dataset.theme === "light" ? "dark" : "light";
  localStorage.setItem("theme", root.dataset.theme);
}

export async function logOut(): Promise<void> {
  await api.DELETE("/api/core/session");
  session.take(undefined);
  router.go("/login");
}
