/** A visit to one object that is shared: by a link, whose token alone says who this is; or with the visitor’s account. */
import type { Api } from "@maxbooster/ui";
import { apiOver } from "../api/client";
import type { paths } from "../api/schema";

const HEADER = "maxbooster-grant";
const LINK = "mbg_";
const ENDED = "urn:maxbooster:problem:grant-ended";
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Events: `ended` when the link is revoked or its time is over. */
export class Visit extends EventTarget {
  private readonly closing = new AbortController();

  /** `token`: of a link; or the id of a grant to the account that is logged in here. */
  constructor(private readonly token: string) {
    super();
  }

  get isByLink(): boolean {
    return this.token.startsWith(LINK) || !this.token;
  }

  get id(): string {
    return this.token;
  }

  close(): void {
    this.closing.abort();
  }

  /** What a visitor may ask: what was granted decides what is answered. */
  readonly api: Api<paths> = apiOver(async (address, { method, headers, body }) => {
    const answer = await this.fetch(address, "application/json", { method, headers, body });
    if (!answer.ok) await this.refused(answer.clone());
    return answer;
  });

  /** Hear when it ends, until `close`. */
  async watch(): Promise<void> {
    if (!this.isByLink) return;
    let wait = FIRST_WAIT_MS;
    while (!this.closing.signal.aborted) {
      try {
        const answer = await this.fetch("/api/core/grants/live", "text/event-stream");
        if (answer.status === 410 || (answer.ok && (await endsIn(answer)))) return this.end();
        wait = answer.ok ? FIRST_WAIT_MS : wait * 2;
      } catch {
        wait *= 2;
      }
      await new Promise((over) => setTimeout(over, Math.min(wait, LONGEST_WAIT_MS)));
    }
  }

  end(): void {
    if (this.closing.signal.aborted) return;
    this.close();
    this.dispatchEvent(new Event("ended"));
  }

  private async refused(answer: Response): Promise<void> {
    const { type } = (await answer.json()) as { type?: string };
    if (type === ENDED) this.end();
  }

  private fetch(path: string, accept: string, { headers, ...sent }: { method?: string; headers?: Record<string, string>; body?: string | null } = {}): Promise<Response> {
    const credentials = this.isByLink ? "omit" : "same-origin";
    return fetch(path, { ...sent, headers: { ...headers, accept, [HEADER]: this.token }, credentials, signal: this.closing.signal });
  }
}

/** Whether the stream says that the link has ended, before it stops by itself. */
async function endsIn(answer: Response): Promise<boolean> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let heard = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) return false;
    heard = (heard + value).slice(-200);
    if (/event: ?ended/.test(heard)) return true;
  }
}
