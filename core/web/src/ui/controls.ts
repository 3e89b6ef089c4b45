/** The controls of a form: what they hold, and putting it back. What nobody may keep is not among them. */
import type { Fields } from "../kept/merge";

type Control = HTMLElement & { value: unknown; checked?: boolean; label?: string; labels?: NodeListOf<HTMLLabelElement> | null };

const SECRET_TYPES = /^(password|file|hidden|submit|button|image|reset)$/;
const SECRET_USES = /one-time-code|current-password|new-password|cc-/;

function controls(form: HTMLFormElement): Control[] {
  return [...form.querySelectorAll<Control>("[name]")].filter((each) => each.getAttribute("name") && mayStay(each));
}

/** Passwords, codes, secrets and files never stay on the device. */
function mayStay(control: Control): boolean {
  return !SECRET_TYPES.test(control.getAttribute("type") ?? "") && !SECRET_USES.test(control.getAttribute("autocomplete") ?? "") && !control.hasAttribute("data-secret");
}

const isTicked = (control: Control): boolean => control.matches("wa-checkbox, wa-switch, input[type=checkbox]");
const isRadio = (control: Control): boolean => control.matches("input[type=radio]");
const nameOf = (control: Control): string => control.getAttribute("name")!;

export function read(form: HTMLFormElement): Fields {
  const found: Fields = {};
  for (const control of controls(form)) {
    if (isRadio(control) && !control.checked) continue;
    found[nameOf(control)] = isTicked(control) ? Boolean(control.checked) : (control.value ?? "");
  }
  return found;
}

/** Puts values into the controls that differ, as if they were typed, so that the page hears of it. */
export function write(form: HTMLFormElement, fields: Fields): void {
  for (const control of controls(form)) {
    const value = fields[nameOf(control)];
    if (value === undefined || !put(control, value)) continue;
    for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true, composed: true }));
  }
}

function put(control: Control, value: unknown): boolean {
  const ticked = isTicked(control);
  if (ticked || isRadio(control)) {
    const checked = ticked ? Boolean(value) : control.value === value;
    if (control.checked === checked) return false;
    control.checked = checked;
    return checked || ticked;
  }
  if ((control.value ?? "") === value) return false;
  control.value = value;
  return true;
}

/** What people call a field. */
export function labelOf(form: HTMLFormElement, name: string): string | undefined {
  const control = controls(form).find((each) => nameOf(each) === name);
  const label = control?.label || control?.getAttribute("aria-label") || control?.labels?.[0]?.firstChild?.textContent || control?.textContent;
  return label?.trim() || undefined;
}
