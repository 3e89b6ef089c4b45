/** What the panel says to the server, and the object that the shell gives it. */
import type { components } from "../../../../core/web/src/api/schema";
import type { notify, t } from "@maxbooster/ui";

type Schemas = components["schemas"];
export type Balance = Schemas["Balance"];
export type Entry = Schemas["Entry"];
export type EntryPage = Schemas["EntryPage"];
export type Payee = Schemas["PayeeOut"];
export type Payout = Schemas["PayoutOut"];
export type Provider = Schemas["ProviderOut"];
export type Quote = Schemas["QuoteOut"];
export type Proposal = Schemas["ProposalOut"];
export type Purpose = Schemas["PurposeOut"];

/** A statement of the family distribution, if that is there; every fact but its id may be missing. */
export interface Statement {
  id: string;
  state?: string;
  source?: string;
  outlet?: string;
  period?: string;
  currency?: string;
  /** An exact decimal number, as text: a statement counts smaller parts than the currency has. */
  total?: string | number;
  lines?: number;
  unmatched?: number;
  unsplit?: number;
  reason?: string | null;
}

export interface Host {
  api: { get(path: string): Promise<unknown>; send(method: string, path: string, body?: unknown): Promise<unknown> };
  may?: (permission: string) => boolean;
  events: EventTarget;
  notify: typeof notify;
  t: typeof t;
}

const AT = "/api/billing";
export const EXPORT = `${AT}/ledger/export`;
export const MOST_PAYOUTS = 500;

/** All that the page shows, as of one moment. */
export interface Books {
  balances: Balance[];
  payees: Payee[];
  payouts: Payout[];
  providers: Provider[];
  purposes: Purpose[];
  proposals: Proposal[];
  statements: Statement[];
}

export class Api {
  constructor(private readonly host: Host) {}

  async books(): Promise<Books> {
    const [balances, payees, payouts, providers, purposes, proposals, statements] = await Promise.all([
      this.get<Balance[]>("/ledger/balances"),
      this.get<Payee[]>("/payees"),
      this.get<Payout[]>(`/payouts?limit=${MOST_PAYOUTS}`),
      this.get<Provider[]>("/providers"),
      this.get<Purpose[]>("/ledger/purposes"),
      this.get<Proposal[]>("/ledger/proposals?proposal_state=waiting"),
      this.statements(),
    ]);
    return { balances, payees, payouts, providers, purposes, proposals, statements };
  }

  entries = (before?: string) => this.get<EntryPage>(`/ledger/entries?limit=200${before ? `&before=${before}` : ""}`);
  addPayee = (name: string, provider: string | null, destination: string) =>
    this.host.api.send("POST", `${AT}/payees`, { name, provider, destination });
  changePayee = (payee: Payee, name: string, provider: string | null, destination: string) =>
    this.host.api.send("PUT", `${AT}/payees/${payee.id}`, { name, provider, destination, version: payee.version });
  quote = (payee: string, currency: string, amount: number) =>
    this.host.api.send("POST", `${AT}/payouts/quote`, { payee, currency, amount }) as Promise<Quote>;
  /** @param key the same key pays once, however often it is sent */
  payOut = (payee: string, currency: string, amount: number, key: string) =>
    this.host.api.send("POST", `${AT}/payouts`, { payee, currency, amount, key });

  /** @param key the same key books once, however often it is sent */
  receive = (key: string, source: string, currency: string, amount: number, memo: string) =>
    this.host.api.send("POST", `${AT}/ledger/receipts`, { key, source, currency, amount, memo }) as Promise<Schemas["PostedOut"]>;
  approve = (proposal: string) => this.host.api.send("POST", `${AT}/ledger/proposals/${proposal}/approve`);
  reject = (proposal: string) => this.host.api.send("POST", `${AT}/ledger/proposals/${proposal}/reject`);

  /** None where the family distribution is not there or the person may not see them. */
  private async statements(): Promise<Statement[]> {
    try {
      const found = (await this.host.api.get("/api/distribution/statements")) as Statement[] | { statements?: Statement[] };
      return (Array.isArray(found) ? found : found.statements) ?? [];
    } catch {
      return [];
    }
  }

  private get<T>(path: string): Promise<T> {
    return this.host.api.get(AT + path) as Promise<T>;
  }
}
