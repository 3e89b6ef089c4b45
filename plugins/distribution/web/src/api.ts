/** What the platform's API says of releases, and how it is asked. */

export interface Host {
  api: { get(path: string): Promise<unknown>; send(method: string, path: string, body?: unknown): Promise<unknown> };
  may(permission: string): boolean;
  navigate(path: string): void;
  events: EventTarget;
}

export interface Credit { name: string; role: string }
export interface RightsLine { year: number; text: string }
export interface Deal { models: string[]; uses: string[]; territories: string[]; excluded: string[]; starts: string | null; ends: string | null }
export type Advisory = "NotExplicit" | "Explicit" | "ExplicitContentEdited";
export type Kind = "single" | "ep" | "album";

export interface Track {
  id?: string | null;
  title: string;
  subtitle?: string | null;
  isrc?: string | null;
  disc?: number;
  credits: Credit[];
  language?: string | null;
  instrumental?: boolean;
  advisory?: Advisory;
  genre?: string | null;
  p_line?: RightsLine | null;
  audio?: string | null;
}

export interface Description {
  kind: Kind;
  title: string;
  subtitle?: string | null;
  upc?: string | null;
  catalogue_number?: string | null;
  credits: Credit[];
  label?: string | null;
  genre?: string | null;
  language?: string;
  release_date?: string | null;
  original_release_date?: string | null;
  p_line?: RightsLine | null;
  c_line?: RightsLine | null;
  deals?: Deal[];
  cover?: string | null;
  tracks: Track[];
}

export interface AudioFacts { name: string; duration_s: number; sample_rate_hz: number; bits: number; container: string }
export interface Release {
  id: string;
  version: number;
  description: Description;
  tracks: { id: string; audio: AudioFacts | null }[];
  cover: { width_px: number; height_px: number } | null;
}
export interface ReleaseRow {
  id: string; kind: Kind; title: string; subtitle: string | null; upc: string | null; release_date: string | null;
  cover_file_id: string | null; tracks: number; artists: string;
}

export interface Split { shares: { payee: string; parts: number }[]; whole: number }
export interface Change { field: string; value: unknown }
export interface Override { id: string; reason: string; at: string }
export interface Finding {
  rule: string; severity: "ERROR" | "WARN" | "INFO"; field: string; message: string; fix: string; changes: Change[]; outlet: string | null;
  /** Whether a person may decide otherwise, with a reason; then what they decided. */
  overridable?: boolean; override?: Override | null;
}
export interface PlannedDelivery {
  outlet: string; outlet_title: string; what: string | null; held_back: string | null; sandbox: boolean; warnings: number; overridden: number;
  expected_from: string | null; due_at: string | null;
}
export interface Plan { deliveries: PlannedDelivery[]; tracks: number; bytes: number }
export interface Review { findings: Finding[]; blocking: number; rules: number }

export interface Outlet { name: string; title: string; ready: boolean; sandbox: boolean; sla_days: [number, number]; problem: string | null }
export interface Outlets { outlets: Outlet[]; sandbox: boolean }

export interface Delivery {
  id: string; release: string; outlet: string; outlet_title: string; number: number; what: "insert" | "update" | "takedown" | "reactivation";
  state: "queued" | "packaging" | "sending" | "sent" | "acknowledged" | "live" | "down" | "rejected" | "failed";
  words: string; note: string | null; advice: string | null; stands_still: boolean; clock: "ended" | "on time" | "at risk" | "late"; sandbox: boolean; batch: string;
  queued_at: string; sent_at: string | null; ended_at: string | null; expected_from: string; due_at: string;
  message_file: string | null; manifest_file: string | null; stages: { state: string; at: string; note: string | null }[];
}
export interface Deliveries { deliveries: Delivery[]; sandbox: boolean }
export interface Registrant { name: string; dpid: string | null; isrc_prefix: string | null; gs1_prefix: string | null }
export interface Registered extends Registrant { isrcs_issued: number; isrc_year: number; upcs_issued: number }

const BASE = "/api/distribution";

export class Api {
  constructor(private readonly host: Host) {}

  private get = <T>(path: string) => this.host.api.get(BASE + path) as Promise<T>;
  private send = <T>(method: string, path: string, body?: unknown) => this.host.api.send(method, BASE + path, body) as Promise<T>;

  releases = () => this.get<ReleaseRow[]>("/releases");
  release = (id: string) => this.get<Release>(`/releases/${id}`);
  make = (description: Description) => this.send<{ id: string }>("POST", "/releases", description);
  change = (id: string, version: number, description: Description) => this.send("PUT", `/releases/${id}`, { version, description });
  remove = (id: string) => this.send("DELETE", `/releases/${id}`);
  issueCodes = (id: string) => this.send("POST", `/releases/${id}/identifiers`);
  registrant = () => this.get<Registered>("/registrant");
  register = (registrant: Registrant) => this.send("PUT", "/registrant", registrant);
  split = (track: string) => this.get<Split>(`/tracks/${track}/splits`);
  payees = () => this.host.api.get("/api/billing/payees") as Promise<{ id: string; name: string }[]>;
  review = (description: Description, outlets: string[], release?: string) => this.send<Review>("POST", "/review", { description, outlets, release: release ?? null });
  override = (id: string, { rule, field }: Finding, reason: string) => this.send("POST", `/releases/${id}/overrides`, { rule, field, reason });
  withdraw = (id: string, override: string) => this.send("DELETE", `/releases/${id}/overrides/${override}`);
  plan = (id: string, outlets: string[]) => this.send<Plan>("POST", `/releases/${id}/plan`, { outlets });
  reviewRelease = (id: string) => this.get<Review>(`/releases/${id}/review`);
  outlets = () => this.get<Outlets>("/outlets");
  newest = () => this.get<Deliveries>("/deliveries");
  deliveries = (id: string) => this.get<Deliveries>(`/releases/${id}/deliveries`);
  submit = (id: string, outlets: string[]) => this.send("POST", `/releases/${id}/submit`, { outlets });
  takeDown = (id: string, outlets: string[]) => this.send("POST", `/releases/${id}/takedown`, { outlets });
  putBack = (id: string, outlets: string[]) => this.send("POST", `/releases/${id}/reactivate`, { outlets });
  retry = (id: string) => this.send("POST", `/deliveries/${id}/retry`);
  diff = (id: string) => this.get<{ before: number | null; diff: string }>(`/deliveries/${id}/diff`);
}

/** Whether somebody has to do something about a delivery before it goes on. */
export const needsSomebody = ({ state, stands_still }: Pick<Delivery, "state" | "stands_still">) => state === "rejected" || state === "failed" || stands_still;

/** Where the bytes of a stored file are. */
export const content = (file: string) => `/api/core/files/${file}/content`;

export const words = (error: unknown) => (error instanceof Error ? error.message : String(error));
