import { expect, it } from "vitest";
import { describe as agent } from "./devices";
import { ownPath } from "./login";

it.each([
  ["/team", "/team"],
  ["/invitation?x=1", "/invitation?x=1"],
  [null, "/home"],
  ["", "/home"],
  ["//evil.example", "/home"],
  ["https://evil.example/", "/home"],
  ["/\\evil.example", "/home"],
  ["javascript:alert(1)", "/home"],
  ["/login", "/home"],
])("after logging in, %s leads to %s", (to, path) => {
  expect(ownPath(to)).toBe(path);
});

it("names browsers", () => {
  expect(agent("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36")).toBe("Chrome on Linux");
  expect(agent("curl/8.5")).toBe("curl/8.5");
});
