import { expect, test } from "vitest";
import { standing } from "./list";

const delivery = { state: "sending", words: "", clock: "on time", outlet_title: "Spotify", stands_still: false, on_sale_from: null } as const;

test("what needs somebody is said first: refused, failed, or nobody works on it", () => {
  for (const wrong of [{ state: "rejected" }, { state: "failed" }, { stands_still: true }] as const) {
    expect(standing([{ ...delivery, state: "live", clock: "ended" }, { ...delivery, ...wrong }])).toEqual({ text: "Needs attention: Spotify", tone: "wrong" });
  }
});

test("what is under way says how much of it", () => {
  expect(standing([delivery, { ...delivery, state: "live", clock: "ended" }]).text).toBe("Delivering to 1 of 2");
});

test("what stores have ready before its day is not live", () => {
  const ready = { ...delivery, state: "live", clock: "ended" } as const;
  expect(standing([{ ...ready, on_sale_from: "2026-01-01" }]).text).toBe("Live on 1 store");
  expect(standing([{ ...ready, on_sale_from: "2999-06-04" }]).text).toContain("Ready on 1 store · goes live");
});
