/** What the panel says to the server, and the object that the shell gives it. */
import type { components } from "../../../../core/web/src/api/schema";
import type { notify, t } from "@maxbooster/ui";

type Schemas = components["schemas"];
export type Analysis = Schemas["Analysis"];
export type ChainOut = Schemas["ChainOut"];
export type Compliance = Schemas["Compliance"];
export type Curve = Schemas["Curve"];
export type Job = Schemas["JobOut"];
export type Master = Schemas["MasterOut"];
export type Recording = Schemas["RecordingOut"];
export type RecordingPage = Schemas["RecordingPage"];
export type RecordingRow = Schemas["RecordingRow"];
export type Rendering = Schemas["RenderingOut"];
export type Offer = Schemas["OfferOut"];
export type StoredFile = Schemas["StoredFile"];
export type Target = Schemas["Target"];

/** What is asked of a master. Without a target it is as loud as its reference. */
export interface Wishes {
  target?: string;
  intensity: number;
  reference_id?: string;
}

export interface Host {
  api: { get(path: string): Promise<unknown>; send(method: string, path: string, body?: unknown): Promise<unknown> };
  navigate: (path: string) => void;
  events: EventTarget;
  notify: typeof notify;
  t: typeof t;
}

/** What a `job` hint says. */
export interface JobHint {
  id: string;
  state: string;
  progress?: number;
  note?: string | null;
}

const AT = "/api/studio";

export class Api {
  constructor(private readonly host: Host) {}

  recordings = () => this.get<RecordingPage>("/recordings?limit=200");
  recording = (id: string) => this.get<Recording>(`/recordings/${id}`);
  masters = (id: string) => this.get<Master[]>(`/recordings/${id}/masters`);
  targets = () => this.get<Target[]>("/targets");
  chain = (master: string) => this.get<ChainOut>(`/masters/${master}/chain`);
  curve = (of: "recordings" | "masters", id: string) => this.get<Curve>(`/${of}/${id}/loudness`);
  peaks = (of: "recordings" | "masters", id: string) => this.get<Schemas["Peaks"]>(`/${of}/${id}/peaks?bins=1600`);

  bring = (file_id: string) => this.send<Schemas["RecordingMade"]>("POST", "/recordings", { file_id });
  begin = (recording: string, wishes: Wishes) => this.send<Schemas["MasterMade"]>("POST", `/recordings/${recording}/masters`, wishes);
  rename = (of: "recordings" | "masters", id: string, title: string) => this.send<unknown>("PATCH", `/${of}/${id}`, { title });
  offers = (master: string) => this.get<Offer[]>(`/masters/${master}/offers`);
  render = (master: string, format: string) => this.send<Rendering>("POST", `/masters/${master}/renderings`, { format });
  removeRecording = (id: string) => this.send<undefined>("DELETE", `/recordings/${id}`);
  removeMaster = (id: string) => this.send<undefined>("DELETE", `/masters/${id}`);

  job = (id: string) => this.host.api.get(`/api/core/jobs/${id}`) as Promise<Job>;
  cancel = (id: string) => this.host.api.send("POST", `/api/core/jobs/${id}/cancel`);

  private get<T>(path: string): Promise<T> {
    return this.host.api.get(AT + path) as Promise<T>;
  }

  private send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.host.api.send(method, AT + path, body) as Promise<T>;
  }
}

export const contentOf = (file: string) => `/api/core/files/${file}/content`;
