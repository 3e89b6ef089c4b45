/** Tells password managers whose password a form is about; nobody sees it. */
import { html, type TemplateResult } from "lit";
import { session } from "./session";

export function username(): TemplateResult {
  return html`<input type="text" autocomplete="username" .value=${session.me?.user?.email ?? ""} readonly hidden />`;
}
