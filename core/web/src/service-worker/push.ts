/** Notifications while no page is open: what the server pushed is shown, and a click leads to where it is about. */

/** What the server writes (`maxbooster.push`). */
interface Pushed {
  title: string;
  text: string;
  path: string;
  tag: string;
}

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}

interface PushEvent extends Waiting {
  data: { json(): unknown } | null;
}

interface NotificationEvent extends Waiting {
  notification: { close(): void; data: unknown };
}

interface Page {
  url: string;
  focus(): Promise<unknown>;
  navigate(url: string): Promise<unknown>;
}

/** The part of `ServiceWorkerGlobalScope` that is used here. */
export interface PushScope {
  location: { origin: string };
  registration: { showNotification(title: string, options: Record<string, unknown>): Promise<void> };
  clients: { matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Page[]>; openWindow(url: string): Promise<unknown> };
  addEventListener(type: string, hear: (event: never) => void): void;
}

export function installPush(scope: PushScope): void {
  scope.addEventListener("push", (event: PushEvent) => {
    const pushed = read(event.data);
    event.waitUntil(scope.registration.showNotification(pushed.title, { body: pushed.text, tag: pushed.tag, icon: "/static/core/icon.svg", data: pushed.path }));
  });
  scope.addEventListener("notificationclick", (event: NotificationEvent) => {
    event.notification.close();
    event.waitUntil(open(scope, event.notification.data));
  });
}

/** Browsers want something to be shown for each push, whatever came. */
function read(data: PushEvent["data"]): Pushed {
  try {
    const { title = "Max Booster", text = "", path = "", tag = "" } = (data?.json() ?? {}) as Partial<Pushed>;
    return { title, text, path, tag };
  } catch {
    return { title: "Max Booster", text: "", path: "", tag: "" };
  }
}

/** In the page that is open already, if there is one; nowhere but on this server. */
async function open(scope: PushScope, path: unknown): Promise<void> {
  const asked = new URL(typeof path === "string" && path ? path : "/home", scope.location.origin);
  const url = asked.origin === scope.location.origin ? asked.href : `${scope.location.origin}/home`;
  const pages = await scope.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((each) => new URL(each.url).origin === scope.location.origin);
  if (!page) {
    await scope.clients.openWindow(url);
    return;
  }
  await page.focus();
  await page.navigate(url);
}
