/** `@maxbooster/ui`: what pages and panels are made of. */
export * from "./format";
export * from "./i18n";
export { FormController, field, type Field } from "./form";
export { iconUrl, MbIcon } from "./icons";
export { form, page } from "./styles";
export { notify, type Notice } from "./toast";
