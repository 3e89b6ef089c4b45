/** The page’s side of the service worker: it is registered once, and a new version waits until the person wants it. */
import { events } from "../shell/panels";
import { scriptUrl } from "../shell/trusted";

const SCRIPT = "/service-worker.js";

let registering: Promise<ServiceWorkerRegistration> | undefined;

/**
 * The worker of this page.
 * @throws Error - the browser knows none, or not at this address: they need https, or localhost.
 */
export function serviceWorker(): Promise<ServiceWorkerRegistration> {
  if (!navigator.serviceWorker) return Promise.reject(new Error("This browser runs no service worker here. It needs https, or localhost."));
  registering ??= navigator.serviceWorker.register(scriptUrl(SCRIPT) as string, { scope: "/", updateViaCache: "none" });
  return registering;
}

/** Keeps the application on the device. Where that can’t be, it works online alone. */
export function installOffline(): void {
  if (!navigator.serviceWorker || !document.documentElement.dataset.build) return;
  serviceWorker().then(watch).catch(() => {});
}

function watch(registration: ServiceWorkerRegistration): void {
  events.addEventListener("new-build", () => void registration.update().catch(() => {}));
  if (registration.waiting && navigator.serviceWorker.controller) ready();
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener("statechange", () => {
      if (coming.state === "installed" && navigator.serviceWorker.controller) ready();
    });
  });
}

const ready = (): void => void events.dispatchEvent(new Event("new-version"));

/** The page as the newest version has it. */
export async function reloadAnew(): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  const waiting = registration?.waiting;
  if (!waiting) return location.reload();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage("activate");
}

/** Whether pages come from the worker: then a new version is there once it has fetched it. */
export const isControlled = (): boolean => Boolean(navigator.serviceWorker?.controller);
