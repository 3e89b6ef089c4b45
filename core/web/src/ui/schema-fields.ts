/** From a JSON Schema (draft 2020-12, what forms need of it) to fields, and from what was typed to typed values. */
import { t } from "./i18n";

export interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  format?: string;
  required?: string[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  minItems?: number;
  maxItems?: number;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

export type Kind = "text" | "long" | "number" | "switch" | "choice" | "choices" | "list";

export interface FormField {
  /** Dotted, as the server names it: `artist.name`. */
  path: string;
  label: string;
  /** The title of the object that it belongs to, where that is not the form itself. */
  group: string;
  kind: Kind;
  required: boolean;
  schema: JsonSchema;
  choices: unknown[];
}

/** What a control holds. */
export type Typed = string | boolean | string[];

const LONG = 200;

/**
 * Throws:
 *   Error: the schema is no object, refers to what is not there or to itself, or has a property of a type that no field shows.
 */
export function fieldsOf(schema: JsonSchema, components: Record<string, JsonSchema> = {}): FormField[] {
  const known = { ...components, ...schema.$defs };
  const root = resolved(schema, known);
  if (!root.properties) throw new Error("A form needs a schema of an object with properties; this one has none.");
  return objectFields(root, known, "", "", []);
}

function objectFields(schema: JsonSchema, known: Record<string, JsonSchema>, prefix: string, group: string, inside: JsonSchema[]): FormField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, given]) => {
    const path = prefix + name;
    const property = resolved(given, known);
    const label = property.title ?? wording(name);
    if (!property.properties) return [fieldOf(property, path, label, group, schema.required?.includes(name) ?? false, known)];
    if (inside.includes(property)) throw new Error(`“${path}” has itself as a part; a form cannot show that.`);
    return objectFields(property, known, `${path}.`, label, [...inside, property]);
  });
}

function fieldOf(schema: JsonSchema, path: string, label: string, group: string, required: boolean, known: Record<string, JsonSchema>): FormField {
  const items = schema.items && resolved(schema.items, known);
  const choices = schema.enum ?? items?.enum ?? [];
  return { path, label, group, kind: kindOf(schema, items, path), required, schema, choices };
}

function kindOf(schema: JsonSchema, items: JsonSchema | undefined, path: string): Kind {
  const type = [schema.type].flat().find((each) => each !== "null");
  if (type === "array" && (items?.enum || [items?.type].flat().includes("string"))) return items?.enum ? "choices" : "list";
  if (schema.enum) return "choice";
  if (type === "boolean") return "switch";
  if (type === "integer" || type === "number") return "number";
  if (type === "string") return !schema.format && (schema.maxLength ?? 0) > LONG ? "long" : "text";
  throw new Error(`“${path}” is of type ${type ?? "nothing"}, which no field of a form shows. Use string, number, integer, boolean, enum or a list of strings.`);
}

/** References followed, and `null` left out of what it may be: an empty field is null. */
function resolved(schema: JsonSchema, known: Record<string, JsonSchema>): JsonSchema {
  const meant = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter((each) => each.type !== "null");
  const inner = meant.length === 1 ? meant[0] : undefined;
  if (inner) return { ...resolved(inner, known), ...own(schema) };
  if (!schema.$ref) return schema;
  const name = schema.$ref.split("/").at(-1) ?? "";
  const found = known[name];
  if (!found) throw new Error(`The schema refers to “${schema.$ref}”, which is not among its components: ${Object.keys(known).join(", ") || "none"}.`);
  return Object.keys(own(schema)).length ? { ...resolved(found, known), ...own(schema) } : resolved(found, known);
}

function own({ anyOf: _a, oneOf: _o, $ref: _r, $defs: _d, ...rest }: JsonSchema): JsonSchema {
  return rest;
}

/** `release_date` as “Release date”. */
export function wording(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]+/g, " ").trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a control begins with. */
export function initial(field: FormField, value: unknown): Typed {
  const given = value ?? field.schema.default;
  if (field.kind === "switch") return Boolean(given ?? false);
  if (field.kind === "list" || field.kind === "choices") return Array.isArray(given) ? given.map(String) : [];
  return given == null ? "" : String(given);
}

