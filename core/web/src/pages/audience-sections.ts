/** The pages of the audience. */
import type { TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import { sections } from "./sections";

export const audienceSections = (current: string): TemplateResult =>
  sections(
    t("audience.title", "Audience"),
    [
      { path: "/audience", title: t("audience.contacts", "Contacts") },
      { path: "/audience/emails", title: t("audience.emails", "Emails") },
      { path: "/audience/suppressed", title: t("audience.suppressed", "Don’t email") },
    ],
    current,
  );
