/** The one way to the server: typed from its OpenAPI description, with the session's csrf value, errors as Problem. */
import { everyPage, MOST, type Growing, type Page } from "../ui/paging";
import type { Api, Method, RequestOptions } from "../ui/api";
import { remembering } from "../kept/seen";
import { connection } from "./connection";
import { OFFLINE, Problem, type ProblemDetails } from "./problem";
import type { paths } from "./schema";

let csrf = "";

export function useCsrf(value: string | null | undefined): void {
  csrf = value ?? "";
}

export function csrfHeaders(): Record<string, string> {
  return csrf ? { "x-csrf-token": csrf } : {};
}

/** Sends what was asked, and answers the response whatever it says. */
export type Send = (address: string, init: { method: string; headers: Record<string, string>; body: string | null }) => Promise<Response>;

/** @param guarded goes around what changes something */
export function apiOver(send: Send, guarded: <T>(call: () => Promise<T>) => Promise<T> = (call) => call()): Api<paths> {
  const by = (method: Method) => (path: string, options?: RequestOptions) => call(send, method, path, options);
  const changing = (method: Method) => (path: string, options?: RequestOptions) => guarded(() => by(method)(path, options));
  const list = (path: string, options?: RequestOptions, growing?: Growing<unknown>) =>
    everyPage((cursor) => by("get")(path, { ...options, limit: MOST, cursor }) as Promise<Page<unknown>>, growing);
  const made = { get: by("get"), list, post: changing("post"), put: changing("put"), patch: changing("patch"), delete: changing("delete") };
  return Object.freeze(made) as unknown as Api<paths>;
}

async function call(send: Send, method: Method, path: string, options: RequestOptions = {}): Promise<unknown> {
  const { body } = options;
  const headers = { ...(method === "get" ? {} : csrfHeaders()), ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const init = { method: method.toUpperCase(), headers, body: body === undefined ? null : JSON.stringify(body) };
  const address = addressOf(path, options);
  const answer = await send(address, init).catch((error: unknown) => {
    throw error instanceof TypeError ? new Problem(OFFLINE, { method: init.method, address, body: init.body ?? "" }) : error;
  });
  if (!answer.ok) throw new Problem(await details(answer));
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") ?? false;
  return isJson && text ? JSON.parse(text) : text || undefined;
}

/**
 * What stands in braces is filled; the other parameters are the query, those without a value apart.
 * @throws Error - a parameter of the path has no value, or one that would lead to another path.
 */
export function addressOf(path: string, { body: _, ...parameters }: RequestOptions): string {
  const rest = new Map(Object.entries(parameters));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = rest.get(name);
    if (value === undefined || value === null || value === "") throw new Error(`${path} needs ${name}.`);
    if (/^\.\.?$/.test(String(value))) throw new Error(`${path} can’t have ${String(value)} as its ${name}.`);
    rest.delete(name);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams([...rest].flatMap(([name, value]) => [value].flat().filter((each) => each !== undefined && each !== null).map((each): [string, string] => [name, String(each)])));
  if (!query.size) return filled;
  return `${filled}${filled.includes("?") ? "&" : "?"}${query}`;
}

async function details(response: Response): Promise<ProblemDetails> {
  try {
    return (await response.json()) as ProblemDetails;
  } catch {
    return { type: "about:blank", title: response.statusText, status: response.status, detail: "The server answered nothing that can be read." };
  }
}

/** A request over the network; what happens to it tells whether there is a connection. */
export const overNetwork: Send = async (address, init) => {
  try {
    const answer = await fetch(address, init);
    connection.answered(answer);
    return answer;
  } catch (error) {
    connection.failed();
    throw error;
  }
};

/** Of the core’s own answers, those that may stay on this device: none about people, money or what proves who somebody is. */
const MAY_STAY = /^\/api\/core\/(panels|panel-extensions|first-steps|files|links|jobs|permissions|plugins)\b/;

export const mayStay = (address: string): boolean => MAY_STAY.test(address);

export const api = apiOver(remembering(overNetwork, mayStay));
