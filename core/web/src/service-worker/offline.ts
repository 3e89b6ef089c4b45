/** The application’s own files on the device, whole and of one version; everything else goes to the network untouched. */

/** What the server puts before this script: one version of the application. */
export interface Version {
  build: string;
  /** The page that opens at every address of the application. */
  page: string;
  /** Those addresses, as `/releases/*`. */
  routes: string[];
  /** Address → the SHA-256 of the file, as `sha256-…`. */
  files: Record<string, string>;
}

const PREFIX = "maxbooster-";
/** Texts of the application: the newest, or those that were read last. */
const TEXTS = /^\/api\/core\/translations(\/|$)/;

export class OfflineShell {
  private readonly cache: string;
  private readonly routes: ReadonlySet<string>;
  private readonly below: readonly string[];

  constructor(
    private readonly scope: ServiceWorkerGlobalScope,
    private readonly version: Version,
  ) {
    this.cache = PREFIX + version.build;
    this.routes = new Set(version.routes.filter((each) => !each.endsWith("/*")));
    this.below = version.routes.filter((each) => each.endsWith("/*")).map((each) => each.slice(0, -1));
  }

  install(): void {
    this.scope.addEventListener("install", (event) => event.waitUntil(this.fill()));
    this.scope.addEventListener("activate", (event) => event.waitUntil(this.tidy()));
    this.scope.addEventListener("message", ({ data }) => {
      if (data === "activate") void this.scope.skipWaiting();
    });
    this.scope.addEventListener("fetch", (event) => {
      const answer = this.answer(event.request);
      if (answer) event.respondWith(answer);
    });
  }

  /** Fetches what the last version doesn’t have. A file that isn’t of this version fails it, and it is tried again later. */
  private async fill(): Promise<void> {
    const cache = await caches.open(this.cache);
    await Promise.all(Object.entries(this.version.files).map(([address, hash]) => this.store(cache, address, hash)));
    const page = await fetched(this.version.page, { cache: "no-store", credentials: "omit" });
    if (!(await page.clone().text()).includes(`data-build="${this.version.build}"`)) throw new Error("The server has gone on to another version.");
    await cache.put(this.version.page, page);
  }

  private async store(cache: Cache, address: string, hash: string): Promise<void> {
    const known = await caches.match(keyOf(address, hash), { ignoreVary: true });
    await cache.put(keyOf(address, hash), known ?? (await fetched(address, { cache: "no-cache", integrity: hash })));
  }

  private async tidy(): Promise<void> {
    const old = (await caches.keys()).filter((each) => each.startsWith(PREFIX) && each !== this.cache);
    await Promise.all(old.map((each) => caches.delete(each)));
    await this.scope.clients.claim();
  }

  private answer(request: Request): Promise<Response> | undefined {
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== this.scope.location.origin) return undefined;
    if (request.mode === "navigate") return this.isRoute(pathname) ? this.kept(this.version.page, request) : undefined;
    const hash = this.version.files[pathname];
    if (hash) return this.kept(keyOf(pathname, hash), request);
    return TEXTS.test(pathname) ? this.newest(request) : undefined;
  }

  private isRoute(path: string): boolean {
    const bare = path.replace(/(.)\/+$/, "$1");
    return this.routes.has(bare) || this.below.some((each) => bare.startsWith(each));
  }

  private async kept(key: string, request: Request): Promise<Response> {
    const cache = await caches.open(this.cache);
    return (await cache.match(key, { ignoreVary: true })) ?? fetch(request);
  }

  private async newest(request: Request): Promise<Response> {
    const cache = await caches.open(this.cache);
    try {
      const answer = await fetch(request);
      if (answer.ok) await cache.put(request.url, answer.clone());
      return answer;
    } catch (error) {
      const known = await cache.match(request.url, { ignoreVary: true });
      if (known) return known;
      throw error;
    }
  }
}

/** Under its hash as well, so that the next version knows what it needn’t fetch again. */
const keyOf = (address: string, hash: string): string => `${address}?${encodeURIComponent(hash)}`;

async function fetched(address: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(address, init);
  if (!answer.ok || answer.redirected) throw new Error(`${address} can’t be kept: the server answered ${answer.status}.`);
  return answer;
}
