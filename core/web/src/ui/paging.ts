import { t } from "./i18n";

/** A page of a list, as the API answers it. */
export interface Page<T> {
  items: T[];
  /** Given as `cursor`, it brings the following page; null on the last. */
  next?: string | null;
}

/** As many as a page can hold. */
export const MOST = 500;

/** Takes the rows so far while a list is read: after its first page, and each time that there are twice as many. */
export type Growing<T> = (rows: T[]) => void;

/**
 * The whole list, page after page.
 * @throws Error - an answer is not a page of a list.
 */
export async function everyPage<T>(read: (cursor: string | undefined) => Promise<Page<T> | undefined>, growing?: Growing<T>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await read(cursor);
    if (!Array.isArray(page?.items)) throw new Error(t("list.no_page", "This is not a list that comes by the page."));
    if (page.next && page.next === cursor) throw new Error(t("list.no_end", "This list never ends: its pages lead back to themselves."));
    items.push(...page.items);
    cursor = page.next ?? undefined;
    pages += 1;
    if (cursor && Number.isInteger(Math.log2(pages))) growing?.([...items]);
  } while (cursor);
  return items;
}
