/** Whether something was typed on this page that reloading would lose. */
import { router } from "./router";

let typed = false;

export function watchTyping(): void {
  document.addEventListener("input", (event) => {
    const [field] = event.composedPath();
    if (field instanceof Element && !field.matches("[type=search], [role=combobox]")) typed = true;
  });
  router.addEventListener("change", () => (typed = false));
}

export const somethingTyped = (): boolean => typed;
