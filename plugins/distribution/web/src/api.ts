/** What the platform's API says of releases, and how it is asked. */
import type { Growing, Host as HostOf } from "@maxbooster/ui";
import type { components, paths } from "./schema";

export type Host = HostOf<paths>;
export type Schemas = components["schemas"];
export type AudioFacts = Schemas["AudioFacts"];
export type Change = Schemas["Change"];
export type Credit = Schemas["CreditLineOut"];
export type Deal = Schemas["DealOut"];
export type Deliveries = Schemas["Deliveries"];
export type Delivery = Schemas["DeliveryOut"];
export type Finding = Schemas["QualityFinding"];
export type Outlets = Schemas["Outlets"];
export type Plan = Schemas["Plan"];
export type PlannedDelivery = Schemas["PlannedDelivery"];
export type Registered = Schemas["RegistrantOut"];
export type Registrant = Schemas["RegistrantIn"];
export type Release = Schemas["ReleaseOut"];
export type ReleasePage = Schemas["PageOut"];
export type ReleaseRow = Schemas["ReleaseRow"];
export type Review = Schemas["Review"];
export type RightsLine = Schemas["RightsLine"];
export type Split = Schemas["SplitOut"];
export type UnsentChanges = Schemas["UnsentChanges"];
export type StoredFile = Schemas["StoredFile"];

/** As it is typed: lists are there, the rest may be missing until it is stored. */
export type Track = Omit<Schemas["TrackDescription"], "credits"> & { credits: Credit[] };
export type Description = Omit<Schemas["ReleaseDescription"], "credits" | "deals" | "tracks"> & { credits: Credit[]; deals?: Deal[]; tracks: Track[] };
export type Kind = Description["kind"];

export class Api {
  constructor(private readonly host: Host) {}

  private get api(): Host["api"] {
    return this.host.api;
  }

  releases = (growing?: Growing<ReleaseRow>) => this.api.list("/api/distribution/releases", undefined, growing);
  release = (id: string) => this.api.get("/api/distribution/releases/{release_id}", { release_id: id });
  make = (description: Description) => this.api.post("/api/distribution/releases", { body: description });
  change = (id: string, version: number, description: Description) => this.api.put("/api/distribution/releases/{release_id}", { release_id: id, body: { version, description } });
  remove = (id: string) => this.api.delete("/api/distribution/releases/{release_id}", { release_id: id });
  issueCodes = (id: string) => this.api.post("/api/distribution/releases/{release_id}/identifiers", { release_id: id });
  registrant = () => this.api.get("/api/distribution/registrant");
  register = (registrant: Registrant) => this.api.put("/api/distribution/registrant", { body: registrant });
  split = (track: string) => this.api.get("/api/distribution/tracks/{track_id}/splits", { track_id: track });
  payees = () => this.api.list("/api/billing/payees");
  review = (description: Description, outlets: string[], release?: string) => this.api.post("/api/distribution/review", { body: { description, outlets, release } });
  override = (id: string, { rule, field }: Finding, reason: string) => this.api.post("/api/distribution/releases/{release_id}/overrides", { release_id: id, body: { rule, field, reason } });
  withdraw = (id: string, override: string) => this.api.delete("/api/distribution/releases/{release_id}/overrides/{override_id}", { release_id: id, override_id: override });
  plan = (id: string, outlets: string[]) => this.api.post("/api/distribution/releases/{release_id}/plan", { release_id: id, body: { outlets } });
  reviewRelease = (id: string) => this.api.get("/api/distribution/releases/{release_id}/review", { release_id: id });
  outlets = () => this.api.get("/api/distribution/outlets");
  newest = () => this.api.list("/api/distribution/deliveries");
  deliveries = (id: string) => this.api.get("/api/distribution/releases/{release_id}/deliveries", { release_id: id });
  submit = (id: string, outlets: string[]) => this.api.post("/api/distribution/releases/{release_id}/submit", { release_id: id, body: { outlets } });
  takeDown = (id: string, outlets: string[]) => this.api.post("/api/distribution/releases/{release_id}/takedown", { release_id: id, body: { outlets } });
  putBack = (id: string, outlets: string[]) => this.api.post("/api/distribution/releases/{release_id}/reactivate", { release_id: id, body: { outlets } });
  unsent = (id: string) => this.api.get("/api/distribution/releases/{release_id}/unsent", { release_id: id });
  discardUnsent = (id: string, version: number) => this.api.post("/api/distribution/releases/{release_id}/discard", { release_id: id, body: { version } });
  retry = (id: string) => this.api.post("/api/distribution/deliveries/{delivery_id}/retry", { delivery_id: id });
  page = (id: string) => this.api.get("/api/distribution/releases/{release_id}/page", { release_id: id });
  /** What is left out stays as it is. */
  publishPage = (id: string, wanted: Schemas["PageWanted"]) => this.api.put("/api/distribution/releases/{release_id}/page", { release_id: id, body: wanted });
  withdrawPage = (id: string) => this.api.delete("/api/distribution/releases/{release_id}/page", { release_id: id });
  diff = (id: string) => this.api.get("/api/distribution/deliveries/{delivery_id}/diff", { delivery_id: id });
}

/** Whether somebody has to do something about a delivery before it goes on. */
export const needsSomebody = ({ state, stands_still }: Pick<Delivery, "state" | "stands_still">) => state === "rejected" || state === "failed" || stands_still;

/** Where the bytes of a stored file are. */
export const content = (file: string) => `/api/core/files/${file}/content`;

/** A cover, small, for lists. */
export const thumbnail = (file: string) => `/api/distribution/covers/${file}`;

export const words = (error: unknown) => (error instanceof Error ? error.message : String(error));
