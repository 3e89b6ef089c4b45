import type { Growing } from "./paging";

/** A list as a page shows it: from its first page on, while the rest fills up behind it. Read again, it changes when it is whole. */
export class Filling<T> {
  rows: T[] | undefined;
  /** Whether rows are on their way that are not here yet. */
  partial = false;
  private readings = 0;

  /** @param changed called whenever there are other rows */
  constructor(private readonly changed: () => void) {}

  /** Of two readings the later one counts. */
  async read(list: (growing: Growing<T>) => Promise<T[]>): Promise<void> {
    const reading = ++this.readings;
    const first = this.rows === undefined || this.partial;
    const become = (rows: T[], partial: boolean) => {
      if (reading !== this.readings) return;
      this.rows = rows;
      this.partial = partial;
      this.changed();
    };
    become(await list((rows) => first && become(rows, true)), false);
  }
}
