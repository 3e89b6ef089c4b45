import { expect, it } from "vitest";
import { byPlugin, titled } from "./choices";

const choice = (name: string, title: string, plugin_title: string) => ({ name, title, plugin_title });

it("groups by plugin, in the order of the list", () => {
  const list = [choice("key.read", "See API keys", "Core"), choice("payout.read", "See payouts", "Billing"), choice("file.read", "See files", "Core")];
  expect(byPlugin(list).map(([plugin, each]) => [plugin, each.map(({ name }) => name)])).toEqual([["Core", ["key.read", "file.read"]], ["Billing", ["payout.read"]]]);
});

it("shows titles, and what has none by its code", () => {
  expect(titled(["key.read", "gone.read"], new Map([["key.read", "See API keys"]]))).toBe("See API keys, gone.read");
});
