import { expect, it } from "vitest";
import { matching, type Command } from "./palette";

const commands: Command[] = ["Home", "API keys", "Log out", "Set lists", "Go to the log"].map((title) => ({ title, icon: "x", run: () => {} }));

it.each([
  ["", ["Home", "API keys", "Log out", "Set lists", "Go to the log"]],
  ["log", ["Log out", "Go to the log"]],
  ["keys api", ["API keys"]],
  ["zzz", []],
])("“%s” finds %j", (typed, titles) => {
  expect(matching([...commands], typed).map(({ title }) => title)).toEqual(titles);
});
