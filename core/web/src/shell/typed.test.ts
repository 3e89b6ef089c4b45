import { expect, it } from "vitest";
import { router } from "./router";
import { somethingTyped, watchTyping } from "./typed";

it("counts what is typed into the page until another one is opened, and no search", () => {
  watchTyping();
  document.body.innerHTML = '<input type="search"><input role="combobox"><textarea></textarea>';
  const type = (selector: string) => document.querySelector(selector)!.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  type("[type=search]");
  type("[role=combobox]");
  expect(somethingTyped()).toBe(false);
  type("textarea");
  expect(somethingTyped()).toBe(true);
  router.dispatchEvent(new Event("change"));
  expect(somethingTyped()).toBe(false);
});
