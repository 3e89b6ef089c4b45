/** `@maxbooster/ui`: what pages and panels are made of. */
export { asked } from "./asked";
export * from "./format";
export * from "./i18n";
export { confirmed, undoable, type Question } from "./confirm";
export { MbEmpty } from "./empty";
export type { Api } from "./api";
export type { Host } from "./host";
export { Draft, type Clash, type Drafted, type Fields } from "./draft";
export { FormController, field, type Field, type Keeping, type Unkept } from "./form";
export { refusal } from "../api/problem";
export { iconUrl, MbIcon } from "./icons";
export { more, showMore } from "./more";
export { Narrow } from "./narrow";
export { Filling } from "./filling";
export { everyPage, MOST, type Growing, type Page } from "./paging";
export { Reading } from "./reading";
export { Refresh } from "./refresh";
export { keycaps, shortcuts, type Shortcut } from "./shortcuts";
export { choices, form, page } from "./styles";
export { notify, type Notice } from "./toast";

export type { MbChart, Series } from "./chart";
export type { JsonSchema, MbForm, Submitted } from "./schema-form";
export type { Column, MbTable, Order } from "./table";
export type { MbUpload } from "./upload";

/** The large parts come when they are asked for: `await loadTable()`, and then `<mb-table>` is known. */
export const loadTable = () => import("./table");
export const loadForm = () => import("./schema-form");
export const loadUpload = () => import("./upload");
export const loadChart = () => import("./chart");
