import { describe, expect, it } from "vitest";
import { complaint, fieldNamed, fieldsOf, initial, typedValues, wording, type FormField, type JsonSchema, type Typed } from "./schema-fields";

const schema: JsonSchema = {
  type: "object",
  required: ["title", "tracks"],
  properties: {
    title: { type: "string", title: "Title", maxLength: 20 },
    tracks: { type: "integer", minimum: 1, maximum: 99, default: 9 },
    gain_db: { type: "number" },
    explicit: { type: "boolean" },
    kind: { enum: ["album", "single"], default: "album" },
    year: { enum: [2025, 2026] },
    genres: { type: "array", items: { type: "string" }, maxItems: 2 },
    contact: { $ref: "#/components/schemas/Contact" },
    upc: { oneOf: [{ type: "null" }, { type: "string", pattern: "^\\d{12,13}$" }], title: "UPC", description: "12 or 13 digits." },
    notes: { type: ["string", "null"], maxLength: 2000 },
  },
  $defs: { Site: { type: "string", format: "uri" } },
};
const components: Record<string, JsonSchema> = {
  Contact: { title: "Contact", type: "object", required: ["email"], properties: { email: { type: "string", format: "email" }, site: { $ref: "#/$defs/Site" } } },
};
const fields = fieldsOf(schema, components);
const at = (path: string): FormField => fields.find((each) => each.path === path)!;

describe("fieldsOf", () => {
  it("shows every property once, those of parts by their dotted path", () => {
    expect(fields.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      "title text", "tracks number", "gain_db number", "explicit switch", "kind choice", "year choice", "genres list",
      "contact.email text", "contact.site text", "upc text", "notes long",
    ]);
    expect(at("contact.site")).toMatchObject({ group: "Contact", required: false, schema: { format: "uri" } });
    expect(at("upc")).toMatchObject({ label: "UPC", required: false });
    expect(wording("releaseDate")).toBe("Release date");
  });
  it.each<[JsonSchema, string]>([
    [{ type: "string" }, "needs a schema of an object"],
    [{ properties: { a: { $ref: "#/$defs/Gone" } } }, "which is not among its components"],
    [{ properties: { a: { type: "array", items: { type: "object" } } } }, "which no field of a form shows"],
    [{ properties: { a: { $ref: "#/$defs/A" } }, $defs: { A: { properties: { b: { $ref: "#/$defs/A" } } } } }, "has itself as a part"],
  ])("says what it cannot show: %o", (wrong, words) => {
    expect(() => fieldsOf(wrong)).toThrow(words);
  });
});

describe("typedValues", () => {
  it("are typed as the schema says, and leave out what was left empty", () => {
    const typed = new Map<string, Typed>([
      ["title", "Nightfall"], ["tracks", "9"], ["gain_db", "-1.5"], ["explicit", false], ["kind", "single"], ["year", "2026"],
      ["genres", ["Ambient"]], ["contact.email", "nova@example.org"], ["contact.site", ""], ["upc", ""],
    ]);
    expect(typedValues(fields, typed)).toEqual({
      title: "Nightfall", tracks: 9, gain_db: -1.5, explicit: false, kind: "single", year: 2026, genres: ["Ambient"],
      contact: { email: "nova@example.org" },
    });
  });
  it("begin with what is given, else with the default", () => {
    expect([initial(at("tracks"), undefined), initial(at("tracks"), 3), initial(at("genres"), undefined)]).toEqual(["9", "3", []]);
  });
});

it.each<[string, Typed, string]>([
  ["title", "", "Required"],
  ["title", "Nightfall, Daybreak and Noon", "At most 20 characters; you have 28."],
  ["tracks", "0", "At least 1."],
  ["tracks", "2.5", "whole number"],
  ["contact.email", "nova", "name@example.org"],
  ["upc", "4260", "12 or 13 digits."],
  ["genres", ["a", "b", "c"], "At most 2; you have 3."],
])("%s of %o is told: %s", (path, typed, words) => {
  expect(complaint(at(path), typed)).toContain(words);
});

it("has nothing to say where nothing is wrong", () => {
  const right: [string, Typed][] = [["title", "Ætherfall"], ["gain_db", "-0.5"], ["upc", "4260123456783"], ["explicit", false], ["notes", ""]];
  for (const [path, typed] of right) expect(complaint(at(path), typed)).toBe("");
});

it("finds the field that the server means", () => {
  expect(fieldNamed(fields, "$.contact.email")?.path).toBe("contact.email");
  expect(fieldNamed(fields, "genres[1]")?.path).toBe("genres");
  expect(fieldNamed(fields, "elsewhere")).toBeUndefined();
});
