import { expect, it } from "vitest";
import { csv, fileName } from "./chart-data";

it("is CSV that spreadsheets read and do not run", () => {
  const series = [{ name: 'Spotify, "EU"', values: [1200, null] }, { name: "=SUM(A1)", values: [-1.5, 0] }];
  expect(csv("Week", ["1", "+2"], series)).toBe("Week,\"Spotify, \"\"EU\"\"\",'=SUM(A1)\r\n1,1200,-1.5\r\n'+2,,0\r\n");
});

it("is named after the chart", () => {
  expect(fileName("Streams per day – Nightfall!")).toBe("streams-per-day-nightfall.csv");
  expect(fileName("…")).toBe("chart.csv");
});
