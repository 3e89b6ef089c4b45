/** Jobs as people see them. */
import { t } from "@maxbooster/ui";
import { spoken } from "../pages/kinds";
import type { components } from "../api/schema";

type Job = components["schemas"]["JobOut"];

/** Plugins give their jobs words (`job.<name>`); else the name itself, spoken. */
export const jobTitle = (name: string): string => t(`job.${name}`, spoken(name));

/** Reactions to events, upkeep and polling are steps of something larger: they matter only when they fail. */
export function plumbing({ name, state, progress, note }: Pick<Job, "name" | "state" | "progress" | "note">): boolean {
  if (state === "dead") return false;
  return /^on:|^webhook:|^core\.|\.(collect|watch|begin)$/.test(name) || (state === "ready" && progress == null && !note && /\.(poll|check|sweep)/.test(name));
}
