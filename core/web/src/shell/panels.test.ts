import { afterEach, describe, expect, it, vi } from "vitest";
import type { Api } from "@maxbooster/ui";
import type { components } from "../api/schema";
import { host } from "./panels";

afterEach(() => vi.unstubAllGlobals());

interface Paths {
  "/api/x/things": {
    get: {
      parameters: { query?: { state?: string; tag?: string[]; cursor?: string | null; limit?: number } };
      responses: { 200: { content: { "application/json": { items: number[]; next?: string | null } } } };
    };
    put?: never;
    post: {
      parameters: { query?: never; path?: never };
      requestBody: { content: { "application/json": { name: string } } };
      responses: { 201: { content: { "application/json": { id: string } } }; 400: { content: { "application/problem+json": components["schemas"]["ProblemDetails"] } } };
    };
  };
  "/api/x/things/{thing_id}": {
    get: { parameters: { path: { thing_id: string } }; responses: { 200: { content: { "application/json": { name: string } } } } };
    delete: { parameters: { path: { thing_id: string } }; requestBody?: never; responses: { 204: { headers: object; content?: never } } };
  };
}

const api = () => host().api as unknown as Api<Paths>;

function answering(...answers: unknown[]): { method?: string; path: string; body?: unknown }[] {
  const asked: { method?: string; path: string; body?: unknown }[] = [];
  vi.stubGlobal("fetch", async (path: string, { method, body }: RequestInit) => {
    asked.push({ method, path, body });
    const answer = answers[asked.length - 1];
    if (answer instanceof Error) throw answer;
    if (answer instanceof Response) return answer;
    return new Response(answer === undefined ? null : JSON.stringify(answer), { status: answer === undefined ? 204 : 200, headers: { "content-type": "application/json" } });
  });
  return asked;
}

const pathsOf = (asked: { path: string }[]) => asked.map(({ path }) => path);

describe("what a panel gets", () => {
  it("reads a list to its end, each page behind the one before", async () => {
    const asked = answering({ items: [1], next: "b/=" }, { items: [2], next: null });
    expect(await api().list("/api/x/things", { state: "on" })).toEqual([1, 2]);
    expect(pathsOf(asked)).toEqual(["/api/x/things?state=on&limit=500", "/api/x/things?state=on&limit=500&cursor=b%2F%3D"]);
  });

  it("says so where the answer is no list", async () => {
    answering({ name: "one" });
    await expect(api().list("/api/x/things")).rejects.toThrow("not a list");
  });

  it("fills the path, asks with what else is given, and leaves out what has no value", async () => {
    const asked = answering({ name: "one" }, { items: [] });
    expect(await api().get("/api/x/things/{thing_id}", { thing_id: "a/b" })).toEqual({ name: "one" });
    await api().get("/api/x/things", { state: undefined, tag: ["a", "b"], cursor: null });
    expect(pathsOf(asked)).toEqual(["/api/x/things/a%2Fb", "/api/x/things?tag=a&tag=b"]);
  });

  it("takes a whole address too, as panels without types write it", async () => {
    const asked = answering({ items: [1], next: null });
    await (host().api as unknown as { list(path: string): Promise<unknown[]> }).list("/api/x/things?state=on");
    expect(pathsOf(asked)).toEqual(["/api/x/things?state=on&limit=500"]);
  });

  it("never asks for an address with a hole in it", async () => {
    const asked = answering();
    await expect(api().get("/api/x/things/{thing_id}", { thing_id: "" })).rejects.toThrow("/api/x/things/{thing_id} needs thing_id.");
    expect(asked).toEqual([]);
  });

  it("sends a body, and answers nothing where nothing comes back", async () => {
    const asked = answering({ id: "1" }, undefined);
    expect((await api().post("/api/x/things", { body: { name: "one" } })).id).toBe("1");
    expect(await api().delete("/api/x/things/{thing_id}", { thing_id: "1" })).toBeUndefined();
    expect(asked[0]).toEqual({ method: "POST", path: "/api/x/things", body: '{"name":"one"}' });
    expect(asked[1]).toEqual({ method: "DELETE", path: "/api/x/things/1", body: null });
  });

  it("throws a refusal with the server’s words, and says when there is no server", async () => {
    const refused = { type: "urn:maxbooster:problem:not-found", title: "Not found", status: 404, detail: "There is no thing." };
    answering(new Response(JSON.stringify(refused), { status: 404 }), new Response("<html>", { status: 502 }), new TypeError("Failed to fetch"));
    await expect(api().get("/api/x/things/{thing_id}", { thing_id: "1" })).rejects.toThrow("There is no thing.");
    await expect(api().get("/api/x/things")).rejects.toThrow("can be read");
    await expect(api().get("/api/x/things")).rejects.toThrow("can’t be reached");
  });
});

/** For the compiler: none of this may be written. */
export const wrong = [
  // @ts-expect-error - there is no such path
  () => api().get("/api/x/thing"),
  // @ts-expect-error - nothing can be put there
  () => api().put("/api/x/things"),
  // @ts-expect-error - the path has a parameter
  () => api().get("/api/x/things/{thing_id}"),
  // @ts-expect-error - it has another name
  () => api().get("/api/x/things/{thing_id}", { id: "1" }),
  // @ts-expect-error - there is no such parameter
  () => api().list("/api/x/things", { stat: "on" }),
  // @ts-expect-error - the page is the kit’s business
  () => api().list("/api/x/things", { cursor: "b" }),
  // @ts-expect-error - this is no list
  () => api().list("/api/x/things/{thing_id}", { thing_id: "1" }),
  // @ts-expect-error - the body is missing
  () => api().post("/api/x/things"),
  // @ts-expect-error - the body has no such field
  () => api().post("/api/x/things", { body: { name: "one", title: "One" } }),
  // @ts-expect-error - the answer has no such field
  async () => (await api().get("/api/x/things/{thing_id}", { thing_id: "1" })).title,
  // @ts-expect-error - it is a string
  async (): Promise<number> => (await api().post("/api/x/things", { body: { name: "one" } })).id,
];
