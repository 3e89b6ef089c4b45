import { expect, it } from "vitest";
import { asked } from "./asked";

it("is asked once, and leaves the rest of the address", () => {
  history.replaceState({}, "", "/keys?q=backup&do=create#top");
  expect(asked("revoke")).toBe(false);
  expect(asked("create")).toBe(true);
  expect(location.pathname + location.search + location.hash).toBe("/keys?q=backup#top");
  expect(asked("create")).toBe(false);
});
