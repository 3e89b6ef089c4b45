/** What the shell and a sandboxed frame say to each other, over a port that only the two hold. */
import type { Method, RequestOptions } from "../ui/api";
import type { ProblemDetails } from "../api/problem";
import type { Me } from "../ui/host";

/** The first and only message to the window; everything else goes over the port that comes with it. */
export interface Opening {
  kind: "open";
  plugin: string;
  tag: string;
  module: string;
  path: string;
  account: Me["account"];
  user: Me["user"];
  permissions: string[];
  texts: Record<string, string>;
  theme: string;
  language: string;
  direction: string;
  context: Record<string, unknown> | null;
  /** Whether the frame is as tall as what it shows, or fills the page. */
  sized: boolean;
}

export type ToFrame =
  | { kind: "answer"; id: number; value: unknown }
  | { kind: "problem"; id: number; problem: ProblemDetails | null; text: string }
  | { kind: "action"; id: number }
  | { kind: "event"; name: string; detail: unknown }
  | { kind: "theme"; theme: string }
  | { kind: "context"; context: Record<string, unknown> }
  | { kind: "focus" };

export type FromFrame =
  | { kind: "call"; id: number; method: Method; path: string; options: RequestOptions }
  | { kind: "navigate"; path: string }
  | { kind: "notify"; id: number; text: string; tone: "plain" | "danger"; action: string | null }
  | { kind: "size"; height: number }
  | { kind: "find" }
  | { kind: "shown" }
  | { kind: "failed"; reason: string };
