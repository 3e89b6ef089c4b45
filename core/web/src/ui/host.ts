/** All that a panel gets from the shell. `Paths` is what its family may call: `paths` of its generated `schema.d.ts`. */
import type { components } from "../api/schema";
import type { Api } from "./api";
import type { t } from "./i18n";
import type { notify } from "./toast";

export type Me = components["schemas"]["Me"];

export interface Host<Paths> {
  api: Api<Paths>;
  account: Me["account"];
  user: Me["user"];
  /** The address that the panel was opened at, with its query: of its route, or below it. */
  path: string;
  may(permission: string): boolean;
  navigate(path: string): void;
  events: EventTarget;
  notify: typeof notify;
  t: typeof t;
}
