/** What the panel says to the server, and the object that the shell gives it. */
import { MOST, type Growing, type Host as HostOf } from "@maxbooster/ui";
import type { components, paths } from "./schema";

export type Host = HostOf<paths>;
type Schemas = components["schemas"];
export type Balance = Schemas["Balance"];
export type Earned = Schemas["Earned"];
export type Entry = Schemas["Entry"];
export type EntryPage = Schemas["EntryPage"];
export type Payee = Schemas["PayeeOut"];
export type Payout = Schemas["PayoutOut"];
export type Provider = Schemas["ProviderOut"];
export type Quote = Schemas["QuoteOut"];
export type Proposal = Schemas["ProposalOut"];
export type Sale = Schemas["SaleOut"];
export type Transfer = Schemas["BankTransferOut"];
export type TransferTotal = Schemas["BankTransferTotal"];
export type PaymentFile = Schemas["PaymentFileOut"];
export type Purpose = Schemas["PurposeOut"];

/** An export of every entry, as CSV. */
export const EXPORT = "/api/billing/ledger/export";

/** All that the page shows, as of one moment. */
export interface Books {
  balances: Balance[];
  payees: Payee[];
  /** Whether there are payees that are not here yet. */
  morePayees: boolean;
  /** The latest. */
  payouts: Payout[];
  /** Whether there were payouts before those. */
  earlierPayouts: boolean;
  providers: Provider[];
  purposes: Purpose[];
  proposals: Proposal[];
  earnings: Earned[];
  /** The latest. */
  sales: Sale[];
  /** Whether there were sales before those. */
  earlierSales: boolean;
}

export class Api {
  constructor(private readonly host: Host) {}

  private get api(): Host["api"] {
    return this.host.api;
  }

  payees = (growing?: Growing<Payee>) => this.api.list("/api/billing/payees", undefined, growing);

  /** The books but for the payees, of whom there may be many. */
  async books(): Promise<Omit<Books, "payees" | "morePayees">> {
    const [balances, payouts, providers, purposes, proposals, earnings, sales] = await Promise.all([
      this.api.get("/api/billing/ledger/balances"),
      this.api.get("/api/billing/payouts", { limit: MOST }),
      this.api.get("/api/billing/providers"),
      this.api.get("/api/billing/ledger/purposes"),
      this.api.list("/api/billing/ledger/proposals", { proposal_state: "waiting" }),
      this.api.get("/api/billing/ledger/earnings", { months: 12 }),
      this.api.get("/api/billing/sales", { limit: MOST }),
    ]);
    const latest = { payouts: payouts.items, earlierPayouts: Boolean(payouts.next), sales: sales.items, earlierSales: Boolean(sales.next) };
    return { balances, providers, purposes, proposals, earnings, ...latest };
  }

  entries = (before?: string) => this.api.get("/api/billing/ledger/entries", { limit: 200, before });
  createPayee = (name: string, provider: string | null, destination: string) =>
    this.api.post("/api/billing/payees", { body: { name, provider, destination } });
  updatePayee = ({ id, version }: Payee, name: string, provider: string | null, destination: string) =>
    this.api.put("/api/billing/payees/{payee_id}", { payee_id: id, body: { name, provider, destination, version } });
  quote = (payee: string, currency: string, amount: number) => this.api.post("/api/billing/payouts/quote", { body: { payee, currency, amount } });
  /** @param key the same key pays once, however often it is sent */
  payOut = (payee: string, currency: string, amount: number, key: string) =>
    this.api.post("/api/billing/payouts", { body: { payee, currency, amount, key } });

  /** @param key the same key refunds once, however often it is sent */
  refund = (sale: string, key: string, amount: number, reason: string) =>
    this.api.post("/api/billing/sales/{sale_id}/refunds", { sale_id: sale, body: { key, amount, reason } });

  /** @param key the same key books once, however often it is sent */
  receive = (key: string, source: string, currency: string, amount: number, memo: string) =>
    this.api.post("/api/billing/ledger/receipts", { body: { key, source, currency, amount, memo } });
  approve = (proposal: string) => this.api.post("/api/billing/ledger/proposals/{proposal_id}/approve", { proposal_id: proposal });
  reject = (proposal: string) => this.api.post("/api/billing/ledger/proposals/{proposal_id}/reject", { proposal_id: proposal });

  transferTotals = () => this.api.get("/api/billing/bank-transfers/totals");
  missingSetUp = async () => (await this.api.get("/api/billing/bank-transfers/set-up")).missing;
  paymentFiles = () => this.api.list("/api/billing/bank-transfers/files");
  waitingTransfers = () => this.api.list("/api/billing/bank-transfers", { transfer_state: "waiting" });
  transfersOf = (file: string) => this.api.list("/api/billing/bank-transfers", { file });
  createPaymentFile = () => this.api.post("/api/billing/bank-transfers/files");
  paymentFileAddress = (file: string) => `/api/billing/bank-transfers/files/${file}`;
  executeFile = (file: string) => this.api.post("/api/billing/bank-transfers/files/{file_id}/executed", { file_id: file });
  executeTransfer = (order: string) => this.api.post("/api/billing/bank-transfers/{order_id}/executed", { order_id: order });
  rejectTransfer = (order: string, reason: string) => this.api.post("/api/billing/bank-transfers/{order_id}/failed", { order_id: order, body: { reason } });
}
