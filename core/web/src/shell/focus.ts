/**
 * Keeps the keyboard where the person is working. An action often removes the very button that started it, and the browser then drops the
 * focus at the top of the page. Instead, the heading nearest to where it was takes it.
 */

import type { LitElement } from "lit";

const REMEMBERED = 4;
const AGAIN_MS = 100;
const ATTEMPTS = 50;

type Path = EventTarget[];

const focused = (): Element | null => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element === document.body ? null : element;
};

const isShown = (element: Element): boolean => element.isConnected && element.checkVisibility();

const wasDisabled = new WeakSet<HTMLElement>();
/** Where the focus was, from the element up to the document; the newest first. */
const paths: Path[] = [];

export function keepFocus(): void {
  document.addEventListener("focusin", (event) => {
    paths.unshift(event.composedPath());
    paths.length = Math.min(paths.length, REMEMBERED);
  });
  for (const name of ["focusout", "click"]) document.addEventListener(name, () => watch(ATTEMPTS));
}

let timer = 0;

/** Removing an element tells nobody, and an action may take its time: look for a while. */
function watch(attempts: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    recover();
    if (attempts) watch(attempts - 1);
  }, AGAIN_MS);
}

/** A control that was only disabled, while its action ran, takes the focus again. */
function recover(): void {
  const before = paths[0]?.[0];
  if (focused() || !(before instanceof HTMLElement)) return;
  if (!isShown(before)) place()?.focus({ preventScroll: true });
  else if (wasDisabled.has(before) && !before.matches(":disabled")) before.focus({ preventScroll: true });
  else if (before.matches(":disabled")) wasDisabled.add(before);
}

/** The heading nearest to where the focus was last. */
function place(): HTMLElement | undefined {
  for (const path of paths) {
    for (const each of path) {
      const heading = each instanceof Element && isShown(each) ? headingIn(each.shadowRoot ?? each) : null;
      if (!heading) continue;
      heading.tabIndex = -1;
      return heading;
    }
  }
  return undefined;
}

const headingIn = (within: ParentNode): HTMLElement | null => within.querySelector<HTMLElement>("h1, h2, h3, dialog, [role=grid]");

/** Into one of the page's own controls, once it is drawn. */
export async function focusOn(host: LitElement, selector: string): Promise<void> {
  const control = host.renderRoot.querySelector<LitElement>(selector);
  await control?.updateComplete;
  control?.focus();
}
