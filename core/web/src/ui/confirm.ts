/** Before something is lost: ask, or offer the way back. */
import type { MbConfirm } from "./confirm-dialog";
import { t } from "./i18n";
import { notify } from "./toast";

export interface Question {
  /** What is asked: “Delete Nightfall?” */
  title: string;
  text?: string;
  /** What is about to happen, a line each. */
  facts?: [name: string, value: string][];
  /** What will be lost, each in a few words. */
  loses?: string[];
  /** What the button does: “Delete 9 tracks”. */
  action: string;
  /** Whether nothing is taken away by it. */
  harmless?: boolean;
}

/** Whether the person wants it. Closing the question is a no. */
export async function confirmed(question: Question): Promise<boolean> {
  await import("./confirm-dialog");
  const asking = document.createElement("mb-confirm") as MbConfirm;
  asking.question = question;
  return new Promise((done) => {
    asking.answer = done;
    document.body.append(asking);
  });
}

/** Says what was done and offers to undo it. */
export function undoable(text: string, undo: () => unknown): void {
  notify({ text, action: { label: t("undo.label", "Undo"), run: () => void restore(undo) } });
}

async function restore(undo: () => unknown): Promise<void> {
  try {
    await undo();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    notify({ text: t("undo.failed", "Couldn’t undo: {reason}", { reason }), tone: "danger" });
  }
}
