/** Doing something whose refusal is told by a notice, because there is no field that it belongs to. */
import { notify } from "@maxbooster/ui";
import { Problem } from "../api/problem";

/** @throws unknown - what is no refusal of the server’s. */
export async function tried(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notify({ text: error.message, tone: "danger" });
  }
}
