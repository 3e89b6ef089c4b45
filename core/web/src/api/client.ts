/** The one way to the server: typed from its OpenAPI description, with the session's csrf value, errors as Problem. */
import createClient, { type Middleware } from "openapi-fetch";
import { OFFLINE, Problem, type ProblemDetails } from "./problem";
import type { paths } from "./schema";

let csrf = "";

export function useCsrf(value: string | null | undefined): void {
  csrf = value ?? "";
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export function csrfHeaders(): Record<string, string> {
  return csrf ? { "x-csrf-token": csrf } : {};
}

const session: Middleware = {
  onRequest({ request }) {
    if (csrf && !SAFE.has(request.method)) request.headers.set("x-csrf-token", csrf);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return response;
    throw new Problem(await details(response));
  },
  onError() {
    return new Problem(OFFLINE);
  },
};

async function details(response: Response): Promise<ProblemDetails> {
  try {
    return (await response.json()) as ProblemDetails;
  } catch {
    return { type: "about:blank", title: response.statusText, status: response.status, detail: "The server answered nothing that can be read." };
  }
}

export const api = createClient<paths>({ baseUrl: location.origin });
api.use(session);
