/** What the panel says to the server, and the object that the shell gives it. */
import type { Host as HostOf } from "@maxbooster/ui";
import type { components, paths } from "./schema";

export type Host = HostOf<paths>;
type Schemas = components["schemas"];
export type Comment = Schemas["CommentOut"];
export type Analysis = Schemas["Analysis"];
export type ChainOut = Schemas["ChainOut"];
export type Compliance = Schemas["Compliance"];
export type Curve = Schemas["Curve"];
export type Grant = Schemas["GrantOut"];
export type Job = Schemas["JobOut"];
export type Format = Schemas["NewRendering"]["format"];
export type Master = Schemas["MasterOut"];
export type MasterReview = Schemas["MasterReview"];
export type Recording = Schemas["RecordingOut"];
export type RecordingRow = Schemas["RecordingRow"];
export type Rendering = Schemas["RenderingOut"];
export type Offer = Schemas["OfferOut"];
export type StoredFile = Schemas["StoredFile"];
export type Target = Schemas["Target"];

/** What is asked of a master. Without a target it is as loud as its reference. */
export type Wishes = Schemas["NewMaster"];

/** How many columns a waveform has. */
export const BINS = 1600;

/** What a `job` hint says. */
export type JobHint = Pick<Job, "id" | "state"> & Partial<Pick<Job, "progress" | "note">>;

export class Api {
  constructor(private readonly host: Host) {}

  private get api(): Host["api"] {
    return this.host.api;
  }

  recordings = () => this.api.list("/api/studio/recordings");
  recording = (id: string) => this.api.get("/api/studio/recordings/{recording_id}", { recording_id: id });
  masters = (id: string) => this.api.get("/api/studio/recordings/{recording_id}/masters", { recording_id: id });
  targets = () => this.api.get("/api/studio/targets");
  chain = (master: string) => this.api.get("/api/studio/masters/{master_id}/chain", { master_id: master });
  curve = (of: "recordings" | "masters", id: string) =>
    of === "masters" ? this.api.get("/api/studio/masters/{master_id}/loudness", { master_id: id }) : this.api.get("/api/studio/recordings/{recording_id}/loudness", { recording_id: id });
  peaks = (of: "recordings" | "masters", id: string) =>
    of === "masters"
      ? this.api.get("/api/studio/masters/{master_id}/peaks", { master_id: id, bins: BINS })
      : this.api.get("/api/studio/recordings/{recording_id}/peaks", { recording_id: id, bins: BINS });

  bring = (file_id: string) => this.api.post("/api/studio/recordings", { body: { file_id } });
  begin = (recording: string, wishes: Wishes) => this.api.post("/api/studio/recordings/{recording_id}/masters", { recording_id: recording, body: wishes });
  rename = (of: "recordings" | "masters", id: string, title: string) =>
    of === "masters" ? this.api.patch("/api/studio/masters/{master_id}", { master_id: id, body: { title } }) : this.api.patch("/api/studio/recordings/{recording_id}", { recording_id: id, body: { title } });
  offers = (master: string) => this.api.get("/api/studio/masters/{master_id}/offers", { master_id: master });
  render = (master: string, format: Format) => this.api.post("/api/studio/masters/{master_id}/renderings", { master_id: master, body: { format } });
  deleteRecording = (id: string) => this.api.delete("/api/studio/recordings/{recording_id}", { recording_id: id });
  deleteMaster = (id: string) => this.api.delete("/api/studio/masters/{master_id}", { master_id: id });

  grants = (object: string) => this.api.get("/api/core/grants", { object_id: object });
  share = (grant: Schemas["NewGrant"]) => this.api.post("/api/core/grants", { body: grant });
  unshare = (id: string) => this.api.delete("/api/core/grants/{grant_id}", { grant_id: id });

  job = (id: string) => this.api.get("/api/core/jobs/{job_id}", { job_id: id });
  cancel = (id: string) => this.api.post("/api/core/jobs/{job_id}/cancel", { job_id: id });
}

export const contentOf = (file: string) => `/api/core/files/${file}/content`;
