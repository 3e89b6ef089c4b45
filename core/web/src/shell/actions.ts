/** What the navigation and the palette can do beside going somewhere. */
import { confirmed, number, t, type Question } from "@maxbooster/ui";
import { api } from "../api/client";
import { currentOwner, listDrafts } from "../kept/drafts";
import { forgetAll } from "../kept/person";
import { router } from "./router";
import { session } from "./session";
import { tried } from "./tried";

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

/** Ends the session, and with it all that this browser keeps of the person; drafts only after asking. */
export async function logOut(): Promise<void> {
  const drafts = await listDrafts().catch(() => []);
  if (drafts.length && !(await confirmed(unsaved(drafts.length)))) return;
  const owner = currentOwner();
  await tried(async () => {
    await session.leave();
    await forgetAll(owner).catch(() => {});
    router.go("/login");
  });
}

const unsaved = (drafts: number): Question => ({
  title: t("shell.log_out_title", "Log out and delete your drafts?"),
  text: t("shell.log_out_text", "What you typed and haven’t saved is only on this device. Logging out deletes it."),
  facts: [[t("shell.drafts", "Drafts"), number(drafts)]],
  action: t("shell.log_out_go", "Log out and delete"),
});