/** At a dotted path; nothing where a part is missing. */
export function valueAt(values: unknown, path: string): unknown {
  return path.split(".").reduce((value: any, name) => (value == null ? undefined : value[name]), values);
}

/** Typed as the schema says. An optional field that was left empty is left out. */
export function typedValues(fields: FormField[], typed: ReadonlyMap<string, Typed>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const value = typedValue(field, typed.get(field.path) ?? "");
    if (value !== undefined) put(values, field.path.split("."), value);
  }
  return values;
}

function typedValue(field: FormField, typed: Typed): unknown {
  if (typeof typed !== "string") return typed;
  if (typed === "" && (!field.required || field.kind !== "text")) return undefined;
  if (field.kind === "number") return Number(typed);
  if (field.kind === "choice") return field.choices.find((each) => String(each) === typed);
  return typed;
}

function put(values: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
  if (!rest.length) values[name!] = value;
  else put((values[name!] ??= {}) as Record<string, unknown>, rest, value);
}

/** What is wrong with what was typed, and what to do; empty where nothing is. */
export function complaint(field: FormField, typed: Typed): string {
  if (typeof typed === "boolean") return "";
  if (Array.isArray(typed)) return listComplaint(field, typed);
  if (typed.trim() === "") return field.required ? t("form.required", "Required.") : "";
  return field.kind === "number" ? numberComplaint(field.schema, typed) : textComplaint(field.schema, typed);
}

function listComplaint({ schema, required }: FormField, typed: string[]): string {
  const least = schema.minItems ?? (required && schema.enum ? 1 : 0);
  if (typed.length < least) return t("form.few_items", "Choose at least {n}.", { n: least });
  if (typed.length > (schema.maxItems ?? Infinity)) return t("form.many_items", "At most {n}; you have {now}.", { n: schema.maxItems, now: typed.length });
  return "";
}

function numberComplaint(schema: JsonSchema, typed: string): string {
  const value = Number(typed);
  if (Number.isNaN(value)) return t("form.no_number", "“{typed}” is not a number.", { typed });
  if ([schema.type].flat().includes("integer") && !Number.isInteger(value)) return t("form.no_integer", "Enter a whole number.");
  if (value < (schema.minimum ?? -Infinity)) return t("form.small", "At least {n}.", { n: schema.minimum });
  if (value > (schema.maximum ?? Infinity)) return t("form.large", "At most {n}.", { n: schema.maximum });
  return "";
}

const FORMATS: Record<string, [RegExp, string, string]> = {
  email: [/^\S+@\S+\.\S+$/, "form.no_email", "An address such as name@example.org is needed."],
  date: [/^\d{4}-\d\d-\d\d$/, "form.no_date", "A date such as 2026-12-04 is needed."],
  uri: [/^[a-z][a-z0-9+.-]*:\S+$/i, "form.no_uri", "An address such as https://example.org is needed."],
};

function textComplaint(schema: JsonSchema, typed: string): string {
  const length = [...typed].length;
  if (length < (schema.minLength ?? 0)) return t("form.short", "At least {n} characters; you have {now}.", { n: schema.minLength, now: length });
  if (length > (schema.maxLength ?? Infinity)) return t("form.long", "At most {n} characters; you have {now}.", { n: schema.maxLength, now: length });
  const format = FORMATS[schema.format ?? ""];
  if (format && !format[0].test(typed)) return t(format[1], format[2]);
  if (schema.pattern && !new RegExp(schema.pattern, "u").test(typed)) {
    return schema.description ?? t("form.pattern", "This doesn’t match the format {pattern}.", { pattern: schema.pattern });
  }
  return "";
}

/** The field that the server means: it may name a part within (`tags[0]`), or begin with `$.`. */
export function fieldNamed(fields: FormField[], name: string | undefined): FormField | undefined {
  const path = name?.replace(/^\$\.?/, "").replace(/\[\d*\]|\[\.\.\.\]/g, "");
  return fields.find((each) => each.path === path) ?? fields.find((each) => path?.startsWith(`${each.path}.`));
}
