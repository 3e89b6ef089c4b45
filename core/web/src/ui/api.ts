/** The way to the API, typed by its description: paths, parameters, bodies and answers. `Paths` is a generated `schema.d.ts`’s. */

import type { Growing } from "./paging";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** Parameters of the path and the query by their names, and what is sent as `body`. */
export type RequestOptions = Readonly<Record<string, unknown>>;

type PathsWith<Paths, M extends Method> = { [P in keyof Paths]: Paths[P] extends Record<M, object> ? P : never }[keyof Paths];
type Operation<Paths, P extends keyof Paths, M extends Method> = Paths[P] extends Record<M, infer Op> ? Op : never;

type Fields<T> = [NonNullable<T>] extends [never] ? unknown : NonNullable<T>;
type Parameters<Op> = Op extends { parameters: { path?: infer P; query?: infer Q } } ? Fields<P> & Fields<Q> : unknown;
type Body<Op> = Op extends { requestBody: { content: { "application/json": infer B } } }
  ? { body: B }
  : Op extends { requestBody?: infer R }
    ? [NonNullable<R>] extends [never] ? unknown : NonNullable<R> extends { content: { "application/json": infer B } } ? { body?: B } : unknown
    : unknown;

type Flat<T> = { [K in keyof T]: T[K] };
type Arguments<R> = keyof R extends never ? [] : Partial<R> extends R ? [request?: R] : [request: R];
type OptionsOf<Op> = Flat<Parameters<Op> & Body<Op>>;

type JsonOf<R> = R extends { content: { "application/json": infer T } } ? T : R extends { content: infer C } ? ([C] extends [undefined] ? undefined : string) : undefined;
type ResponseOf<Op> = Op extends { responses: infer R } ? { [S in keyof R]: S extends 200 | 201 | 202 | 204 ? JsonOf<R[S]> : never }[keyof R] : never;

type Paged<Paths> = { [P in PathsWith<Paths, "get">]: ResponseOf<Operation<Paths, P, "get">> extends { items: unknown[]; next?: string | null } ? P : never }[PathsWith<Paths, "get">];
type Row<A> = A extends { items: (infer T)[] } ? T : never;
type ListOptions<Op> = Flat<Omit<OptionsOf<Op>, "cursor" | "limit">>;

type ListArguments<R, T> = keyof R extends never ? [request?: undefined, growing?: Growing<T>] : Partial<R> extends R ? [request?: R, growing?: Growing<T>] : [request: R, growing?: Growing<T>];

type Call<Paths, M extends Method> = <P extends PathsWith<Paths, M>>(path: P, ...request: Arguments<OptionsOf<Operation<Paths, P, M>>>) => Promise<ResponseOf<Operation<Paths, P, M>>>;

/** A refusal throws a `Problem` with the server’s words. */
export interface Api<Paths> {
  get: Call<Paths, "get">;
  /** The whole of a list that comes by the page; `growing` sees it before. */
  list<P extends Paged<Paths>>(path: P, ...request: ListArguments<ListOptions<Operation<Paths, P, "get">>, Row<ResponseOf<Operation<Paths, P, "get">>>>): Promise<Row<ResponseOf<Operation<Paths, P, "get">>>[]>;
  post: Call<Paths, "post">;
  put: Call<Paths, "put">;
  patch: Call<Paths, "patch">;
  delete: Call<Paths, "delete">;
}
